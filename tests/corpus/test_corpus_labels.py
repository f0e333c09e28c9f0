"""The labels of the corpus are well formed, agree with the official record and cover what they must cover."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.authorities import authorities
from monitor.tables import rows

FOLDER = Path(__file__).parent
ARTICLES: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
IDS = [article["id"] for article in ARTICLES]
POSITIVE = [article for article in ARTICLES if article["judgements"]]
NEGATIVE = [article for article in ARTICLES if not article["judgements"]]
RECORDED = [article for article in POSITIVE if article["published"] >= "2014"]  # the official record begins there

AREAS = {"overall", "leadership", "help_and_protection", "children_in_care", "care_leavers", "adoption"}
RATINGS = {"outstanding", "good", "requires_improvement", "adequate", "inadequate"}
KEYS = {"id", "source_style", "published", "title", "text", "relevant", "judgements", "optional_judgements", "why"}
LABEL = {"authority", "area", "rating", "previous", "previous_year"}

#: Every way of saying who was rated what that at least one article must use; README.md explains each.
CONSTRUCTIONS = {
    "plain", "several_councils", "list", "respectively", "former_latter", "both", "all_three", "remaining", "all_but_one",
    "same_grade", "likewise", "headline_authority", "standfirst_authority", "caption_authority", "dateline_authority",
    "pronoun", "group_word", "trust", "trust_two_authorities", "similar_names", "ordinary_word_name", "area_slac", "area_sif",
    "area_ilacs", "area_2023", "area_paraphrase", "quoted_rating", "verb_rating", "euphemism", "previous_subordinate", "previous_year",
    "relative_year", "no_longer", "again", "remains", "two_grade", "combined_care", "no_overall", "press_release_list",
    "first_rating", "all_areas", "long_read", "furniture", "ellipsis", "participle", "relative_clause", "cleft", "heavy_np",
    "indirect_question", "exception", "scale", "in_line_with", "year_arithmetic", "in_quote", "question_answer", "digest",
    "at_a_glance", "decoy_neighbour", "decoy_regime", "plain_word",
}  # fmt: skip
#: Every kind of news that reports no new rating and must be present.
CLASSES = {
    "monitoring_visit", "focused_visit", "jtai", "send", "home", "nursery", "school", "fostering_agency", "adoption_agency",
    "youth_justice", "adult_social_care", "hospital", "secure", "fire", "police", "housing", "lscb", "wales", "scotland",
    "northern_ireland", "statistics", "league", "annual_assessment", "framework", "appointment", "commissioner", "direction",
    "prediction", "leak", "anniversary", "practice_review", "ombudsman", "court", "opinion", "job_advert", "minutes", "strike",
    "profile", "recruitment", "plain_english", "adult_learning",
}  # fmt: skip


def labels(article: dict[str, Any]) -> list[dict[str, Any]]:
    """Required and optional labels of an article."""
    return [*article["judgements"], *article["optional_judgements"]]


def tags(article: dict[str, Any]) -> list[str]:
    """The constructions of an article, which one string holds: ``"trust; no_overall"``."""
    return [tag.strip() for tag in article.get("construction", "").split(";") if tag.strip()]


def recorded(name: str, published: date) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The authority's official inspection published in the week up to a day, and the one before it."""
    mine = [row for row in rows("judgements") if row["authority"] == name and date.fromisoformat(row["published"]) <= published]
    mine.sort(key=lambda row: row["published"])
    if not mine or date.fromisoformat(mine[-1]["published"]) < published - timedelta(days=7):
        return None, None
    return mine[-1], mine[-2] if len(mine) > 1 else None


def grade(row: dict[str, str], area: str) -> str:
    """A recorded grade; until 2022 care leavers shared theirs with children in care."""
    return row[area] or (row["children_in_care"] if area == "care_leavers" else "")


@pytest.mark.parametrize("article", ARTICLES, ids=IDS)
def test_article_is_well_formed(article: dict[str, Any]) -> None:
    assert article.keys() - {"construction", "class"} == KEYS
    assert ("construction" in article) == bool(article["judgements"])
    assert ("class" in article) == (not article["judgements"])
    assert article["relevant"] == bool(article["judgements"])
    assert (FOLDER / f"{article['id']}.json").exists(), "the file is named after the id"
    date.fromisoformat(article["published"])
    assert article["title"].strip() == article["title"] != ""
    assert article["why"].endswith(".")
    assert 120 <= len(article["text"].split()) <= 900


@pytest.mark.parametrize("article", POSITIVE, ids=[article["id"] for article in POSITIVE])
def test_labels_are_well_formed_and_quoted_from_the_article(article: dict[str, Any]) -> None:
    known = {authority.name for authority in authorities()}
    seen = Counter((label["authority"], label["area"]) for label in labels(article))
    assert max(seen.values()) == 1, "one rating for each authority and area"
    for label in labels(article):
        assert label.keys() - {"evidence", "required"} == LABEL
        assert label["authority"] in known
        assert label["area"] in AREAS
        assert label["rating"] in RATINGS
        assert label["previous"] in RATINGS | {None}
        assert label["previous_year"] is None or (label["previous"] and 2007 < label["previous_year"] < 2030)
    for label in article["judgements"]:
        assert label["required"] is True
        assert len(label["evidence"]) >= 15
        assert label["evidence"] in article["title"] or label["evidence"] in article["text"]


@pytest.mark.parametrize("article", NEGATIVE, ids=[article["id"] for article in NEGATIVE])
def test_silence_is_labelled_without_judgements(article: dict[str, Any]) -> None:
    assert article["optional_judgements"] == []
    assert article["class"] in CLASSES


@pytest.mark.parametrize("article", RECORDED, ids=[article["id"] for article in RECORDED])
def test_labels_agree_with_the_official_record(article: dict[str, Any]) -> None:
    published = date.fromisoformat(article["published"])
    for label in labels(article):
        new, old = recorded(label["authority"], published)
        assert new is not None, f"no inspection of {label['authority']} was published in that week"
        assert grade(new, label["area"]) == label["rating"], label
        if label["previous"]:
            assert old is not None
            assert grade(old, label["area"]) == label["previous"], label
            assert label["previous_year"] in (None, date.fromisoformat(old["published"]).year), label


def test_at_least_half_of_the_articles_report_nothing() -> None:
    assert len(ARTICLES) >= 90
    assert len(NEGATIVE) >= len(POSITIVE) >= 40


def test_ids_are_unique() -> None:
    assert len(set(IDS)) == len(IDS)


def test_every_construction_and_class_is_covered() -> None:
    assert {tag for article in POSITIVE for tag in tags(article)} == CONSTRUCTIONS
    assert {article["class"] for article in NEGATIVE} == CLASSES


def test_many_silent_articles_carry_a_standing_rating() -> None:
    # Without them, silence could be learnt by looking for the four words.
    rated = re.compile(r"(?i)\b(rated|judged|graded|found) \W?(to be )?\W?(inadequate|good|outstanding)")
    assert sum(bool(rated.search(article["text"])) for article in NEGATIVE) >= 20


def passages(article: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Every run of fourteen words of an article."""
    words = re.findall(r"\w+", article["text"].lower())
    return zip(*(words[start:] for start in range(14)), strict=False)


def test_articles_share_no_passages() -> None:
    # Fourteen words: official names of areas and boilerplate boxes are shorter.
    holders = Counter(passage for article in ARTICLES for passage in set(passages(article)))
    assert [" ".join(passage) for passage, count in holders.items() if count > 1] == []
