"""The kept messages are what goes out, and an independent parser finds in them what ought to be there."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

import pytest

from tests.messages.golden import FOLDER, RENDERER, mail, notices

NAMES = sorted(notices())


@pytest.mark.parametrize("name", NAMES)
def test_the_kept_message_is_what_goes_out(name: str) -> None:
    notice = notices()[name]
    assert mail(notice) == (FOLDER / f"{name}.eml").read_bytes(), "see tests/messages/golden.py for how to write them anew"
    assert RENDERER.render(notice).forms["slack"] + "\n" == (FOLDER / f"{name}.slack.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_an_older_parser_reads_it_too(name: str) -> None:
    parsed: Message = message_from_bytes((FOLDER / f"{name}.eml").read_bytes())  # the parser of before EmailMessage
    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.get_payload()] == ["text/plain", "text/html"]  # type: ignore[union-attr]  # parts
    assert len(parsed.keys()) == len({key.lower() for key in parsed})
    assert not parsed.defects
    for header in ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "MIME-Version"):
        assert parsed[header], header
    raw = (FOLDER / f"{name}.eml").read_bytes()
    assert all(len(line) <= 78 or b"http" in line or b":" in line for line in raw.split(b"\r\n")[:30])
    assert b"\r\n.\r\n" not in raw
    assert len(raw) < 100_000


def test_twelve_are_kept() -> None:
    assert len(NAMES) == 12
    assert sorted(path.stem for path in FOLDER.glob("*.eml")) == NAMES
