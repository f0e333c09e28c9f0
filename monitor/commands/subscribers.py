"""``monitor subscribers``: who is subscribed, and the rights of those who are."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options

if TYPE_CHECKING:
    from monitor.store import SqlStore
    from monitor.store.subscribers import Subscriber


def add_parser(subparsers: Any) -> None:
    """Declare the command and its actions."""
    parser = subparsers.add_parser(
        "subscribers",
        description="Subscriptions, from config/subscriptions.toml and from people themselves. Configured ones are changed "
        "in the file; these actions are for the others, and for what the law gives everybody: a copy, and to be forgotten.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", parents=[folder_options()], help="every subscription and its state")
    listing.add_argument("--json", action="store_true", help="print JSON")
    add = actions.add_parser("add", parents=[folder_options()], help="add one, confirmed, beside the configured ones")
    add.add_argument("address", metavar="ADDRESS", help="where its messages go")
    add.add_argument("--channel", required=True, metavar="NAME", help="a [channel.NAME]")
    add.add_argument("--authority", action="append", default=[], metavar="NAME", help="only this one (repeat it for more)")
    add.add_argument("--region", action="append", default=[], metavar="NAME", help="all of a region (repeat it for more)")
    add.add_argument("--frequency", choices=("immediate", "daily", "weekly"), default="immediate")
    for name, words in (("pause", "stop one without losing it"), ("resume", "let a paused one go on"), ("end", "end one")):
        action = actions.add_parser(name, parents=[folder_options()], help=words)
        action.add_argument("name", metavar="NAME", help="the subscription's name, from `list`")
    for name, words in (("export", "everything kept about an address, as JSON"), ("erase", "forget an address")):
        action = actions.add_parser(name, parents=[folder_options()], help=words)
        action.add_argument("address", metavar="ADDRESS")


def run(args: argparse.Namespace) -> int:
    """Do one action; 1 when there is nothing of that name."""
    from monitor.bootstrap import open_state
    from monitor.settings import load

    settings = load(args.config, args.state)
    store = open_state(settings)
    try:
        if args.action == "add":
            return _add(store, args, [channel.name for channel in settings.channels])
        return {"list": _list, "export": _export, "erase": _erase}.get(args.action, _change)(store, args)
    finally:
        store.close()


def _state(each: Subscriber) -> str:
    if each.ended_at:
        return f"ended {each.ended_at:%Y-%m-%d} ({each.ended_reason})"
    if not each.confirmed_at:
        return "not confirmed yet"
    return "paused" if each.subscription.paused else "in force"


def _list(store: SqlStore, args: argparse.Namespace) -> int:
    from monitor.domain.subscriptions import table_from_subscription

    rows = store.subscriber_rows()
    if args.json:
        facts = [{"origin": each.origin, "state": _state(each), **table_from_subscription(each.subscription)} for each in rows]
        print(json.dumps(facts, indent=2))
        return 0
    for each in rows:
        wish = each.subscription
        print(f"{wish.name:<24} {each.origin:<13} {wish.channel}: {wish.to or 'the channel itself'} ({_state(each)})")
    if not rows:
        print("Nobody yet: subscriptions are mirrored here when the monitor first records something.")
    return 0


def _add(store: SqlStore, args: argparse.Namespace, channels: list[str]) -> int:
    import secrets

    from monitor.clock import SystemClock
    from monitor.domain.subscriptions import SubscriptionError, subscription_from_table
    from monitor.ports import ConfigError

    if args.channel not in channels:
        raise ConfigError(f"there is no [channel.{args.channel}]; channels: {', '.join(channels) or 'none'}", key="--channel")
    table: dict[str, object] = {
        "name": f"self-{secrets.token_hex(6)}",
        "channel": args.channel,
        "to": args.address,
        "authorities": args.authority,
        "regions": args.region,
        "frequency": args.frequency,
    }
    try:
        wish = subscription_from_table({key: value for key, value in table.items() if value})
    except SubscriptionError as error:
        raise ConfigError(error.message, key=error.key) from None
    now = SystemClock().now()
    if store.request_subscription(wish, now=now) is None or not store.confirm_subscription(wish.name, now=now):
        print("This address has a request waiting; try again tomorrow, or confirm that one.")
        return 1
    print(f"{wish.name}: {wish.to} is subscribed.")
    return 0


def _change(store: SqlStore, args: argparse.Namespace) -> int:
    from dataclasses import replace

    from monitor.clock import SystemClock
    from monitor.store.subscribers import CONFIG

    found = store.subscriber_rows(args.name)
    if not found:
        print(f"There is no subscription {args.name!r}; `monitor subscribers list` shows all.")
        return 1
    if args.action == "end":
        print(f"{store.end_subscriptions([args.name], now=SystemClock().now())} ended.")
        return 0
    if found[0].origin == CONFIG:
        print(f"{args.name} is configured: write `paused = {'true' if args.action == 'pause' else 'false'}` in its table.")
        return 1
    wish = replace(found[0].subscription, paused=args.action == "pause")
    done = store.change_subscription(wish)
    print(f"{args.name}: {'paused' if wish.paused else 'goes on'}." if done else f"{args.name} has ended.")
    return int(not done)


def _export(store: SqlStore, args: argparse.Namespace) -> int:
    print(json.dumps(store.export_address(args.address), indent=2, ensure_ascii=False))
    return 0


def _erase(store: SqlStore, args: argparse.Namespace) -> int:
    from monitor.clock import SystemClock

    count = store.erase_address(args.address, now=SystemClock().now())
    print(f"Forgotten: {count} subscriptions, and the recipient and text of every message.")
    return int(not count)
