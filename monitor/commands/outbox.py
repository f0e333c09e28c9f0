"""``monitor outbox``: what waits, went out, failed or is in doubt, and what to do about it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import count, folder_options
from monitor.commands.plural import number_of

if TYPE_CHECKING:
    from monitor.store import SqlStore
    from monitor.store.delivery_admin import DeliveryRow, Detail

_STATES = ("held", "pending", "sending", "committing", "sent", "failed", "uncertain", "cancelled")


def add_parser(subparsers: Any) -> None:
    """Declare the command and its actions."""
    parser = subparsers.add_parser(
        "outbox",
        description="The outbox: every message, the state it is in, and why. What may have arrived is never sent again "
        "by itself; `retry` does so on your word.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", parents=[folder_options()], help="the newest deliveries")
    listing.add_argument("--only", dest="states", action="append", choices=_STATES, default=[], help="only in this state")
    listing.add_argument("--limit", type=count, default=50, metavar="N", help="at most so many (default: 50)")
    listing.add_argument("--json", action="store_true", help="print JSON")
    show = actions.add_parser(
        "show", parents=[folder_options()], help="one delivery: its message, its journal, whom it was for"
    )
    show.add_argument("id", metavar="ID", help="the id, or how it begins")
    show.add_argument("--json", action="store_true", help="print JSON")
    actions.add_parser(
        "resume",
        parents=[folder_options()],
        help="send again after the database was restored or copied; what state/sent.journal knows as sent is settled first",
    )
    for name, words in (
        ("retry", "send waiting, failed or doubtful messages now; the doubtful may then arrive twice"),
        ("release", "let held messages go"),
        ("drop", "cancel messages that were not handed over"),
    ):
        action = actions.add_parser(name, parents=[folder_options()], help=words)
        action.add_argument("ids", metavar="ID", nargs="*", help="the ids, or how they begin")
        if name != "drop":
            every = "every failed one, and those that wait for another try" if name == "retry" else "every held one"
            action.add_argument("--all", action="store_true", help=every)


def run(args: argparse.Namespace) -> int:
    """Do one action; 1 when an id names nothing or nothing could be moved."""
    from monitor.app.runtime import open_state
    from monitor.settings import load

    settings = load(args.config, args.state)
    store = open_state(settings)
    try:
        if args.action == "list":
            return _list(store, args, settings.state)
        if args.action == "show":
            return _show(store, args)
        if args.action == "resume":
            return _resume(store, settings.state)
        return _move(store, args)
    finally:
        store.close()


def _facts(line: DeliveryRow) -> dict[str, object]:
    return {
        "id": line.id,
        "state": line.state.value,
        "purpose": line.purpose,
        "channel": line.channel,
        "recipient": line.recipient,
        "subject": line.subject,
        "attempt": line.attempt,
        "reason": line.reason,
        "created": line.created.isoformat(),
        "not_before": line.not_before.isoformat(),
        "settled": line.settled_at.isoformat() if line.settled_at else None,
    }


def _list(store: SqlStore, args: argparse.Namespace, state: Path) -> int:
    from monitor.messages.codes import reason_words
    from monitor.ports import DeliveryState
    from monitor.system.sent_journal import SentJournal

    lines = store.deliveries([DeliveryState(state) for state in args.states], limit=args.limit)
    if args.json:
        print(json.dumps([_facts(line) for line in lines], indent=2))
        return 0
    if reason := store.why_off(state / "generation", SentJournal(state / "sent.journal").latest()):
        print(f"Nothing is sent: {reason}. When you have seen to it: monitor outbox resume\n")
    counted = store.delivery_counts()
    print(", ".join(f"{counted[state]} {state}" for state in DeliveryState if state in counted) or "The outbox is empty.")
    for line in lines:
        waits = f"from {line.not_before:%Y-%m-%d %H:%M} UTC" if line.state is DeliveryState.PENDING else ""
        said = ", ".join(part for part in (waits, reason_words(line.reason)) if part)
        why = f" ({said})" if said else ""
        to = line.recipient or line.channel
        print(f"{line.id[:10]}  {line.created:%Y-%m-%d %H:%M}  {line.state:<10}  {to}: {line.subject}{why}")
    return 0


def _show(store: SqlStore, args: argparse.Namespace) -> int:
    found = store.delivery(args.id)
    if args.json:
        print(json.dumps([_detail_facts(detail) for detail in found], indent=2))
        return int(not found)
    if not found:
        print(f"No delivery has an id that begins with {args.id!r}.")
        return 1
    for detail in found:
        print("\n".join(_detail_lines(detail)))
    return 0


def _detail_facts(detail: Detail) -> dict[str, object]:
    return _facts(detail.line) | {
        "headers": dict(detail.message.headers),
        "text": detail.message.text,
        "journal": [{"at": m.at.isoformat(), "before": m.before, "after": m.after, "reason": m.reason} for m in detail.moves],
        "alerts": [{"change": change, "subscription": subscription} for change, subscription in detail.alerts],
    }


def _detail_lines(detail: Detail) -> Iterable[str]:
    from monitor.messages.codes import reason_words, what_to_do

    line = detail.line
    yield f"Delivery {line.id}: {line.state}, {line.purpose}, by {line.channel} to {line.recipient or 'the channel itself'}"
    if line.reason:
        yield f"Reason: {reason_words(line.reason)}"
        if todo := what_to_do(line.reason):
            yield f"What to do: {todo}"
    yield f"Made {line.created:%Y-%m-%d %H:%M:%S} UTC, tried {number_of(line.attempt, 'time')}"
    for change, subscription in detail.alerts:
        yield f"  for subscription {subscription}: {change}"
    for moved in detail.moves:
        why = f" ({reason_words(moved.reason)})" if moved.reason else ""
        yield f"  {moved.at:%Y-%m-%d %H:%M:%S} {moved.before} -> {moved.after}{why}"
    yield ""
    yield f"Subject: {detail.message.subject}"
    yield ""
    yield detail.message.text


def _resume(store: SqlStore, state: Path) -> int:
    from monitor.ports import DeliveryState
    from monitor.system.clock import SystemClock
    from monitor.system.sent_journal import SentJournal

    journal = SentJournal(state / "sent.journal")
    # Also where the monitor was not started since: what its start would find is looked for here.
    if not (reason := store.register_start(state / "generation", journal.latest())):
        print("Sending is on.")
        return 0
    settled = store.resume_sending(journal.read(), now=SystemClock().now())
    sent = number_of(settled, "message was", "messages were")
    print(f"Sending was off because {reason}. It is on again. By the journal, {sent} sent since the copy was made.")
    if held := store.delivery_counts().get(DeliveryState.HELD, 0):
        print(f"{number_of(held, 'message')} may have been sent already, or held for another reason: monitor outbox list")
    return 0


def _wanted(store: SqlStore, args: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The full ids that were meant, and what named none or several."""
    from monitor.ports import DeliveryState

    if getattr(args, "all", False):
        state = DeliveryState.FAILED if args.action == "retry" else DeliveryState.HELD
        waiting = store.tried_and_waiting() if args.action == "retry" else ()
        return [*(line.id for line in store.deliveries([state], limit=100_000)), *waiting], []
    ids: list[str] = []
    unclear: list[str] = []
    for prefix in args.ids:
        found = store.delivery(prefix) if len(prefix) >= 4 else ()
        if len(found) == 1:
            ids.append(found[0].line.id)
        else:
            unclear.append(prefix)
    return ids, unclear


def _done(action: str, count: int, off: str) -> str:
    """What became of messages that were retried, released or dropped, and when the reader has them."""
    if not count:
        return "Nothing was changed. `monitor outbox list` shows every message, its id and its state."
    messages = number_of(count, "message")
    if action == "drop":
        return f"{messages} cancelled; nobody gets {'it' if count == 1 else 'them'}."
    again = "again " if action == "retry" else ""
    if off:
        return f"{messages} will be sent {again}once sending is on: `monitor outbox resume`. It is off because {off}."
    return f"{messages} will be sent {again}within a minute where `monitor run` runs, else by the next `monitor once`."


def _move(store: SqlStore, args: argparse.Namespace) -> int:
    from monitor.system.clock import SystemClock

    ids, unclear = _wanted(store, args)
    for prefix in unclear:
        print(f"{prefix}: names no delivery, or several; write more of the id")
    moved: Sequence[str] = {"retry": store.retry, "release": store.release, "drop": store.drop}[args.action](
        ids, now=SystemClock().now()
    )
    for identity in sorted(set(ids) - set(moved)):
        print(f"{identity[:10]}: is not in a state that allows this; `monitor outbox show {identity[:10]}` says more")
    print(_done(args.action, len(moved), store.sending_disabled()))
    return int(bool(unclear) or len(moved) < len(ids) or (not ids and not getattr(args, "all", False)))
