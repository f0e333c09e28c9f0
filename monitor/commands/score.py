"""``monitor score``: how right the classifier is about labelled articles."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.ports import ConfigError

if TYPE_CHECKING:
    from monitor.scoring.labels import Labelled


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "score",
        description="Classifies labelled articles and compares: figures, and the stage at fault for what was missed. "
        "corpus/README.md tells the form of an article.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file of labelled articles, or a folder of them")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="the N worst articles, judgement by judgement")
    parser.add_argument("--write-docs", type=Path, metavar="FILE.md", help="write the page on accuracy instead of printing")
    parser.add_argument("--write-table", type=Path, metavar="FILE.csv", help="with it: the first PATH's figures as a table")


def run(args: argparse.Namespace) -> int:
    """Score and print, or write the page."""
    from monitor.scoring.report import score

    if args.write_docs:
        from monitor.scoring.page import page, table

        scores = {path.as_posix(): score(load([path])) for path in args.paths}
        _write(args.write_docs, page(scores))
        if args.write_table:
            _write(args.write_table, table(next(iter(scores.values()))))
        return 0
    found = score(load(args.paths))
    print(json.dumps(found.json()) if args.json else "\n".join(found.lines(args.show)))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(error.strerror or "cannot be written", key=str(path)) from None


def load(paths: list[Path]) -> list[Labelled]:
    """The labelled articles of files and folders: JSON, or the corpus's own form (``.txt``).

    Raises:
        ConfigError: naming the file, for what is missing or no corpus.
    """
    found: list[Labelled] = []
    for path in paths:
        files = sorted([*path.glob("*.json"), *path.glob("*.txt")]) if path.is_dir() else [path]
        if not files:
            raise ConfigError("there are no labelled articles (*.json, *.txt) in this folder", key=str(path))
        for file in files:
            try:
                found += _articles(file)
            except OSError as error:
                raise ConfigError(error.strerror or "cannot be read", key=str(file)) from None
            except ValueError as error:
                raise ConfigError(f"no labelled articles: {error}", key=str(file)) from None
    return found


def _articles(file: Path) -> list[Labelled]:
    from monitor.scoring.labels import labelled, of_form

    if file.suffix == ".txt":
        from monitor.scoring.form import read_items

        return [of_form(item) for item in read_items(file)]
    content = json.loads(file.read_text(encoding="utf-8-sig"))
    return [labelled(_with_text(item, file)) for item in (content if isinstance(content, list) else [content])]


def _with_text(item: Any, file: Path) -> dict[str, Any]:
    """The item with its text, which may be in a file of its own, in the folder ``seeds`` beside the corpus, title first."""
    if not isinstance(item, dict):
        raise ValueError(f"expected objects, found {type(item).__name__}")
    if "text" in item or "file" not in item:
        return item
    text = (file.parent.parent / "seeds" / item["file"]).read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.strip()]
    title = lines[1] if lines[0].strip() == "News" else lines[0]
    return {**item, "title": title if len(title) < 120 else "", "text": text}
