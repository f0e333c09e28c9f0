"""What a subject leads with: into inadequate, then out of it, then the rest, and always how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.ledger import attestations, decide
from monitor.domain.model import Area, Authority, Change, ChangeKind, Inspection, Rating, Trust
from monitor.domain.movement import kinds
from monitor.messages import Purpose, Renderer
from monitor.messages.headline import headline
from monitor.messages.notice import by_inspection
from monitor.messages.reasons import reason
from monitor.messages.subject import MAX_SUBJECT, heading, subject
from tests.builders import authority, official, story
from tests.messages.conftest import Notes

BEFORE, DAY = date(2023, 3, 1), date(2026, 8, 3)
RENDER = Renderer(domain="monitor.test")
NEW = "East and West Surrey"


def changes(name: str, now: str, *, before: str = "", outlet: str = "The Paper") -> tuple[Change, ...]:
    """What a newspaper's article changes for an authority, beside the inspection before it."""
    document, result = story({name: now}, outlet=outlet, published=DAY, text=f"{name}: inspectors found changes.")
    (attestation,) = attestations(document, result)
    return decide([official(name, before, published=BEFORE)] if before else [], attestation, as_of=DAY).changes


def confirmed(name: str, now: str, *, before: str) -> tuple[Change, ...]:
    """The same of Ofsted's own report."""
    (attestation,) = official(name, now, published=DAY).attestations
    return decide([official(name, before, published=BEFORE)], attestation, as_of=DAY).changes


def first(*areas: Area, new: Rating = Rating.INADEQUATE, name: str = NEW) -> tuple[Change, ...]:
    """First ratings of an authority that begins: nothing is known of it, and it is in no table yet."""
    who = Authority(urn=name, dfe_code="", gss_code="", name=name, region="South East")
    ratings = {Area.LEADERSHIP: Rating.GOOD, **dict.fromkeys(areas, new)}
    inspection = Inspection(authority=who, published=DAY, ratings=ratings, trust=Trust.CONFIRMED)
    return tuple(
        Change(
            key=area, inspection=inspection, area=area, old=None, new=rating, kinds=kinds(None, rating), evidence="", url="",
            outlet="Ofsted",
        )
        for area, rating in ratings.items()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("leadership inadequate", "leadership good", "leadership now inadequate"),
        ("overall inadequate, leadership inadequate", "overall good, leadership good", "now inadequate"),
        ("leadership inadequate, adoption good", "leadership good, adoption inadequate", "leadership now inadequate, adoption no longer"),
        (
            "leadership good, help_and_protection inadequate",
            "leadership inadequate, help_and_protection inadequate",
            "leadership no longer inadequate, protection still inadequate",
        ),
        (
            "overall good, care_leavers good",
            "overall requires_improvement, care_leavers inadequate",
            "care leavers no longer inadequate, overall up to good",
        ),
        ("overall good", "overall inadequate", "no longer inadequate, now good"),
        (
            "overall inadequate, leadership good",
            "overall inadequate, leadership requires_improvement",
            "still inadequate, leadership up to good",
        ),
        ("leadership good, adoption outstanding", "leadership outstanding, adoption good", "leadership down to good, adoption up to outstanding"),
    ],
)  # fmt: skip
def test_one_inspection_leads_with_the_worst(now: str, before: str, said: str) -> None:
    assert headline(confirmed("Kent", now, before=before)) == said


def test_a_first_rating_of_inadequate_is_said_first(notice: Notes) -> None:
    found = first(Area.HELP_AND_PROTECTION, Area.CARE_LEAVERS)
    assert subject(notice(*found, previous={})) == f"{NEW}: 2 areas now inadequate (Ofsted, 3 Aug)"
    assert headline(found) == "protection and care leavers now inadequate"
    assert subject(notice(*first(new=Rating.GOOD), previous={})) == f"{NEW}: rated good for leadership (Ofsted, 3 Aug)"


def test_several_councils_begin_with_the_worst_and_say_how_sure_each_is(notice: Notes) -> None:
    devon = changes("Devon", "leadership good, adoption inadequate", before="leadership inadequate, adoption inadequate")
    knowsley = changes("Knowsley", "overall good", before="overall requires_improvement")
    rochdale = changes("Rochdale", "overall inadequate", before="overall good")
    assert (
        subject(notice(*devon, *knowsley, *rochdale)) == "Rochdale inadequate, Devon partly out of it, Knowsley up (reported)"
    )
    sure = confirmed("Kent", "overall good", before="overall inadequate")
    told = notice(*sure, *rochdale)
    assert subject(told) == "2 councils: Rochdale inadequate (reported), Kent out of it (Ofsted)"
    assert heading(told) == "2 councils: Rochdale now inadequate (reported), Kent no longer inadequate (Ofsted)"
    sections = RENDER.render(told).text
    assert sections.index("Rochdale: now inadequate") < sections.index("Kent: no longer inadequate")


def test_of_many_the_worst_are_named_longest(notice: Notes) -> None:
    fallen = [each for name in ("York", "Wigan", "Bury") for each in changes(name, "overall inadequate", before="overall good")]
    up = [each for name in ("Kent", "Derby", "Devon", "Leeds", "Luton") for each in changes(name, "overall good", before="overall requires_improvement")]  # fmt: skip
    assert subject(notice(*up, *fallen)) == "8 councils: Bury, Wigan and York now inadequate, 5 up (reported)"


def test_an_inadequate_is_named_before_it_is_said_of_each_how_sure_it_is(notice: Notes) -> None:
    dudley = changes("Dudley", "leadership inadequate, adoption good", before="leadership good, adoption good")
    rochdale = confirmed("Rochdale", "leadership good, adoption inadequate", before="leadership good, adoption good")
    medway = changes("Medway", "leadership outstanding", before="leadership good")
    line = subject(notice(*dudley, *rochdale, *medway))  # of each: "Dudley partly inadequate (reported), 2 more (1 reported)"
    assert line == "Dudley and Rochdale now partly inadequate, Medway up (2 of 3 reported)"


def test_one_long_name_hides_no_other(notice: Notes) -> None:
    names = ["Bournemouth, Christchurch and Poole", "Bristol", "Hull"]
    found = [each for name in names for each in changes(name, "overall inadequate", before="overall good")]
    assert subject(notice(*found)) == "3 councils: Bristol, Hull and 1 more now inadequate (reported)"


def test_what_is_told_because_an_alert_was_wrong_is_told_as_what_it_is(notice: Notes) -> None:
    found = confirmed("Dudley", "leadership inadequate, adoption good", before="leadership good, adoption good")
    late = [replace(change, kinds=frozenset({ChangeKind.CORRECTED}), reported=Rating.OUTSTANDING) for change in found[:1]]
    assert subject(notice(*late, purpose=Purpose.CORRECTED)).startswith("Correction: Dudley: leadership now inadequate")


def test_one_area_in_a_paper_is_not_all_of_a_council(notice: Notes) -> None:
    one = changes("Dudley", "leadership inadequate", before="leadership good")
    two = changes("Medway", "care_leavers good", before="care_leavers inadequate")
    assert subject(notice(*one, *two)) == "2 councils: Dudley part inadequate, Medway partly out of it (reported)"
    every = ", ".join(
        f"{area} inadequate" for area in ("leadership", "help_and_protection", "children_in_care", "care_leavers")
    )
    whole = changes("Dudley", every, before=every.replace("inadequate", "good"))
    assert subject(notice(*whole, *two)) == "2 councils: Dudley inadequate, Medway partly out of it (reported)"


def test_a_correction_among_other_news_is_announced_and_stays_in_its_thread(notice: Notes) -> None:
    dudley = changes("Dudley", "leadership inadequate, adoption good", before="leadership good, adoption good")
    swindon = [
        replace(change, kinds=frozenset({ChangeKind.CORRECTED}), reported=Rating.GOOD)
        for change in confirmed("Swindon", "overall requires_improvement", before="overall requires_improvement")
    ]
    told = notice(*dudley, *swindon)
    assert subject(told).startswith("2 councils, 1 corrected: Dudley")
    assert RENDER.render(told).headers["In-Reply-To"] == RENDER.thread(swindon[0].inspection.key)
    assert "corrected" not in subject(notice(*swindon, purpose=Purpose.CORRECTED))


@pytest.mark.parametrize("purpose", [Purpose.CHANGE, Purpose.CONFIRMED, Purpose.CORRECTED, Purpose.TEST])
@pytest.mark.parametrize("outlet", ["", "Children & Young People Now"])
def test_the_longest_name_leaves_room_for_the_worst(notice: Notes, purpose: Purpose, outlet: str) -> None:
    name, now, before = "Bournemouth, Christchurch and Poole", "care_leavers inadequate", "care_leavers good"
    found = changes(name, now, before=before, outlet=outlet) if outlet else confirmed(name, now, before=before)
    line = subject(notice(*found, purpose=purpose))
    assert "inadequate" in line
    assert ("(reported" if outlet else "(Ofsted") in line
    assert len(line) <= MAX_SUBJECT


_NAMES = st.sampled_from(
    ["Kent", "Bury", "Hull", "Bournemouth, Christchurch and Poole", "Bath and North East Somerset", "Leeds"]
)
_GRADES = st.sampled_from([Rating.INADEQUATE, Rating.REQUIRES_IMPROVEMENT, Rating.GOOD, Rating.OUTSTANDING])


@st.composite
def news(draw: st.DrawFn) -> list[Change]:
    """Some councils' changes, as sure and as grave as can be."""
    found: list[Change] = []
    for name in draw(st.lists(_NAMES, min_size=2, max_size=6, unique=True)):
        areas = draw(st.lists(st.sampled_from(tuple(Area)), min_size=1, max_size=3, unique=True))
        ratings = {area: draw(_GRADES) for area in areas}
        inspection = Inspection(
            authority=authority(name), published=DAY, ratings=ratings, trust=draw(st.sampled_from(tuple(Trust)))
        )
        for area, new in ratings.items():
            old = draw(st.none() | _GRADES)
            found.append(
                Change(
                    key=f"{name}{area}", inspection=inspection, area=area, old=old, new=new, kinds=kinds(old, new),
                    evidence="", url="", outlet="The Paper",
                )
            )  # fmt: skip
    return found


def _rank(group: Sequence[Change]) -> int:
    of = {kind for change in group for kind in change.kinds}
    return 0 if ChangeKind.INTO_INADEQUATE in of else 1 if ChangeKind.OUT_OF_INADEQUATE in of else 2


@given(news())
@settings(max_examples=300, deadline=None)
def test_whatever_comes_together_fits_says_how_sure_it_is_and_hides_no_inadequate(found: list[Change]) -> None:
    from tests.messages.golden import _notice

    for purpose in (Purpose.CHANGE, Purpose.CORRECTED, Purpose.DIGEST):
        line = subject(_notice("n", *found, purpose=purpose, period="weekly" if purpose is Purpose.DIGEST else ""))
        assert len(line) <= MAX_SUBJECT
        assert "reported)" in line or "(Ofsted" in line
        groups = by_inspection(found)
        ranks = [_rank(group) for group in groups]
        assert ranks == sorted(ranks)
        if 0 in ranks:
            assert "inadequate" in line
        named = [(line.find(group[0].authority.display_name), rank) for group, rank in zip(groups, ranks, strict=True)]
        in_order = [rank for at, rank in sorted(named) if at >= 0]
        assert in_order == sorted(in_order), "who is named is named in that order"


def test_a_digest_says_who_became_inadequate_before_anything_else(notice: Notes) -> None:
    devon = changes("Devon", "overall good", before="overall requires_improvement")
    kent = confirmed("Kent", "leadership inadequate, adoption good", before="leadership good, adoption good")
    york = changes("York", "overall good", before="overall inadequate")
    told = RENDER.render(notice(*devon, *kent, *york, purpose=Purpose.DIGEST, period="weekly")).text
    at = [told.index(words) for words in (
        "* Now inadequate: Kent (leadership).", "* No longer inadequate: York (reported).", "* Up: Devon (reported)."
    )]  # fmt: skip
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("because", "said"),
    [
        (["Bury is in North West", "Bury is in North West"], "Bury is in North West."),
        (["Bury is in North West", "Kent is on the list", "Wigan is in North West"], "Bury and Wigan are in North West; Kent is on the list."),
        (["every authority is watched"] * 3, "every authority is watched."),
        (["Together for Children runs children's services for Sunderland"], "Together for Children runs children's services for Sunderland."),
    ],
)  # fmt: skip
def test_why_somebody_got_it_names_every_council(because: list[str], said: str) -> None:
    assert reason("Your subscription “north”", because) == f"Your subscription “north”: {said}"
    assert reason("You asked", []) == "You asked."


def retracted(now: str, said: str, *, before: str = "overall good, leadership good") -> tuple[Change, ...]:
    """What Ofsted's report changes after a newspaper said something of an area that it does not grade."""
    known = [official("Kent", before, published=BEFORE)]
    document, result = story({"Kent": said}, published=DAY, text="Kent: inspectors found changes.")
    (press,) = attestations(document, result)
    believed = decide(known, press, as_of=DAY).inspection
    assert believed is not None
    (report,) = official("Kent", now, published=DAY).attestations
    return decide([*known, believed], report, as_of=DAY).changes


def test_a_withdrawal_says_what_was_wrong_and_confirms_nothing(notice: Notes) -> None:
    found = retracted("leadership good", "overall inadequate")
    gone = [change for change in found if ChangeKind.WITHDRAWN in change.kinds]
    assert [(change.area, change.new) for change in gone] == [(Area.OVERALL, None)]
    told = RENDER.render(notice(*gone, purpose=Purpose.CORRECTED))
    assert told.subject == "Correction: Kent: overall not graded after all (Ofsted, 3 Aug)"
    for form in (told.text, told.forms["slack"], told.html):
        words = " ".join(form.split())
        assert (
            "Overall effectiveness was reported as inadequate before. That was not so: Ofsted’s report gives it no grade."
            in words
        )
        assert "This is what Ofsted’s own report says; the press reported otherwise." in words
        assert "confirmed" not in words.casefold().replace("not yet confirmed", "")
    assert "* Overall effectiveness: no" in told.text
    with_news = retracted("leadership inadequate", "overall inadequate, leadership inadequate")
    assert headline(with_news) == "leadership now inadequate, overall not graded after all"
