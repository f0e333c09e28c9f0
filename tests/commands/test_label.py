"""`monitor label` as a script uses it, and as a person at a real terminal does."""

from __future__ import annotations

import fcntl
import http.server
import io
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from monitor.classifier import classify
from monitor.cli import main
from monitor.commands.label_file import append, ids_in, made_id
from monitor.ports import ConfigError
from monitor.scoring.draft import STYLES
from monitor.scoring.form import Item, items_of, read_items
from monitor.scoring.labels import labelled, of_form
from tests.conftest import ROOT
from tests.extraction import pdf_files
from tests.extraction.layouts import LAYOUTS
from tests.extraction.stories import STORIES
from train.slots import STYLES as SLOT_STYLES

TITLE = "Coventry children's services rated inadequate"
TEXT = "Children's services at Coventry City Council have been rated inadequate by Ofsted.\n\nCouncillors said that they were sorry."
STORY = STORIES[0]
CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A text file without a day."""
    file = tmp_path / "coventry.txt"
    file.write_text(f"{TITLE}\n\n{TEXT}\n")
    return file


def one(text: str) -> Item:
    (item,) = items_of(text)
    return item


# --- without asking -------------------------------------------------------------------------------------------------------


def test_what_the_classifier_says_is_written_without_asking(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "--yes", "--date", "2025-09-01", "--style", "bbc", str(page)]) == 0
    item = one(capsys.readouterr().out)
    said = classify(TITLE, TEXT, published=date(2025, 9, 1)).judgements
    assert said
    assert [(label.authority, label.area, label.rating, label.evidence) for label in item.labels] == [
        (each.authority.display_name, each.area, each.rating, each.quote) for each in said
    ]
    assert (item.id, item.kind, item.style, item.title, item.text) == (
        "2025-09-01-coventry",
        "news",
        "BBC News online",
        TITLE,
        TEXT,
    )


def test_json_is_the_form_of_the_corpora_and_asks_nothing(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--date", "2025-09-01", "--style", "local paper", "--id", "x-1", str(page)]
    assert main(["label", "--json", *arguments]) == 0
    told = json.loads(capsys.readouterr().out)
    assert main(["label", "--yes", *arguments]) == 0
    assert labelled(told) == of_form(one(capsys.readouterr().out))
    assert told["id"] == "x-1"


def test_a_page_without_news_gets_a_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fete.txt").write_text(
        "Village fete draws hundreds\n\nThe sun shone on the fete, and the cake stall sold out by noon.\n"
    )
    assert main(["label", "--yes", "--date", "2025-09-01", str(tmp_path / "fete.txt")]) == 0
    item = one(capsys.readouterr().out)
    assert item.labels == () and item.kind not in {"", "news"} and not item.faults


def test_lines_of_the_page_that_look_like_the_forms_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd.txt").write_text(f"{TITLE}\n\n{TEXT}\n\n=== more\n\nThe end of the story was told by the mayor.\n")
    assert main(["label", "--yes", "--date", "2025-09-01", str(tmp_path / "odd.txt")]) == 0
    item = one(capsys.readouterr().out)
    assert not item.faults
    assert "\n=== more\n" in item.text


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_page_of_every_layout_is_taken_with_its_day(layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_text(LAYOUTS[layout][0](STORY))
    assert main(["label", "--yes", str(tmp_path / "page.html")]) == 0
    item = one(capsys.readouterr().out)
    assert (item.title, str(item.published), item.faults) == (STORY.title, STORY.day, ())
    assert all(label.evidence in f"{item.title}\n{item.text}" for label in item.labels)


def test_an_address_gives_the_id(capsys: pytest.CaptureFixture[str]) -> None:
    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            found = self.path == "/news/story"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(LAYOUTS["wordpress"][0](STORY).encode() if found else b"gone")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert main(["label", "--yes", f"{address}/news/story"]) == 0
        item = one(capsys.readouterr().out)
        assert item.id == f"{STORY.day}-127-0-0-1-{server.server_address[1]}-news-story"
        assert main(["label", "--yes", f"{address}/gone"]) == 1
        said = capsys.readouterr()
        assert said.out == "" and f"{address}/gone" in said.err
    finally:
        server.shutdown()
        server.server_close()


# --- to a file ------------------------------------------------------------------------------------------------------------


def test_articles_are_appended_and_no_id_stands_twice(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.txt"
    arguments = ["label", "--yes", str(page), "--out", str(out)]
    assert main([*arguments, "--date", "2025-09-01"]) == 0
    before = out.read_text()
    assert main([*arguments, "--date", "2025-09-01"]) == 2
    assert "'2025-09-01-coventry' already" in capsys.readouterr().err
    assert out.read_text() == before
    assert main([*arguments, "--date", "2025-09-01", "--id", "again"]) == 0
    assert main([*arguments, "--date", "2025-09-01", "--id", "again"]) == 2
    assert main([*arguments, "--date", "2025-09-02"]) == 0
    items = list(read_items(out))
    assert [item.id for item in items] == ["2025-09-01-coventry", "again", "2025-09-02-coventry"]
    assert {item.faults for item in items} == {()}
    assert capsys.readouterr().out == ""
    assert main(["score", str(out)]) == 0


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n"])
def test_whatever_a_file_ends_with_the_next_article_is_one_of_its_own(end: str, tmp_path: Path) -> None:
    item = Item(id="a", title="t", text="x", published=date(2025, 1, 2), kind="school")
    file = tmp_path / "out.txt"
    append(file, item)
    file.write_bytes(file.read_bytes().rstrip() + end.encode())
    append(file, Item(id="b", title="t", text="x", published=date(2025, 1, 2), kind="school"))
    assert [(each.id, each.faults) for each in read_items(file)] == [("a", ()), ("b", ())]
    assert ids_in(file) == {"a", "b"}


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda file: file.mkdir(), "directory"),
        (lambda file: file.write_bytes(b"\xff\xfe\x00"), "UTF-8"),
        (lambda file: file.write_text('{"id": 1}'), "no file of labelled articles"),
        (lambda file: file.symlink_to(file), "symbolic links"),
    ],
)
def test_a_file_of_something_else_is_left_alone(
    make: object, word: str, tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.txt"
    make(out)  # type: ignore[operator]
    assert main(["label", "--yes", "--date", "2025-09-01", str(page), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert word in said and str(out) in said


def test_a_folder_is_not_made(tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", "--yes", "--date", "2025-09-01", str(page), "--out", str(tmp_path / "no" / "out.txt")]) == 2
    assert "make it first" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()
    with pytest.raises(ConfigError):
        append(tmp_path / "no" / "out.txt", Item(id="a", title="", text="", published=date(2025, 1, 2), kind="school"))


def test_an_id_is_made_of_address_and_day() -> None:
    day = date(2025, 1, 2)
    assert made_id("https://www.Paper.example/news/a-b?c=1#d", day) == "2025-01-02-paper-example-news-a-b-c-1-d"
    long = [made_id(f"https://paper.example/{'very-' * 30}{end}", day) for end in ("long", "longer")]
    assert len({*long}) == 2 and max(map(len, long)) <= 100
    assert made_id("???", day) != made_id("!!!", day)


# --- refused --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "word"),
    [
        ([], 2, "no terminal"),
        (["--out", "x.txt"], 2, "--yes writes what the classifier says"),
        (["--yes"], 2, "--date 2026-08-03"),
        (["--json", "--out", "x.txt"], 2, "--json prints"),
        (["--yes", "--id", "two words"], 2, "is no id"),
        (["--yes", "--id", ""], 2, "is no id"),
        (["--yes", "--id", "../x"], 2, "is no id"),
        (["--yes", "--style", "!"], 2, "is no kind of outlet"),
        (["--yes", "--date", "31 April"], 2, "is no day"),
    ],
    ids=str,
)
def test_a_wrong_line_is_refused_in_words(
    arguments: list[str],
    status: int,
    word: str,
    page: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(page.parent)
    monkeypatch.setattr("sys.stdin", io.StringIO("a\n"))
    try:
        found = main(["label", str(page), *arguments])
    except SystemExit as ended:
        found = int(ended.code or 0)
    said = capsys.readouterr()
    assert (found, said.out) == (status, "")
    assert word in said.err
    assert not (page.parent / "x.txt").exists()


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("gone.txt", None, "no such file"),
        ("empty.html", b"", "empty"),
        ("nothing.html", b"<html><body></body></html>", ""),
        ("broken.pdf", b"%PDF-1.7\nnothing", ""),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, ""),
    ],
)
def test_what_is_no_article_is_refused_as_elsewhere(
    name: str, body: bytes | None, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if body is not None:
        (tmp_path / name).write_bytes(body)
    assert main(["label", "--yes", str(tmp_path / name)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"monitor label: {tmp_path / name}") and word in said.err


def test_a_report_of_ofsteds_needs_no_labels(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = next((shared / "reports").glob("*dorset*.pdf"))
    assert main(["label", "--yes", str(report)]) == 1
    said = capsys.readouterr().err
    assert str(report) in said and "needs no labels" in said


def test_a_pdf_that_is_no_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "minutes.pdf").write_bytes(pdf_files.pdf(["Minutes of a meeting"]))
    assert main(["label", "--yes", str(tmp_path / "minutes.pdf")]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_help_teaches_and_speaks_of_copyright(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["label", "--help"])
    said = capsys.readouterr().out
    for words in ("examples:", "copyright", "privately", "--yes", "--json", "docs/how_to_report_a_misreading.md"):
        assert words in said
    assert (ROOT / "docs" / "how_to_report_a_misreading.md").exists()


def test_outlets_are_named_as_the_corpus_names_them() -> None:
    assert [name for name, _ in SLOT_STYLES] == list(STYLES)


# --- at a terminal --------------------------------------------------------------------------------------------------------


#: Makes its input the controlling terminal, from which Ctrl-C comes, and becomes what is to be run. Tests that were started
#: in the background inherit that Ctrl-C is ignored; whoever sits at a terminal does not.
_AT_ITS_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A process at a pseudo-terminal of its own: wait for words, then type."""

    def __init__(self, arguments: list[str], folder: Path, *, stdout: Path | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 130, 0, 0))
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AT_ITS_TERMINAL, sys.executable, "-m", "monitor", "label", *arguments],
            stdin=slave,
            stdout=stdout.open("wb") if stdout else slave,
            stderr=slave,
            cwd=folder,
            env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(slave)

    def _read(self, until: str, seconds: float = 60.0) -> None:
        """Read until some words came, or to the end where none are named."""
        end, new = time.monotonic() + seconds, ""
        while not until or until not in new:
            assert time.monotonic() < end, f"waited for {until!r}: {self.said}"
            if select.select([self._master], [], [], 0.2)[0]:
                try:
                    got = os.read(self._master, 65536).decode(errors="replace")
                except OSError:  # the other end was closed
                    got = ""
                if not got:
                    assert not until, f"ended before {until!r}: {self.said}"
                    return
                new += got
                self.said += got

    def settle(self) -> None:
        """Wait until it waits: a signal between its question and its waiting is only seen at the next key."""
        stat, before = Path(f"/proc/{self.process.pid}/stat"), ""
        for _ in range(100):
            time.sleep(0.1)
            now = stat.read_text().rpartition(")")[2] if stat.exists() else "S"
            if now.split()[0] == "S" and now == before:
                return
            before = now

    def talk(self, *lines: tuple[str, str]) -> int:
        """Type each answer once its question stands there; gives the exit status."""
        for question, answer in lines:
            self._read(question)
            if answer in {CTRL_C, CTRL_D}:
                self.settle()
            os.write(self._master, answer.encode())
        self._read("")
        os.close(self._master)
        return self.process.wait(60)


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[object]:
    opened: list[Terminal] = []

    def at(*arguments: str, stdout: Path | None = None) -> Terminal:
        opened.append(Terminal([*arguments], tmp_path, stdout=stdout))
        return opened[-1]

    yield at
    for each in opened:
        if each.process.poll() is None:
            each.process.kill()


def test_a_whole_session_at_a_terminal(terminals: object, page: Path) -> None:
    at = terminals("coventry.txt")  # type: ignore[operator]
    prompt = "label> "
    status = at.talk(
        ("When did it come out? ", "1st September 2025\n"),
        (prompt, "n other\n"),
        (prompt, "+\n"),
        ("authority: ", "Coventri\n"),
        ("authority: ", "coventry city council\n"),
        ("area: ", "over\n"),
        ("rating: ", "inad\n"),
        ("was [-]: ", "good 2022\n"),
        ("evidence: ", "99\n"),
        ("evidence: ", "2\n"),
        (prompt, "+ Coventry | adoption | good | - | 1\n"),
        ("[y/n] ", "n\n"),
        (prompt, "e 1 year 2021\n"),
        (prompt, "nonsense\n"),
        (prompt, "?\n"),
        (prompt, "a\n"),
        ("outlet: ", "local paper\n"),
        ("File to append to [labelled.txt]: ", "mine.txt\n"),
    )
    assert status == 0, at.said
    assert "did you mean 'Coventry'" in at.said and "Traceback" not in at.said
    assert (page.parent / "mine.txt").read_text() == (
        f"=== 2025-09-01-coventry\nstyle: local paper\ndate: 2025-09-01\nkind: news\ntitle: {TITLE}\n\n{TEXT}\n---\n"
        f"Coventry | overall | inadequate | good 2021 | {TEXT.splitlines()[0]}\n"
    )


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_breaking_off_at_a_terminal_offers_what_was_done(terminals: object, page: Path, key: str) -> None:
    at = terminals("coventry.txt", "--date", "2025-09-01", "--out", "mine.txt")  # type: ignore[operator]
    assert at.talk(("label> ", "n school\n"), ("label> ", key), ("Write what was done so far? [y/n] ", "y\n")) == 130, at.said
    (item,) = read_items(page.parent / "mine.txt")
    assert (item.kind, item.labels) == ("school", ())
    assert "Traceback" not in at.said


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_breaking_off_twice_leaves(terminals: object, page: Path, key: str) -> None:
    at = terminals("coventry.txt", "--date", "2025-09-01", "--out", "mine.txt")  # type: ignore[operator]
    assert at.talk(("label> ", "n school\n"), ("label> ", key), ("[y/n] ", key)) == 130, at.said
    assert "nothing was written" in at.said and "Traceback" not in at.said
    assert not (page.parent / "mine.txt").exists()


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_breaking_off_at_the_first_question_leaves(terminals: object, page: Path, key: str) -> None:
    at = terminals("coventry.txt")  # type: ignore[operator]
    assert at.talk(("When did it come out? ", key)) == 130
    assert "nothing was written" in at.said and "Traceback" not in at.said


def test_the_article_goes_to_standard_output_and_the_talk_to_the_terminal(terminals: object, page: Path) -> None:
    out = page.parent / "out.txt"
    at = terminals("coventry.txt", "--date", "2025-09-01", "--style", "LGC", stdout=out)  # type: ignore[operator]
    assert at.talk(("label> ", "n school\n"), ("label> ", "\xff\n"), ("label> ", "a\n")) == 0, at.said
    (item,) = read_items(out)
    assert (item.id, item.kind, item.style) == ("2025-09-01-coventry", "school", "LGC")
    assert out.read_text().startswith("=== ")


def test_a_broken_character_is_no_end(terminals: object, page: Path) -> None:
    at = terminals("coventry.txt", "--date", "2025-09-01", "--style", "LGC", "--out", "mine.txt")  # type: ignore[operator]
    at._read("label> ")
    os.write(at._master, b"style \xff\xfe\n")
    assert at.talk(("label> ", "n school\n"), ("label> ", "a\n")) == 0, at.said
    assert [item.kind for item in read_items(page.parent / "mine.txt")] == ["school"]


def test_an_interrupt_while_it_reads_leaves_quietly(terminals: object, page: Path) -> None:
    at = terminals("coventry.txt", "--date", "2025-09-01")  # type: ignore[operator]
    at._read("label> ")
    at.settle()
    at.process.send_signal(signal.SIGINT)
    assert at.talk() == 130
    assert "Traceback" not in at.said
