"""Every fault that the corpus may have is found, and the corpus has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.scoring.form import Item, items_of
from train.check import ROOT, article_faults, corpus_faults, disagreements, files, near_copies, second_items

BODY = """Children's services in Dudley have been rated good by Ofsted, three years after inspectors told the council that they
had to improve. The report, out on Tuesday, says that leaders know where the gaps are and that social workers see children often.
Councillors will discuss it next month."""

ARTICLE = f"""=== t-01
style: local paper
date: 2025-03-11
kind: news
title: Good at last in Dudley

{BODY}
---
Dudley | overall | good | requires_improvement 2022 | Children's services in Dudley have been rated good by Ofsted
? Dudley | leadership | good | - | leaders know where the gaps are
"""


def article(text: str = ARTICLE) -> Item:
    (item,) = items_of(text)
    return item


def test_an_article_is_read_whole() -> None:
    item = article()
    assert (item.id, item.kind, item.style, str(item.published)) == ("t-01", "news", "local paper", "2025-03-11")
    assert (item.title, item.text) == ("Good at last in Dudley", BODY)
    stated, implied = item.labels
    assert (stated.area, stated.rating, stated.previous, stated.previous_year) == (
        "overall",
        "good",
        "requires_improvement",
        2022,
    )
    assert (stated.required, implied.required, implied.previous, implied.previous_year) == (True, False, "", None)
    assert list(article_faults(item)) == []


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("style: local paper\n", "", "no style"),
        ("date: 2025-03-11", "date: March", "no date"),
        ("kind: news", "kind: school", "with 2 labels"),
        ("\n---\n", "\n", 'lines "---"'),
        (BODY, "Leaders know where the gaps are", "fewer than"),
        ("Dudley | overall", "Dudleigh | overall", "unknown authority"),
        ("| overall |", "| everything |", "unknown area"),
        ("| good | requires", "| splendid | requires", "unknown rating"),
        ("requires_improvement 2022", "satisfactory 2022", "unknown rating"),
        ("requires_improvement 2022", "requires_improvement 2031", "previous year"),
        ("? Dudley | leadership", "? Dudley | overall", "labelled twice"),
        ("rated good by Ofsted\n?", "rated good by Ofstead\n?", "not in the text"),
        ("2025-03-11", "2026-09-11", "overall: no report of 2026-09-11 grades"),
        ("? Dudley | leadership", "? Dudley | adoption", "adoption: no report of 2025-03-11 grades"),
        ("| good | requires", "| adequate | requires", "gives the rating 'adequate'"),
        ("Dudley | overall | good | requires_improvement 2022 |", "Dudley | overall | good", "no label"),
    ],
)
def test_what_is_wrong_with_an_article_is_said(old: str, new: str, word: str) -> None:
    assert old in ARTICLE
    assert word in "; ".join(article_faults(article(ARTICLE.replace(old, new, 1))))


def test_a_copied_passage_is_found_and_the_official_names_are_none() -> None:
    official = "The experiences and progress of children who need help and protection: requires improvement to be good. "
    other = article(ARTICLE.replace("t-01", "t-02").replace(BODY, "Something else was said. " + BODY[40:] + " And more."))
    apart = [
        article(ARTICLE.replace(BODY, f"{official}{first} " * 3))
        for first in ("It was a Tuesday in the rain.", "Nobody spoke at the bus stop for once.")
    ]
    assert [(a, b) for a, b, _ in near_copies([article(), other])] == [("t-01", "t-02")]
    assert list(near_copies(apart)) == []


@pytest.mark.parametrize(
    ("second", "word"),
    [
        ("kind: news\nDudley | overall | good | requires_improvement 2022", ""),
        ("kind: news\nDudley | overall | good | requires_improvement", ""),
        ("kind: news\nDudley | overall | outstanding | requires_improvement 2022", "good and outstanding"),
        ("kind: news\nDudley | overall | good | -", "was requires_improvement and -"),
        ("kind: none", "only the first"),
        ("kind: news\nDudley | overall | good | requires_improvement\nDudley | care_leavers | good | -", "only the second"),
        ("kind: news\nDudley | overall | good | requires_improvement\n? Dudley | care_leavers | good | -", ""),
    ],
)
def test_two_hands_are_compared(tmp_path: Path, second: str, word: str) -> None:
    file = tmp_path / "second.txt"
    file.write_text(f"=== t-01\n{second}\n", encoding="utf-8")
    (theirs,) = second_items(file)
    found = "; ".join(disagreements(article(), theirs))
    assert word in found
    assert bool(found) == bool(word)


def test_a_council_has_one_name_however_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "second.txt"
    file.write_text("=== t-01\nkind: news\nBristol | overall | good | requires_improvement 2022\n", encoding="utf-8")
    (theirs,) = second_items(file)
    assert list(disagreements(article(ARTICLE.replace("Dudley |", "Bristol, City of |")), theirs)) == []


def test_the_corpus_has_no_fault() -> None:
    assert files(ROOT)
    assert list(corpus_faults(ROOT)) == []


def test_a_fault_of_the_corpus_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "unseen").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "unseen" / "u.txt").write_text(ARTICLE, encoding="utf-8")
    found = list(corpus_faults(tmp_path))
    assert found[0] == "unseen/u.txt: t-01: is an id of articles/a.txt too"
    assert "t-01 and t-01 share 100% of their runs of 8 words" in found
