"""Pages that send their readers on: followed when there is nothing to read on them, and only then."""

from __future__ import annotations

import pytest

from monitor.extraction.html.article import read_article
from monitor.extraction.html.pages import read_page
from monitor.ports import ElsewhereError, Page
from tests.extraction.stories import STORIES

URL = "https://news.test/old/a"


def page(content: str, *, head: str = "", body: str = "") -> bytes:
    return f'<html><head><meta http-equiv="Refresh" content="{content}">{head}</head><body>{body}</body></html>'.encode()


@pytest.mark.parametrize(
    ("content", "to"),
    [
        ("0; url=/b", "https://news.test/b"),
        ("0;URL='https://other.test/b?x=1'", "https://other.test/b?x=1"),
        ("0, url=b", "https://news.test/old/b"),
        ("1.5;url= /b ", "https://news.test/b"),
        ("0; /b", "https://news.test/b"),
        ("3;url=&quot;/b&quot;", "https://news.test/b"),
    ],
)
def test_a_bare_page_that_sends_on_is_followed(content: str, to: str) -> None:
    assert read_article(page(content, body="<p>Redirecting, please wait.</p>"), URL) == {"refresh": to}


def test_its_base_is_what_its_address_is_seen_from() -> None:
    assert read_article(page("0;url=b", head='<base href="/new/">'), URL) == {"refresh": "https://news.test/new/b"}


@pytest.mark.parametrize("content", ["600; url=/b", "0; url=", "0", "0;url=javascript:x()", f"0;url={URL}#top", "soon; url=/b"])
def test_what_reloads_itself_or_leads_nowhere_is_not(content: str) -> None:
    story = "".join(f"<p>{line}</p>" for line in STORIES[0].lines)
    assert read_article(page(content, body=f"<article>{story}</article>"), URL)["text"]


def test_a_page_with_an_article_is_read_whatever_it_sends_on_to() -> None:
    story = "".join(f"<p>{line}</p>" for line in STORIES[0].lines)
    assert read_article(page("0; url=/front", body=f"<article>{story}</article>"), URL)["text"]


def test_who_reads_pages_is_told_where_to_go() -> None:
    with pytest.raises(ElsewhereError) as caught:
        read_page(Page(url=URL, status=200, content_type="text/html", body=page("0; url=/b")))
    assert caught.value.to == "https://news.test/b"


def test_what_the_head_of_an_answer_says_is_as_good() -> None:
    for body in (b"", b"<p>One moment</p>", b"<!doctype html><html><body></body></html>"):
        with pytest.raises(ElsewhereError) as caught:
            read_page(Page(url=URL, status=200, content_type="text/html", body=body, headers={"refresh": "0; url=/b?x=1&y=2"}))
        assert caught.value.to == "https://news.test/b?x=1&y=2"


def test_an_article_that_reloads_itself_by_its_head_is_read() -> None:
    story = "".join(f"<p>{line}</p>" for line in STORIES[0].lines)
    body = f"<!doctype html><html><body><article>{story}</article></body></html>".encode()
    for said in ("300", "0; url=/front", '0; url="><script>'):
        assert read_page(Page(url=URL, status=200, content_type="text/html", body=body, headers={"refresh": said})).text


def test_a_page_that_sends_on_by_a_script_says_to_others_where() -> None:
    body = '<head><noscript><META http-equiv="refresh" content="0;URL=/b"></noscript></head><script>location.replace("/b")</script>'
    assert read_article(body.encode(), URL) == {"refresh": "https://news.test/b"}
