"""What holds for every reading, whatever the article says: evidence is verbatim, silence has a reason, the first gate loses nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classifier import classify, trace
from monitor.classifier.relevance import may_report
from monitor.classifier.verdict import analyse
from monitor.commands.score import load
from monitor.scoring.labels import Labelled
from tests.conftest import ROOT, SHARED

FOLDERS = [
    path for path in (ROOT / "tests" / "corpus", SHARED / "gold" / "dev", SHARED / "gold" / "seeds.json") if path.exists()
]
ARTICLES = load(FOLDERS)
OWN = load(FOLDERS[:1])


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_every_reading_holds_together(article: Labelled) -> None:
    result = classify(article.title, article.text, published=article.published)
    for found in result.judgements:
        field = article.title if found.evidence.in_title else article.text
        assert found.quote == field[found.evidence.start : found.evidence.end] != ""
    for refused in result.rejected:
        field = article.title if refused.span.in_title else article.text
        assert refused.quote == field[refused.span.start : refused.span.end] != ""
        assert refused.reason
    assert result.relevant == bool(result.judgements)
    assert bool(result.reason) != result.relevant
    assert len({(j.authority, j.area) for j in result.judgements}) == len(result.judgements)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_the_first_gate_silences_nothing_that_the_cascade_would_say(article: Labelled) -> None:
    if not may_report(article.title, article.text):
        assert analyse(article.title, article.text, article.published).result.judgements == ()


SENTENCES = [line for article in OWN if not article.negative for line in article.text.split("\n") if line.strip()]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), max_size=12),
    st.sampled_from([article.title for article in OWN]),
    st.dates(date(2009, 1, 1), date(2027, 1, 1)),
)
def test_any_mixture_of_paragraphs_is_read_verbatim(paragraphs: list[str], title: str, published: date) -> None:
    text = "\n\n".join(paragraphs)
    result = classify(title, text, published=published)
    for found in result.judgements:
        assert found.quote == (title if found.evidence.in_title else text)[found.evidence.start : found.evidence.end]
    assert bool(result.reason) != result.relevant


@given(st.text(max_size=200), st.text(max_size=600), st.none() | st.dates())
def test_any_text_has_a_reading(title: str, text: str, published: date | None) -> None:
    assert analyse(title, text, published).result.classifier_version
    classify(title, text, published=published)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Leeds children's services rated good", "", True),
        ("", "The watchdog said that children’s services in Hull are good.", True),
        ("Ofsted was there", "Children are safe.", True),
        ("", "Inspectors wrote about the children that they had met.", True),
        ("Man held", "Detective Inspector Ann Fry asked the parents of the child to come forward.", False),
        ("", "Detective Inspector Ann Fry spoke, as did the inspectors who had met the children.", True),
        ("Ofsted was there", "The bridge reopened.", False),
        ("Bridge reopens", "Traffic is moving again, and the outlook is good.", False),
        ("", "", False),
        ("", "\ud800 children", False),
    ],
)
def test_what_the_first_gate_lets_pass(title: str, text: str, expected: bool) -> None:
    assert may_report(title, text) is expected


def test_a_page_without_an_inspection_says_so() -> None:
    assert classify("Bridge reopens", "Leeds was good.").reason == "not_about_inspection"


@pytest.mark.parametrize("article", OWN[::8], ids=lambda article: article.id)
def test_a_trace_tells_what_became_of_every_candidate(article: Labelled) -> None:
    told = trace(article.title, article.text, published=article.published)
    result = classify(article.title, article.text, published=article.published)
    assert told.result == result
    by_verdict: dict[str, set[tuple[str, str]]] = {"news": set(), "for review": set(), "not news": set()}
    for candidate in told.candidates:
        by_verdict[candidate.verdict].add((candidate.authority, candidate.area))
    if not told.gated:
        assert {(j.authority.display_name, j.area) for j in result.judgements} == by_verdict["news"]
        assert {(j.authority.display_name, j.area) for j in result.uncertain} == by_verdict["for review"]


def test_a_trace_shows_each_sentence_with_what_was_made_of_it() -> None:
    title = "Bolton children's services rated good"
    text = (
        "Ofsted has rated Bolton's children's services good.\nLeadership, rated inadequate in 2016, is outstanding. It rained."
    )
    lines = trace(title, text, published=date(2020, 5, 1)).lines()
    page = "\n".join(lines)
    assert lines[0].startswith("kind of page: news")
    assert f"[title] {title}" in lines
    assert "It rained." in lines
    assert "authority “Bolton” (Bolton)" in page
    assert "year “2016” (2016)" in page
    assert "* Bolton: overall: good" in page
    assert "of Bolton " in page
    assert "what spoke: " in page


def test_a_silent_trace_gives_the_reason() -> None:
    lines = trace("", "It rained.").lines()
    assert "nothing reported: not_about_inspection" in lines
    assert lines[0].startswith("the first gate keeps it out")


def test_the_corpus_of_the_repository_is_read() -> None:
    assert len(OWN) == len(list(Path(ROOT / "tests" / "corpus").glob("*.json"))) >= 90
    assert json.loads(next((ROOT / "tests" / "corpus").glob("*.json")).read_text(encoding="utf-8"))["id"]
