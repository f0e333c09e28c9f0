"""``monitor read``: title, date and text of a page as the monitor reads it, before anything is made of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.domain.model import Report
from monitor.ports import ReadError

if TYPE_CHECKING:
    from monitor.extraction.sandbox import Sandbox

_EXAMPLES = """\
examples:
  monitor read page.html                     the text, as the classifier will see it
  monitor read --json https://www.example.org/news/story
  monitor read --jsonl < pages.jsonl         one JSON object a line: id, and path, url or html
"""
_EVERY = 25  #: pages after which a terminal is told how far a batch has come


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "read",
        description="Prints title, date and text of pages (HTML, text, PDF reports) as they are read.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", metavar="FILE|URL", help="what to read; files may be gzipped")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list, one element a file in the order given")
    form.add_argument("--jsonl", action="store_true", help="batch: pages on standard input, answers on standard output")


def run(args: argparse.Namespace) -> int:
    """Read and print; 1 when something could not be read."""
    from monitor.extraction.sandbox import Sandbox

    if not args.jsonl and not args.files:
        print("monitor read: name a file or an address, or use --jsonl. See `monitor read --help`.", file=sys.stderr)
        return 2
    if args.jsonl and args.files:
        print(f"monitor read: --jsonl reads standard input: monitor read --jsonl < {args.files[0]}", file=sys.stderr)
        return 2
    with Sandbox() as sandbox:
        if args.jsonl:
            return _batch(sys.stdin.buffer, sandbox)
        answers = [{"file": name, **_answer(sandbox, path=name)} for name in args.files]
    if args.json:
        print(json.dumps(answers, indent=2))
    else:
        print("\n\n".join("\n".join(_lines(answer)) for answer in answers))
    return int(any("error" in answer for answer in answers))


def _batch(lines: Iterable[bytes], sandbox: Sandbox) -> int:
    read = failed = 0
    for answer in _answers(lines, sandbox):
        failed += "error" in answer
        read += "error" not in answer
        # ASCII only: a lone surrogate must not stop the output, and no reader has to guess the encoding.
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if (read + failed) % _EVERY == 0:
            _tell(f"{read} read, {failed} not", end="\r")
    _tell(f"{read} read, {failed} not")
    return int(failed > 0)


def _tell(message: str, end: str = "\n") -> None:
    """How far a batch has come, for whoever waits at a terminal; standard error of a script stays silent."""
    if sys.stderr.isatty():
        print(message, end=end, file=sys.stderr, flush=True)


def _answers(lines: Iterable[bytes], sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank; a bad line gets an error and the rest goes on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield {"line": number, **_error("bad_line", str(error)[:200])}
            continue
        if not isinstance(item, dict):
            yield {"line": number, **_error("bad_line", f"expected an object, found {type(item).__name__}")}
            continue
        known = {key: item[key] for key in ("path", "url", "html") if isinstance(item.get(key), str) and item[key]}
        answer = _answer(sandbox, **known) if known else _error("bad_line", "none of `path`, `url` and `html` is a text")
        yield {"id": item.get("id"), **answer}


def _error(reason: str, message: str) -> dict[str, Any]:
    return {"error": {"reason": reason, "message": message}}


def _answer(sandbox: Sandbox, *, path: str = "", url: str = "", html: str = "") -> dict[str, Any]:
    """What one page is read as; `url` beside `path` or `html` is where it came from."""
    from monitor.commands.documents import is_address, read_any, read_document, read_file
    from monitor.ports import Page

    try:
        if not html and is_address(path or url):
            return _facts(read_document(path or url, sandbox))
        if html:
            body, kind = html.encode("utf-8", "surrogatepass"), "text/html; charset=utf-8"
        else:
            body, kind = read_file(path or url), ""
        where = url or (Path(path).absolute().as_uri() if path else "")
        return _facts(read_any(Page(url=where, status=200, content_type=kind, body=body), sandbox))
    except ReadError as error:
        return _error(error.reason, str(error))
    except Exception as error:  # noqa: BLE001  # the other pages still get their answers
        return _error("fault", f"{type(error).__name__}: {error}")


def _facts(document: Any) -> dict[str, Any]:
    return {
        "title": document.title,
        "published": document.published.isoformat() if document.published else None,
        "text": document.text,
        "url": document.url,
        "kind": "report" if isinstance(document, Report) else "article",
    }


def _lines(answer: dict[str, Any]) -> list[str]:
    if "error" in answer:
        return [answer["file"], f"  cannot be read ({answer['error']['reason']}): {answer['error']['message']}"]
    return [answer["title"], answer["published"] or "no date", "", answer["text"]]
