"""``monitor label``: an article in the terminal with what the classifier says, to be corrected and written down."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import day
from monitor.domain.model import Article, Report
from monitor.ports import ConfigError, ReadError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.commands.label_file import Destination
    from monitor.scoring.form import Item

_DESCRIPTION = """\
Opens an article with what the classifier says of it, and lets you put it right: the article and
its labels, in the form of corpus/README.md, are what we need to see what was misread.

The text is shown in numbered sentences, with the ratings, areas and authorities that were found
in colour; below it what is reported as news, and what is only for review. Then you type: a (all
of it is right), d 2 (line 2 is wrong), e 2 rating good, + (one is missing), ? 2 (implied and not
said), n (nothing is news). ? shows everything that can be typed. Every answer is checked at once.
"""
_EXAMPLES = """\
examples:
  monitor label https://www.example.org/news/ofsted-report --out misread.txt
  monitor label page.html                       asks for the file at the end
  monitor label page.html > misread.txt         the talk goes to the terminal, the article to the file
  monitor label --yes page.html | less          what the classifier says, without asking
  monitor label --json page.html                the same as JSON
  monitor score misread.txt                     how right the classifier is about what you wrote

The text of a real page is somebody's copyright. Send what you wrote privately to who gave you the
monitor, publish it nowhere and put it in no issue. The project's own corpus has only our own words.

More: docs/how_to_report_a_misreading.md. Exit status: 130 where it was broken off (Ctrl-C, Ctrl-D).
"""


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "label", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", metavar="FILE|URL", help="the article; a text file has its title on the first line")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="append to this file (default: standard output where that is no terminal)"
    )
    parser.add_argument("--id", type=_id, metavar="ID", help="the article's id (default: made of address and day)")
    parser.add_argument("--date", type=day, metavar="DAY", help="the day it came out, where the page gives none or a wrong one")
    parser.add_argument("--style", type=_style, metavar="WORDS", help="the kind of outlet: 'local paper'")
    parser.add_argument("--yes", action="store_true", help="ask nothing: write what the classifier is sure of")
    parser.add_argument("--json", action="store_true", help="ask nothing, and print that as JSON")


def _id(text: str) -> str:
    from monitor.commands.label_file import id_of

    return _typed(id_of, text)


def _style(text: str) -> str:
    from monitor.scoring.fields import style_of

    return _typed(style_of, text)


def _typed(read: Callable[[str], str], text: str) -> str:
    from monitor.scoring.typed import NotUnderstood

    try:
        return read(text)
    except NotUnderstood as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(args: argparse.Namespace) -> int:
    """Read, ask, write. Raises ReadError for what cannot be read, ConfigError for where it cannot be written."""
    from monitor.commands.label_file import Destination

    asks = not (args.yes or args.json)
    if asks and not sys.stdin.isatty():
        raise ConfigError(
            "standard input is no terminal, so nobody can be asked; --yes writes what the classifier says, --json prints it"
        )
    if args.json and args.out:
        raise ConfigError("--json prints; --out takes the form of corpus/README.md. Leave one of them away")
    printed = args.out is None and (not asks or not sys.stdout.isatty())
    out = Destination(source=args.file, path=args.out, printed=printed, id=args.id or "", given=bool(args.id))
    out.check()
    article = _read(args.file)
    out.source = _source(args.file, article)
    return _ask(args, article, out) if asks else _tell(args, article, out)


def _read(name: str) -> Article:
    from monitor.commands.documents import read_document
    from monitor.extraction.sandbox import Sandbox

    with Sandbox() as sandbox:
        document = read_document(name, sandbox)
    if isinstance(document, Report):
        raise ReadError(
            "is a report of Ofsted's own: it is read for what it states, and needs no labels. `monitor classify` prints it",
            reason="report",
            key=name,
        )
    return document


def _source(name: str, article: Article) -> str:
    """What an id is made of: the address, also of a saved page that tells its own, else the name of the file."""
    from monitor.commands.documents import is_address

    return next((each for each in (name, article.url) if is_address(each)), Path(name).stem)


def _tell(args: argparse.Namespace, article: Article, out: Destination) -> int:
    """Write what the classifier is sure of, with what is doubtful about it on standard error."""
    from dataclasses import replace

    from monitor.scoring.draft import doubts, draft_of, only_sure
    from monitor.scoring.labels import item_json
    from monitor.system.clock import SystemClock

    published = args.date or article.published
    if published is None:
        raise ConfigError("the page has no day, and areas and ratings depend on it; tell it: --date 2026-08-03", key=args.file)
    draft = draft_of(_item(args, article), published)
    sure = only_sure(draft)
    for doubt in doubts(sure, SystemClock().today()):
        print(f"monitor label: {doubt}", file=sys.stderr)
    if left_out := len(draft.lines) - len(sure.lines):
        print(f"monitor label: {left_out} for review left out; without --yes you are asked about them", file=sys.stderr)
    if args.json:
        item = sure.finished()
        print(json.dumps(item_json(replace(item, id=out.id_for(item.published))), indent=2))
        return 0
    said = out.write(sure.finished())
    if out.path is not None:
        print(said, file=sys.stderr)
    return 0


def _item(args: argparse.Namespace, article: Article) -> Item:
    from monitor.scoring.form import Item

    return Item(id="", title=article.title, text=article.text, published=None, kind="", style=args.style or "")


def _ask(args: argparse.Namespace, article: Article, out: Destination) -> int:
    """The session at the terminal; the page's day is asked for first where it has none, since what is read depends on it."""
    from rich.console import Console

    from monitor.commands.label_dialogue import Dialogue
    from monitor.commands.label_session import INTERRUPTED, Session, first_day
    from monitor.scoring.draft import draft_of
    from monitor.system.clock import SystemClock

    clock = SystemClock()
    console = Console(stderr=not sys.stdout.isatty())
    dialogue = Dialogue(console, _questions(console))
    published = args.date or article.published
    try:
        published = published or first_day(article.title, dialogue, clock.today())
    except (KeyboardInterrupt, EOFError):
        dialogue.say("\nLeft; nothing was written.")
        return INTERRUPTED
    return Session(draft_of(_item(args, article), published), dialogue, out, clock.today()).run()


def _questions(console: Console) -> Callable[[str], str]:
    """Asks at the terminal: with editing and history where question and answer stand on the same one."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # `input` finds it

    def ask(prompt: str) -> str:
        while True:
            try:
                if not console.stderr:
                    return input(prompt)
                console.print(prompt, end="", markup=False, highlight=False, soft_wrap=True)
                line = sys.stdin.readline()
            except UnicodeDecodeError:
                console.print("That was no text in UTF-8; type it once more.")
                continue
            if not line:
                raise EOFError
            return line.rstrip("\n")

    return ask
