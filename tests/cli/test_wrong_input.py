"""The wrong thing typed in: every command answers with a sentence and an exit status, and never with a trace."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands import COMMANDS
from monitor.store import open_store
from tests.conftest import ROOT

SOURCE = '[[source]]\nname = "gazette"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed.xml"\n'
BROKEN = "http://[", "http://x y/", "ftp://x/y", "http://127.0.0.1:9/", "https://\x80/"
#: Names of files in `things`, and what else somebody may type where a name, an address or a file is meant.
TYPED = (
    *("missing", "empty", "bytes", "utf16.txt", "page.html", "broken.pdf", "broken.gz", "broken.json", "list.json", "3.json"),
    *(
        "other.csv",
        "folder",
        "empty folder",
        "loop",
        "bad.eml",
        "",
        " ",
        "\x01",
        "\udcff",
        "x" * 300,
        "x" * 5000,
        "-",
        "--",
        *BROKEN,
    ),
)
#: Where a file or a name goes: a command up to it. STATE stands for the options of the folders.
STATE = "STATE"
PLACES = (
    *(("read",), ("classify",), ("explain",), ("score",), ("read", "--json"), ("classify", "--json")),
    *(("label",), ("label", "--yes"), ("label", "--json", "--date", "2025-09-01")),
    *(("returned", STATE), ("record", "import", STATE), ("replay", STATE, "--articles"), ("reconcile", STATE, "--listing")),
    *(("reconcile", STATE, "--listing", "shipped", "--ledger"), ("history", STATE), ("sources", "test", STATE), ("who", STATE)),
    *(("why", STATE, "Leeds"), ("test-alert", STATE), ("replay", STATE, "--subscription"), ("reconcile", STATE, "--since")),
    *(("outbox", act, STATE) for act in ("show", "retry", "release", "drop")),
    *(("review", act, STATE) for act in ("show", "accept", "reject", "export")),
    *(("review", "export", STATE, "--all-decided", "--out"), ("review", "accept", STATE, "abcdef", "--by")),
    *(("subscribers", act, STATE) for act in ("pause", "resume", "end", "export", "reinstate", "delete")),
    *(
        ("check", "--config"),
        ("once", "--config"),
        ("outbox", "list", "--state"),
        ("check", "--state"),
        ("once", STATE, "--as-of"),
    ),
)
#: Whole command lines that are wrong.
LINES = (
    *(
        ("classify", "--jsonl", "page.html"),
        ("read", "--jsonl", "page.html"),
        ("classify",),
        ("read",),
        ("score",),
        ("explain",),
        ("label",),
        ("label", "a", "b"),
    ),
    ("operator-password",),
    *(("once", STATE, "--as-of", day) for day in ("0001-01-01", "9999-12-31", "2026-02-30", "yesterday", "")),
    *(("outbox", "list", STATE, "--limit", count) for count in ("-1", "0", "x", "9" * 30)),
    *(("sources", "test", STATE, "--articles", count, "gazette") for count in ("-1", "x")),
    *(("run", STATE, "--listen", where) for where in ("x", "127.0.0.1:99999", "nosuchhost.invalid:0", "[::1", "999.1.1.1:80")),
    *(("review",), ("review", "accept", STATE), ("review", "export", STATE), ("review", "export", STATE, "--all-decided", "x")),
    *(("outbox",), ("subscribers",), ("record",), ("sources",), ("history",), ("who", "a", "b", "c", "d"), ("why", "a")),
    *(
        ("record", "export", STATE, "/nonexistent/x.csv"),
        ("score", "--write-docs", "/nonexistent/x.md", "folder"),
        ("demo", "x"),
    ),
    *(
        ("check", "--dns-server", "x"),
        ("check", STATE, "--dns", "--dns-server", "x"),
        ("nonsense",),
        ("run", "--log-format", "xml"),
    ),
    *(
        ("subscribers", "add", STATE),
        ("subscribers", "add", STATE, "--to", "x", "--name", "y"),
        ("--debug",),
        ("help", "nonsense"),
        ("reclassify", STATE, "x"),
        ("doctor", STATE, "--dns-server", "x"),
        ("reload", STATE),
    ),
    *(
        ("backfill",),
        ("backfill", STATE),
        ("backfill", STATE, "--workers", "0", "folder"),
        ("backfill", STATE, "--pages", "x", "folder"),
    ),
    *(("backfill", STATE, name) for name in ("missing", "empty", "empty folder", "loop", "x" * 5000, "\udcff", "http://[")),
    *(("backfill", STATE, "page.html", "--scheduler", where) for where in ("x", "tcp://127.0.0.1:x", "nonsense://y")),
    *(("state",), ("state", "copy"), ("state", "copy", "a"), ("state", "nonsense")),
)


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What can be in a file, and what is none."""
    folder = tmp_path_factory.mktemp("things")
    (folder / "empty").touch()
    (folder / "bytes").write_bytes(bytes(range(256)) * 40)
    (folder / "utf16.txt").write_bytes("Leeds\nLeeds is inadequate".encode("utf-16"))
    (folder / "page.html").write_text("<html><body><p>hello</p></body></html>")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "broken.gz").write_bytes(b"\x1f\x8bbroken")
    (folder / "broken.json").write_text("{")
    (folder / "list.json").write_text("[1, 2]")
    (folder / "3.json").write_text("3")
    (folder / "other.csv").write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    (folder / "folder").mkdir()
    (folder / "folder" / "a.json").write_text('[{"id": 1}]')
    (folder / "empty folder").mkdir()
    (folder / "loop").symlink_to("loop")
    (folder / "bad.eml").write_bytes(b"\xff\xfe\x00bad mail\n\n")
    (folder / "config").mkdir()
    (folder / "config" / "sources.toml").write_text(SOURCE)
    return folder


@pytest.fixture
def typed(things: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> object:
    """Types a command line; gives the exit status and what was said."""
    monkeypatch.chdir(things)
    monkeypatch.setattr("sys.stdin", (things / "empty").open())

    def type_in(*line: str) -> tuple[int, str]:
        folders = ["--config", str(things / "config"), "--state", str(tmp_path / "state")]
        arguments = [part for word in line for part in (folders if word == STATE else [word])]
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out + said.err

    return type_in


def is_an_answer(status: int, said: str) -> bool:
    """Whether it is one that a person can do something with."""
    fault = "Traceback" in said or "something unexpected" in said or "(fault)" in said or '"fault"' in said
    return not fault and status in {0, 1, 2} and bool(said.strip() or not status)


def test_every_command_is_in_the_walk() -> None:
    walked = {line[0] for line in (*PLACES, *LINES)}
    assert {command.name for command in COMMANDS} <= walked


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_whatever_is_typed_where_something_is_meant_gets_an_answer(typed: object, place: tuple[str, ...]) -> None:
    wrong = {}
    for word in TYPED:
        answer = typed(*place, word)  # type: ignore[operator]
        if not is_an_answer(*answer):
            wrong[word[:40]] = answer[1][-300:]
    assert wrong == {}


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_wrong_line_is_refused_with_a_sentence(typed: object, line: tuple[str, ...]) -> None:
    status, said = typed(*line)  # type: ignore[operator]
    assert status != 0
    assert is_an_answer(status, said)


@pytest.mark.parametrize("command", ["classify", "read"])
def test_a_batch_that_is_given_a_file_says_how_it_is_meant(typed: object, command: str) -> None:
    status, said = typed(command, "--jsonl", "page.html")  # type: ignore[operator]
    assert status == 2
    assert f"monitor {command} --jsonl < page.html" in said


def test_a_file_in_the_place_of_a_folder_is_said(typed: object) -> None:
    assert typed("outbox", "list", "--state", "empty") == (2, "monitor outbox: empty: is a file; --state takes a folder\n")  # type: ignore[operator]


def test_a_database_that_is_damaged_or_held_is_not_fine(
    things: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    check = ["check", "--config", str(things / "config"), "--state", str(state)]
    open_store(f"sqlite:///{state}/monitor.db").close()
    assert main(check) == 0
    with sqlite3.connect(state / "monitor.db", isolation_level=None) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("PRAGMA user_version = 7")
        assert main(check) == 2
        assert "is in use by another program" in capsys.readouterr().err
    holder.close()
    body = bytearray((state / "monitor.db").read_bytes())
    body[4096 : 4096 * 6] = os.urandom(4096 * 5)
    (state / "monitor.db").write_bytes(body)
    assert main(check) == 2
    said = capsys.readouterr()
    assert "monitor.db: is damaged" in said.err
    assert "put a backup back" in said.err
    assert "fine" not in said.out


@pytest.mark.parametrize(("trouble", "said"), [("held", "another program"), ("damaged", "damaged")])
@pytest.mark.parametrize("command", [("once",), ("outbox", "list"), ("outbox", "resume"), ("who",), ("subscribers", "list")])
def test_a_database_that_is_damaged_or_held_is_no_fault_of_ours(
    things: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    trouble: str,
    said: str,
) -> None:
    monkeypatch.setattr("monitor.store.engine.BUSY_TIMEOUT", 0.2)
    monkeypatch.setattr("monitor.store.idle_check._BUSY_SECONDS", 0.2)
    line = [*command, "--config", str(things / "config"), "--state", str(tmp_path)]
    assert main(["once", "--config", str(things / "config"), "--state", str(tmp_path)]) == 1  # nothing answers there
    file = tmp_path / "monitor.db"
    if trouble == "damaged":
        body = bytearray(file.read_bytes())
        body[4096:] = os.urandom(len(body) - 4096)
        file.write_bytes(body)
    holder = sqlite3.connect(file, isolation_level=None)
    try:
        if trouble == "held":
            holder.execute("PRAGMA locking_mode = EXCLUSIVE")
            holder.execute("BEGIN EXCLUSIVE")
            holder.execute("PRAGMA user_version = 7")
        capsys.readouterr()
        status = main(line)
    finally:
        holder.close()
    told = capsys.readouterr().err
    assert status == 1
    assert said in told
    assert is_an_answer(status, told)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_a_terminal_of_another_encoding_gets_what_it_can_show(tmp_path: Path, encoding: str) -> None:
    """Curly quotes and dashes are in every alert."""
    command = [sys.executable, "-m", "monitor", "demo"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, timeout=60)
    assert ended.returncode == 0
    assert ended.stderr == b""
    assert b"3 messages for 8 articles" in ended.stdout


@pytest.mark.parametrize("redirection", [">&-", "> /dev/full"])
def test_an_output_that_takes_nothing_is_no_fault_of_ours(redirection: str) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'"$0" -m monitor --help {redirection}', sys.executable], cwd=ROOT, capture_output=True, text=True
    )
    assert "Traceback" not in ended.stderr
    assert ended.returncode in {0, 1}
