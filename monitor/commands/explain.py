"""``monitor explain``: why the classifier says what it says of one article."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from monitor.commands.json_output import for_review
from monitor.commands.options import folder_options
from monitor.domain.model import Article, ClassifierResult, Report
from monitor.system.clock import SystemClock


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "explain",
        parents=[folder_options()],
        description="Prints each sentence with what was found in it, each judgement that this could make with its "
        "probabilities, and what was rejected and why. For a report (PDF): the facts read and their pages. Then what the "
        "record makes of it (a change, or why not) and who would be told.",
    )
    parser.add_argument("file", metavar="FILE|URL", help="what to read; a text file has its title on the first line")


def run(args: argparse.Namespace) -> int:
    """Read, trace, print. Raises ReadError for what cannot be read."""
    from monitor.commands.documents import read_document
    from monitor.extraction.sandbox import Sandbox

    sandbox = Sandbox()
    try:
        document = read_document(args.file, sandbox)
    finally:
        sandbox.close()
    if isinstance(document, Report):
        from monitor.extraction.pdf.report import report_to_json

        json.dump(report_to_json(document), sys.stdout, indent=2)
        print()
        _print_record(args, document, ClassifierResult())
        return 0
    from monitor.classifier import classify, trace

    # As the daemon does: what has no date is of the day on which it is seen.
    day = document.published or SystemClock().today()
    print(f"{document.title or '(no title)'}\n{document.published or 'no date: read as of today'}\n")
    for line in trace(document.title, document.text, published=day).lines():
        print(line)
    _print_record(args, document, classify(document.title, document.text, published=day))
    return 0


def _print_record(args: argparse.Namespace, document: Article | Report, result: ClassifierResult) -> None:
    """Print what the record makes of it; a configuration that cannot be used leaves the shipped record."""
    from monitor.app.existing_state import open_existing_state
    from monitor.commands.consequences import in_words
    from monitor.ports import MonitorError
    from monitor.settings import load

    settings, store = None, None
    try:
        settings = load(args.config, args.state)
        store = open_existing_state(settings)
    except MonitorError:
        print("\n(The configuration cannot be used, so nobody knows who is subscribed; `monitor check` says why.)")
    try:
        lines = in_words(document, result, SystemClock().today(), settings, store)
    finally:
        if store is not None:
            store.close()
    if result.uncertain:
        print("\nToo uncertain to be told; a person is asked (`monitor review list`):")
        print("\n".join(f"  {line}" for line in for_review(result.uncertain)))
    print("\nWhat the record makes of it, seen today:")
    print("\n".join(lines))
