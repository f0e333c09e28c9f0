"""Hostile texts at the terminal: in what commands show of the state, in the files they are given, and in the log."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import sys
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands.logs import JsonLines, TextLines
from monitor.domain.authorities import authorities
from monitor.domain.characters import STEERING, spelt_out, storable
from monitor.domain.history import history
from monitor.domain.masked import masked
from monitor.store import open_store
from monitor.system.plain_stream import PlainStream, plain_output
from tests.builders import NOW, story, subscription
from tests.hostile import CORPUS, Hostile
from tests.store.test_review import record, unsure

Output = pytest.CaptureFixture[str]
#: Those that mean something to a terminal; another text is another text.
ROWS = [row for row in CORPUS if row.kind in {"terminal", "unseen", "header"} or STEERING.search(row.text)]


def shown(output: Output) -> str:
    """What a command wrote, on both streams; nothing of it steers the terminal."""
    said = output.readouterr()
    for stream in (said.out, said.err):
        assert not STEERING.search(stream), STEERING.search(stream)
    return said.out + said.err


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """An installation that has heard all of them: as outlets, titles, sentences and addresses."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    (folder / "config").mkdir()
    (folder / "config" / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (folder / "config" / "subscriptions.toml").write_text(
        '[[subscription]]\nname = "ann"\nchannel = "console"\nto = "ann@reader.test"\n'
    )
    wishes = (subscription("ann"),)
    store = open_store(f"sqlite:///{folder / 'state' / 'monitor.db'}", subscriptions=lambda: wishes, history=lambda _day: ())
    for number, (row, council) in enumerate(zip(ROWS[::2], authorities(), strict=False)):
        text = storable(row.text)
        values = {"title": text, "outlet": text or "x", "url": f"https://news.test/{number}/{text}"}
        store.record(
            *story({council.name: "overall outstanding"}, text=f"{text} {number}", **values), link=None, baseline=False, now=NOW
        )
        if number % 4 == 0:
            record(store, unsure({council.name: "leadership good"}, quote=text or "x", text=f"{text} or {number}", **values))
    store.close()
    return ["--config", str(folder / "config"), "--state", str(folder / "state")]


@pytest.mark.parametrize(
    "words", ["outbox list --limit 500", "review list --all", "who", "history Leeds", "reclassify", "sources list", "check"]
)
def test_what_commands_show_of_the_state(folders: list[str], capsys: Output, words: str) -> None:
    assert main([*words.split(), *folders]) in {0, 1, 2}
    assert shown(capsys)


def test_one_of_each(folders: list[str], capsys: Output) -> None:
    assert main(["review", "list", "--all", "--json", *folders]) == 0
    items = json.loads(shown(capsys))
    titles = {storable(row.text) for row in ROWS}
    assert {each["title"] for each in items} <= titles, "in JSON nothing is lost"
    assert len(items) > 5
    for each in items[::3]:
        assert main(["review", "show", each["id"][:12], *folders]) == 0
        assert shown(capsys)
    assert main(["outbox", "list", "--json", "--limit", "500", *folders]) == 0
    for each in json.loads(shown(capsys))[::8]:
        assert main(["outbox", "show", each["id"][:12], *folders]) == 0
        assert shown(capsys)


@pytest.mark.parametrize("command", ["read", "classify", "explain"])
def test_what_commands_show_of_a_page(folders: list[str], tmp_path: Path, capsys: Output, command: str) -> None:
    body = "".join(
        f"<p>Ofsted rated Leeds children's services inadequate, {row.text.replace('<', '&lt;')} said.</p>" for row in ROWS[::3]
    )
    title = " ".join(row.text.replace("<", "&lt;")[:40] for row in ROWS)
    file = tmp_path / "page.html"
    page = f"<html><head><title>{title}</title><meta property='og:title' content=\"{title.replace(chr(34), '')}\"></head><body><article>{body}"
    file.write_text(page, encoding="utf-8", errors="surrogatepass")
    assert main([command, str(file), *(folders if command == "explain" else [])]) in {0, 1}
    assert shown(capsys)


@pytest.mark.parametrize("row", ROWS[::7], ids=[row.id for row in ROWS[::7]])
def test_what_commands_repeat_of_what_is_typed(folders: list[str], capsys: Output, row: Hostile) -> None:
    text = row.text.replace("\0", "")[:500]
    for words in (
        ["history", text],
        ["who", text],
        ["outbox", "show", text],
        ["review", "show", text],
        [text],
        ["why", text, "ann"],
    ):
        try:
            status = main([*words, *(folders if len(words) > 1 else [])])
        except SystemExit as left:
            status = int(left.code or 0)
        assert status in {0, 1, 2}
        shown(capsys)


COLUMNS = ("authority", "gss", "urn", "framework", "published", "dates", "overall", "report_url")


@pytest.mark.parametrize("column", COLUMNS)
def test_a_record_of_hostile_cells_is_refused_line_by_line_or_harmless(
    folders: list[str], tmp_path: Path, capsys: Output, column: str
) -> None:
    good, file = tmp_path / "good.csv", tmp_path / "record.csv"
    assert main(["record", "export", str(good), *folders]) == 0
    shown(capsys)
    with good.open(encoding="utf-8", newline="") as source:
        row = next(csv.DictReader(source))
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(row))
        writer.writeheader()
        writer.writerows({**row, column: storable(each.text)[:2000]} for each in CORPUS)
    status = main(["record", "import", str(file), "--dry-run", *folders])
    refused = {int(number) for number in re.findall(r"line (\d+)", shown(capsys))}
    if column in {"authority", "gss"}:  # for people: the URN says who it is, and its own name is shown
        assert (status, refused) == (0, set())
    else:
        assert status == 1
        assert len(refused) > (150 if column == "report_url" else 240)
        assert main(["record", "import", str(file), *folders]) == 1
        assert "nothing was imported" in shown(capsys)


def test_a_line_of_the_log_is_one_line() -> None:
    for row in CORPUS:
        _is_one_line(row)


def _is_one_line(row: Hostile) -> None:
    made = logging.LogRecord("monitor.polling", logging.WARNING, "x.py", 1, "%s: %s", (row.text, row.text), None)
    line = TextLines().format(made)
    assert not STEERING.search(line)
    assert len(line.splitlines()) == 1
    assert json.loads(JsonLines().format(made))["message"] == masked(f"{row.text}: {row.text}")


def test_what_is_printed_is_spelt_as_json_spells_it() -> None:
    for row in CORPUS:
        screen = io.StringIO()
        PlainStream(screen).write(json.dumps({"text": row.text}, ensure_ascii=False))
        assert json.loads(screen.getvalue()) == {"text": row.text}, row.id
        assert not STEERING.search(screen.getvalue()), row.id
        assert not STEERING.search(spelt_out(row.text)), row.id


def test_output_is_plain_while_a_command_runs_and_rich_draws_as_it_likes(capsys: Output) -> None:
    from rich.console import Console

    usual = sys.stdout
    with plain_output():
        print("\x1b[31mred", end="\r")
        print("a\r\nb", file=sys.stderr)
        Console(force_terminal=True, color_system="standard").print("[red]drawn[/]")
        assert sys.stdout.encoding == usual.encoding
    assert sys.stdout is usual
    said = capsys.readouterr()
    assert said.out == "\\u001b[31mred\r\x1b[31mdrawn\x1b[0m\n"
    assert said.err == "a\nb\n"


def test_the_shipped_record_is_shown_as_it_is() -> None:
    assert all(spelt_out(each.authority.name) == each.authority.name for each in history())
