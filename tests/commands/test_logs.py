"""Lines of the log: dated, one a record, and JSON where that is asked for."""

from __future__ import annotations

import json
import logging
import re

import pytest

from monitor.commands.logs import JsonLines, TextLines


def record(message: str, *args: object, fault: BaseException | None = None) -> logging.LogRecord:
    trace = (type(fault), fault, None) if fault else None
    made = logging.LogRecord("monitor.app.daemon", logging.WARNING, "daemon.py", 1, message, args, trace)
    made.created = 1785758645.25
    return made


def test_a_line_has_its_date() -> None:
    assert TextLines().format(record("to look at: %s", "the disk")) == (
        "2026-08-03T12:04:05Z WARNING monitor.app.daemon: to look at: the disk"
    )


@pytest.mark.parametrize("forged", ["\n", "\r", "\x0b", "\x85", "\u2028"])
def test_what_came_from_a_page_cannot_pass_for_a_line(forged: str) -> None:
    line = TextLines().format(record("%s", f"title{forged}2026-08-03T12:04:05Z ERROR monitor: hacked"))
    assert len(line.splitlines()) == 1


def test_the_trace_of_a_fault_follows_its_line() -> None:
    line, *trace = TextLines().format(record("saving", fault=ValueError("boom"))).splitlines()
    assert line.endswith("saving")
    assert trace == ["ValueError: boom"]


@pytest.mark.parametrize("text", ["plain", 'a "quote"\nand more', "caf\u00e9 \ud83d"])
def test_json_is_one_object_a_line(text: str) -> None:
    line = JsonLines().format(record("%s", text, fault=ValueError("boom")))
    assert "\n" not in line
    said = json.loads(line)
    assert said == {
        "time": "2026-08-03T12:04:05.250Z",
        "level": "warning",
        "logger": "monitor.app.daemon",
        "message": text,
        "error": "ValueError: boom",
    }
    assert re.fullmatch(r"[\x20-\x7e]*", line)
