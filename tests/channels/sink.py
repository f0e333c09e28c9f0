"""A mail server in a process of its own that takes everything, keeps nothing and counts: for measuring how fast mail is handed over."""

from __future__ import annotations

import contextlib
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator


class _Session(socketserver.StreamRequestHandler):
    """Just enough SMTP for one client to hand in mail after mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"EHLO":
                    self.wfile.write(b"250-sink\r\n250-SIZE 33554432\r\n250 8BITMIME\r\n")
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    while (text := self.rfile.readline()) != b".\r\n":
                        if not text:
                            return
                    with _lock:
                        _taken.append(1)
                    self.wfile.write(b"250 taken\r\n")
                case b"QUIT":
                    return
                case _:
                    self.wfile.write(b"250 ok\r\n")


_lock = threading.Lock()
_taken: list[int] = []


class Sink:
    """The running process: where it listens, and how much it has taken."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    @property
    def taken(self) -> int:
        """Mails so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextlib.contextmanager
def running() -> Iterator[Sink]:
    """A sink, ended at the end of the block."""
    with subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Sink(process)
        process.terminate()


def main() -> None:
    """Serve; for every line on standard input, print how many mails were taken."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        for _line in sys.stdin:
            print(len(_taken), flush=True)


if __name__ == "__main__":
    main()
