"""What waits for a person: once, with its article; and what follows when a person decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from monitor.domain.model import Area, Article, ClassifierResult, Rating
from monitor.domain.review import ReviewItem, ReviewState
from monitor.ports import Classified, Poll, Recorded
from monitor.store import SqlStore, schema
from tests.builders import DAY, NOW, article, judgements, link, polled, report, result, story, subscription
from tests.store.conftest import Open
from tests.store.test_restored import House

ANN = subscription("ann")
SENTENCE = "Kent's services are understood to be good."
SURE = "Leaders in Kent were rated good."


def unsure(
    maybe: dict[str, str], said: dict[str, str] | None = None, *, quote: str = SENTENCE, **changed: Any
) -> tuple[Article, ClassifierResult]:
    """An article that says some things for certain and others perhaps."""
    body = changed.pop("text", f"{SENTENCE} {SURE}")
    probability = changed.pop("probability", 0.71)
    found = result(body, said or {})
    return article(body, **changed), replace(
        found, uncertain=judgements(body, maybe, quote=quote, probability=probability), relevant=True
    )


def record(store: SqlStore, told: tuple[Article, ClassifierResult], *, days: float = 0, **changed: Any) -> Recorded:
    return store.record(*told, **({"link": None, "baseline": False, "now": NOW + timedelta(days=days)} | changed))


def accept(store: SqlStore, *items: ReviewItem, days: float = 0) -> int:
    """Accept items; how many messages that made."""
    done = store.accept_reviews([item.id for item in items], by="ann", now=NOW + timedelta(days=days))
    return sum(each.recorded.deliveries for each in done)


def states(store: SqlStore) -> list[tuple[str, str, str]]:
    return [(str(i.judgement.area), str(i.judgement.rating), str(i.state)) for i in store.reviews()]


def subjects(store: SqlStore) -> list[str]:
    return [line.subject for line in reversed(store.deliveries())]


def test_all_that_is_kept_of_a_reading_says_who_read(open_it: Open) -> None:
    store = open_it(ANN)
    document, found = unsure({"Kent": "overall good"}, {"Kent": "leadership good"})
    record(store, (document, replace(found, classifier_version="0123456789ab")))
    with store.engine.connect() as connection:
        for table in (schema.articles, schema.judgements, schema.review_items):
            assert connection.execute(select(table.c.classifier_version)).scalars().all() == ["0123456789ab"]


def test_what_is_uncertain_waits_and_alerts_nobody(open_it: Open) -> None:
    store = open_it(ANN)
    recorded = record(store, unsure({"Kent": "overall good"}, title="Kent's long road"))
    assert (recorded.changes, recorded.deliveries, store.deliveries()) == ((), 0, ())
    (item,) = store.reviews()
    assert recorded.for_review == (item,)
    assert (item.judgement.authority.name, item.judgement.rating, item.judgement.probability) == ("Kent", Rating.GOOD, 0.71)
    assert (item.judgement.quote, item.title, item.outlet, item.published) == (SENTENCE, "Kent's long road", "The Paper", DAY)
    assert (item.state, item.came_at, item.decided_at) == (ReviewState.WAITING, NOW, None)
    assert store.count_reviews_waiting(now=NOW) == 1


def test_it_comes_with_its_article_or_not_at_all(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_it(ANN)

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.record.settle", crash)
        with pytest.raises(RuntimeError):
            record(store, unsure({"Kent": "overall good"}))
    assert store.reviews() == ()
    assert not record(store, unsure({"Kent": "overall good"})).duplicate
    assert len(store.reviews()) == 1


def test_a_claim_of_a_page_is_there_once_whoever_writes_it(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    assert record(store, unsure({"Kent": "overall good"}), days=1).duplicate
    assert len(store.reviews()) == 1
    with store.engine.connect() as connection:
        row = dict(connection.execute(select(schema.review_items)).mappings().one())
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(schema.review_items).values(**row | {"id": "another"}))


def test_of_two_sentences_that_say_the_same_the_likelier_one_is_kept(open_it: Open) -> None:
    store = open_it()
    document, found = unsure({"Kent": "overall good"})
    others = [judgements(document.text, {"Kent": "overall good"}, quote=SURE, probability=p) for p in (0.5, 0.8, 0.6)]
    record(store, (document, replace(found, uncertain=(*others[0], *others[1], *found.uncertain, *others[2]))))
    assert [(i.judgement.quote, i.judgement.probability) for i in store.reviews()] == [(SURE, 0.8)]


def test_accepted_it_alerts_in_the_usual_words(open_it: Open) -> None:
    store, other = open_it(ANN), {"Kent": "overall good"}
    record(store, unsure(other))
    assert accept(store, *store.reviews()) == 1
    assert states(store) == [("overall", "good", "accepted")]
    assert [(i.decided_by, i.decided_at) for i in store.reviews()] == [("ann", NOW)]
    assert subjects(store) == ["Kent: no longer inadequate, now good (reported by The Paper, 1 Sep)"]
    assert SENTENCE in " ".join(store.delivery(store.deliveries()[0].id)[0].message.text.split())
    assert store.count_reviews_waiting(now=NOW) == 0


def test_accepting_twice_does_nothing(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    (item,) = store.reviews()
    assert accept(store, item, item) == 1
    assert accept(store, item) == 0
    assert accept(open_it(ANN), item, days=1) == 0
    assert len(store.deliveries()) == 1


def test_a_crash_while_accepting_leaves_it_waiting(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.record.enqueue", crash)
        with pytest.raises(RuntimeError):
            accept(store, *store.reviews())
    assert states(open_it(ANN)) == [("overall", "good", "waiting")]
    assert accept(store, *store.reviews()) == 1


def test_two_areas_of_one_article_one_certain_and_one_not(open_it: Open) -> None:
    store = open_it(ANN, group_wait=timedelta(seconds=30))
    assert record(store, unsure({"Kent": "overall good"}, {"Kent": "leadership good"})).deliveries == 1
    # While the first message waits for company, what is accepted joins it; later it is a message of its own.
    assert accept(store, *store.reviews()) == 0
    assert [len(store.delivery(line.id)[0].alerts) for line in store.deliveries()] == [2]
    known = next(i for i in store.inspections() if i.published == DAY)
    assert known.ratings == {Area.OVERALL: Rating.GOOD, Area.LEADERSHIP: Rating.GOOD}


def test_what_is_accepted_together_is_one_message(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good, leadership good", "Leeds": "overall outstanding"}))
    assert accept(store, *store.reviews()) == 1
    assert Counter(state for *_, state in states(store)) == {"accepted": 3}


def test_rejected_it_is_told_nobody_until_that_is_taken_back(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    (item,) = store.reviews()
    assert store.reject_reviews([item.id], by="bob", now=NOW) == (item,)
    assert store.reject_reviews([item.id], by="bob", now=NOW) == ()
    assert [(i.state, i.decided_by) for i in store.reviews()] == [(ReviewState.REJECTED, "bob")]
    assert not store.deliveries()
    assert accept(store, item, days=1) == 1


def test_what_was_accepted_was_told_and_cannot_be_rejected(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    accept(store, *store.reviews())
    assert store.reject_reviews([store.reviews()[0].id], by="bob", now=NOW) == ()
    assert states(store) == [("overall", "good", "accepted")]


# --- what another article makes of it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [False, True])
def test_what_another_paper_says_for_certain_need_not_wait(open_it: Open, *, together: bool) -> None:
    store = open_it(ANN)
    unsure_one, sure_one = unsure({"Kent": "overall good"}), story({"Kent": "overall good"}, outlet="Another")
    if together:
        both = [Classified(document=d, result=r, link=None, baseline=False) for d, r in (unsure_one, sure_one)]
        first, second = store.record_all(both, now=NOW)
        assert first.for_review == ()
    else:
        record(store, unsure_one)
        second = record(store, sure_one, days=1)
    assert second.deliveries == 1
    (item,) = store.reviews()
    assert (item.state, item.reason) == (ReviewState.SETTLED, "corroborates_known_inspection")
    assert accept(store, item, days=1) == 0, "it was told"
    assert len(store.deliveries()) == 1
    assert next(i for i in store.inspections() if i.published >= DAY).trust == "corroborated"


def test_what_the_report_says_otherwise_need_not_wait(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "leadership outstanding, overall good"}))
    store.record(report("Kent", "overall good, leadership good"), ClassifierResult(), link=None, baseline=False, now=NOW)
    assert sorted((str(i.judgement.area), i.reason) for i in store.reviews()) == [
        ("leadership", "contradicts_official_record"),
        ("overall", "repeats_known_inspection"),
    ]
    assert accept(store, *store.reviews()) == 0


def test_what_the_record_knew_before_does_not_wait(open_it: Open) -> None:
    store = open_it(ANN)
    assert record(store, unsure({"Leeds": "overall good"})).for_review == ()
    assert [i.reason for i in store.reviews()] == ["repeats_known_inspection"]


def test_where_outlets_disagree_a_person_is_asked(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, story({"Kent": "overall good"}, outlet="Another"))
    record(store, unsure({"Kent": "overall outstanding"}), days=1)
    assert states(store) == [("overall", "outstanding", "waiting")]
    assert accept(store, *store.reviews(), days=1) == 0
    assert len(store.deliveries()) == 1, "one outlet against another changes nothing"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"published": date(2021, 1, 4)}, "older_than_newest"),
        ({"published": DAY - timedelta(days=31)}, "outside_alert_window"),
    ],
)
def test_an_old_inspection_is_recorded_and_not_alerted(open_it: Open, changed: dict[str, Any], reason: str) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}, **changed))
    (item,) = store.reviews()
    assert (item.state, item.reason) == (ReviewState.SETTLED, reason)
    (done,) = store.accept_reviews([item.id], by="ann", now=NOW)
    assert (done.recorded.changes, done.recorded.deliveries, done.recorded.background) == ((), 0, (reason,))
    assert any(i.published == changed["published"] for i in store.inspections())


def test_old_stock_of_a_first_poll_is_asked_of_nobody(open_it: Open) -> None:
    store = open_it(ANN)
    old = {"published": DAY - timedelta(days=2)}
    announced = link("https://news.test/a")
    polled(store, "feed", Poll(links=(announced,)), now=NOW, next_due_at=NOW)
    record(store, unsure({"Kent": "overall good"}, **old), link=announced, baseline=True)
    assert [(i.state, i.reason) for i in store.reviews()] == [(ReviewState.SETTLED, "baseline")]
    assert accept(store, *store.reviews()) == 0
    assert [c.silent for c in store.changes()] == ["baseline"]


# --- the same page, read again --------------------------------------------------------------------------------------------


def test_a_page_read_again_with_another_text_asks_nothing_twice(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    later = "Kent's services are said to be good."
    again = unsure({"Kent": "overall good, leadership good"}, text=f"{later} More.", quote=later, probability=0.6)
    assert [str(i.judgement.area) for i in record(store, again, days=1).for_review] == ["leadership"]
    first, second = store.reviews()
    assert (first.judgement.quote, first.judgement.probability, first.came_at) == (later, 0.6, NOW)
    assert second.came_at == NOW + timedelta(days=1)
    assert accept(store, first, days=1) == 1
    assert later in " ".join(store.delivery(store.deliveries()[0].id)[0].message.text.split())


def test_a_page_that_says_it_for_certain_now_is_told_once(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    assert record(store, unsure({}, {"Kent": "overall good"}, text="Kent was rated good."), days=1).deliveries == 1
    (item,) = store.reviews()
    assert (item.state, item.reason) == (ReviewState.SETTLED, "certain")
    assert accept(store, item, days=1) == 0
    assert len(store.deliveries()) == 1


def test_a_page_that_no_longer_says_so_is_asked_about_no_more(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    record(store, unsure({}, text="An earlier version of this article was wrong."), days=1)
    (item,) = store.reviews()
    assert (item.state, item.reason) == (ReviewState.SETTLED, "gone")
    assert store.accept_reviews([item.id], by="ann", now=NOW) == ()
    record(store, unsure({"Kent": "overall good"}, text=f"{SENTENCE} As we said."), days=2)
    assert states(store) == [("overall", "good", "waiting")]
    assert accept(store, item, days=2) == 1


def test_what_the_classifier_alone_no_longer_sees_goes_on_waiting(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    record(store, unsure({}, text=f"{SENTENCE} And the weather."), days=1)
    assert states(store) == [("overall", "good", "waiting")]
    assert accept(store, *store.reviews(), days=1) == 1


def test_a_rejected_one_is_not_asked_about_again(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    store.reject_reviews([store.reviews()[0].id], by="ann", now=NOW)
    record(store, unsure({"Kent": "overall good"}, text=f"{SENTENCE} Updated."), days=1)
    assert states(store) == [("overall", "good", "rejected")]


def test_a_no_is_about_the_words_that_were_read(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    store.reject_reviews([store.reviews()[0].id], by="ann", now=NOW)

    def sure(text: str, quote: str) -> tuple[Article, ClassifierResult]:
        found = result(text, {"Kent": "overall good"})
        return article(text), replace(found, judgements=judgements(text, {"Kent": "overall good"}, quote=quote))

    assert record(store, sure(f"{SENTENCE} More.", SENTENCE), days=1).deliveries == 0
    assert record(store, sure("Kent was rated good.", "Kent was rated good."), days=2).deliveries == 1


@pytest.mark.parametrize("still", ["as unsure as before", "not seen any more"])
def test_what_was_accepted_stays_so_when_the_page_is_read_again(open_it: Open, still: str) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}, {"Kent": "leadership good"}))
    accept(store, *store.reviews())
    maybe = {"Kent": "overall good"} if still.startswith("as") else {}
    again = record(store, unsure(maybe, {"Kent": "leadership good"}, text=f"{SENTENCE} {SURE} More."), days=1)
    assert (again.changes, again.deliveries) == ((), 0), "nothing is withdrawn"
    assert next(i for i in store.inspections() if i.published == DAY).ratings[Area.OVERALL] is Rating.GOOD


# --- one grade an area ----------------------------------------------------------------------------------------------------


def test_accepting_one_grade_of_an_area_rejects_the_others(open_it: Open) -> None:
    store = open_it(ANN)
    document, found = unsure({"Kent": "overall good"})
    both = (*found.uncertain, *judgements(document.text, {"Kent": "overall outstanding"}, quote=SENTENCE, probability=0.5))
    record(store, (document, replace(found, uncertain=both)))
    good = next(i for i in store.reviews() if i.judgement.rating is Rating.GOOD)
    (done,) = store.accept_reviews([good.id], by="ann", now=NOW)
    assert [i.judgement.rating for i in done.rejected] == [Rating.OUTSTANDING]
    assert sorted(states(store)) == [("overall", "good", "accepted"), ("overall", "outstanding", "rejected")]


def test_a_wrong_yes_is_put_right_by_accepting_the_right_grade(open_it: Open) -> None:
    store = open_it(ANN)
    document, found = unsure({"Kent": "overall good"})
    both = (*found.uncertain, *judgements(document.text, {"Kent": "overall outstanding"}, quote=SENTENCE))
    record(store, (document, replace(found, uncertain=both)))
    good, outstanding = sorted(store.reviews(), key=lambda i: i.judgement.rating)
    assert (accept(store, good), accept(store, outstanding)) == (1, 1)
    assert sorted(states(store)) == [("overall", "good", "rejected"), ("overall", "outstanding", "accepted")]
    assert sorted(line.purpose for line in store.deliveries()) == ["change", "corrected"]


def test_accepting_another_grade_than_the_article_was_believed_to_give_corrects_it(open_it: Open) -> None:
    store = open_it(ANN)
    assert record(store, unsure({"Kent": "overall outstanding"}, {"Kent": "overall good"})).deliveries == 1
    assert accept(store, *store.reviews()) == 1
    assert sorted(line.purpose for line in store.deliveries()) == ["change", "corrected"]


# --- time -----------------------------------------------------------------------------------------------------------------


def test_what_nobody_decided_on_for_thirty_days_is_asked_about_no_more(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    before, after = NOW + timedelta(days=29, hours=23), NOW + timedelta(days=30)
    assert (store.count_reviews_waiting(now=before), len(store.reviews_waiting(now=before))) == (1, 1)
    assert (store.count_reviews_waiting(now=after), len(store.reviews_waiting(now=after))) == (0, 0)
    assert states(store) == [("overall", "good", "waiting")]


def test_a_copy_of_the_article_elsewhere_is_the_same_article(open_it: Open) -> None:
    store = open_it(ANN)
    record(store, unsure({"Kent": "overall good"}))
    assert record(store, unsure({"Kent": "overall good"}, url="https://news.test/amp/a")).duplicate
    assert len(store.reviews()) == 1


def test_what_was_told_first_is_believed_when_an_item_of_it_is_accepted_later(open_it: Open) -> None:
    """A page that is read again, or decided on, was not first seen then."""
    store = open_it(ANN)
    record(store, unsure({"Kent": "leadership good"}, {"Kent": "overall good"}))
    record(store, story({"Kent": "overall outstanding"}, outlet="Another"), days=1)
    (done,) = store.accept_reviews([store.reviews()[0].id], by="ann", now=NOW + timedelta(days=2))
    assert [(c.area, c.new) for c in done.recorded.changes] == [(Area.LEADERSHIP, Rating.GOOD)]
    again = record(store, unsure({}, {"Kent": "overall good, leadership good"}, text=f"{SENTENCE} {SURE} Edited."), days=3)
    assert again.changes == ()


async def test_accepted_again_after_a_backup_was_put_back_it_is_told_nobody_twice(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.prints(*unsure({"Kent": "overall good"}))
    house.backup()
    with house.open() as store:
        assert accept(store, *store.reviews()) == 2
    assert await house.sends() == 2
    house.put_back()
    house.resumes()
    with house.open() as store:
        assert states(store) == [("overall", "good", "waiting")]
        accept(store, *store.reviews())
        assert states(store) == [("overall", "good", "accepted")]
    assert await house.sends() == 0
    assert len(house.post.sent) == 2
