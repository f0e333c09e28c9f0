"""docs/how_to_review.md, followed: what is typed there, on a queue in which two judgements wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.scoring.form import read_items
from monitor.store import open_store
from monitor.system.clock import SystemClock
from tests.builders import article, judgements, result
from tests.commands.test_review import ONE, TWO
from tests.guides.guide import Guide

GUIDE = Guide.named("how_to_review.md")
SHOWN = GUIDE.part("## Decide").block()
ID = re.findall(r"^(\w+)  71 %", SHOWN, re.MULTILINE)[0]
QUOTE = re.findall(r"“(.*)”", SHOWN)[0]
Typed = Callable[[str], tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a line of the page, in an installation where two things wait."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (tmp_path / "config" / "subscriptions.toml").write_text('[[subscription]]\nname = "ann"\nchannel = "console"\n')
    now = SystemClock().now()
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    for number, council in enumerate((ONE, TWO)):
        text = f"{QUOTE.replace('Kent', council)} It was the {number}. time that the council's leaders were asked about it."
        quote = text.partition(".")[0] + "."
        unsure = judgements(text, {council: "leadership outstanding"}, quote=quote, probability=0.714)
        document = article(text, url=f"https://news.example/{number}", published=now.date(), retrieved=now)
        store.record(document, replace(result(text, {}), uncertain=unsure), link=None, baseline=False, now=now)
    store.close()

    def typing(line: str) -> tuple[int, str]:
        program, *words = line.split()
        assert program == "monitor"
        try:
            status = main(words)
        except SystemExit as end:  # the parser of arguments ends the program itself
            status = int(str(end.code))
        return status, capsys.readouterr().out

    return typing


def ids(typed: Typed) -> list[str]:
    return re.findall(r"^(\w{10})  71 %", typed("monitor review list")[1], re.MULTILINE)


def deliveries(folder: Path) -> int:
    store = open_store(f"sqlite:///{folder / 'state' / 'monitor.db'}")
    found = len(store.deliveries())
    store.close()
    return found


def test_what_the_page_types_does_what_it_says(typed: Typed, tmp_path: Path) -> None:
    listing, show, accept, reject = GUIDE.part("## Decide").typed()
    status, said = typed(listing)
    assert status == 0
    assert said.startswith(SHOWN.splitlines()[1].replace("1 judgement waits", "2 judgements wait"))
    form = re.sub(r"\d{4}-.*? UTC", "DAY", SHOWN.splitlines()[2]).replace(ID, "ID").replace("good", "outstanding")
    lines = [re.sub(r"\d{4}-.*? UTC", "DAY", line) for line in said.splitlines()]
    first, second = ids(typed)
    assert any(line.replace(first, "ID").split(": ")[1:] == form.split(": ")[1:] for line in lines)
    status, said = typed(show.replace(ID, first))
    assert (status, "If it is accepted:" in said) == (0, True)
    assert deliveries(tmp_path) == 0
    status, said = typed(accept.replace(ID, first))
    assert (status, ": accepted: " in said, deliveries(tmp_path)) == (0, True, 1)
    status, said = typed(reject.replace(ID, second))
    assert (status, "nobody is told" in said, deliveries(tmp_path)) == (0, True, 1)
    assert typed(listing) == (0, "Nothing waits for review.\n")
    # The statuses that it ends with: what is decided already, what is not there, what makes no sense.
    assert [
        typed(line.replace(ID, first))[0] for line in (reject, "monitor review accept ffff0000", "monitor review frobnicate")
    ] == [1, 1, 2]


def test_what_was_decided_can_be_learnt_from(typed: Typed, tmp_path: Path) -> None:
    first, second = ids(typed)
    assert typed(f"monitor review accept {first}")[0] == typed(f"monitor review reject {second}")[0] == 0
    export = GUIDE.part("## Learn from it").block().strip()
    assert typed(export)[0] == 0
    items = list(read_items(tmp_path / export.split()[-1]))
    assert sorted(len(item.labels) for item in items) == [0, 1]
    assert [(label.area, label.rating) for item in items for label in item.labels] == [("leadership", "outstanding")]
