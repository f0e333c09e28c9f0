"""Laws of the ledger: the same facts in any order, any number of times, give the same ledger and announce the same changes.

The facts are made from the shipped history: each authority's newest inspection is the truth to be found out, everything
before it is known. Press accounts tell parts of the truth, repeat the past, or err.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.history import history
from monitor.domain.ledger import Attestation, decide
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating, SourceClass

EXAMPLES = 2_000
TODAY = date(2026, 12, 31)
EVER = timedelta(days=5_000)

NEWEST = {inspection.authority.urn: inspection for inspection in history()}
PAST = {urn: [i for i in history() if i.authority.urn == urn and i is not newest] for urn, newest in NEWEST.items()}
UPDATES = {ChangeKind.CONFIRMED, ChangeKind.CORRECTED}


def tell(urn: str, number: int, ratings: dict[Area, Rating], day: date, outlet: str, voice: SourceClass) -> Attestation:
    return Attestation(
        key=f"{urn}|https://{outlet}.example/{number}",
        authority=NEWEST[urn].authority,
        source_class=voice,
        outlet=outlet,
        url=f"https://{outlet}.example/{number}",
        published=day,
        ratings=ratings,
    )


@st.composite
def press_attestations(draw: st.DrawFn, urn: str, *, may_err: bool) -> Attestation:
    """Part of the newest inspection, or of the one before, told from the end of fieldwork to three weeks after the report."""
    newest, past = NEWEST[urn], PAST[urn]
    truth = draw(st.sampled_from([newest, newest, *past[-1:]]))
    areas = draw(st.sets(st.sampled_from(sorted(truth.ratings)), min_size=1))
    ratings = {area: truth.ratings[area] for area in areas}
    if may_err and draw(st.booleans()):
        ratings[draw(st.sampled_from(sorted(areas)))] = draw(st.sampled_from(list(Rating)))
    elif truth is newest and past and all(past[-1].ratings.get(area) is rating for area, rating in ratings.items()):
        ratings = dict(truth.ratings)  # else it cannot be told from a repetition of the past
    assert newest.fieldwork.end
    span = (newest.published - newest.fieldwork.end).days + 21
    day = newest.fieldwork.end + timedelta(days=draw(st.integers(0, span)))
    outlet = draw(st.sampled_from(["echo", "gazette", "council", "digest"]))
    voice = {"council": SourceClass.COUNCIL, "digest": SourceClass.AGGREGATOR}.get(outlet, SourceClass.PRESS)
    return tell(urn, draw(st.integers(0, 10_000)), ratings, day, outlet, voice)


@st.composite
def facts(draw: st.DrawFn, *, may_err: bool = False) -> list[Attestation]:
    """Accounts of up to three authorities, at most one per address, official reports and copies of them among them."""
    told: dict[str, Attestation] = {}
    for urn in draw(st.lists(st.sampled_from(sorted(NEWEST)), min_size=1, max_size=2, unique=True)):
        for attestation in draw(st.lists(press_attestations(urn, may_err=may_err), max_size=4)):
            told.setdefault(attestation.key, attestation)
        report = NEWEST[urn].attestations[0]
        if draw(st.booleans()):
            told[report.key] = report
        if draw(st.booleans()):
            copy = replace(report, key=report.key + "-copy", url=report.url + "-copy")
            told[copy.key] = copy
    return list(told.values())


def known(told: Sequence[Attestation]) -> list[Inspection]:
    return [inspection for urn in sorted({attestation.authority.urn for attestation in told}) for inspection in PAST[urn]]


def fold(told: Sequence[Attestation]) -> tuple[list[Inspection], list[Change]]:
    ledger = {inspection.key: inspection for inspection in known(told)}
    changes: list[Change] = []
    for attestation in told:
        decision = decide(list(ledger.values()), attestation, as_of=TODAY, alert_window=EVER)
        if decision.inspection is not None:
            ledger[decision.inspection.key] = decision.inspection
        changes += decision.changes
    # The name under which an inspection was first recorded is the one thing that depends on who spoke first.
    return sorted((replace(i, first_key="") for i in ledger.values()), key=lambda i: i.key), changes


def events(changes: Sequence[Change]) -> set[tuple[str, Area, Rating]]:
    """The changes announced as new, without the name of the inspection."""
    return {(c.authority.urn, c.area, c.new) for c in changes if not c.kinds & UPDATES}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_any_order_any_number_of_times_gives_the_same_ledger_and_the_same_changes(data: st.DataObject) -> None:
    told = data.draw(facts())
    again = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    ledger, changes = fold(told)
    ledger_again, changes_again = fold([*data.draw(st.permutations(told)), *again])
    assert ledger == ledger_again
    assert events(changes) == events(changes_again)
    assert len({change.key for change in changes_again}) == len(changes_again)


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(st.data())
def test_errors_do_not_make_the_ledger_depend_on_the_order(data: st.DataObject) -> None:
    told = data.draw(facts(may_err=True))
    again = data.draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    ledger, changes = fold(told)
    assert ledger == fold(data.draw(st.permutations(told)))[0]
    ledger_again, changes_again = fold([*told, *again])
    assert ledger == ledger_again
    assert [change.key for change in changes] == [change.key for change in changes_again]


@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(facts(may_err=True))
def test_what_ofsted_says_is_believed_and_said_once(told: list[Attestation]) -> None:
    ledger, changes = fold(told)
    for attestation in told:
        if attestation.is_report:
            newest = max((i for i in ledger if i.authority == attestation.authority), key=lambda i: i.published)
            assert newest.ratings == attestation.ratings
            assert newest.combined_care == attestation.combined_care
    keys = [change.key for change in changes if not change.key.endswith("by_reports")]
    assert len(set(keys)) == len(keys)


@settings(max_examples=EXAMPLES // 4, deadline=None)
@given(st.data())
def test_whatever_was_told_and_is_in_no_report_is_withdrawn_once_and_never_confirmed(data: st.DataObject) -> None:
    """Press accounts may grade any area at all, before the report and after it."""
    urn = data.draw(st.sampled_from(sorted(NEWEST)))
    report = NEWEST[urn].attestations[0]
    invented = st.dictionaries(st.sampled_from(list(Area)), st.sampled_from(list(Rating)), min_size=1, max_size=3)
    told = [
        replace(attestation, ratings=data.draw(invented), key=f"{attestation.key}-{number}")
        for number, attestation in enumerate(data.draw(st.lists(press_attestations(urn, may_err=True), min_size=1, max_size=4)))
    ]
    at = data.draw(st.integers(0, len(told)))
    ledger, before = fold(told[:at])
    believed = {
        area: rating
        for i in ledger
        if i.authority == report.authority and not i.fieldwork.end
        for area, rating in i.ratings.items()
    }
    _, changes = fold([*told[:at], report, *told[at:], replace(report, key=report.key + "-copy")])
    later = changes[len(before) :]
    shared = report.ratings.get(Area.CHILDREN_IN_CARE) if report.combined_care else None
    gone = {
        area: rating
        for area, rating in believed.items()
        if area not in report.ratings and not (area is Area.CARE_LEAVERS and rating is shared)
    }
    withdrawn = [(change.area, change.reported) for change in later if ChangeKind.WITHDRAWN in change.kinds]
    assert sorted(withdrawn) == sorted(gone.items())
    assert not any(ChangeKind.CONFIRMED in change.kinds for change in later if change.area not in report.ratings)
    assert all((change.new is None) == (ChangeKind.WITHDRAWN in change.kinds) for change in changes)
