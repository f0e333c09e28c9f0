"""Pages of the documentation that the code knows, and links that lead from a page out of ``docs/``: a hook of MkDocs."""

from __future__ import annotations

import argparse
import posixpath
import re
import typing
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 84
#: A file outside docs/ that a page links to or names, and the page that is made of it.
PAGES_OF_FILES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "monitor/settings/meanings.py": "settings.md",
    "monitor/commands/__init__.py": "commands.md",
    "docs/adr": "adr/index.md",
}
_FENCED = re.compile(r"(^ *```.*?^ *```$)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?P<path>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")
_NAMED = re.compile(r"(?<![\[`])`(?P<path>(?:docs/)?[\w./-]+\.md|docs/adr/?)`(?!\])")


# --- tables ---------------------------------------------------------------------------------------------------------------


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


# --- every command --------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command with its arguments and options, from the parsers themselves."""
    from monitor.commands import ALIASES, COMMANDS

    parts = [
        "# Every command",
        "What `monitor COMMAND --help` says. Exit status: 0 all went well; 1 something failed or was found wrong; 2 the "
        "command or the configuration could not be understood. `monitor --debug COMMAND ...` shows where an unexpected error "
        "came from.",
        _table(("command", "what it does"), [(f"[`{c.name}`](#{c.name})", c.summary) for c in COMMANDS]),
    ]
    aliases = {name: [other for other, meant in ALIASES.items() if meant == name] for name in ALIASES.values()}
    for command in COMMANDS:
        also = "".join(f" Also: `monitor {other}`." for other in aliases.get(command.name, ()))
        parts += [f"## {command.name} {{ #{command.name} }}", f"{command.summary[:1].upper()}{command.summary[1:]}.{also}"]
        parts += _described(_parser_of(command.module, command.name), depth=3)
    return "\n\n".join(part for part in parts if part) + "\n"


def _parser_of(module: str, name: str) -> argparse.ArgumentParser:
    subparsers = argparse.ArgumentParser(prog="monitor", add_help=False).add_subparsers()
    import_module(f"monitor.commands.{module}").add_parser(subparsers)
    return subparsers.choices[name]


def _described(parser: argparse.ArgumentParser, *, depth: int) -> Iterator[str]:
    yield f"```text\n{_usage(parser)}\n```"
    for text in (parser.description, parser.epilog):
        if text:
            laid_out = parser.formatter_class is not argparse.HelpFormatter and "\n" in text.strip()
            yield f"```text\n{text.strip()}\n```" if laid_out else _plain(text)
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    rows = [row for action in parser._actions if action not in nested and (row := _row(parser, action))]
    if rows:
        yield _table(("argument", "what it is"), rows)
    for action in nested:
        summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, inner in action.choices.items():
            yield f"{'#' * depth} {inner.prog.removeprefix('monitor ')}"
            if name in summaries and not inner.description:
                yield _plain(f"{summaries[name][:1].upper()}{summaries[name][1:]}.")
            yield from _described(inner, depth=depth + 1)


def _usage(parser: argparse.ArgumentParser) -> str:
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, prefix="")
    return formatter.format_help().strip()


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> tuple[str, str] | None:
    if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
        return None
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    return _code(formatter._format_action_invocation(action)), _plain(formatter._expand_help(action)) if action.help else ""


def _plain(text: str) -> str:
    """Text of a parser as Markdown that shows it unchanged."""
    return re.sub(r"([*_<>\[\]])", r"\\\1", " ".join(text.split()))


# --- every setting --------------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every key of every file and every variable, from the rows that check them."""
    from monitor.settings import ENVIRONMENT, SECTIONS
    from monitor.settings.keys import variable_of
    from monitor.settings.meanings import MEANINGS

    parts = [
        "# Every setting",
        "Four files in `config/` (`--config DIR`), and the environment, which has the last word. `monitor check` names "
        "whatever is wrong in them: file, line, key, and what was meant. The files that are shipped explain each key where it "
        'stands. Lengths of time are written `"90s"`, `"15m"`, `"2h"`, `"30d"`; lists in the environment with commas between '
        "(logins: semicolons).",
        "## monitor.toml",
    ]
    for section, keys in SECTIONS.items():
        heading = f"[{section}]"
        rows = [
            (f"`{key.name}`<br>`{variable_of(section, key)}`", _said(MEANINGS[heading].get(key.name, ""), _shown(key.default)))
            for key in keys
        ]
        parts += [f"### {heading.strip('[]')} {{ #{section} }}", _table(("key, variable", "what it is"), rows)]
    parts += ["## sources.toml", "One `[[source]]` a site: [how to add one](how_to_add_a_source.md).", *_sources()]
    parts += ["## channels.toml", "One `[channel.NAME]` a way out: [how to add one](how_to_add_a_channel.md).", *_channels()]
    parts += [
        "## subscriptions.toml",
        "One `[[subscription]]` a reader, or a list of readers. Beside them `[[test]]` says who must be told of a given "
        "change, and `monitor check` runs it.",
        _table(("key", "what it is"), _subscription_rows()),
        "## Environment",
        "What stands in no file, and the names of secrets. Beside these: what `url_env`, `secret_env` and `key_env` name.",
        _table(("variable", "what it is"), ((_code(name), words) for name, words in MEANINGS["environment"].items())),
    ]
    overriding = {variable_of(section, key) for section, keys in SECTIONS.items() for key in keys}
    left = sorted(ENVIRONMENT - overriding - set(MEANINGS["environment"]))
    parts += [", ".join(map(_code, left))] if left else []
    return "\n\n".join(parts) + "\n"


def _sources() -> Iterator[str]:
    from monitor.settings.meanings import MEANINGS
    from monitor.sources import SOURCE_TYPES, keys_of
    from monitor.sources.declaration import Declared

    common = list(keys_of("feed"))
    defaults = {field.name: field.default for field in fields(Declared)}
    words = MEANINGS["[[source]]"]
    yield "### Of every kind"
    shown = {key: _shown(defaults.get("source_class" if key == "class" else key, "feed"), unit=key) for key in common}
    yield _table(("key", "what it is"), [(_code(key), _said(words.get(key, ""), shown[key])) for key in common])
    for kind, where in SOURCE_TYPES.items():
        module, _, name = where.partition(":")
        cls: Any = getattr(import_module(module), name)
        own = [key for key in keys_of(kind) if key not in common]
        of = {field.name: field.default for field in fields(cls)}
        if own:
            yield f"### Of kind `{kind}`"
            yield _table(("key", "what it is"), [(_code(key), _said(words.get(key, ""), _shown(of[key]))) for key in own])


def _channels() -> Iterator[str]:
    from monitor.channels.types import channel_types
    from monitor.settings.meanings import MEANINGS

    words = MEANINGS["[channel.NAME]"]
    own = {key for kind in channel_types() for key in kind.keys}
    yield "### Of every channel"
    yield _table(("key", "what it is"), [(_code(key), said) for key, said in words.items() if key not in own])
    for kind in channel_types():
        if kind.keys:
            yield f"### Of {kind.plural}"
            yield _table(("key", "what it is"), [(_code(key), words.get(key, "")) for key in kind.keys])


def _subscription_rows() -> Iterator[tuple[str, ...]]:
    from monitor.domain.subscriptions import Subscription
    from monitor.settings.meanings import MEANINGS

    for field in fields(Subscription):
        shown = "" if field.name == "kinds" else _shown(field.default)
        yield _code(field.name), _said(MEANINGS["[[subscription]]"].get(field.name, ""), shown)


def _said(meaning: str, default: str) -> str:
    """What a key is, with its default where it has one."""
    return f"{meaning}. **Required**" if default == "required" else f"{meaning}. Default: {default}" if default else meaning


def _shown(value: object, *, unit: str = "") -> str:
    """A default as it would be written; nothing where there is none."""
    if value is MISSING:
        return "required"
    if isinstance(value, bool):
        return _code(str(value).lower())
    if isinstance(value, timedelta) or (unit in {"interval", "cadence"} and value):
        seconds = value.total_seconds() if isinstance(value, timedelta) else float(typing.cast(float, value))
        return _code(next(f"{seconds / size:g}{mark}" for size, mark in _UNITS if seconds % size == 0))
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], int):
        return _code(f"{value[0]}:{value[1]}")
    if isinstance(value, StrEnum):
        return _code(value.value)
    return _code(str(value)) if value else ""


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


# --- decisions, and files of the root -------------------------------------------------------------------------------------


def decisions_page() -> str:
    """Every decision by its title."""
    titles = {path.name: path.read_text().partition("\n")[0].lstrip("# ") for path in sorted((ROOT / "docs/adr").glob("0*.md"))}
    return "# Decisions\n\nWhy it is as it is.\n\n" + "".join(
        f"- [{title}]({name})\n" for name, title in titles.items() if name != "index.md"
    )


def made_pages() -> dict[str, str]:
    """Every page that is made at the build, by its path in the site."""
    return {
        "commands.md": commands_page(),
        "settings.md": settings_page(),
        "adr/index.md": decisions_page(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(),
        "contributing.md": (ROOT / "CONTRIBUTING.md").read_text(),
    }


# --- links ----------------------------------------------------------------------------------------------------------------


def linked(text: str, page: str, pages: Iterable[str]) -> str:
    """The Markdown of a page with links as the site has them.

    Args:
        text: as it stands in the repository: links out of ``docs/`` lead to files, and pages are named in code (`docs/x.md`).
        page: its path in the site.
        pages: the paths of all of them.
    """
    there = set(pages)

    def target(path: str) -> str:
        return posixpath.relpath(path, posixpath.dirname(page) or ".")

    def follow(link: re.Match[str]) -> str:
        place = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link["path"]))
        place = place.removesuffix("/")
        made = PAGES_OF_FILES.get(place) or (place.removeprefix("docs/") if place.startswith("docs/") else f"files/{place}")
        return f"]({target(made)}{link['anchor'] or ''})"

    def name(span: re.Match[str]) -> str:
        place = span["path"].removesuffix("/")
        made = PAGES_OF_FILES.get(place) or (place.removeprefix("docs/") if place.removeprefix("docs/") in there else "")
        return f"[{span[0]}]({target(made)})" if made and made != page else span[0]

    parts = _FENCED.split(text)
    return "".join(part if index % 2 else _NAMED.sub(name, _LINK.sub(follow, part)) for index, part in enumerate(parts))


def linked_files() -> set[str]:
    """Files outside docs/ that a page links to, and that no page is made of: the site has them as they are."""
    found = set()
    for page in (ROOT / "docs").rglob("*.md"):
        for link in _LINK.finditer(_FENCED.sub("", page.read_text())):
            place = posixpath.normpath(posixpath.join(page.parent.relative_to(ROOT).as_posix(), link["path"]))
            if not place.startswith("docs/") and place not in PAGES_OF_FILES:
                found.add(place)
    return found


# --- what MkDocs calls ----------------------------------------------------------------------------------------------------


def on_files(files: Any, *, config: Any) -> Any:
    """Add the pages that are made."""
    from mkdocs.structure.files import File

    for path, text in made_pages().items():
        files.append(File.generated(config, path, content=text))
    for name in sorted(linked_files()):
        files.append(File.generated(config, f"files/{name}", content=(ROOT / name).read_bytes()))
    return files


def on_page_markdown(markdown: str, *, page: Any, files: Any, **_more: Any) -> str:
    """Lead links out of ``docs/`` to the pages that are made of what they lead to."""
    return linked(markdown, page.file.src_uri, [file.src_uri for file in files.documentation_pages()])


def on_post_page(output: str, **_more: Any) -> str:
    """Give the theme's search the name that whoever cannot see it needs."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )
