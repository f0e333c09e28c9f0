"""Addresses as the URL standard has them: the rows that matter to links, in our own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.web_address import ascii_host, normal, parse

BASE = "https://www.example.org/news/2026/list?page=2#top"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("story", "https://www.example.org/news/2026/story"),
        ("/story", "https://www.example.org/story"),
        ("./a/../b", "https://www.example.org/news/2026/b"),
        ("../../../x", "https://www.example.org/x"),
        ("/a/%2e%2E/b/.", "https://www.example.org/b/"),
        ("/a/..", "https://www.example.org/"),
        ("?page=3", "https://www.example.org/news/2026/list?page=3"),
        ("#part", "https://www.example.org/news/2026/list?page=2#part"),
        ("", "https://www.example.org/news/2026/list?page=2"),
        ("//other.example/x", "https://other.example/x"),
        ("\\\\other.example\\x", "https://other.example/x"),
        ("///other.example/x", "https://other.example/x"),
        ("https:story", "https://www.example.org/news/2026/story"),
        ("https:/story", "https://www.example.org/story"),
        ("http:/story", "http://story/"),
        ("https:///other.example//x", "https://other.example//x"),
        (" \t https://other.ex\nample/a\tb \x00", "https://other.example/ab"),
        ("HTTPS://Other.EXAMPLE:443", "https://other.example/"),
        ("http://other.example:80/?#", "http://other.example/?"),
        ("http://other.example:8080/", "http://other.example:8080/"),
        ("http://other.example:/", "http://other.example/"),
        ("/a b|c\"d<e>`f{g}^h", "https://www.example.org/a%20b|c%22d%3Ce%3E%60f%7Bg%7D%5Eh"),
        ("/caf\u00e9?q=\u00e9 '#\u00e9 `", "https://www.example.org/caf%C3%A9?q=%C3%A9%20%27#%C3%A9%20%60"),
        ("/100%/%zz?%", "https://www.example.org/100%/%zz?%"),
        ("/a?b=c?d\\e/../f", "https://www.example.org/a?b=c?d\\e/../f"),
        ("/a\\b", "https://www.example.org/a/b"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("https://stra\u00dfe.example/", "https://xn--strae-oqa.example/"),
        ("https://\uff27\uff4f.example/", "https://go.example/"),
        ("https://ex%61mple.org/", "https://example.org/"),
        ("https://caf\u00e9\u3002example/", "https://xn--caf-dma.example/"),
        ("https://caf\u00ad\u00e9.example/", "https://xn--caf-dma.example/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://017700000001/", "http://127.0.0.1/"),
        ("http://10.1/", "http://10.0.0.1/"),
        ("http://[2001:DB8:0:0::1]:80/x", "http://[2001:db8::1]/x"),
        ("https://foo_bar.example/", "https://foo_bar.example/"),
        ("/\ud800", "https://www.example.org/%EF%BF%BD"),
    ],
)  # fmt: skip
def test_what_a_link_means(link, expected):
    assert normal(link, BASE) == expected


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)", "java\nscript:alert(1)", "mailto:a@b.example", "data:text/html,x", "file:///etc/passwd", "ftp://x.example/",
        "https://", "https://:80/", "https://a b.example/", "https://a.example:99999/", "https://a.example:8x/", "https://[::1/", "https://[::g]/",
        "https://user@a.example/", "https://user:pass@a.example/", "http://10.0.0.1\\@host.example/", "http://256.1.1.1/", "http://1.2.3.4.5/",
        "http://1.2.3.x4.0x/", "https://a^b.example/", "https://a%00b.example/", "https://a%25.example/", "https://%/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_ours(link):
    assert normal(link, BASE) == ""


def test_without_a_base_an_address_must_be_whole():
    assert normal("https://a.example") == "https://a.example/"
    assert [normal(link) for link in ("/x", "//a.example/", "a.example", "")] == ["", "", "", ""]


@given(st.text(max_size=80))
def test_a_normal_address_stays_as_it_is(text):
    once = normal(text, BASE)
    assert normal(once) == once
    assert once.isascii()
    assert not any(char <= " " or char == "\x7f" for char in once)


@given(st.from_regex(r"https?://[a-z\u00e0-\u00ff.0-9x-]{1,20}(:[0-9]{1,5})?/[ -~]{0,30}", fullmatch=True))
def test_any_address_is_read_or_refused(text):
    address = parse(text)
    assert address is None or (address.host == ascii_host(address.host) and address.path.startswith("/"))
