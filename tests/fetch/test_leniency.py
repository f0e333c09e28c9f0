"""HTTP as servers speak it: what browsers and curl take, we take; what cannot be taken is told and tried again."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.fetch import Limits
from monitor.fetch.cookies import Cookies
from monitor.fetch.response_body import BodyRefusedError, Inflater
from monitor.fetch.response_heads import Heads, mended
from monitor.ports import FetchFailure, Page, Validators
from tests.fetch.fault_server import CERTIFICATES, Answer, FaultServer, hang, raw, says
from tests.fetch.test_faults import LIMITS, fetcher

CA = CERTIFICATES / "ca.pem"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def page_of(answer: Answer, path: str = "/x") -> Page:
    async with FaultServer({path: answer}) as server, fetcher() as client:
        found = await client.fetch(server.url(path))
    assert isinstance(found, Page), found
    return found


@pytest.mark.parametrize(
    "line",
    [
        b"X-Powered-By : CMS",
        b"X-Powered-By\t: CMS",
        b"X Powered By: CMS",
        b"userdata not support",
        b": no name",
        b"X-Caf\xc3\xa9: yes",
        b"X-Control: a\x00b\x0bc",
        b"Content-Length: unknown",
        b"Content-Length: -1",
        b"Content-Length:",
        b"Transfer-Encoding: identity",
        b"X-Folded: one\r\n two",
    ],
)
async def test_a_line_of_a_head_that_is_none_is_passed_over(line):
    for first in (OK, b"HTTP/1.1 200 OK\nContent-Type: text/html\n"):
        page = await page_of(raw(first + line + b'\r\nETag: "1"\r\nConnection: close\r\n\r\n<p>x</p>'))
        assert (page.body, page.content_type, page.validators.etag) == (b"<p>x</p>", "text/html", '"1"')
    before = await page_of(raw(b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Type: text/html\r\n\r\n<p>x</p>"))
    assert before.content_type == "text/html"


@pytest.mark.parametrize(
    "status", [b"HTTP/1.1  200 OK", b"HTTP/1.1 200", b"HTTP/1 200 OK", b"HTTP/1.1 200 O\x01K", b"HTTP/1.0 200 Fine"]
)
async def test_status_lines(status):
    assert (await page_of(raw(status + b"\r\n\r\n<p>x</p>"))).body == b"<p>x</p>"


def test_a_line_that_is_folded_onto_nothing_is_left_out():
    assert mended(b"HTTP/1.1 200 OK\r\n folded\r\nA: b\r\n c\r\nBad\r\n d") == b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"


async def test_empty_lines_before_an_answer_are_passed_over():
    assert (await page_of(raw(b"\r\n\r\n" + OK + b"Content-Length: 8\r\n\r\n<p>x</p>"))).body == b"<p>x</p>"


async def test_a_hint_before_the_answer_is_no_answer():
    hint = b"HTTP/1.1 103 Early Hints\r\nLink : </x.css>\r\n\r\n"
    assert (await page_of(raw(hint + OK + b"Bad line\r\n\r\n<p>x</p>"))).body == b"<p>x</p>"


async def test_a_head_may_come_byte_by_byte_and_over_tls():
    async def slowly(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        for byte in OK + b"Bad : x\r\nContent-Length: 8\r\n\r\n<p>x</p>":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0)

    async with FaultServer({"/x": slowly}, "good") as server, fetcher(ca_file=str(CA)) as client:
        for _ in range(2):  # the second over the connection that was kept
            page = await client.fetch(server.url("/x", "https", "localhost"))
            assert isinstance(page, Page)
            assert page.body == b"<p>x</p>"


@given(st.binary(max_size=60), st.integers(1, 20))
def test_no_byte_of_a_body_is_changed(body, step):
    heads, answer, passed = Heads(), OK + b"X : y\r\n\r\n" + body, b""
    heads.expect()
    for at in range(0, len(answer), step):
        passed += heads.take(answer[at : at + step])
    assert passed + heads.take(b"") == OK + b"X: y\r\n\r\n" + body


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(data):
    heads = Heads()
    heads.expect()
    heads.take(data)
    heads.take(b"")
    mended(data)


@pytest.mark.parametrize("etag", ['"Ausgabe-f\xfcr-heute"'.encode("latin-1"), '"für"'.encode(), b'W/"1"', b'"a\xff"'])
@pytest.mark.parametrize(
    "modified", [b"Sat, 28 Nov 2026 09:00:00 GMT", "sam., 28 ao\xfbt 2026".encode("latin-1"), "août".encode()]
)
async def test_validators_go_back_as_they_came(etag, modified):
    answer = raw(OK + b"ETag: " + etag + b"\r\nLast-Modified: " + modified + b"\r\nContent-Length: 1\r\n\r\nx")
    async with FaultServer({"/x": answer}) as server, fetcher() as client:
        first = await client.fetch(server.url("/x"))
        assert isinstance(first, Page)
        assert isinstance(await client.fetch(server.url("/x"), first.validators), Page)
        # What an older version kept, and what cannot be sent, ends no request.
        for kept in (Validators(etag="\u201c1\u201d"), Validators(etag='"a\nb"', last_modified="\ufffd")):
            assert isinstance(await client.fetch(server.url("/x"), kept), Page)
    asked = [request for path, request in zip(server.asked, server.requests, strict=True) if path == "/x"]
    assert [request.get("if-none-match", "").encode("latin-1") for request in asked] == [b"", etag, b"", b""]
    assert [request.get("if-modified-since", "").encode("latin-1") for request in asked] == [b"", modified, b"", b""]


async def test_a_validator_too_long_to_keep_is_not_kept():
    assert (await page_of(says("x", headers={"ETag": '"' + "y" * 600 + '"'}))).validators == Validators()


BODY = b"<html><p>plain</p></html>" * 40
RAW = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("UTF-8", BODY),
        ("none", BODY),
        ("aws-chunked", BODY),
        ("identity", BODY),
        ("binary, utf8", BODY),
        ("", BODY),
        ("deflate", zlib.compress(BODY)),
        ("deflate", RAW.compress(BODY) + RAW.flush()),
        ("aws-chunked, gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP,UTF-8", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ('"gzip"', gzip.compress(BODY, mtime=0)),
        ("gzip;q=1.0", gzip.compress(BODY, mtime=0)),
        ("gzip, gzip", gzip.compress(BODY, mtime=0)),  # two servers said so of one
        ("gzip, gzip", gzip.compress(gzip.compress(BODY, mtime=0), mtime=0)),
        ("br", gzip.compress(BODY, mtime=0)),  # what a body begins with is believed before its label
        ("deflate", gzip.compress(BODY, mtime=0)),
        ("gzip", zlib.compress(BODY)),
        ("gzip", BODY),
        ("br", BODY),
        ("zstd", BODY),
        ("deflate", BODY),
    ],
)
async def test_content_encodings(encoding, body):
    assert (await page_of(says(body, headers={"Content-Encoding": encoding}))).body == BODY
    inflater = Inflater(encoding, 100_000)
    for byte in body:
        inflater.feed(bytes([byte]))
    assert inflater.finish() == BODY


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "gzip", "compress"])
async def test_what_cannot_be_unpacked_is_tried_again(encoding):
    async with FaultServer({"/x": says(b"\x1b\x00", headers={"Content-Encoding": encoding})}) as server, fetcher() as client:
        answer = await client.fetch(server.url("/x"))
    assert isinstance(answer, FetchFailure)
    assert (answer.reason, answer.permanent) == ("encoding", False)


@pytest.mark.parametrize("body", [zlib.compress(BODY)[:-9], b"\x08rubbish"])
def test_deflate_that_is_broken(body):
    inflater = Inflater("deflate", 100_000)
    with pytest.raises(BodyRefusedError):
        [inflater.feed(body), inflater.finish()]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/news/Leeds services inadequate", "/news/Leeds%20services%20inadequate"),
        (" /news/a ", "/news/a"),
        ("news/a#top", "/news/a"),
        ("/news/../b|c", "/b|c"),
        ("/news\\a", "/news/a"),
        ("/caf\xc3\xa9", "/caf%C3%A9"),
    ],
)
async def test_where_a_redirect_leads(location, path):
    async def answer(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode("latin-1") + b"\r\n\r\n")

    async with FaultServer({"/x": answer}) as server, fetcher(robots=False) as client:
        page = await client.fetch(server.url("/x"))
    assert isinstance(page, Page), page
    assert server.asked[-1] == path


def wall(path: str, cookie: str) -> Answer:
    """A page that is shown only to who brings back the cookie that was set on a redirect to itself."""

    async def answer(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        if cookie.partition(";")[0] in request.get("cookie", ""):
            await says("<p>in</p>")(writer, request)
        else:
            await says("", status="302 Found", headers={"Location": path, "Set-Cookie": cookie})(writer, request)

    return answer


@pytest.mark.parametrize("cookie", ["seen=1", "seen=1; Path=/; HttpOnly; SameSite=Lax", "a=b=c; Max-Age=60"])
async def test_a_page_that_redirects_to_itself_with_a_cookie_is_read(cookie):
    async with FaultServer({"/x": wall("/x", cookie)}) as server, fetcher(robots=False) as client:
        for _ in range(2):
            page = await client.fetch(server.url("/x"))
            assert isinstance(page, Page)
            assert (page.body, page.moved_to) == (b"<p>in</p>", "")
    assert server.asked == ["/x"] * 4  # nothing is remembered of us from one fetch to the next


@pytest.mark.parametrize("cookie", ["seen=1; Max-Age=0", "seen=1; Domain=other.example", "nothing", "seen=1; Secure", "=1"])
async def test_a_cookie_that_is_not_brought_back_makes_a_loop(cookie):
    async with FaultServer({"/x": wall("/x", cookie)}) as server, fetcher(robots=False) as client:
        answer = await client.fetch(server.url("/x"))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "redirect_loop"


def test_cookies_go_to_who_set_them():
    cookies = Cookies()
    cookies.take(
        "https://www.gazette.example/a",
        [b"own=1", b"all=2; Domain=.gazette.example", b"tls=3; Secure", b"bad=4; Domain=example"],
    )
    assert cookies.header("https://www.gazette.example/b") == "own=1; all=2; tls=3"
    assert cookies.header("http://www.gazette.example/b") == "own=1; all=2"
    assert cookies.header("https://news.gazette.example/") == "all=2"
    assert cookies.header("https://evilgazette.example/") == cookies.header("https://other.example/") == ""
    cookies.take("https://www.gazette.example/a", [b"own=; Max-Age=-1", *(b"n%d=1" % number for number in range(200))])
    assert "own=" not in cookies.header("https://www.gazette.example/")
    assert cookies.header("https://www.gazette.example/").count("=") == 50


async def test_the_deadline_is_for_all_redirects_together():
    async def slow(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        await asyncio.sleep(0.25)
        writer.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /%d\r\n\r\n" % len(server.asked))

    limits = Limits(deadline=0.6, read_timeout=5, delay=0, exempt_hosts=LIMITS.exempt_hosts, redirects=9)
    async with FaultServer({f"/{n}": slow for n in range(9)}) as server, fetcher(robots=False, limits=limits) as client:
        answer = await client.fetch(server.url("/0"))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "deadline"
    assert len(server.asked) < 5


async def test_a_server_that_never_ends_its_head_is_not_waited_for():
    async def half(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        writer.write(OK + b"X-Bad : y\r\n")
        await hang(writer, request)

    async with FaultServer({"/x": half}) as server, fetcher() as client:
        answer = await client.fetch(server.url("/x"))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "timeout"
