"""``monitor replay``: the past once more, through ledger, subscriptions and messages, without sending anything."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.commands.json_output import for_review, judgement_json
from monitor.commands.options import day, folder_options

if TYPE_CHECKING:
    from monitor.app.replay import ReplayedMessage
    from monitor.domain.model import Article, Attestation, Judgement
    from monitor.domain.replay import Day
    from monitor.domain.subscriptions import Subscription


def _since(text: str) -> date:
    """A day, or a year as its first day."""
    return date(int(text), 1, 1) if text.isdigit() and len(text) == 4 else day(text)


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "replay",
        parents=[folder_options()],
        description="Runs the official history (or a folder of articles and reports, or both) through the ledger day by day. "
        "Prints how often each area moved in each way; with --subscription, what that subscriber would have been told. "
        "Nothing is sent and nothing is kept.",
    )
    parser.add_argument(
        "--articles", type=Path, metavar="DIR", help="folder of articles (.json, .txt, .html) and reports (.pdf)"
    )
    parser.add_argument("--no-history", action="store_true", help="leave out the official history")
    parser.add_argument("--subscription", metavar="NAME", help="a subscription of config/subscriptions.toml, or 'everything'")
    parser.add_argument("--since", type=_since, metavar="YYYY[-MM-DD]", help="count and tell only from this day on")
    parser.add_argument("--messages", action="store_true", help="print whole messages, not only their subjects")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Replay and print."""
    from monitor.domain.history import history
    from monitor.domain.replay import replay

    attestations = (
        [] if args.no_history else [attestation for inspection in history() for attestation in inspection.attestations]
    )
    unsure: list[Unsure] = []
    if args.articles:
        for each, uncertain in _said_in(args.articles):
            attestations += each
            unsure += uncertain
    days = list(replay(attestations))
    unsure = [each for each in unsure if args.since is None or each.day >= args.since]
    if args.subscription:
        return _print_messages(args, days, unsure)
    return _print_counts(args, days, unsure)


# --- articles -------------------------------------------------------------------------------------------------------------


class Unsure(NamedTuple):
    """What a person would have been asked about: an article's name and day, and its uncertain judgement."""

    name: str
    day: date
    judgement: Judgement


def _said_in(folder: Path) -> Iterator[tuple[Sequence[Attestation], Sequence[Unsure]]]:
    """The attestations of every document in a folder, and what is uncertain of it.

    What cannot be read or dated is named on stderr and left out.
    """
    from monitor.domain.ledger import attestations
    from monitor.domain.model import ClassifierResult, Report
    from monitor.ports import ConfigError

    if not folder.is_dir():
        raise ConfigError("is not a folder", key=str(folder))
    from monitor.classifier import classify

    for name, document in _documents_in(folder):
        if isinstance(document, Report):
            yield attestations(document, ClassifierResult()), ()
            continue
        if document.published is None:
            print(f"{name}: has no date, left out", file=sys.stderr)
            continue
        result = classify(document.title, document.text, published=document.published)
        yield attestations(document, result), [Unsure(name, document.published, each) for each in result.uncertain]


def _articles_in(path: Path) -> list[Article]:
    """The articles of a JSON file: one, or a list of them."""
    from monitor.domain.model import Article

    items = json.loads(path.read_text(encoding="utf-8-sig"))
    return [
        Article(
            url=item.get("url") or f"{path.name}#{item.get('id', number)}",
            title=item.get("title", ""),
            text=item.get("text", ""),
            published=date.fromisoformat(item["published"][:10]) if item.get("published") else None,
            outlet=item.get("outlet") or item.get("source") or "",
        )
        for number, item in enumerate(items if isinstance(items, list) else [items])
    ]


def _documents_in(folder: Path) -> Iterator[tuple[str, Any]]:
    from monitor.commands.documents import read_document
    from monitor.extraction.sandbox import Sandbox
    from monitor.ports import ReadError

    with Sandbox() as sandbox:
        for path in sorted(folder.iterdir()):
            if path.suffix == ".json":
                try:
                    articles = _articles_in(path)
                except (OSError, ValueError, AttributeError, TypeError, RecursionError):
                    print(f"{path.name}: is no JSON of an article or a list of them, left out", file=sys.stderr)
                    continue
                yield from ((path.name, article) for article in articles)
            elif path.suffix in {".txt", ".html", ".htm", ".pdf"}:
                try:
                    yield path.name, read_document(str(path), sandbox)
                except ReadError as error:
                    print(f"{path.name}: {error.reason}, left out", file=sys.stderr)


# --- printing -------------------------------------------------------------------------------------------------------------


def _print_unsure(unsure: Sequence[Unsure]) -> None:
    if unsure:
        print("\nFor review, told nobody:")
    for each in unsure:
        for line in for_review([each.judgement]):
            print(f"{each.day}  {line} ({each.name})")


def _print_counts(args: argparse.Namespace, days: list[Day], unsure: Sequence[Unsure]) -> int:
    from monitor.domain.replay import count_changes, ledger_after

    inspections = ledger_after(days)
    counts = count_changes(inspections, since=args.since)
    if args.json:
        facts = {"inspections": len(inspections), "changes": counts, "uncertain": [*map(_unsure_facts, unsure)]}
        print(json.dumps(facts, indent=2))
        return 0
    from rich.console import Console
    from rich.table import Table

    from monitor.domain.movement import COUNTED

    table = Table(title=f"Changes between consecutive inspections, {len(inspections)} inspections")
    table.add_column("area")
    for kind in COUNTED:
        table.add_column(kind.replace("_", " "), justify="right")
    for area, row in counts.items():
        table.add_row(area.words, *(str(row[kind]) for kind in COUNTED))
    Console().print(table)
    _print_unsure(unsure)
    return 0


def _subscription(args: argparse.Namespace) -> Subscription:
    from monitor.domain.subscriptions import Subscription
    from monitor.ports import ConfigError
    from monitor.settings import load

    if args.subscription == "everything":
        return Subscription(name="everything", channel="console")
    known = {subscription.name: subscription for subscription in load(args.config, args.state).subscriptions}
    if args.subscription not in known:
        from difflib import get_close_matches

        close = get_close_matches(args.subscription, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(sorted(known)) or 'none'}"
        raise ConfigError(f"no subscription of this name; {hint}", key=args.subscription)
    return known[args.subscription]


def _unsure_facts(unsure: Unsure) -> dict[str, Any]:
    return {"day": unsure.day.isoformat(), "article": unsure.name, **judgement_json(unsure.judgement)}


def _print_messages(args: argparse.Namespace, days: list[Day], unsure: Sequence[Unsure]) -> int:
    from monitor.app.replay import a_year, replayed_messages

    subscription = _subscription(args)
    messages = list(replayed_messages(days, subscription, since=args.since))
    first = args.since or (days[0].day if days else date.min)
    rate = round(a_year(messages, first, days[-1].day), 1) if days else 0.0
    if args.json:
        facts = {"subscription": subscription.name, "a_year": rate, "messages": [*map(_facts, messages)]}
        print(json.dumps(facts | {"uncertain": [*map(_unsure_facts, unsure)]}, indent=2))
        return 0
    for replayed in messages:
        print(f"{replayed.day}  {replayed.message.subject}")
        if args.messages:
            print("\n" + "\n".join(f"    {line}".rstrip() for line in replayed.message.text.splitlines()) + "\n")
    print(f"{len(messages)} messages to {subscription.name}, {rate:g} a year.")
    _print_unsure(unsure)
    return 0


def _facts(replayed: ReplayedMessage) -> dict[str, Any]:
    return {
        "day": replayed.day.isoformat(),
        "subject": replayed.message.subject,
        "changes": [
            {
                "authority": change.authority.name,
                "area": change.area.value,
                "old": change.old.value if change.old else None,
                "new": change.new.value if change.new else None,
                "kinds": sorted(change.kinds),
            }
            for change in replayed.changes
        ],
        "text": replayed.message.text,
    }
