"""What the site says of itself: figures that are the shipped ones, a promise, a licence, and the notices that it owes."""

from __future__ import annotations

import re

from monitor import __version__
from monitor.domain.history import history
from monitor.domain.model import Area
from monitor.domain.subscribers import UNCONFIRMED_KEPT
from monitor.web.app import create_app
from monitor.web.queries.accuracy import accuracy
from tests.conftest import ROOT
from tests.web.fakes import TestClient, site_of


def page(path: str, contact: str = "team@council.example") -> str:
    with TestClient(create_app(site_of(contact=contact))) as there:
        answer = there.get(path)
    assert answer.status_code == 200
    return answer.text


def test_accuracy_is_told_with_its_version_and_adds_up() -> None:
    told, figures = page("/about"), accuracy()
    assert f"for this version ({__version__}) on {figures['articles']:.0f} articles" in told
    right, of = map(int, re.findall(r"(\d+)&nbsp;% of (\d+) grades it named", told)[0])
    assert right == round(figures["precision"] * 100)
    assert abs((of - figures["wrong"]) / of - figures["precision"]) < 0.005


def test_years_of_frameworks_are_those_of_their_table() -> None:
    adoption = max(each.published for each in history() if Area.ADOPTION in each.ratings).year
    assert f"and until {adoption} adoption." in page("/about")
    assert f"the framework that ended in {adoption}:" in page("/trends?area=adoption")
    for path in ("/about", "/trends?area=overall"):
        assert "nspections that began after 1 April 2026" in page(path)


def test_the_figures_are_those_of_the_page_on_accuracy() -> None:
    written = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    for name, value in accuracy().items():
        assert f"| {name.replace('_', ' ')} | {value:g} |" in written, "run `make accuracy`"


def test_the_first_page_tells_the_same_figures() -> None:
    figures, written = accuracy(), (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.search(
        r"of (\d+) articles .*? (\d+) judgements in a hundred were right and (\d+) in a\s+hundred were found", written
    )
    assert told and [int(each) for each in told.groups()] == [
        figures["articles"],
        round(figures["precision"] * 100),
        round(figures["recall"] * 100),
    ]


def test_every_page_leads_to_the_notices() -> None:
    for path in ("/", "/about", "/privacy", "/accessibility"):
        told = page(path)
        for address in ("/privacy", "/accessibility", "/about#contact"):
            assert f'href="{address}"' in told
    assert f"after {UNCONFIRMED_KEPT.days} days" in page("/privacy")
    assert "nationalarchives.gov.uk/doc/open-government-licence" in page("/about")


def test_a_contact_is_words_or_a_safe_link() -> None:
    for path in ("/about", "/privacy", "/accessibility"):
        assert "team@council.example" in page(path)
        assert 'href="https://council.example/contact"' in page(path, "https://council.example/contact")
        assert 'href="javascript' not in page(path, "javascript:alert(1)")
        assert "&lt;b&gt;" in page(path, "<b>us</b>")
        assert "whoever gave you the address" in page(path, "")
