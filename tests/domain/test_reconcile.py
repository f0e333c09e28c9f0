"""Listing against ledger, both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.domain.history import history
from monitor.domain.model import Inspection, Trust
from monitor.domain.reconcile import Listed, reconcile


def listing() -> list[Listed]:
    return [Listed(authority=i.authority, published=i.published, url=i.url) for i in history()]


def without(key: str) -> list[Inspection]:
    return [inspection for inspection in history() if inspection.key != key]


TRAFFORD = "80573:2026-06-19"


def test_the_record_agrees_with_itself() -> None:
    assert reconcile(listing(), history()).agrees


def test_a_report_without_an_event_is_named() -> None:
    result = reconcile(listing(), without(TRAFFORD))
    assert not result.agrees
    assert [report.words for report in result.unknown] == ["Trafford, 3 August 2026"]
    assert result.unlisted == ()


def test_an_event_without_a_report_is_named() -> None:
    listed = [report for report in listing() if report.words != "Trafford, 3 August 2026"]
    result = reconcile(listed, history())
    assert [inspection.key for inspection in result.unlisted] == [TRAFFORD]
    assert result.unknown == ()


def test_what_only_the_press_reported_does_not_stand_for_the_report() -> None:
    reported = [replace(i, trust=Trust.REPORTED, attestations=(), url="") if i.key == TRAFFORD else i for i in history()]
    result = reconcile(listing(), reported)
    assert [report.words for report in result.unknown] == ["Trafford, 3 August 2026"]
    assert result.unlisted == ()


def test_a_file_published_again_weeks_later_is_the_same_report() -> None:
    listed = [replace(report, published=report.published + timedelta(days=40), url="") for report in listing()]
    assert reconcile(listed, history()).agrees


def test_an_address_is_enough() -> None:
    listed = [replace(report, published=report.published + timedelta(days=400)) for report in listing()]
    assert reconcile(listed, history()).agrees
