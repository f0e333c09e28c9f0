"""What the classifier says of an article as a draft, and what is doubtful about a label on a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classifier import classify
from monitor.domain.authorities import nearest
from monitor.domain.frameworks import graded_ratings
from monitor.domain.model import Area, Rating
from monitor.scoring.draft import OTHER, Draft, doubts, draft_of, kind_of, no_news, only_sure, with_label, without
from monitor.scoring.form import Item, Label, block, items_of, read_items
from monitor.scoring.labels import item_json, labelled, of_form
from monitor.scoring.typed import NotUnderstood
from tests.conftest import ROOT

TODAY = date(2026, 9, 1)
TITLE = "Coventry children's services rated inadequate"
TEXT = "\r\nChildren's services at Coventry City Council have been rated inadequate by Ofsted.\r\n\r\n---\r\nThe end.\r\n"
LABEL = Label(authority="Leeds", area="leadership", rating="good", evidence="x")


def item(title: str = TITLE, text: str = TEXT) -> Item:
    return Item(id="a", title=title, text=text, published=None, kind="", style="paper")


def drafted(day: str = "2025-09-01") -> Draft:
    return draft_of(item(), date.fromisoformat(day))


def doubted(day: str, **changed: object) -> list[str]:
    draft = without(drafted(day), *range(9))
    return list(doubts(with_label(draft, replace(LABEL, **changed)), TODAY))  # type: ignore[arg-type]


def test_a_draft_says_what_the_classifier_says_and_is_written_as_it_is() -> None:
    draft = drafted()
    said = classify(draft.item.title, draft.item.text, published=date(2025, 9, 1))
    both = (*said.judgements, *said.uncertain)
    assert said.judgements
    assert [(line.label.area, line.label.rating, line.probability) for line in draft.lines] == [
        (each.area, each.rating, each.probability) for each in both
    ]
    assert [line.sure for line in draft.lines] == [True] * len(said.judgements) + [False] * len(said.uncertain)
    finished = draft.finished()
    assert list(items_of(block(finished))) == [finished]
    assert all(label.evidence in f"{finished.title}\n{finished.text}" for label in finished.labels)
    assert all(sentence in f"{finished.title}\n{finished.text}" for sentence in draft.sentences)


def test_what_the_first_gate_keeps_out_is_no_news() -> None:
    draft = draft_of(item("Fete", "Leeds was good, the vicar said."), TODAY)
    assert draft.lines == ()
    assert draft.finished().kind not in {"", "news"}
    assert OTHER in draft.kinds and "news" not in draft.kinds


@given(st.text(max_size=60), st.text(max_size=300))
def test_any_page_can_be_drafted_and_written(title: str, text: str) -> None:
    finished = draft_of(item(title, text), TODAY).finished()
    assert list(items_of(block(finished))) == [finished]


def test_two_lines_are_never_about_the_same_area() -> None:
    draft = with_label(drafted(), LABEL)
    number = len(draft.lines)
    with pytest.raises(NotUnderstood, match=f"line {number} is about Leeds, leadership already"):
        with_label(draft, replace(LABEL, rating="inadequate"))
    assert with_label(draft, replace(LABEL, rating="inadequate"), number - 1).lines[-1].label.rating == "inadequate"
    assert with_label(draft, replace(LABEL, area="overall")).finished().kind == "news"


def test_no_news_has_a_kind_and_no_lines() -> None:
    draft = no_news(with_label(drafted(), LABEL), "school")
    assert (draft.finished().labels, draft.finished().kind) == ((), "school")
    assert only_sure(draft) == draft


@pytest.mark.parametrize(
    ("typed", "kind"), [("1", "school"), ("monitoring", "monitoring_visit"), ("Monitoring visit", "monitoring_visit")]
)
def test_a_kind_of_page_is_meant_by_its_number_or_words(typed: str, kind: str) -> None:
    assert kind_of(typed, ("school", "monitoring_visit")) == kind
    for wrong in ("0", "3", "", "x"):
        with pytest.raises(NotUnderstood):
            kind_of(wrong, ("school", "monitoring_visit"))


@pytest.mark.parametrize(
    ("day", "changed", "words"),
    [
        ("2025-09-01", {"area": "adoption"}, "has a grade for it"),
        ("2026-08-03", {"area": "overall"}, "has a grade for it"),
        ("2025-09-01", {"rating": "adequate"}, "says adequate"),
        ("2013-06-01", {"rating": "requires_improvement"}, "says requires improvement"),
        ("2025-09-01", {"previous": "adequate", "previous_year": 2019}, "no report of 2019 says adequate"),
        ("2025-09-01", {"previous": "requires_improvement", "previous_year": 2011}, "no report of 2011"),
        ("2025-09-01", {"authority": "Northamptonshire"}, "after it came"),
        ("2020-09-01", {"authority": "North Northamptonshire"}, "began on 1 April 2021"),
        ("2026-09-02", {}, "yet to come"),
    ],
)
def test_what_no_report_of_the_day_says_is_doubted(day: str, changed: dict[str, object], words: str) -> None:
    found = doubted(day, **changed)
    assert len(found) == 1 and words in found[0], found


@pytest.mark.parametrize(
    ("day", "changed"),
    [
        ("2025-09-01", {}),
        ("2026-09-01", {}),
        ("2016-09-01", {"area": "adoption"}),
        ("2013-06-01", {"rating": "adequate"}),
        ("2013-12-01", {"rating": "adequate"}),
        ("2013-12-01", {"rating": "requires_improvement"}),
        ("2025-09-01", {"previous": "adequate", "previous_year": 2013}),
        ("2025-09-01", {"previous": "adequate"}),
        ("2020-09-01", {"area": "care_leavers"}),
        ("2019-09-01", {"authority": "Northamptonshire"}),
    ],
)
def test_what_reports_of_the_day_say_is_not_doubted(day: str, changed: dict[str, object]) -> None:
    assert doubted(day, **changed) == []


def test_hardly_anything_of_the_corpus_is_doubted() -> None:
    """It was written to what the frameworks grade: doubts are for slips."""
    draft, labels, found = without(drafted(), *range(9)), 0, 0
    for path in sorted((ROOT / "corpus" / "articles").glob("*.txt"))[:5]:
        for one in read_items(path):
            for label in one.labels:
                labels += 1
                dated = replace(draft, item=replace(draft.item, published=one.published))
                found += bool(list(doubts(with_label(dated, label), date.max)))
    assert labels > 300
    assert found <= labels / 50


def test_every_area_and_rating_was_graded_at_some_time() -> None:
    assert graded_ratings(date(2000, 1, 1), TODAY) == frozenset(Rating)
    assert Rating.ADEQUATE not in graded_ratings(TODAY, TODAY)
    assert set(Area) >= {Area.OVERALL}


@pytest.mark.parametrize(
    ("typed", "names"),
    [("West", {"West Berkshire", "West Sussex"}), ("Leds", {"Leeds"}), ("", set()), ("?", set()), ("Zzzzz", set())],
)
def test_the_nearest_authorities_begin_so_or_are_spelt_so(typed: str, names: set[str]) -> None:
    assert names <= set(nearest(typed))
    assert len(nearest(typed)) <= 3


def test_json_of_an_article_is_read_as_its_block_is() -> None:
    for path in sorted((ROOT / "corpus" / "articles").glob("*.txt"))[:3]:
        for one in read_items(path):
            assert labelled(json.loads(json.dumps(item_json(one)))) == of_form(one)
