"""``monitor why``, ``monitor who`` and ``monitor test-alert``: why somebody was told or not, and whether a way out works."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.channels.route import RoutedChannel
    from monitor.domain.message import Message
    from monitor.domain.operator_alarms import Receiver
    from monitor.domain.recorded_change import RecordedChange, Verdict
    from monitor.store import SqlStore


_CHANGE = (
    "a council, with a day, a month, a year or an area where one is meant (Dudley; Hull 3 August 2026; Kent leadership); or the"
    " key or id of a change, or how it begins, as `monitor who` lists them"
)


def add_parser(subparsers: Any) -> None:
    """Declare the three commands."""
    why = subparsers.add_parser(
        "why",
        parents=[folder_options()],
        description="Why a subscription was told of a change, or was not: every clause, and the first that said no.",
    )
    why.add_argument("change", metavar="CHANGE", nargs="+", help=_CHANGE)
    why.add_argument("subscription", metavar="SUBSCRIPTION", help="its name")
    why.set_defaults(run=run_why)
    who = subparsers.add_parser(
        "who",
        parents=[folder_options()],
        description="Who was told of a change. Without CHANGE it lists the newest changes with their keys.",
    )
    who.add_argument("change", metavar="CHANGE", nargs="*", default=[], help=_CHANGE)
    who.set_defaults(run=run_who)
    test = subparsers.add_parser(
        "test-alert",
        parents=[folder_options()],
        description="Sends a message marked TEST through a channel, as an alert would go. It is no change, and counts as none.",
    )
    test.add_argument("channel", metavar="CHANNEL", nargs="?", default="", help="a [channel.NAME]")
    test.add_argument("--to", default="", metavar="ADDRESS", help="address within the channel, where it needs one")
    test.add_argument(
        "--operator", action="store_true", help="send a test notice every way that [operator] of monitor.toml names, instead"
    )
    test.set_defaults(run=run_test)


def run(args: argparse.Namespace) -> int:
    """The three commands have each their own; argparse sets it."""
    return int(args.run(args))


def _store(args: argparse.Namespace) -> SqlStore:
    from monitor.app.runtime import open_state
    from monitor.settings import load

    return open_state(load(args.config, args.state))


def _line(found: RecordedChange) -> str:
    from monitor.domain.calendar import day_words
    from monitor.messages.codes import silent_words

    change = found.change
    old = change.old.words if change.old else "no rating"
    if change.old is None and change.old_shared:
        old = f"{change.old_shared.words} (shared with children in care)"
    quiet = f", told nobody ({silent_words(found.silent)})" if found.silent else ""
    published = day_words(change.inspection.published)
    moved = f"{change.authority.display_name}, {published}, {change.area.words}: {old} to {change.new_words}"
    return f"{change.key}  {moved} ({change.outlet}){quiet}"


def _chosen(store: SqlStore, words: Sequence[str]) -> tuple[RecordedChange, ...]:
    """The changes that are meant; none, after saying why, when there are none."""
    from monitor.commands.named import choose

    found = choose(store, " ".join(words))
    if isinstance(found, str):
        print(found)
        return ()
    return found


def run_who(args: argparse.Namespace) -> int:
    """Who was told of changes, or the newest changes; 1 when there is no such change."""
    store = _store(args)
    try:
        if not args.change:
            newest = store.changes(limit=30)
            print("\n".join(map(_line, newest)) or "No change has been recorded yet. There are about 45 a year.")
            return 0
        found = _chosen(store, args.change)
        for change in found:
            print("\n".join([_line(change), *_told(store.verdicts(change), change.silent)]))
        return int(not found)
    finally:
        store.close()


def _told(verdicts: Sequence[Verdict], silent: str) -> list[str]:
    from monitor.domain.subscriptions import WATCH_LIST
    from monitor.messages.codes import silent_words

    lines = []
    for verdict in verdicts:
        if verdict.match or verdict.delivery:
            to = verdict.subscription.to or verdict.subscription.channel
            how = f"{verdict.state}, delivery {verdict.delivery[:10]}" if verdict.delivery else _untold(verdict)
            why = next((clause.why for clause in verdict.match.clauses if clause.name == WATCH_LIST and verdict.match), "")
            lines.append(f"  {verdict.subscription.name}: {to} ({how}){f': {why}' if why else ''}")
    if silent:
        return [f"  nobody: {silent_words(silent)}"]
    return lines or ["  nobody: no subscription wants it; `monitor why CHANGE SUBSCRIPTION` says why one does not"]


def _untold(verdict: Verdict) -> str:
    """Why there is no message to a subscription that matches."""
    if verdict.waits:
        return f"waits for its {verdict.subscription.frequency} digest"
    return "not told of this: it matches now, and did not, or was not there, when it was recorded"


def run_why(args: argparse.Namespace) -> int:
    """Each clause of one subscription against each change that is meant; 1 when it matches none."""
    from monitor.domain.spelling import did_you_mean

    store = _store(args)
    try:
        matched = False
        for change in _chosen(store, args.change):
            verdicts = {verdict.subscription.name: verdict for verdict in store.verdicts(change)}
            verdict = verdicts.get(args.subscription)
            if verdict is None:
                near = did_you_mean(args.subscription, list(verdicts))
                print(
                    f"There is no subscription {args.subscription!r} in force{near}. `monitor subscribers list` shows all; the"
                    " last word is the subscription's name."
                )
                return 1
            print("\n".join(_clauses(change, verdict)))
            matched |= bool(verdict.match)
        return int(not matched)
    finally:
        store.close()


def _clauses(change: RecordedChange, verdict: Verdict) -> list[str]:
    from monitor.messages.codes import silent_words
    from monitor.messages.subscription_summary import one_line

    lines = [_line(change), f"{verdict.subscription.name} asks for: {one_line(verdict.subscription)}"]
    first = verdict.match.first_failing
    for clause in verdict.match.clauses:
        sign = "yes" if clause.passed else "NO " if clause is first else "no "
        lines.append(f"  {sign}  {clause.name}: {clause.why}")
    if change.silent:
        lines.append(f"Nobody was told: {silent_words(change.silent)}.")
    elif first is not None:
        lines.append(f"Not told, because of {first.name}: {first.why}.")
    elif verdict.delivery:
        lines.append(f"Told: delivery {verdict.delivery[:10]}, {verdict.state}.")
    else:
        said = _untold(verdict)
        lines.append(f"{said[0].upper()}{said[1:]}.")
    return lines


def run_test(args: argparse.Namespace) -> int:
    """Send a message marked TEST through one channel, or every way to the operator; 1 unless all were sent."""
    from uuid import uuid4

    from monitor.app.runtime import build_channels, build_renderer
    from monitor.domain.operator_alarms import Receiver
    from monitor.messages.operator import trial_notice
    from monitor.messages.sample import sample_notice
    from monitor.ports import ConfigError
    from monitor.settings import load
    from monitor.settings.secret import own_key
    from monitor.system.clock import SystemClock

    if bool(args.channel) == args.operator:
        raise ConfigError("name one channel, or --operator for the ways to the operator", key="CHANNEL")
    settings = load(args.config, args.state)
    channels = build_channels(settings, own_key(settings.state))
    ways = settings.operator if args.operator else (Receiver(channel=args.channel, to=args.to),)
    if not ways:
        raise ConfigError("names no channel; alarms are only in the log and on the page", key="[operator]")
    if args.channel and args.channel not in channels:
        raise ConfigError(f"there is no [channel.{args.channel}]; channels: {', '.join(channels)}", key="CHANNEL")
    if args.channel and channels[args.channel].route.missing(args.to):
        raise ConfigError(f"[channel.{args.channel}] names no recipient: say --to ADDRESS", key="--to")
    if args.channel and (wrong := channels[args.channel].route.unusable(args.to)):
        raise ConfigError(wrong, key="--to")
    sent = True
    for way in ways:
        now, identity = SystemClock().now(), uuid4().hex
        notice = trial_notice(identity, now, page=settings.status_url) if args.operator else sample_notice(identity, now)
        sent &= _try_out(channels[way.channel], way, build_renderer(settings).render(notice), identity, now)
    return int(not sent)


def _try_out(channel: RoutedChannel, way: Receiver, message: Message, identity: str, now: datetime) -> bool:
    """Hand one message over and print how that ended; whether it was sent."""
    from monitor.messages.codes import reason_words, what_to_do
    from monitor.ports import Delivery, Result

    # It does not pass the outbox: it tells of no change, and nobody would want it sent again after a crash.
    delivery = Delivery(
        id=identity, channel=way.channel, recipient=way.to, message=message, attempt=1, owner="test", epoch=1, created=now
    )
    print(f"{way.channel}: to {channel.route.reaches(way.to)}, {channel.route.words()}", flush=True)
    outcome = channel.send(delivery, lambda: True)
    said = f"{way.channel}: {outcome.result}"
    if outcome.reason:
        said += f": {reason_words(outcome.reason)}"
    if outcome.result is not Result.SENT and (todo := what_to_do(outcome.reason)):
        said += f". What to do: {todo}"
    print(said)
    return outcome.result is Result.SENT
