"""One article, one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.urls import FOLDS, absolute, canonical, registrable


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.name)
def test_every_row_folds_its_example(fold):
    variant, expected = fold.example
    assert canonical(variant) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://WWW.Example.CO.UK:80/News/A/?utm_source=x&id=3#top", "https://example.co.uk/News/A?id=3"),
        ("https://m.example.co.uk/a?b=2&a=1&fbclid=z", "https://example.co.uk/a?a=1&b=2"),
        ("https://example.co.uk/a?print=true", "https://example.co.uk/a"),
        ("https://example.co.uk/a?source=council", "https://example.co.uk/a?source=council"),
        ("https://www.bbc.com/news/articles/cm21deyzndlo?at_medium=RSS", "https://bbc.co.uk/news/articles/cm21deyzndlo"),
        ("https://example.co.uk/", "https://example.co.uk/"),
        ("https://example.co.uk", "https://example.co.uk/"),
        ("https://example.co.uk/caf%c3%a9", "https://example.co.uk/caf%C3%A9"),
        ("https://example.co.uk/café", "https://example.co.uk/caf%C3%A9"),
        ("mailto:a@b.uk", "mailto:a@b.uk"),
        ("http://[::1", "http://[::1"),
        ("https://amp.co.uk/story", "https://amp.co.uk/story"),
    ],
)
def test_variants_fold(url, expected):
    assert canonical(url) == expected


def test_two_articles_stay_two():
    assert canonical("https://example.co.uk/news?id=1") != canonical("https://example.co.uk/news?id=2")
    assert canonical("https://example.co.uk/a-1") != canonical("https://example.co.uk/a-2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.uk/news.php?ref=12", "https://x.uk/news.php?ref=13"),
        ("https://x.uk/?ref=12", "https://x.uk/?ref=13"),
        ("https://x.uk/story?cmp=12", "https://x.uk/story?cmp=13"),
        ("https://x.uk/article?id=a%E9", "https://x.uk/article?id=a%E8"),
        ("https://x.uk/article?12", "https://x.uk/article?13"),
        ("https://x.uk/show.aspx?cid=1&sid=2", "https://x.uk/show.aspx?cid=1&sid=3"),
        ("https://x.uk/a?source=12", "https://x.uk/a?source=13"),
        ("https://x.uk:8080/a", "https://x.uk/a"),
    ],
)
def test_parameters_that_tell_pages_apart_are_kept(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.uk/news/council-rated-good-by-ofsted?ref=12", "https://x.uk/news/council-rated-good-by-ofsted?ref=rss"),
        ("https://x.uk/news/24681357?ref=home_top", "https://x.uk/news/24681357"),
        ("https://x.uk/news.php?id=5&ref=rss", "https://x.uk/news.php?id=5&ref=twitter"),
        ("https://x.uk/news.php?id=5&utm_source=a&fbclid=b", "https://www.x.uk/news.php?id=5"),
        ("https://bücher.example/a b", "https://xn--bcher-kva.example/a%20b"),
        ("https://x.uk/a/../b", "https://x.uk/b"),
        ("https:\\\\x.uk\\b", "https://x.uk/b"),
    ],
)
def test_ways_of_arriving_at_one_page_are_one(one, other):
    assert canonical(one) == canonical(other)


@given(
    st.builds(
        "https://{}example.co.uk/{}{}".format,
        st.sampled_from(["", "www.", "amp.", "m.www.", "mobile."]),
        st.text(alphabet="aé/%2.-_~ amprint", max_size=30),
        st.sampled_from(["", "?utm_source=a", "?id=1&amp=1", "/amp", "/print/", "?a=%20", "?q=é&b"]),
    )
)
def test_canonical_is_idempotent(url):
    assert canonical(canonical(url)) == canonical(url)


@given(st.text(max_size=60))
def test_canonical_and_absolute_take_any_text(text):
    canonical(text)
    link = absolute(text, "https://example.co.uk/feed")
    assert link == "" or link.startswith(("http://", "https://", "HTTP", "Http")) or link.lower().startswith("http")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a", "https://example.co.uk/a"),
        ("https://other.uk/b c", "https://other.uk/b%20c"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://10.0.0.1\\@host/", ""),
        ("http://user:pass@host/", ""),
        ("", ""),
        ("../../etc/passwd", "https://example.co.uk/etc/passwd"),
    ],
)
def test_only_web_links_survive(link, expected):
    assert absolute(link, "https://example.co.uk/feed/rss.xml") == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("www.gazette.example/news/1", "https://www.gazette.example/news/1"),
        ("WWW.gazette.example", "https://www.gazette.example/"),
        ("https:www.gazette.example/news/1", "https://www.gazette.example/news/1"),
        ("example.co.uk/news/1", "https://example.co.uk/news/1"),
        ("www.html", "https://example.co.uk/feed/www.html"),
        ("news.html/1", "https://example.co.uk/feed/news.html/1"),
    ],
)
def test_a_link_that_begins_with_a_host_is_an_address(link, expected):
    assert absolute(link, "https://example.co.uk/feed/rss.xml") == expected


def test_registrable():
    assert registrable("https://news.bücher.example/x") == "xn--bcher-kva.example"
    assert registrable("https://news.example.co.uk/x") == "example.co.uk"
    assert registrable("https://www.wigan.gov.uk/") == "wigan.gov.uk"
    assert registrable("https://www.gov.uk/x") == registrable("https://gov.uk/x") == "gov.uk"
    assert registrable("https://feeds.bbc.com/x") == "bbc.com"
    assert registrable("nonsense") == ""
    assert registrable("http://127.0.0.1:8000/x") == "127.0.0.1"
    assert registrable("http://[::1]:8000/x") == "::1"
