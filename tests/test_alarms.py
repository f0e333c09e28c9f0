"""What is alarming about messages and the disk; what is about sources is tested where it is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.alarms import LEAST_SPACE, STUCK, of_outbox, of_space
from monitor.ports import DeliveryState

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)


def test_an_outbox_that_works_is_not_alarming() -> None:
    assert of_outbox({DeliveryState.SENT: 9, DeliveryState.PENDING: 2, DeliveryState.CANCELLED: 1}, NOW - STUCK, NOW) == []
    assert of_outbox({}, None, NOW) == []


def test_messages_in_doubt_held_or_refused_are() -> None:
    counts = {DeliveryState.UNCERTAIN: 1, DeliveryState.HELD: 7, DeliveryState.FAILED: 2}
    said = [str(alarm) for alarm in of_outbox(counts, None, NOW)]
    assert len(said) == 3
    assert any("1 message(s) arrived" in line for line in said)
    assert any("7 message(s) are held" in line for line in said)
    assert any("2 message(s) were refused" in line for line in said)


def test_a_queue_that_does_not_move_is() -> None:
    [alarm] = of_outbox({}, NOW - STUCK - timedelta(seconds=1), NOW)
    assert "03 Aug 11:44 UTC" in str(alarm)


def test_a_disk_that_fills_is() -> None:
    assert of_space(LEAST_SPACE) == []
    assert "63 MB" in str(of_space(LEAST_SPACE - 1)[0])
