"""``monitor review``: judgements too uncertain to be told, and what a person decides of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options
from monitor.commands.plural import number_of

if TYPE_CHECKING:
    from monitor.domain.review import ReviewItem
    from monitor.settings import Settings
    from monitor.store import SqlStore
    from monitor.store.review_decisions import Accepted

#: Fewer characters of an id name too many.
_MIN_ID = 4


def add_parser(subparsers: Any) -> None:
    """Declare the command and its actions."""
    parser = subparsers.add_parser(
        "review",
        description="The review queue: what articles may say and the classifier was too unsure of to tell anybody. Accepted, "
        "it alerts as if the article had said so for certain; rejected, it is told nobody. docs/how_to_review.md says more.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", parents=[folder_options()], help="what waits, the most urgent first")
    listing.add_argument(
        "--all", action="store_true", help="also what was decided, needs no decision, or has waited for 30 days or longer"
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    show = actions.add_parser("show", parents=[folder_options()], help="one of them, and what accepting it would do")
    show.add_argument("id", metavar="ID", help="the id, or how it begins")
    show.add_argument("--json", action="store_true", help="print JSON")
    for name, words in (
        ("accept", "the article says so: record it, and alert"),
        ("reject", "the article does not say so; `accept` takes that back"),
    ):
        action = actions.add_parser(name, parents=[folder_options()], help=words)
        action.add_argument("ids", metavar="ID", nargs="+", help="the ids, or how they begin")
        action.add_argument("--by", metavar="NAME", default="", help="who decides (default: the user of this machine)")
    export = actions.add_parser(
        "export", parents=[folder_options()], help="articles that were decided on, labelled, in the form of corpus/README.md"
    )
    export.add_argument("ids", metavar="ID", nargs="*", help="the articles of these items")
    export.add_argument("--all-decided", action="store_true", help="every article of which something was accepted or rejected")
    export.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")


def run(args: argparse.Namespace) -> int:
    """Do one action; 1 when an id names nothing, or nothing that can be decided."""
    from monitor.app.runtime import open_state
    from monitor.ports import ConfigError
    from monitor.settings import load

    if args.action == "export" and bool(args.ids) == args.all_decided:
        raise ConfigError("name the items, or write --all-decided; `monitor review list --all` shows them")
    settings = load(args.config, args.state)
    store = open_state(settings)
    try:
        match args.action:
            case "list":
                return _list(store, args)
            case "show":
                return _show(store, args, settings)
            case "export":
                return _export(store, args)
            case _:
                return _decide(store, args)
    finally:
        store.close()


def _now() -> datetime:
    from monitor.system.clock import SystemClock

    return SystemClock().now()


# --- looking --------------------------------------------------------------------------------------------------------------


def _facts(item: ReviewItem, now: datetime) -> dict[str, object]:
    from monitor.commands.json_output import judgement_json

    return {
        "id": item.id,
        "state": item.state.value,
        "reason": item.reason,
        "asked": item.asks(now),
        **judgement_json(item.judgement),
        "title": item.title,
        "outlet": item.outlet,
        "url": item.url,
        "published": item.published.isoformat() if item.published else None,
        "came": item.came_at.isoformat(),
        "decided": item.decided_at.isoformat() if item.decided_at else None,
        "decided_by": item.decided_by,
    }


def _listed(store: SqlStore, now: datetime, *, everything: bool) -> list[ReviewItem]:
    """What waits, the most urgent first; then with `everything` all the others, the newest first."""
    from monitor.domain.review import most_urgent
    from monitor.domain.subscriptions import currently_inadequate

    waiting = store.reviews_waiting(now=now)
    shown = list(most_urgent(waiting, currently_inadequate(store.inspections()))) if waiting else []
    others = [item for item in store.reviews() if not item.asks(now)] if everything else []
    return [*shown, *sorted(others, key=lambda item: item.decided_at or item.came_at, reverse=True)]


def _list(store: SqlStore, args: argparse.Namespace) -> int:
    now = _now()
    items = _listed(store, now, everything=args.all)
    if args.json:
        print(json.dumps([_facts(item, now) for item in items], indent=2))
        return 0
    waiting = sum(item.asks(now) for item in items)
    print(f"{number_of(waiting, 'judgement waits', 'judgements wait')} for review." if waiting else "Nothing waits for review.")
    for item in items:
        print("\n".join(_lines(item)))
    if waiting:
        print("To decide: monitor review accept ID ..., or monitor review reject ID ...")
    return 0


def _lines(item: ReviewItem) -> Iterator[str]:
    from monitor.messages.sanitize import sanitize

    said = item.judgement
    what = f"{said.authority.display_name}: {said.area.words}: {said.rating.words}"
    yield f"{item.id[:10]}  {_percent(item):>4}  {what}  ({_became(item)})"
    yield f"    “{sanitize(said.quote)}”"
    where = ", ".join(filter(None, (sanitize(item.outlet), item.published.isoformat() if item.published else "")))
    yield f"    {where}{': ' if where else ''}{sanitize(item.url, 2000)}"


def _percent(item: ReviewItem) -> str:
    from monitor.domain.model import percent

    return percent(item.judgement.probability)


def _became(item: ReviewItem) -> str:
    """What became of an item, and when."""
    from monitor.commands.consequences import REASONS

    if item.decided_at:
        return f"{item.state} {item.decided_at:%Y-%m-%d %H:%M} UTC by {item.decided_by or 'somebody'}"
    why = f": {REASONS.get(item.reason, item.reason)}" if item.reason else ""
    return f"{item.state} since {item.came_at:%Y-%m-%d %H:%M} UTC{why}"


def _show(store: SqlStore, args: argparse.Namespace, settings: Settings) -> int:
    from monitor.commands.consequences import if_accepted
    from monitor.domain.review import GONE

    now, (found, unclear) = _now(), _named(store, [args.id])
    if unclear:
        print("[]" if args.json else "\n".join(unclear))
        return 1
    (item,) = found
    coming = if_accepted(store, item, now.date(), settings.alert_window, store.in_force(settings.subscriptions))
    if args.json:
        print(json.dumps([_facts(item, now) | {"if_accepted": asdict(coming)}], indent=2))
        return 0
    print(item.title)
    print("\n".join(_lines(item)))
    if item.judgement.previous:
        year = f" in {item.judgement.previous_year}" if item.judgement.previous_year else ""
        print(f"    before, as the article has it: {item.judgement.previous.words}{year}")
    if item.state != "accepted" and item.reason != GONE:
        print("If it is accepted:")
        print("\n".join(f"  {line}" for line in coming.lines))
    return 0


def _named(store: SqlStore, prefixes: Sequence[str]) -> tuple[list[ReviewItem], list[str]]:
    """The items that were meant, and what is to be said of what names none or several."""
    items: dict[str, ReviewItem] = {}
    unclear: list[str] = []
    for prefix in prefixes:
        found = store.reviews(prefix) if len(prefix) >= _MIN_ID else ()
        if len(found) == 1:
            items[found[0].id] = found[0]
        elif found or len(prefix) < _MIN_ID:
            unclear.append(f"{prefix}: may be one of several; write more of the id")
        else:
            unclear.append(f"{prefix}: no id in the review queue begins so; `monitor review list --all` shows them")
    return list(items.values()), unclear


# --- deciding -------------------------------------------------------------------------------------------------------------


def _user(name: str) -> str:
    import getpass

    try:
        return name or getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return "operator"


def _accept(store: SqlStore, ids: Sequence[str], by: str, now: datetime) -> set[str]:
    """Accept items and say what came of it; the ids of those that were decided."""
    outcomes = store.accept_reviews(ids, by=by, now=now)
    print("\n".join(line for outcome in outcomes for line in _accepted(outcome)), end="\n" if outcomes else "")
    if sent := sum(outcome.recorded.deliveries for outcome in outcomes):
        print(_when(sent, store.sending_disabled()))
    return {item.id for outcome in outcomes for item in (*outcome.items, *outcome.rejected)}


def _decide(store: SqlStore, args: argparse.Namespace) -> int:
    """Accept or reject what was named; 1 where something could not be."""
    items, unclear = _named(store, args.ids)
    for line in unclear:
        print(line)
    ids, by, now = [item.id for item in items], _user(args.by), _now()
    if args.action == "accept":
        done = _accept(store, ids, by, now)
    else:
        done = {item.id for item in store.reject_reviews(ids, by=by, now=now)}
        for item in (each for each in items if each.id in done):
            print(f"{item.id[:10]}: rejected; nobody is told. `monitor review accept {item.id[:10]}` takes it back.")
    refused = [item for item in items if item.id not in done]
    for item in refused:
        print(f"{item.id[:10]}: {_refused(store.reviews(item.id)[0], args.action)}")
    return int(bool(unclear) or len(done & set(ids)) < len(ids))


def _accepted(outcome: Accepted) -> Iterator[str]:
    """What accepting came to, line by line."""
    from monitor.commands.consequences import REASONS, moved

    for item in outcome.items:
        said = item.judgement
        yield f"{item.id[:10]}: accepted: {said.authority.display_name}: {said.area.words}: {said.rating.words}"
    for item in outcome.rejected:
        yield f"{item.id[:10]}: rejected with that, for an area has one grade: {item.judgement.rating.words}"
    for change in outcome.recorded.changes:
        yield f"  {moved(change)}"
    for reason in outcome.recorded.background:
        yield f"  not told: {REASONS.get(reason, reason)}"


def _when(count: int, off: str) -> str:
    messages = number_of(count, "message")
    if off:
        return f"{messages} will be sent once sending is on: `monitor outbox resume`. It is off because {off}."
    return (
        f"{messages} will be sent within a minute where `monitor run` runs, else by the next `monitor once`; "
        "`monitor outbox list` says so where one waits for longer."
    )


def _refused(item: ReviewItem, action: str) -> str:
    """Why nothing was done to an item."""
    if item.decided_at is None:
        return "its page was changed and no longer says so; nothing was changed"
    told = "; what was told is told" if action == "reject" and item.state == "accepted" else ""
    return f"was {_became(item)}{told}; nothing was changed"


# --- learning from it -----------------------------------------------------------------------------------------------------


def _write_out(written: str, count: int, out: Path | None) -> None:
    """To a file, or without one to the terminal. Raises `ConfigError` where the file cannot be written."""
    from monitor.ports import ConfigError

    if out is None:
        print(written, end="")
        return
    try:
        out.write_text(written, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be written", key=str(out)) from None
    print(f"{number_of(count, 'article')} written to {out}")


def _export(store: SqlStore, args: argparse.Namespace) -> int:
    """Write labelled articles; 1 where one that was asked for by its id could not be."""
    from monitor.scoring.form import block
    from monitor.scoring.reviewed import reviewed

    items, refused = _named(store, args.ids) if args.ids else (list(store.reviews()), [])
    decided = [item for item in items if item.decided_at is not None]
    if args.ids:
        refused += [f"{item.id[:10]}: is not decided yet, left out" for item in items if item.decided_at is None]
    blocks = []
    for article in dict.fromkeys(item.article for item in decided):
        found = store.labelled(article)
        document = found.document
        if not document.text.strip():
            refused.append(f"{document.url}: its text was not kept, left out")
            continue
        item = reviewed(
            f"review-{article[:10]}",
            style=document.outlet,
            day=found.day,
            title=document.title,
            text=document.text,
            said=found.said,
            implied=found.undecided,
        )
        blocks.append(block(item))
    for line in refused:
        print(line, file=sys.stderr)
    _write_out("\n".join(blocks), len(blocks), args.out)
    if not blocks:
        print("Nothing to export: `monitor review list --all` shows what was decided.", file=sys.stderr)
    return int(bool(args.ids) and bool(refused))
