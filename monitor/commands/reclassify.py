"""``monitor reclassify``: what today's rules would find in every article kept, beside what was found then. Changes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options
from monitor.domain.authorities import by_urn
from monitor.ports import MonitorError, ReadError

if TYPE_CHECKING:
    from monitor.store import SqlStore
    from monitor.store.article_export import ExportedArticle

Found = frozenset[tuple[str, str, str]]  # (urn, area, rating)


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "reclassify",
        parents=[folder_options()],
        description="Goes over every article kept with the present rules and prints what they would find that was not found, "
        "and what they would no longer find. Nothing is recorded and nobody is told.",
    )
    parser.add_argument("--diff", action="store_true", help="print the differences (there is no other form; kept for scripts)")
    parser.add_argument("--pages", action="store_true", help="read the pages anew as well, from the bytes that were served")
    parser.add_argument("--json", action="store_true", help="one JSON object a line for each article that differs")


def run(args: argparse.Namespace) -> int:
    """Compare and print; 0 also when there are differences: they are what was asked for."""
    from monitor.app.existing_state import open_existing_state
    from monitor.settings import load

    store = open_existing_state(load(args.config, args.state))
    if store is None:
        raise MonitorError("nothing was read yet", key=str(args.state))
    seen = added = removed = 0
    for article, new in _read_again(store, pages=args.pages):
        seen += 1
        more, less = new - article.found, article.found - new
        added, removed = added + len(more), removed + len(less)
        if more or less:
            _print(article, more, less, as_json=args.json)
    if not args.json:
        print(f"{seen} articles gone over: {added} judgements more, {removed} fewer. Nothing was changed, nobody was told.")
    return 0


def _read_again(store: SqlStore, *, pages: bool) -> Iterator[tuple[ExportedArticle, Found]]:
    """Every article with what the present rules find in it."""
    from monitor.classifier import classify

    again = _texts(store) if pages else {}
    for article in store.archived_articles():
        title, text = again.get(article.url, (article.title, article.text))
        result = classify(title, text, published=article.published)
        yield article, frozenset((j.authority.urn, str(j.area), str(j.rating)) for j in result.judgements)


def _texts(store: SqlStore) -> dict[str, tuple[str, str]]:
    """Title and text of every page kept, read anew; the newest of an address counts."""
    from monitor.extraction.html.pages import read_page

    texts: dict[str, tuple[str, str]] = {}
    for page in store.captured_pages():
        try:
            article = read_page(page)
        except ReadError:
            continue  # a report, or what was no article then either
        texts[article.url] = (article.title, article.text)
    return texts


def _print(article: ExportedArticle, more: Found, less: Found, *, as_json: bool) -> None:
    if as_json:
        facts = {"url": article.url, "title": article.title, "added": sorted(more), "removed": sorted(less)}
        print(json.dumps(facts, ensure_ascii=False))
        return
    print(f"{article.title}\n  {article.url}")
    for sign, found in (("+", more), ("-", less)):
        for urn, area, rating in sorted(found):
            authority = by_urn().get(urn)
            print(
                f"  {sign} {authority.display_name if authority else urn}: {area.replace('_', ' ')}: {rating.replace('_', ' ')}"
            )
