"""``monitor read``: title, date and text of a page as the monitor reads it, before anything is made of it."""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.domain.model import Report
from monitor.ports import ReadError

if TYPE_CHECKING:
    from monitor.reading.worker import Worker

_EXAMPLES = """\
examples:
  monitor read page.html                     the text, as the classifier will see it
  monitor read --json https://www.example.org/news/story
  monitor read --jsonl < pages.jsonl         one JSON object a line: id, and path, url or html
"""
_MOST_INFLATED = 64 << 20


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
    from monitor.reading.worker import Worker

    if not args.jsonl and not args.files:
        print("monitor read: name a file or an address, or use --jsonl. See `monitor read --help`.", file=sys.stderr)
        return 2
    with Worker() as worker:
        if args.jsonl:
            return _batch(sys.stdin, worker)
        answers = [{"file": name, **_answer(worker, path=name)} for name in args.files]
    if args.json:
        print(json.dumps(answers, indent=2, ensure_ascii=False))
    else:
        print("\n\n".join("\n".join(_lines(answer)) for answer in answers))
    return int(any("error" in answer for answer in answers))


def _batch(lines: Iterable[str], worker: Worker) -> int:
    failed = False
    for answer in _answers(lines, worker):
        failed |= "error" in answer
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return int(failed)


def _answers(lines: Iterable[str], worker: Worker) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank; a bad line gets an error and the rest goes on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            known = {key: item[key] for key in ("path", "url", "html") if isinstance(item.get(key), str)}
        except (ValueError, AttributeError, RecursionError) as error:
            yield {"line": number, "error": {"reason": "bad_line", "message": str(error)[:200]}}
            continue
        yield {"id": item.get("id"), **_answer(worker, **known)}


def _answer(worker: Worker, *, path: str = "", url: str = "", html: str = "") -> dict[str, Any]:
    """What one page is read as; `url` beside `path` or `html` is where it came from."""
    try:
        if html:
            return _article(html.encode("utf-8", "surrogatepass"), url, "text/html; charset=utf-8", worker)
        if path and not path.startswith(("http://", "https://")):
            return _article(_bytes(path), url or Path(path).absolute().as_uri(), "", worker)
        from monitor.commands.documents import read_document

        return _facts(read_document(path or url, worker))
    except ReadError as error:
        return {"error": {"reason": error.reason, "message": str(error)}}
    except Exception as error:  # noqa: BLE001  # the other pages still get their answers
        return {"error": {"reason": "fault", "message": f"{type(error).__name__}: {error}"}}


def _bytes(path: str) -> bytes:
    try:
        body = Path(path).read_bytes()
        if not body.startswith(b"\x1f\x8b"):
            return body
        with gzip.open(path) as file:
            inflated = file.read(_MOST_INFLATED + 1)
    except FileNotFoundError:
        raise ReadError("there is no such file", reason="not_found", key=path) from None
    except OSError as error:
        raise ReadError(str(error), reason="unreadable", key=path) from None
    if len(inflated) > _MOST_INFLATED:
        raise ReadError("it inflates to too much", reason="too_large", key=path)
    return inflated


def _article(body: bytes, url: str, content_type: str, worker: Worker) -> dict[str, Any]:
    from monitor.commands.documents import read_any
    from monitor.ports import Page

    is_html = not content_type and b"<" in body[:4096] and b"%PDF-" not in body[:1024]
    kind = content_type or ("text/html" if is_html else "")
    return _facts(read_any(Page(url=url, status=200, content_type=kind, body=body), worker))


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
