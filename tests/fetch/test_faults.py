"""The faults of a fetch, one row each: what the server does, what the fetch comes to. Nothing raises, nobody else is harmed."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from monitor.fetch import HttpFetcher, Limits
from monitor.ports import FetchFailure, Page, Validators
from tests.fetch import fault_server as faults
from tests.fetch.fault_server import CERTIFICATES, FaultServer, bomb, raw, response, says

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
LIMITS = Limits(
    page_bytes=2 * 1024 * 1024,
    read_timeout=0.4,
    connect_timeout=1.0,
    deadline=1.2,
    delay=0,
    exempt_hosts=frozenset({"127.0.0.1"}),
)


class StillClock:
    def now(self) -> datetime:
        return NOW

    def today(self):
        return NOW.date()


def fetcher(**options: object) -> HttpFetcher:
    return HttpFetcher(
        **({"clock": StillClock(), "contact": "tests@example.uk", "limits": LIMITS, "allow_private": True} | options)
    )  # type: ignore[arg-type]


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
HTML = "<html><title>{0}</title><body><h1>{0}</h1><p>{1}</p></body></html>"

#: number in the programme, name, answer, expected reason ("" for a page), expected wait
ROWS = [
    ("3", "reset", faults.reset, "reset", None),
    ("5", "hangs before headers", faults.hang, "timeout", None),
    ("6", "one byte at a time", faults.drip, "deadline", None),
    ("7", "stops mid-body", faults.stop_midway, "timeout", None),
    ("8a", "length larger than body", raw(OK + b"Content-Length: 1000\r\n\r\nshort"), "incomplete", None),
    ("8b", "length smaller than body", raw(OK + b"Content-Length: 5\r\n\r\nfirst and more"), "", None),
    ("9", "endless chunks", faults.endless, "too_large", None),
    ("10", "200 MB announced", raw(OK + b"Content-Length: 200000000\r\n\r\n"), "too_large", None),
    ("11", "100 KB of headers", raw(OK + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(90)) + b"\r\n"), "headers_too_large", None),
    ("11b", "one endless header", raw(OK + b"X-Long: " + b"y" * 300_000 + b"\r\n\r\n"), "headers_too_large", None),
    ("12", "gzip bomb", raw(bomb("gzip")), "too_large", None),
    ("13", "gzip twice", raw(bomb("gzip, gzip")), "too_large", None),
    ("14", "brotli that nobody asked for", raw(bomb("br")), "encoding", None),
    ("15", "zstd that nobody asked for", raw(bomb("zstd")), "encoding", None),
    ("16", "deflate bomb", raw(bomb("deflate")), "too_large", None),
    ("16b", "gzip that is none", says(b"plain text", headers={"Content-Encoding": "gzip"}), "encoding", None),
    ("18", "redirect loop", says(status="302 Found", headers={"Location": "/loop"}), "redirect_loop", None),
    ("19a", "redirect to the metadata service", says(status="302 Found", headers={"Location": "http://169.254.169.254/x"}), "redirect_refused", None),
    ("19b", "redirect to a file", says(status="302 Found", headers={"Location": "file:///etc/passwd"}), "redirect_refused", None),
    ("19c", "redirect to ftp", says(status="302 Found", headers={"Location": "ftp://example.uk/x"}), "redirect_refused", None),
    ("19d", "redirect that parsers read differently", says(status="302 Found", headers={"Location": "http://10.0.0.1\\@example.uk/"}), "redirect_refused", None),
    ("19e", "redirect with credentials", says(status="302 Found", headers={"Location": "http://a:b@example.uk/"}), "redirect_refused", None),
    ("21", "304 to a question not asked", says(b"", status="304 Not Modified"), "unexpected_304", None),
    ("25", "401", says(status="401 Unauthorized"), "unauthorised", None),
    ("26", "403", says("no", status="403 Forbidden"), "forbidden", None),
    ("27", "403 with a challenge", says("<title>Just a moment...</title>", status="403 Forbidden"), "challenge", None),
    ("28", "404", says(status="404 Not Found"), "not_found", None),
    ("30", "410", says(status="410 Gone"), "gone", None),
    ("31", "429 without a header", says(status="429 Too Many Requests"), "rate_limited", None),
    ("32", "429, 120 s", says(status="429 Too Many", headers={"Retry-After": "120"}), "rate_limited", 120.0),
    ("33", "429, a date", says(status="429 Too Many", headers={"Retry-After": "Mon, 15 Jun 2026 09:30:00 GMT"}), "rate_limited", 1800.0),
    ("34a", "429, ten years", says(status="429 Too Many", headers={"Retry-After": "315360000"}), "rate_limited", 21600.0),
    ("34b", "429, the past", says(status="429 Too Many", headers={"Retry-After": "-5"}), "rate_limited", 1.0),
    ("34c", "429, soon", says(status="429 Too Many", headers={"Retry-After": "soon"}), "rate_limited", None),
    ("35", "500", says(status="500 Oops"), "server_error", None),
    ("36", "503 with a wait", says(status="503 Busy", headers={"Retry-After": "60"}), "server_error", 60.0),
    ("37", "502", says(status="502 Bad Gateway"), "server_error", None),
    ("x1", "no HTTP at all", raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "protocol", None),
    ("x2", "closes at once", raw(b""), "reset", None),
    ("x3", "a redirect without a place", says(status="302 Found"), "unexpected_status", None),
    ("x4", "204", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "unexpected_status", None),
]  # fmt: skip


@pytest.mark.parametrize(("number", "name", "answer", "reason", "wait"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
async def test_a_fault_is_a_value_and_harms_nobody_else(number, name, answer, reason, wait):
    path = "/loop" if number == "18" else "/x"
    async with FaultServer({path: answer}) as server, fetcher() as client:
        faulty, healthy = await asyncio.gather(client.fetch(server.url(path)), client.fetch(server.url("/healthy")))
    assert isinstance(healthy, Page)
    assert b"Council" in healthy.body
    if not reason:
        assert isinstance(faulty, Page)
        assert faulty.body == b"first"
        return
    assert isinstance(faulty, FetchFailure)
    assert faulty.reason == reason, faulty
    assert faulty.retry_after == wait
    assert faulty.permanent == (reason in ("gone", "too_large", "bad_url"))


async def test_1_a_name_that_does_not_resolve():
    async with fetcher() as client:
        answer = await client.fetch("http://nothing.invalid/feed")
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "dns"


async def test_2_a_port_where_nobody_listens():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    async with fetcher() as client:
        answer = await client.fetch(f"http://127.0.0.1:{port}/")
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "refused"


@pytest.mark.parametrize(("certificate", "reason"), [("good", ""), ("expired", "tls"), ("selfsigned", "tls"), ("other", "tls")])
async def test_4_certificates(certificate, reason):
    async with FaultServer({}, certificate) as server, fetcher(ca_file=str(CERTIFICATES / "ca.pem")) as client:
        answer = await client.fetch(server.url("/feed", "https", "localhost"))
    assert (answer.reason if isinstance(answer, FetchFailure) else "") == reason


async def test_17_a_permanent_redirect_names_the_new_address():
    routes = {
        "/old": says(status="301 Moved", headers={"Location": "/mid"}),
        "/mid": says(status="308 Moved", headers={"Location": "/new"}),
    }
    async with FaultServer(routes) as server, fetcher() as client:
        page = await client.fetch(server.url("/old"))
        assert isinstance(page, Page)
        assert page.moved_to == page.url == server.url("/new")
        direct = await client.fetch(server.url("/new"))
        assert isinstance(direct, Page)
        assert direct.moved_to == ""


async def test_17_a_chain_with_a_temporary_hop_has_not_moved():
    routes = {
        "/old": says(status="301 Moved", headers={"Location": "/mid"}),
        "/mid": says(status="302 Found", headers={"Location": "/new"}),
    }
    async with FaultServer(routes) as server, fetcher() as client:
        page = await client.fetch(server.url("/old"))
    assert isinstance(page, Page)
    assert page.moved_to == ""


async def test_18_redirects_end_somewhere():
    routes = {f"/r{i}": says(status="302 Found", headers={"Location": f"/r{i + 1}"}) for i in range(20)}
    async with FaultServer(routes) as server, fetcher() as client:
        answer = await client.fetch(server.url("/r0"))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "redirect_loop"
    assert len([path for path in server.asked if path.startswith("/r") and path != "/robots.txt"]) == 6


async def test_20_no_way_down_from_https():
    async with FaultServer({}) as plain:
        routes = {"/x": says(status="301 Moved", headers={"Location": plain.url("/feed")})}
        async with FaultServer(routes, "good") as server, fetcher(ca_file=str(CERTIFICATES / "ca.pem")) as client:
            answer = await client.fetch(server.url("/x", "https", "localhost"))
        assert isinstance(answer, FetchFailure)
        assert answer.reason == "redirect_refused"
        assert plain.asked == []


async def test_22_validators_are_sent_and_a_304_keeps_them():
    async with FaultServer({}) as server, fetcher() as client:
        first = await client.fetch(server.url("/feed"))
        assert isinstance(first, Page)
        again = await client.fetch(server.url("/feed"), first.validators)
    assert isinstance(again, Page)
    assert again.not_modified
    assert again.body == b""
    assert again.validators == first.validators == Validators(etag='"v1"')


async def test_23_24_useless_validators_do_no_harm():
    tags = faults.cycle(*(says(headers={"ETag": f'"{i}"', "Last-Modified": "Fri, 01 Jan 2100 00:00:00 GMT"}) for i in range(3)))
    async with FaultServer({"/feed": tags}) as server, fetcher() as client:
        page: Page | FetchFailure = await client.fetch(server.url("/feed"))
        for _ in range(2):
            assert isinstance(page, Page)
            assert b"Council" in page.body
            page = await client.fetch(server.url("/feed"), page.validators)


async def test_37_half_the_time_recovers():
    flaky = faults.cycle(says(status="502 Bad Gateway"), says())
    async with FaultServer({"/feed": flaky}) as server, fetcher() as client:
        answers = [await client.fetch(server.url("/feed")) for _ in range(4)]
    assert [isinstance(answer, Page) for answer in answers] == [False, True, False, True]


async def test_no_credentials_cookies_or_validators_reach_another_host():
    async with FaultServer({}) as other:
        moved = says(status="302 Found", headers={"Location": other.url("/feed", host="localhost"), "Set-Cookie": "a=b"})
        async with FaultServer({"/x": moved}) as server, fetcher() as client:
            await client.fetch(server.url("/x"), Validators(etag='"v1"'))
            await client.fetch(server.url("/x"))
        assert all("cookie" not in request and "referer" not in request for request in other.requests + server.requests)
        assert all("if-none-match" not in request for request in other.requests)


async def test_who_we_are_and_what_we_accept():
    async with FaultServer({}) as server, fetcher() as client:
        await client.fetch(server.url("/feed"))
    assert server.requests[-1]["user-agent"] == "OfstedRatingMonitor/1 (+tests@example.uk)"
    assert server.requests[-1]["accept-encoding"] == "gzip"


async def test_a_contact_in_another_alphabet_ends_no_request():
    async with FaultServer({}) as server, fetcher(contact="Zo\u00eb, Pr\u00fcfung") as client:
        assert isinstance(await client.fetch(server.url("/feed")), Page)
    assert server.requests[-1]["user-agent"] == "OfstedRatingMonitor/1 (+Zo?, Pr?fung)"


async def test_gzip_is_read_in_members_and_to_the_end():
    import gzip

    body = gzip.compress(b"one ") + gzip.compress(b"two")
    cut = gzip.compress(b"x" * 1000)[:-9]
    routes = {
        "/two": says(body, headers={"Content-Encoding": "gzip"}),
        "/cut": says(cut, headers={"Content-Encoding": "gzip"}),
    }
    async with FaultServer(routes) as server, fetcher() as client:
        two, short = await client.fetch(server.url("/two")), await client.fetch(server.url("/cut"))
    assert isinstance(two, Page)
    assert two.body == b"one two"
    assert isinstance(short, FetchFailure)
    assert short.reason == "incomplete"


async def test_robots_txt_is_asked_once_and_obeyed():
    rules = says("User-agent: *\nDisallow: /search/all*\nDisallow: /*/print$\n", kind="text/plain")
    async with FaultServer({"/robots.txt": rules}) as server, fetcher() as client:
        refused = await client.fetch(server.url("/search/all.atom"))
        printed = await client.fetch(server.url("/news/print"))
        allowed = await client.fetch(server.url("/news/printed"))
    assert isinstance(refused, FetchFailure)
    assert isinstance(printed, FetchFailure)
    assert refused.reason == printed.reason == "robots"
    assert isinstance(allowed, Page)
    assert server.asked == ["/robots.txt", "/news/printed"]


async def test_a_site_whose_robots_txt_fails_is_left_alone():
    async with FaultServer({"/robots.txt": says(status="503 Busy")}) as server, fetcher() as client:
        answer = await client.fetch(server.url("/feed"))
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "robots_server_error"
    assert server.asked == ["/robots.txt"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://\uff11\uff12\uff17.0.0.1/",
    ],
)
async def test_without_permission_this_machine_is_out_of_reach(url):
    async with HttpFetcher(clock=StillClock(), contact="", limits=LIMITS) as client:
        answer = await client.fetch(url)
    assert isinstance(answer, FetchFailure)
    assert answer.reason in ("blocked_address", "bad_url")


def test_the_servers_own_bombs_are_bombs():
    """A fault server whose faults are none would prove nothing."""
    assert len(bomb("gzip")) < 100_000
    assert len(response("x")) < 200
