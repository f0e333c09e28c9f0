"""Pages are kept as they were served, once, for a time; going over them again changes nothing."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from monitor.classifier import classify
from monitor.cli import main
from monitor.domain.model import Article, ClassifierResult
from monitor.ports import Page
from monitor.store import open_store
from monitor.store.captures import Captures
from monitor.store.schema import deliveries, judgements

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
TITLE = "Wigan children's services rated 'good' by Ofsted"
TEXT = "Wigan council's children's services have been rated good overall by Ofsted following an inspection, a report says."


def page(body: bytes = b"<p>Ofsted says</p>", url: str = "https://example.uk/a") -> Page:
    return Page(
        url=url, status=200, content_type="text/html", body=body, headers={"etag": '"1"', "set-cookie": "secret"}, retrieved=NOW
    )


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    yield opened
    opened.close()


def test_a_page_comes_back_as_it_was_served(store):
    kept = Captures(store.engine)
    assert kept.keep([page(b"<p>Ofsted \xff\x00</p>\n\nmore")], NOW) == 1
    (back,) = kept.pages()
    assert back.body == b"<p>Ofsted \xff\x00</p>\n\nmore"
    assert back.headers == {"etag": '"1"'}
    assert (back.url, back.content_type, back.retrieved) == ("https://example.uk/a", "text/html", NOW)


def test_the_same_bytes_are_kept_once_and_others_beside_them(store):
    kept = Captures(store.engine)
    edited, elsewhere = page(b"Ofsted, edited"), page(url="https://example.uk/b")
    assert kept.keep([page(), page()], NOW) == 1
    assert kept.keep([page()], NOW) == 0
    assert kept.keep([edited, page(), elsewhere], NOW) == 2
    assert len(list(kept.pages())) == 3


def test_of_one_site_so_much_is_kept_in_a_day_and_of_others_as_ever(store, caplog):
    def noise(number: int, site: str = "flood.uk", at: datetime = NOW) -> Page:
        body = b"ofsted" + random.Random(number).randbytes(3 << 20)
        return replace(page(body, f"https://{site}/{number}"), retrieved=at)

    kept = Captures(store.engine)
    assert sum(kept.keep([noise(number)], NOW) for number in range(14)) == 10
    assert kept.keep([noise(1, "other.uk")], NOW) == 1
    assert len([record for record in caplog.records if "flood.uk" in record.message]) == 1
    again = Captures(store.engine)
    assert again.keep([noise(20)], NOW) == 0, "a restart forgets nothing"
    tomorrow = NOW + timedelta(days=1)
    assert again.keep([noise(21, at=tomorrow)], tomorrow) == 1


def test_pages_that_cannot_matter_are_not_kept(store):
    kept = Captures(store.engine)
    assert kept.keep([], NOW) == 0
    assert kept.keep([page(b"<p>Bins</p>"), page(b"%PDF-1.7 compressed")], NOW) == 1
    assert [back.body for back in kept.pages()] == [b"%PDF-1.7 compressed"]


def test_pages_are_deleted_when_their_time_is_over(store):
    Captures(store.engine).keep([page()], NOW)
    Captures(store.engine, retention=timedelta(days=30)).keep([page(b"Ofsted again")], NOW + timedelta(days=31))
    assert [back.body for back in Captures(store.engine).pages()] == [b"Ofsted again"]


def test_reclassify_shows_what_differs_and_touches_nothing(store, tmp_path, capsys):
    article = Article(
        url="https://example.uk/a", title=TITLE, text=TEXT, published=date(2026, 6, 15), outlet="Gazette", sha256="1"
    )
    store.record(
        article, ClassifierResult(), link=None, baseline=False, now=NOW
    )  # as if the rules of that day had found nothing
    expected = {str(judgement.rating) for judgement in classify(TITLE, TEXT).judgements}
    assert expected == {"good"}

    def counts() -> tuple[int, ...]:
        with store.engine.begin() as connection:
            return tuple(
                connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (deliveries, judgements)
            )

    before = counts()
    config = tmp_path / "config"
    config.mkdir()
    folders = ["--config", str(config), "--state", str(tmp_path / "state")]
    assert main(["reclassify", "--diff", "--json", *folders]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    facts = json.loads(line)
    assert [(area, rating) for _, area, rating in facts["added"]] == [("overall", "good")]
    assert facts["removed"] == []
    assert main(["reclassify", *folders]) == 0
    assert "1 judgements more, 0 fewer" in capsys.readouterr().out
    assert counts() == before
