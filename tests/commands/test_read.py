"""`monitor read` as a person uses it, and as a script does."""

from __future__ import annotations

import gzip
import http.server
import io
import json
import sys
import threading

import pytest

from monitor.cli import main
from tests.extraction.layouts import LAYOUTS
from tests.extraction.stories import STORIES

STORY = STORIES[0]
ARTICLE = LAYOUTS["wordpress"][0](STORY)
TEXT = "\n\n".join(STORY.lines)


@pytest.fixture
def address():
    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(ARTICLE.encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/story"
    server.shutdown()
    server.server_close()


def batch(monkeypatch, capsys, *lines: bytes) -> tuple[int, list[dict]]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines))))
    status = main(["read", "--jsonl"])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_and_an_address_are_read_alike(tmp_path, capsys, address):
    page = tmp_path / "page.html.gz"
    page.write_bytes(gzip.compress(ARTICLE.encode()))
    assert main(["read", "--json", str(page), address]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["title"] == second["title"] == STORY.title
    assert first["text"] == second["text"] == TEXT
    assert first["published"] == STORY.day


def test_a_relative_path_is_read_for_people(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text(ARTICLE)
    assert main(["read", "page.html"]) == 0
    assert capsys.readouterr().out == f"{STORY.title}\n{STORY.day}\n\n{TEXT}\n"


def test_nothing_to_read_is_a_mistake_of_use(capsys):
    assert main(["read"]) == 2
    assert "name a file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("gone.html", None, "not_found"),
        ("folder", "folder", "unreadable"),
        ("empty.html", b"", "empty"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not_text"),
        ("broken.html.gz", gzip.compress(ARTICLE.encode(), mtime=0)[:200], "unreadable"),
        ("bomb.html.gz", gzip.compress(b"<p>" + b" " * 21_000_000, mtime=0), "too_large"),
        ("large.html", b"<p>" + b"x" * 21_000_000, "too_large"),
        ("saved.pdf", b"<html><h1>Report not found</h1></html>", "not_a_pdf"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_reason(tmp_path, capsys, name, body, reason):
    path = tmp_path / name
    if body == "folder":
        path.mkdir()
    elif body is not None:
        path.write_bytes(body)
    assert main(["read", str(path)]) == 1
    out = capsys.readouterr().out
    assert f"cannot be read ({reason})" in out
    assert len(out) < 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("body", [ARTICLE, f"{STORY.title}\n\n{TEXT}\n"], ids=["page", "text"])
def test_character_sets_of_files(tmp_path, capsys, encoding, body):
    path = tmp_path / "page"
    path.write_bytes(body.replace("children's", "children’s").encode(encoding))
    assert main(["read", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["text"] == TEXT.replace("children's", "children’s")


def test_a_text_that_quotes_markup_is_a_text(tmp_path, capsys):
    path = tmp_path / "article.txt"
    path.write_text(f"{STORY.title}\n\nThey wrote <b>good</b> & 1 < 2.\n\n{TEXT}")
    assert main(["read", str(path)]) == 0
    assert "They wrote <b>good</b> & 1 < 2." in capsys.readouterr().out


def test_no_page_speaks_to_the_terminal(tmp_path, capsys):
    path = tmp_path / "page.html"
    prose = STORY.lines[0]
    path.write_text(f"<title>A\x1b[2Jtitle &#27;]0;of it</title><p>\x1b[31m{prose}&#27;[0m &#8238;dlo{prose}</p>")
    assert main(["read", str(path)]) == 0
    out = capsys.readouterr().out
    assert prose in out
    assert all(char.isprintable() or char == "\n" for char in out)


def test_a_batch_goes_on_after_a_bad_line(tmp_path, capsys, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text(ARTICLE)
    status, answers = batch(
        monkeypatch,
        capsys,
        json.dumps({"id": 1, "path": str(page)}).encode(),
        b"{broken",
        b"",
        b"\xff\xfe{",
        b"[" * 100_000,
        b"[1]",
        json.dumps({"id": 2, "html": ARTICLE, "url": "https://example.uk/story"}).encode(),
        json.dumps({"id": 3, "path": "gone"}).encode(),
        json.dumps({"id": "\ud800"}).encode(),
    )
    assert status == 1
    assert [answer.get("id", "none") for answer in answers] == [1, "none", "none", "none", "none", 2, 3, "\ud800"]
    assert answers[0]["text"] == answers[5]["text"] == TEXT
    assert answers[5]["url"] == "https://example.uk/story"
    assert [answer["error"]["reason"] for answer in answers if "error" in answer] == [
        *["bad_line"] * 4,
        "not_found",
        "bad_line",
    ]


def test_an_empty_batch_is_answered_by_nothing(monkeypatch, capsys):
    assert batch(monkeypatch, capsys) == (0, [])


def test_a_batch_tells_a_terminal_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}\n" * 26)))
    assert main(["read", "--jsonl"]) == 1
    assert capsys.readouterr().err == "0 read, 25 not\r0 read, 26 not\n"
