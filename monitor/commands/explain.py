"""``monitor explain``: why the classifier says what it says of one article."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from monitor.domain.model import Report


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "explain",
        description="Prints each sentence with what was found in it, which rule fired, how gaps were filled, "
        "and what was rejected and why. For a report (PDF): the facts read and their pages.",
    )
    parser.add_argument("file", metavar="FILE|URL", help="what to read; a text file has its title on the first line")


def run(args: argparse.Namespace) -> int:
    """Read, trace, print. Raises ReadError for what cannot be read."""
    from monitor.commands.documents import read_document
    from monitor.reading.worker import Worker

    worker = Worker()
    try:
        document = read_document(args.file, worker)
    finally:
        worker.close()
    if isinstance(document, Report):
        from monitor.reading.report import report_to_json

        json.dump(report_to_json(document), sys.stdout, indent=2)
        print()
        return 0
    from monitor.classifier import trace

    print(f"{document.title or '(no title)'}\n{document.published or 'no date'}\n")
    for line in trace(document.title, document.text, published=document.published).lines():
        print(line)
    return 0
