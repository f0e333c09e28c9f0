"""Twelve messages as they go out, kept as files to be read by people: ``python -m tests.messages.golden`` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from monitor.channels.mime import mime
from monitor.domain.context import context_line
from monitor.domain.history import history
from monitor.domain.model import Change, ChangeKind, Rating, Trust
from monitor.messages import Notice, Purpose, Renderer
from monitor.messages.account_mails import confirmation
from monitor.ports import Delivery
from tests.builders import subscription
from tests.messages.conftest import changes_of, previous_of

FOLDER = Path(__file__).parent / "golden"
RENDERER = Renderer(domain="monitor.test", site="https://monitor.test/")
MOMENT = datetime(2026, 9, 1, 7, 30, tzinfo=UTC)


def _notice(name: str, *changes: Change, **changed: Any) -> Notice:
    context = {change.authority.urn: context_line(change, history()) for change in changes}
    values: dict[str, Any] = {
        "id": f"{name:0<32}"[:32].replace("_", "0"),
        "created": MOMENT,
        "previous": previous_of(*changes),
        "reasons": ("Your subscription “all”: every authority is watched.",),
        "context": context,
        "unsubscribe": "https://monitor.test/u/token",
    }
    return Notice(changes=changes, **(values | changed))


def notices() -> Mapping[str, Notice]:
    """The messages by the name of their file; all of real changes of the official record."""
    trafford = changes_of("Trafford", date(2026, 8, 3))
    sentences = (
        "Leadership of Trafford's children's services has been rated inadequate by Ofsted.",
        "Inspectors also judged help and protection to be inadequate.",
        "Services for children in care fared better and were rated good.",
    )
    press = changes_of("Trafford", date(2026, 8, 3), outlet="BBC News")
    reported = tuple(replace(change, evidence=sentences[min(n, 2)]) for n, change in enumerate(press))
    knowsley = changes_of("Knowsley", date(2017, 6, 13))
    leeds = changes_of("Leeds", date(2025, 8, 12))
    three = (*trafford, *changes_of("Liverpool", date(2026, 7, 7)), *changes_of("Somerset", date(2026, 6, 17)))
    otherwise = replace(leeds[0].inspection, trust=Trust.CONTRADICTED)
    wrong = tuple(
        replace(change, inspection=otherwise, kinds=change.kinds | {ChangeKind.CORRECTED}, reported=Rating.INADEQUATE)
        for change in leeds[:1]
    )
    conflict = replace(
        reported[0], conflict="says it was good in 2022; the record has requires improvement, published 9 May 2022"
    )
    return {
        "trafford_mixed": _notice("trafford_mixed", *trafford),
        "trafford_reported": _notice("trafford_reported", *reported),
        "trafford_confirmed": _notice("trafford_confirmed", *trafford, purpose=Purpose.CONFIRMED),
        "trafford_conflict": _notice("trafford_conflict", conflict, *reported[1:]),
        "knowsley_out_of_inadequate": _notice("knowsley_out_of_inadequate", *knowsley),
        "group_of_three": _notice("group_of_three", *three, notes=("For the Monday meeting",)),
        "leeds_corrected": _notice("leeds_corrected", *wrong, purpose=Purpose.CORRECTED),
        "cumberland_successor": _notice("cumberland_successor", *changes_of("Cumberland", date(2024, 11, 26))),
        "middlesbrough_unchanged": _notice("middlesbrough_unchanged", *changes_of("Middlesbrough", date(2026, 7, 28))),
        "weekly_digest": _notice(
            "weekly_digest",
            *three,
            purpose=Purpose.DIGEST,
            period="weekly",
            told_before=1,
            trend="In the 12 months to 1 September 2026: 14 went up, 5 down.",
        ),
        "also_reported": _notice(
            "also_reported", *knowsley, also=("Bury: no longer inadequate: sent on 29 July 2026, it may not have reached you",)
        ),
        "confirm_subscription": confirmation(
            "confirm0subscription000000000000",
            MOMENT,
            url="https://monitor.test/c/token",
            wish=subscription(neighbours_of=["Leeds"], authorities=["Leeds"], areas=["help_and_protection", "care_leavers"]),
        ),
    }


def mail(notice: Notice) -> bytes:
    """The mail of a notice as it goes out."""
    message = RENDERER.render(notice)
    delivery = Delivery(
        id=notice.id, channel="mail", recipient="", message=message, attempt=1, owner="o", epoch=1, created=MOMENT
    )
    return mime(delivery, sender="alerts@monitor.test", sender_name="Ofsted rating monitor", recipient="reader@example.org")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, notice in notices().items():
        (FOLDER / f"{name}.eml").write_bytes(mail(notice))
        (FOLDER / f"{name}.slack.json").write_text(RENDERER.render(notice).forms["slack"] + "\n", encoding="utf-8")
