"""``monitor subscribers``: who is subscribed, and the rights of those who are."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.domain.subscribers import Subscriber, Suspension
    from monitor.domain.subscriptions import Subscription
    from monitor.settings import Settings
    from monitor.store import SqlStore


def add_parser(subparsers: Any) -> None:
    """Declare the command and its actions."""
    parser = subparsers.add_parser(
        "subscribers",
        description="Subscriptions, from config/subscriptions.toml and from people themselves. Configured ones are changed "
        "in the file; these actions are for the others, and for what the law gives everybody: a copy, and to be forgotten.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    common = argparse.ArgumentParser(add_help=False, parents=[folder_options()])
    common.add_argument("--json", action="store_true", help="print JSON")
    actions.add_parser("list", parents=[common], help="every subscription and its state")
    add = actions.add_parser("add", parents=[common], help="add one, confirmed, beside the configured ones")
    add.add_argument("address", metavar="ADDRESS", help="where its messages go")
    add.add_argument("--channel", required=True, metavar="NAME", help="a [channel.NAME]")
    add.add_argument("--authority", action="append", default=[], metavar="NAME", help="only this one (repeat it for more)")
    add.add_argument("--region", action="append", default=[], metavar="NAME", help="all of a region (repeat it for more)")
    add.add_argument(
        "--neighbours-of", action="append", default=[], metavar="NAME", help="its statistical neighbours (repeat it for more)"
    )
    add.add_argument("--inadequate", action="store_true", help="every council that is inadequate, as long as it is")
    add.add_argument("--area", action="append", default=[], metavar="AREA", help="only this judgement (repeat it for more)")
    add.add_argument("--frequency", choices=("immediate", "daily", "weekly"), default="immediate")
    for name, words in (
        ("pause", "stop one without losing it"),
        ("resume", "let a paused one go on"),
        ("end", "end one; what was sent to it stays known"),
    ):
        action = actions.add_parser(name, parents=[common], help=words)
        action.add_argument("name", metavar="NAME", help="the subscription's name, from `list`")
    for name, words in (
        ("export", "everything kept about an address, as JSON"),
        ("reinstate", "send again to an address that was suspended because mail came back or its reader complained"),
        ("delete", "forget an address: end its subscriptions, erase it and the text of what was sent to it"),
    ):
        action = actions.add_parser(name, parents=[common], help=words)
        action.add_argument("address", metavar="ADDRESS")
        if name == "delete":
            action.add_argument("--yes", action="store_true", help="do not ask back")


def run(args: argparse.Namespace) -> int:
    """Do one action; 1 when there is nothing of that name."""
    from monitor.app.runtime import open_state
    from monitor.settings import load

    settings = load(args.config, args.state)
    store = open_state(settings)
    actions = {"list": _list, "add": _add, "export": _export, "reinstate": _reinstate, "delete": _delete}
    try:
        return actions.get(args.action, _change)(store, args, settings)
    finally:
        store.close()


def _say(args: argparse.Namespace, words: str, **facts: object) -> None:
    print(json.dumps(facts) if args.json else words)


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


def _state(each: Subscriber) -> str:
    if each.ended_at:
        return f"ended {each.ended_at:%Y-%m-%d} ({each.ended_reason})"
    if not each.confirmed_at:
        return "not confirmed yet"
    return "paused" if each.subscription.paused else "in force"


def _rows(store: SqlStore, settings: Settings) -> list[tuple[Subscription, str, str]]:
    """Every subscription with its origin and state; also the configured ones that the state has not met yet."""
    rows = [(each.subscription, each.origin, _state(each)) for each in store.subscriber_rows()]
    met = {wish.name for wish, _, _ in rows}
    new = [(wish, "config", "paused" if wish.paused else "in force") for wish in settings.subscriptions if wish.name not in met]
    return sorted(rows + new, key=lambda row: row[0].name)


def _list(store: SqlStore, args: argparse.Namespace, settings: Settings) -> int:
    from monitor.domain.subscription_keys import table_from_subscription
    from monitor.messages.subscription_summary import one_line

    rows = _rows(store, settings)
    stopped = {each.target: each for each in store.suspended()}
    if args.json:
        facts = [
            {"origin": origin, "state": state, "suspended": wish.target in stopped, "in_words": one_line(wish)}
            | dict(table_from_subscription(wish))
            for wish, origin, state in rows
        ]
        print(json.dumps(facts, indent=2))
        return 0
    for wish, origin, state in rows:
        why = _suspended(stopped.get(wish.target))
        print(f"{wish.name:<24} {origin:<13} {wish.channel}: {wish.to or 'the channel itself'} ({state}{why})")
        print(f"  {one_line(wish)}")
    if not rows:
        print("Nobody yet. Write a [[subscription]] into subscriptions.toml, or use `monitor subscribers add`.")
    return 0


def _suspended(found: Suspension | None) -> str:
    from monitor.messages.codes import reason_words

    return f"; suspended {found.since:%Y-%m-%d}: {reason_words(found.reason)}" if found else ""


def _add(store: SqlStore, args: argparse.Namespace, settings: Settings) -> int:
    import secrets

    from monitor.domain.spelling import did_you_mean
    from monitor.domain.subscription_keys import subscription_from_table
    from monitor.domain.subscriptions import SubscriptionError
    from monitor.messages.subscription_summary import one_line
    from monitor.ports import ConfigError
    from monitor.system.clock import SystemClock

    channels = [channel.name for channel in settings.channels]
    if args.channel not in channels:
        hint = did_you_mean(args.channel, channels)
        message = f"there is no [channel.{args.channel}]{hint}; channels: {', '.join(channels) or 'none'}"
        raise ConfigError(message, key="--channel")
    from monitor.app.runtime import build_channels

    route = build_channels(settings)[args.channel].route
    if not route.takes_to:
        message = f"{route.service} sends to {route.recipient}, not to an address; name a channel that mails"
        raise ConfigError(message, key="--channel")
    table: dict[str, object] = {
        "name": f"self-{secrets.token_hex(6)}",
        "channel": args.channel,
        "to": args.address,
        "authorities": args.authority,
        "regions": args.region,
        "neighbours_of": args.neighbours_of,
        "currently_inadequate": args.inadequate,
        "areas": args.area,
        "frequency": args.frequency,
    }
    try:
        wish = subscription_from_table({key: value for key, value in table.items() if value})
    except SubscriptionError as error:
        raise ConfigError(error.message, key=error.key) from None
    now = SystemClock().now()
    if store.request_subscription(wish, now=now) is None or not store.confirm_subscription(wish.name, now=now):
        return _refuse("This address has a request waiting; try again tomorrow, or confirm that one.")
    _say(args, f"{wish.name}: {wish.to} is subscribed. {one_line(wish)}.", name=wish.name, to=wish.to, state="in force")
    return 0


def _change(store: SqlStore, args: argparse.Namespace, _settings: Settings) -> int:
    """Pause, resume or end one subscription."""
    from dataclasses import replace

    from monitor.domain.subscribers import CONFIG
    from monitor.system.clock import SystemClock

    found = store.subscriber_rows(args.name)
    if not found:
        return _unknown(args.name, [each.subscription.name for each in store.subscriber_rows()])
    if args.action == "end":
        ended = store.end_subscriptions([args.name], now=SystemClock().now())
        _say(args, f"{args.name}: ended." if ended else f"{args.name} had ended before.", name=args.name, state="ended")
        return 0
    if found[0].origin == CONFIG:
        return _refuse(f"{args.name} is configured: write `paused = {str(args.action == 'pause').lower()}` in its table.")
    wish = replace(found[0].subscription, paused=args.action == "pause")
    if not store.change_subscription(wish):
        return _refuse(f"{args.name} has ended.")
    state = "paused" if wish.paused else "in force"
    _say(args, f"{args.name}: {'paused' if wish.paused else 'goes on'}.", name=args.name, state=state)
    return 0


def _unknown(name: str, names: Sequence[str]) -> int:
    from monitor.domain.spelling import did_you_mean

    return _refuse(f"There is no subscription {name!r}{did_you_mean(name, names)}; `monitor subscribers list` shows all.")


def _export(store: SqlStore, args: argparse.Namespace, _settings: Settings) -> int:
    kept = store.export_address(args.address)
    print(json.dumps(kept, indent=2, ensure_ascii=False))
    return 0 if _anything(kept) else _refuse(f"Nothing is kept about {args.address}.")


def _anything(kept: Any) -> bool:
    return bool(kept["subscriptions"] or kept["messages"] or kept["suspended"])


def _reinstate(store: SqlStore, args: argparse.Namespace, _settings: Settings) -> int:
    from monitor.system.clock import SystemClock

    if not store.reinstate(args.address, now=SystemClock().now()):
        targets = [each.target for each in store.suspended()]
        return _refuse(f"{args.address} is not suspended; suspended: {', '.join(targets) or 'nobody'}.")
    _say(args, f"{args.address} gets messages again.", address=args.address, state="reinstated")
    return 0


def _delete(store: SqlStore, args: argparse.Namespace, settings: Settings) -> int:
    from monitor.domain.mailboxes import target_of_address
    from monitor.system.clock import SystemClock

    configured = [each.name for each in settings.subscriptions if each.target == target_of_address(args.address)]
    if configured:
        # It would come back from the file at the next change.
        return _refuse(f"{args.address} stands in subscriptions.toml ({', '.join(configured)}): take it out there first.")
    kept: Any = store.export_address(args.address)
    if not _anything(kept):
        return _refuse(f"Nothing is kept about {args.address}.")
    what = f"{len(kept['subscriptions'])} subscriptions, and the recipient and text of {len(kept['messages'])} messages"
    if not args.yes and not _agreed(f"Forget {args.address} for good: {what}?"):
        return _refuse("Nothing was forgotten. Say --yes where nobody can be asked.")
    ended = store.erase_address(args.address, now=SystemClock().now())
    _say(args, f"Forgotten: {what}.", address=args.address, subscriptions=ended, messages=len(kept["messages"]))
    return 0


def _agreed(question: str) -> bool:
    """Ask the person at the terminal; whoever is not there has not agreed."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} Type yes: ").strip().lower() == "yes"
