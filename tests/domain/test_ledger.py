"""One account at a time: which inspection it is of, and what it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from monitor.domain.authorities import find
from monitor.domain.history import history
from monitor.domain.ledger import Attestation, Decision, attestations, decide
from monitor.domain.model import (
    Area,
    Article,
    Authority,
    Change,
    ChangeKind,
    ClassifierResult,
    DateRange,
    Inspection,
    Judgement,
    Rating,
    Report,
    SourceClass,
    Span,
    Trust,
)

OVERALL, LEADERSHIP, PROTECTION, CARE, LEAVERS, ADOPTION = (
    Area.OVERALL,
    Area.LEADERSHIP,
    Area.HELP_AND_PROTECTION,
    Area.CHILDREN_IN_CARE,
    Area.CARE_LEAVERS,
    Area.ADOPTION,
)
INADEQUATE, RI, GOOD, OUTSTANDING = Rating.INADEQUATE, Rating.REQUIRES_IMPROVEMENT, Rating.GOOD, Rating.OUTSTANDING
JUNE = date(2017, 6, 13)


def authority(name: str) -> Authority:
    found = find(name)
    assert found is not None
    return found


def press(
    name: str,
    ratings: dict[Area, Rating],
    *,
    day: date = JUNE,
    outlet: str = "CYP Now",
    url: str = "",
    previous: dict[Area, tuple[Rating, int | None]] | None = None,
    source_class: SourceClass = SourceClass.PRESS,
) -> Attestation:
    url = url or f"https://{outlet.lower().replace(' ', '')}.example/{name}/{day}"
    return Attestation(
        key=f"{authority(name).urn}|{url}",
        authority=authority(name),
        source_class=source_class,
        outlet=outlet,
        url=url,
        published=day,
        ratings=ratings,
        previous=previous or {},
        evidence={area: f"{area.words} was judged {rating.words}" for area, rating in ratings.items()},
    )


def official(name: str, day: date, **changes: object) -> Attestation:
    """The shipped official account of an authority published on a day, as an account newly read."""
    shipped = next(i for i in history() if i.authority == authority(name) and i.published == day)
    attestation = shipped.attestations[0]
    fields = {field: getattr(attestation, field) for field in Attestation.__dataclass_fields__}
    return Attestation(**(fields | changes))


def before(day: date) -> list[Inspection]:
    return list(history(before=day))


def fold(known: list[Inspection], *told: Attestation, as_of: date | None = None) -> tuple[list[Inspection], list[Decision]]:
    """Decide one account after the other, keeping inspections under their keys as a store does."""
    ledger = {inspection.key: inspection for inspection in known}
    decisions = []
    for attestation in told:
        decision = decide(list(ledger.values()), attestation, as_of=as_of or attestation.published)
        if decision.inspection:
            ledger[decision.inspection.key] = decision.inspection
        decisions.append(decision)
    return list(ledger.values()), decisions


def kinds(changes: Iterable[Change]) -> dict[Area, frozenset[ChangeKind]]:
    return {change.area: change.kinds for change in changes}


def test_coventry_and_knowsley_move_out_of_inadequate() -> None:
    for name in ("Coventry", "Knowsley"):
        decision = decide(before(JUNE), press(name, {OVERALL: RI}), as_of=JUNE)
        (change,) = decision.changes
        assert (change.old, change.new) == (INADEQUATE, RI)
        assert change.kinds == {ChangeKind.OUT_OF_INADEQUATE, ChangeKind.UPGRADED}
        assert change.old_published is not None
        assert change.old_published.year == 2014
        assert decision.background == ()
        assert decision.inspection is not None
        assert decision.inspection.trust is Trust.REPORTED


def test_the_key_names_the_event_and_never_an_address() -> None:
    (first,) = decide(before(JUNE), press("Knowsley", {OVERALL: RI}, url="https://a.example/1"), as_of=JUNE).changes
    (second,) = decide(before(JUNE), press("Knowsley", {OVERALL: RI}, url="https://b.example/2"), as_of=JUNE).changes
    assert first.key == second.key == "80479:2017-06-13:overall:requires_improvement"


def test_the_same_account_twice_changes_nothing() -> None:
    attestation = press("Knowsley", {OVERALL: RI})
    _, (first, second) = fold(before(JUNE), attestation, attestation)
    assert first.changes
    assert second.changes == ()
    assert second.inspection == first.inspection
    assert second.background == ("repeats_known_inspection",)


def test_a_second_outlet_corroborates_and_announces_nothing() -> None:
    again = press("Knowsley", {OVERALL: RI}, outlet="Liverpool Echo", day=JUNE + timedelta(days=1))
    _, (_, second) = fold(before(JUNE), press("Knowsley", {OVERALL: RI}), again)
    assert second.changes == ()
    assert second.background == ("corroborates_known_inspection",)
    assert second.inspection is not None
    assert second.inspection.trust is Trust.CORROBORATED
    assert second.inspection.outlets == {"CYP Now", "Liverpool Echo"}


@pytest.mark.parametrize(
    "again",
    [
        press("Knowsley", {OVERALL: RI}, url="https://cypnow.example/print/knowsley"),
        press("Knowsley", {OVERALL: RI}, outlet="News digest", source_class=SourceClass.AGGREGATOR),
    ],
    ids=["same outlet", "aggregator"],
)
def test_who_does_not_corroborate(again: Attestation) -> None:
    _, (_, second) = fold(before(JUNE), press("Knowsley", {OVERALL: RI}), again)
    assert second.inspection is not None
    assert second.inspection.trust is Trust.REPORTED
    assert second.changes == ()


def test_a_council_announces_early_and_ofsted_confirms() -> None:
    """Knowsley told its rating a month before the report: one alert, one confirmation under the same inspection."""
    early = press("Knowsley", {OVERALL: RI}, day=date(2017, 5, 12), outlet="Knowsley Council", source_class=SourceClass.COUNCIL)
    ledger, (first, second) = fold(before(date(2017, 5, 12)), early, official("Knowsley", JUNE))
    assert [change.key for change in first.changes] == ["80479:2017-05-12:overall:requires_improvement"]
    confirmed, *others = second.changes
    assert confirmed.key == "80479:2017-05-12:overall:requires_improvement:confirmed"
    assert confirmed.kinds == {ChangeKind.CONFIRMED, ChangeKind.OUT_OF_INADEQUATE, ChangeKind.UPGRADED}
    assert {change.area for change in others} == {LEADERSHIP, PROTECTION, CARE, LEAVERS, ADOPTION}
    assert second.inspection is not None
    assert second.inspection.key == "80479:2017-05-12"
    assert second.inspection.trust is Trust.CONFIRMED
    assert (second.inspection.published, second.inspection.fieldwork.end) == (JUNE, date(2017, 3, 24))
    knowsley = [i for i in ledger if i.authority == authority("Knowsley") and i.published >= date(2017, 1, 1)]
    assert len(knowsley) == 1


def test_after_the_report_the_press_has_nothing_to_add() -> None:
    _, (first, second) = fold(before(JUNE), official("Knowsley", JUNE), press("Knowsley", {OVERALL: RI, LEADERSHIP: GOOD}))
    assert len(first.changes) == 6
    assert second.changes == ()
    assert second.background == ("repeats_known_inspection",)


def test_ofsted_corrects_what_was_reported() -> None:
    wrong = press("Knowsley", {OVERALL: GOOD})
    _, (first, second) = fold(before(JUNE), wrong, official("Knowsley", JUNE))
    assert first.changes[0].new is GOOD
    correction = next(change for change in second.changes if change.area is OVERALL)
    assert correction.key == "80479:2017-06-13:overall:requires_improvement:corrected"
    assert (correction.reported, correction.old, correction.new) == (GOOD, INADEQUATE, RI)
    assert ChangeKind.CORRECTED in correction.kinds
    assert second.inspection is not None
    assert second.inspection.trust is Trust.CONTRADICTED


def test_a_wrong_article_after_the_report_moves_nothing() -> None:
    late = press("Knowsley", {OVERALL: GOOD}, day=JUNE + timedelta(days=2))
    _, (_, second) = fold(before(JUNE), official("Knowsley", JUNE), late)
    assert second.changes == ()
    assert second.background == ("contradicts_official_record",)
    assert second.inspection is not None
    assert second.inspection.trust is Trust.CONFIRMED
    assert second.inspection.ratings[OVERALL] is RI


def test_an_amended_report_corrects_the_first() -> None:
    first_report = official("Knowsley", JUNE)
    amended = official(
        "Knowsley",
        JUNE,
        key="80479|https://files.example/2",
        url="https://files.example/2",
        published=date(2017, 6, 20),
        ratings={**first_report.ratings, ADOPTION: RI},
    )
    _, (_, second) = fold(before(JUNE), first_report, amended)
    (correction,) = second.changes
    assert (correction.area, correction.reported, correction.new) == (ADOPTION, GOOD, RI)
    assert ChangeKind.CORRECTED in correction.kinds
    assert second.inspection is not None
    assert second.inspection.published == JUNE


def test_a_report_published_again_under_another_file_is_the_same_inspection() -> None:
    copy = official("Knowsley", JUNE, key="80479|https://files.example/9", url="https://files.example/9")
    ledger, (_, second) = fold(before(JUNE), official("Knowsley", JUNE), copy)
    assert second.changes == ()
    assert sum(i.authority == authority("Knowsley") for i in ledger) == 2


def test_two_papers_that_disagree() -> None:
    other = press("Knowsley", {OVERALL: GOOD}, outlet="Echo", day=JUNE + timedelta(days=1))
    _, (_, second) = fold(before(JUNE), press("Knowsley", {OVERALL: RI}), other)
    assert second.changes == ()
    assert second.background == ("disagrees_with_other_reports",)
    assert second.inspection is not None
    assert second.inspection.ratings == {OVERALL: RI}


def test_two_papers_overrule_one() -> None:
    others = [press("Knowsley", {OVERALL: GOOD}, outlet=name, day=JUNE + timedelta(days=1)) for name in ("Echo", "LGC")]
    _, (_, _, third) = fold(before(JUNE), press("Knowsley", {OVERALL: RI}), *others)
    (correction,) = third.changes
    assert (correction.reported, correction.new) == (RI, GOOD)


def test_what_only_repeats_the_record_is_background() -> None:
    """Two years on, an article still says that Knowsley is inadequate."""
    decision = decide(before(JUNE), press("Knowsley", {OVERALL: INADEQUATE}, day=date(2016, 6, 1)), as_of=date(2016, 6, 1))
    assert decision.changes == ()
    assert decision.inspection is None
    assert decision.background == ("repeats_known_inspection",)


def test_an_official_page_that_tells_an_old_rating_is_background() -> None:
    """A direction of the year after names the rating that led to it."""
    day = date(2015, 7, 1)
    notice = press("Knowsley", {OVERALL: INADEQUATE}, day=day, outlet="GOV.UK", source_class=SourceClass.OFFICIAL)
    decision = decide(before(day), notice, as_of=day)
    assert (decision.inspection, decision.changes) == (None, ())
    assert decision.background == ("repeats_known_inspection",)


def test_the_same_rating_again_is_news_when_the_article_says_again() -> None:
    day = date(2026, 5, 20)
    stays = press("Norfolk", {OVERALL: GOOD}, day=day, previous={OVERALL: (GOOD, 2022)})
    known = [i for i in before(day) if not (i.authority == authority("Norfolk") and i.published.year == 2026)]
    decision = decide(known, stays, as_of=day)
    assert kinds(decision.changes) == {OVERALL: {ChangeKind.UNCHANGED}}
    assert decide(known, press("Norfolk", {OVERALL: GOOD}, day=day), as_of=day).changes == ()


def test_a_different_rating_soon_after_a_report_is_not_believed() -> None:
    day = JUNE + timedelta(days=250)
    known, _ = fold(before(JUNE), official("Knowsley", JUNE))
    decision = decide(known, press("Knowsley", {OVERALL: GOOD}, day=day), as_of=day)
    assert (decision.inspection, decision.changes, decision.background) == (None, (), ("too_soon_after_inspection",))


def test_an_article_from_before_the_fieldwork_is_not_of_that_inspection() -> None:
    foretold = press("Knowsley", {OVERALL: RI}, day=date(2017, 3, 1))
    _, (_, second) = fold(before(date(2017, 3, 1)), foretold, official("Knowsley", JUNE))
    assert second.inspection is not None
    assert second.inspection.outlets == {"Ofsted"}


def test_an_old_inspection_is_recorded_and_not_announced() -> None:
    known = [i for i in before(JUNE) if i.authority != authority("Knowsley")]
    late = official("Knowsley", date(2014, 6, 30))
    decision = decide(known, late, as_of=JUNE)
    assert decision.inspection is not None
    assert (decision.changes, decision.background) == ((), ("outside_alert_window",))


def test_an_inspection_older_than_the_newest_is_not_announced() -> None:
    newest = official("Knowsley", JUNE)
    older = official("Knowsley", date(2014, 6, 30))
    decision = decide([*fold([], newest)[0]], older, as_of=JUNE, alert_window=timedelta(days=9999))
    assert (decision.changes, decision.background) == ((), ("older_than_newest",))


def test_a_shared_grade_told_as_two_is_one() -> None:
    """Portsmouth, October 2018: the press says that children in care and care leavers are good; it was one grade."""
    day = date(2018, 10, 15)
    told = press("Portsmouth", {OVERALL: GOOD, CARE: GOOD, LEAVERS: GOOD}, day=day)
    _, (first, second) = fold(before(day), told, official("Portsmouth", day))
    assert {change.area for change in first.changes} == {OVERALL, CARE}
    assert first.inspection is not None
    assert first.inspection.combined_care
    assert {change.area for change in second.changes if ChangeKind.CONFIRMED in change.kinds} == {OVERALL, CARE}
    assert second.background == ()
    assert second.inspection is not None
    assert second.inspection.trust is Trust.CONFIRMED


def test_care_leavers_alone_are_told_with_the_grade_they_shared() -> None:
    day = date(2018, 10, 15)
    decision = decide(before(day), press("Portsmouth", {LEAVERS: OUTSTANDING}, day=day), as_of=day)
    assert [(change.area, change.evidence) for change in decision.changes] == [(CARE, "care leavers was judged outstanding")]


def test_the_future_is_not_believed() -> None:
    decision = decide(before(JUNE), press("Knowsley", {OVERALL: RI}, day=JUNE + timedelta(days=40)), as_of=JUNE)
    assert (decision.inspection, decision.background) == (None, ("dated_in_the_future",))


@pytest.mark.parametrize(("name", "day"), [("Cumbria", date(2026, 5, 1)), ("Surrey", date(2028, 5, 1))])
def test_an_abolished_council_is_no_news(name: str, day: date) -> None:
    decision = decide(before(day), press(name, {OVERALL: RI}, day=day), as_of=day)
    assert (decision.inspection, decision.changes, decision.background) == (None, (), ("authority_abolished",))


def test_a_last_report_may_follow_an_abolition() -> None:
    day = date(2023, 6, 1)
    assert decide([], press("Cumbria", {OVERALL: RI}, day=day), as_of=day).changes


def test_without_a_record_the_stated_previous_rating_is_used() -> None:
    """Kent: not inspected under the framework before; the article says adequate in 2013."""
    kent = press("Kent", {OVERALL: GOOD}, previous={OVERALL: (Rating.ADEQUATE, 2013)})
    (change,) = decide(before(JUNE), kent, as_of=JUNE).changes
    assert (change.old, change.old_year, change.old_published) == (Rating.ADEQUATE, 2013, None)
    assert change.kinds == {ChangeKind.UPGRADED}


def test_without_any_past_it_is_a_first_rating() -> None:
    (change,) = decide([], press("Kent", {OVERALL: GOOD}), as_of=JUNE).changes
    assert change.kinds == {ChangeKind.FIRST_RATING}


def test_a_successor_does_not_inherit_a_rating() -> None:
    day = date(2024, 11, 26)
    cumberland = press("Cumberland", {OVERALL: GOOD}, day=day, previous={OVERALL: (RI, 2022)})
    (change,) = decide(before(day), cumberland, as_of=day).changes
    assert (change.old, change.kinds) == (None, {ChangeKind.FIRST_RATING})


@pytest.mark.parametrize(
    ("stated", "conflict"),
    [
        ((INADEQUATE, 2014), ""),
        ((INADEQUATE, None), ""),
        ((INADEQUATE, 2013), ""),
        ((GOOD, 2014), "says it was good in 2014; the record has inadequate, published 30 June 2014"),
        ((GOOD, None), "says it was good; the record has inadequate, published 30 June 2014"),
        ((GOOD, 2010), ""),
        ((GOOD, 2016), "says it was good in 2016; the record has inadequate, published 30 June 2014"),
    ],
)
def test_the_record_is_believed_about_the_past(stated: tuple[Rating, int | None], conflict: str) -> None:
    decision = decide(before(JUNE), press("Knowsley", {OVERALL: RI}, previous={OVERALL: stated}), as_of=JUNE)
    (change,) = decision.changes
    assert (change.old, change.conflict) == (INADEQUATE, conflict)
    assert decision.background == (("previous_conflicts_with_record",) if conflict else ())


def test_trafford_2026_shows_each_area_and_is_mixed() -> None:
    day = date(2026, 8, 3)
    decision = decide(before(day), official("Trafford", day), as_of=day)
    assert kinds(decision.changes) == {
        LEADERSHIP: {ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED, ChangeKind.MIXED},
        PROTECTION: {ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED, ChangeKind.MIXED},
        CARE: {ChangeKind.UPGRADED, ChangeKind.MIXED},
        LEAVERS: {ChangeKind.FIRST_RATING},
    }


def test_an_overall_that_the_report_does_not_give_is_not_kept() -> None:
    day = date(2026, 8, 3)
    _, (_, second) = fold(
        before(day), press("Trafford", {OVERALL: INADEQUATE, LEADERSHIP: INADEQUATE}, day=day), official("Trafford", day)
    )
    assert second.inspection is not None
    assert OVERALL not in second.inspection.ratings
    assert ChangeKind.CONFIRMED in kinds(second.changes)[LEADERSHIP]


def judgement(name: str, area: Area, rating: Rating, previous: Rating | None = None) -> Judgement:
    return Judgement(
        authority=authority(name),
        area=area,
        rating=rating,
        evidence=Span(start=0, end=4),
        quote="text",
        previous=previous,
        previous_year=2014 if previous else None,
    )


def test_an_article_gives_one_account_per_authority() -> None:
    article = Article(url="https://a.example/x", title="t", text="text", published=JUNE, outlet="CYP Now")
    result = ClassifierResult(
        judgements=(
            judgement("Coventry", OVERALL, RI, INADEQUATE),
            judgement("Knowsley", OVERALL, RI),
            judgement("Coventry", LEAVERS, GOOD),
        ),
        relevant=True,
    )
    coventry, knowsley = attestations(article, result)
    assert coventry.ratings == {OVERALL: RI, LEAVERS: GOOD}
    assert coventry.previous == {OVERALL: (INADEQUATE, 2014)}
    assert coventry.evidence == {OVERALL: "text", LEAVERS: "text"}
    assert (knowsley.key, knowsley.published, knowsley.outlet) == ("80479|https://a.example/x", JUNE, "CYP Now")


def test_an_article_without_a_date() -> None:
    article = Article(url="https://a.example/x", title="t", text="text")
    result = ClassifierResult(judgements=(judgement("Kent", OVERALL, GOOD),), relevant=True)
    assert attestations(article, result) == ()
    assert attestations(article, result, seen=JUNE)[0].published == JUNE


def test_a_report_gives_an_official_account() -> None:
    report = Report(
        authority=authority("Kent"),
        framework="SIF",
        title="Kent",
        fieldwork=DateRange(start=date(2017, 3, 6), end=date(2017, 3, 30)),
        published=JUNE,
        lead_inspector="A. Person",
        judgements=(judgement("Kent", OVERALL, GOOD),),
        previous=Rating.ADEQUATE,
        previous_year=2013,
        url="https://files.example/1",
    )
    (attestation,) = attestations(report, ClassifierResult())
    assert attestation.is_report
    assert attestation.previous == {OVERALL: (Rating.ADEQUATE, 2013)}
    assert (attestation.ratings, attestation.outlet) == ({OVERALL: GOOD}, "Ofsted")
