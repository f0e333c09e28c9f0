"""The pure rules of fetching: addresses, robots.txt, pace, Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.retry_after import retry_after
from monitor.fetch.addresses import refuse_address, refuse_url
from monitor.fetch.politeness import Bucket
from monitor.fetch.robots import parse_robots

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.0.8", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::7f00:1", "fe80::1%eth0", "fd00:ec2::254", "nonsense",
    ],
)  # fmt: skip
def test_inner_addresses_are_refused(address):
    assert refuse_address(address)


@pytest.mark.parametrize("address", ["151.101.0.81", "2a04:4e42::81", "8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_allowed(address):
    assert refuse_address(address) == ""


@pytest.mark.parametrize("address", ["169.254.169.254", "224.0.0.1", "0.0.0.0", "::ffff:169.254.169.254"])
def test_some_are_refused_even_with_private_ones_allowed(address):
    assert refuse_address(address, allow_private=True)
    assert refuse_address("127.0.0.1", allow_private=True) == ""


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.uk/", "file:///etc/passwd", "http://user:pw@example.uk/", "http://10.0.0.1\\@example.uk/", "http://a b/",
        "http://example.uk:22/", "http:///x", "http://example.uk:99999/", "http://127.0.0.1/", "http://[::1]/", "//example.uk/",
        "http://example.uk/\r\nHost: x",
    ],
)  # fmt: skip
def test_urls_that_are_refused(url):
    assert refuse_url(url)


def test_urls_that_are_allowed():
    assert refuse_url("https://www.gov.uk/x?y=1") == ""
    assert refuse_url("http://example.uk:443/") == ""
    assert refuse_url("http://127.0.0.1:8000/", allow_private=True) == ""


ROBOTS = b"""
# comment
User-agent: BadBot
Disallow: /

User-agent: *
Crawl-delay: 7
Disallow: /*/print$
Disallow: /search/all*
Disallow: /private
Allow: /private/open
Disallow: /*.pdf$
Disallow:

User-agent: ofstedratingmonitor
User-agent: other
Disallow: /only-us
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True), ("/x/print", False), ("/x/print/y", True), ("/search/all.atom", False), ("/search/news", True),
        ("/private", False), ("/private/open/a", True), ("/a/b.pdf", False), ("/a/b.pdf?x=1", True), ("/only-us", True),
        ("/%70rivate", False),
    ],
)  # fmt: skip
def test_robots_wildcards(path, allowed):
    assert parse_robots(ROBOTS, "somebody").allows(f"https://example.uk{path}") is allowed


def test_robots_groups():
    ours = parse_robots(ROBOTS, "OfstedRatingMonitor")
    assert not ours.allows("https://example.uk/only-us")
    assert ours.allows("https://example.uk/private")
    assert parse_robots(ROBOTS, "somebody").delay == 7
    assert not parse_robots(ROBOTS, "badbot/2").allows("https://example.uk/x")
    assert parse_robots(b"", "x").allows("https://example.uk/x")


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_robots_txt_is_taken(body, path):
    parse_robots(b"User-agent: *\nDisallow: " + body, "x").allows(f"https://example.uk/{path}")


def test_a_burst_then_one_at_a_time():
    bucket = Bucket(tokens=3, updated=0.0)
    assert [bucket.take(0.0, burst=3, delay=10) for _ in range(5)] == [0, 0, 0, 10, 20]
    assert bucket.take(100.0, burst=3, delay=10) == 0


@given(st.lists(st.floats(0, 50), min_size=20, max_size=60))
def test_never_more_than_the_burst_and_the_pace(gaps):
    """Whatever the arrivals, the moments of sending never exceed burst + elapsed / delay."""
    bucket, now, sent = Bucket(tokens=4, updated=0.0), 0.0, []
    for gap in gaps:
        now += gap
        sent.append(now + bucket.take(now, burst=4, delay=10))
    for index, first in enumerate(sent):
        for count, last in enumerate(sent[index:], start=1):
            assert count <= 4 + (last - first) / 10 + 1 + 1e-6


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("120", 120),
        ("0", 1),
        ("-5", 1),
        ("999999999", 21600),
        ("soon", None),
        ("Mon, 15 Jun 2026 10:00:00 GMT", 3600),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_taken(text):
    wait = retry_after(text, NOW)
    assert wait is None or 1 <= wait <= 21600
