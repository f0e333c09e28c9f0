"""docs/how_to_add_a_source.md, followed: a newsroom as the page declares it, and its new kind of source."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator

import pytest

from monitor.sources import SOURCE_TYPES, keys_of
from tests.guides.guide import Copy, Guide

GUIDE = Guide.named("how_to_add_a_source.md")
SITE = GUIDE.part("## A site: the newsroom of a council")
TOLD = next(block for block in SITE.blocks() if block.startswith("$ monitor sources test"))
TITLE = re.findall(r"^    (\w.*)\n      https", TOLD, re.MULTILINE)[0]
PASSED = re.findall(r"passed over, none of its keywords: (.*)", TOLD)[0]
HOST = "https://www.penhallow.gov.uk"
TEXT = re.findall(r"\| (.*) \.\.\.", TOLD)[0]


@pytest.fixture
def newsroom() -> Iterator[str]:
    """The council's site: the card of the page, one of other news, and the story; and a list of addresses."""
    card = SITE.block("html")
    other = card.replace("/news/2026/ofsted", "/news/2026/roadworks").replace("Ofsted finds ...", PASSED)
    story = (
        f"<h1>{TITLE}</h1><p>{TEXT}.</p>"
        + f"<p>{'Staff and families were thanked by everybody for what they did. ' * 4}</p>" * 3
    )
    pages = {
        "/news": f"<html><body><ul>{card.replace('Ofsted finds ...', TITLE)}{other}</ul></body></html>",
        "/news/2026/ofsted": f"<!doctype html><title>{TITLE}</title><article>{story}</article>",
        "/list.txt": "".join(f"http://HOST/news/2026/{name}\n" for name in ("ofsted", "roadworks", "bins")),
    }

    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").replace("HOST", self.headers["Host"]).encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def configured(copy: Copy, table: str) -> None:
    copy.put("config/monitor.toml", "[fetch]\nallow_private = true\n")
    copy.put("config/sources.toml", table)


def test_the_declared_newsroom_is_tried_as_the_page_shows(copy: Copy, newsroom: str) -> None:
    table = SITE.block("toml")
    assert HOST in table
    configured(copy, table.replace(HOST, newsroom))
    assert copy.run("check").returncode == 0
    (typed,) = SITE.typed()
    done = copy.run(*typed.split()[1:])
    assert done.returncode == 0, done.stderr
    shown, promised = done.stdout.splitlines(), TOLD.splitlines()
    assert shown[0] == promised[1]
    assert "2 items in" in shown[2] or "2 items in" in shown[1]
    assert "0 without date or title; 1 to follow, 1 passed over" in done.stdout
    assert f"    {TITLE}\n      {newsroom}/news/2026/ofsted\n    passed over, none of its keywords: {PASSED}\n" in done.stdout
    assert re.search(
        rf"^  {re.escape(TITLE)}\n    .* words in \d+ paragraphs; fetch .* ms, read .* ms, classify .* ms\n    \| {re.escape(TEXT)}",
        done.stdout,
        re.MULTILINE,
    )


def test_a_key_that_is_misspelt_is_named(copy: Copy) -> None:
    configured(copy, SITE.block("toml").replace("cadence", "cadance"))
    done = copy.run("check")
    assert done.returncode == 2
    assert "cadance" in done.stdout + done.stderr


def test_every_kind_and_key_is_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", GUIDE.part("### The keys of each kind").text, re.MULTILINE)
    assert {name for name, _, _ in rows} == set(SOURCE_TYPES)
    common = set(re.findall(r"`All|`([\w ]+)`", GUIDE.part("### The keys of each kind").text)[0].split())
    for name, _, further in rows:
        told = {
            word
            for words in re.findall(r"`([^`]+)`", further.replace("`in_place = true`", "`in_place`"))
            for word in words.split()
        }
        assert set(keys_of(name)) == told | common, name


def test_the_new_kind_polls(copy: Copy, newsroom: str) -> None:
    kind = GUIDE.part("## A kind: one file")
    copy.put("monitor/sources/lines.py", kind.block("python"))
    (row,) = re.findall(r'`("lines": "[^`]+")`', kind.text)
    copy.insert("monitor/sources/__init__.py", f"    {row},\n", before='    "drop": "monitor')
    configured(copy, f'[[source]]\nname = "list"\nkind = "lines"\nurl = "{newsroom}/list.txt"\nmost = 2\n')
    assert copy.run("check").returncode == 0
    done = copy.run("sources", "test", "list")
    assert "2 items in" in done.stdout, done.stdout + done.stderr
    assert re.findall(r"/news/2026/(\w+)", done.stdout) == ["ofsted", "roadworks"]
    assert f"  {TITLE}\n" in done.stdout
