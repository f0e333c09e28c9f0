"""A record as changes: the same, under the same keys, as if each report had been heard on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.domain.announced import announced
from monitor.domain.attestation import inspect
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind, SourceClass
from monitor.domain.replay import replay
from tests.builders import official


def test_the_official_record_comes_to_what_its_replay_announces() -> None:
    told = [change for day in replay(a for i in history() for a in i.attestations) for change in day.decision.changes]
    assert len(told) > 2000
    assert {change.key: change for change in announced(history())} == {change.key: change for change in told}


def test_the_words_are_those_of_the_report_else_of_whoever_was_first() -> None:
    confirmed = official("Leeds", "leadership good", published=date(2026, 7, 1), evidence={Area.LEADERSHIP: "It is good."})
    (report,) = confirmed.attestations
    press = replace(
        report,
        key="p",
        source_class=SourceClass.PRESS,
        outlet="Paper",
        published=date(2026, 6, 30),
        fieldwork=replace(report.fieldwork, start=None, end=None),
        evidence={Area.LEADERSHIP: "Good, says Ofsted."},
    )
    later = replace(press, key="q", outlet="Other", published=date(2026, 7, 2))
    (change,) = announced([inspect((later, press))])
    assert (change.outlet, change.evidence) == ("Paper", "Good, says Ofsted.")
    (change,) = announced([inspect((press, report))])
    assert (change.outlet, change.evidence) == ("Ofsted", "It is good.")


def test_areas_that_go_both_ways_are_mixed() -> None:
    before = official("Leeds", "leadership good, children_in_care good", published=date(2022, 5, 3))
    after = official("Leeds", "leadership inadequate, children_in_care outstanding", published=date(2026, 7, 1))
    found = {change.area: change.kinds for change in announced([after, before]) if change.inspection == after}
    assert all(ChangeKind.MIXED in kinds for kinds in found.values())
    assert ChangeKind.INTO_INADEQUATE in found[Area.LEADERSHIP]
