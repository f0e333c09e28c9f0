"""``monitor classify``: what an article or report says, with the words that say so."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from monitor.commands.json_output import error_json, result_json
from monitor.domain.model import ClassifierResult, Report, percent
from monitor.ports import ReadError

if TYPE_CHECKING:
    from monitor.extraction.sandbox import Sandbox

_EXAMPLES = """\
examples:
  monitor classify article.html report.pdf         two files, in words
  monitor classify --json https://www.example.org/news/ofsted-report
  monitor classify --jsonl < articles.jsonl        one JSON object a line: id, title, text, published, url
  monitor classify --jsonl --changes < articles.jsonl   with what changes: `changes` and `background` (why not)
"""


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "classify",
        description="Prints the judgements of an article (text or HTML) or an Ofsted report (PDF), with their evidence.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="*", metavar="FILE|URL", help="what to read; a text file has its title on the first line"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list, one element a file in the order given")
    form.add_argument("--jsonl", action="store_true", help="batch: articles on standard input, answers on standard output")
    parser.add_argument(
        "--changes",
        action="store_true",
        help="with --jsonl: also what each article, alone on its day, changes in the shipped record, and why not more",
    )


def run(args: argparse.Namespace) -> int:
    """Read, classify, print; 1 when something could not be read."""
    if args.jsonl and args.files:
        print(f"monitor classify: --jsonl reads standard input: monitor classify --jsonl < {args.files[0]}", file=sys.stderr)
        return 2
    if args.jsonl:
        from monitor.commands.batch import run_batch

        return run_batch(sys.stdin.buffer, sys.stdout, changes=args.changes)
    if args.changes:
        print("monitor classify: --changes goes with --jsonl; for one article see `monitor explain`.", file=sys.stderr)
        return 2
    if not args.files:
        print("monitor classify: name a file or an address, or use --jsonl. See `monitor classify --help`.", file=sys.stderr)
        return 2
    from monitor.extraction.sandbox import Sandbox

    sandbox = Sandbox()
    try:
        answers = [_answer(name, sandbox) for name in args.files]
    finally:
        sandbox.close()
    if args.json:
        print(json.dumps(answers, indent=2))
    else:
        print("\n\n".join("\n".join(_lines(answer)) for answer in answers))
    return int(any("error" in answer for answer in answers))


def _answer(name: str, sandbox: Sandbox) -> dict[str, Any]:
    from monitor.commands.documents import read_document

    try:
        document = read_document(name, sandbox)
        if isinstance(document, Report):
            from monitor.extraction.pdf.report import report_to_json

            return {"file": name, **report_to_json(document)}
        return {"file": name, **result_json(_classify(document.title, document.text, document.published))}
    except ReadError as error:
        return {"file": name, **error_json(error.reason, str(error))}
    except Exception as error:  # noqa: BLE001  # the other files still get their answers
        return {"file": name, **error_json("fault", f"{type(error).__name__}: {error}")}


def _classify(title: str, text: str, published: Any) -> ClassifierResult:
    from monitor.classifier import classify

    return classify(title, text, published=published)


def _lines(answer: dict[str, Any]) -> list[str]:
    """An answer in words."""
    lines = [answer["file"]]
    if "error" in answer:
        return [*lines, f"  cannot be read ({answer['error']['reason']}): {answer['error']['message']}"]
    report = answer.get("report")
    if report:
        lines.append(f"  {report['title']} ({report['framework']}, published {report['published']})")
    for judgement in answer["judgements"]:
        lines += _judged(judgement)
    if not answer["judgements"]:
        reason = f" ({_words(answer['reason'])})" if answer.get("reason") else ""
        lines.append(f"  reports no new judgement{reason}")
    for judgement in answer["uncertain"]:
        lines += _judged(judgement, f"for review ({percent(judgement['probability'])}): ")
    if answer["rejected"]:
        lines.append(f"  {len(answer['rejected'])} more read and not believed; `monitor explain` says why")
    return lines


def _judged(judgement: dict[str, Any], said: str = "") -> list[str]:
    """A judgement and its words; `said` stands before it."""
    before = ""
    if judgement["previous"]:
        year = f" in {judgement['previous_year']}" if judgement["previous_year"] else ""
        before = f" (before: {_words(judgement['previous'])}{year})"
    mark = "" if judgement["tier"] == "explicit" else "  [inferred]"
    return [
        f"  {said}{judgement['authority']}: {_words(judgement['area'])}: {_words(judgement['rating'])}{before}{mark}",
        f"      “{' '.join(judgement['evidence']['quote'].split())}”",
    ]


def _words(code: str) -> str:
    return code.replace("_", " ")
