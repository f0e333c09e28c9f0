"""A slip in a word of an area or a rating hides it from nobody, and no other word is taken for a slip."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.classifier.document import document
from monitor.classifier.mentions import MentionType
from monitor.tables.slips import SLIPS


def found(text: str) -> set[str]:
    doc = document("", text, date(2025, 3, 4))
    return {value for mention in doc.mentions if mention.type is not MentionType.AUTHORITY for value in mention.values}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Help and protecton was fine.", "help_and_protection"),
        ("Help and protecion was fine.", "help_and_protection"),
        ("Careleavers spoke.", "care_leavers"),
        ("The experiences of care leavrs.", "care_leavers"),
        ("Leadershp was praised.", "leadership"),
        ("The service is inadquate.", "inadequate"),
        ("The service is inadeqaute.", "inadequate"),
        ("It is outstandng.", "outstanding"),
        ("It requires improvment to be good.", "requires_improvement"),
    ],
)
def test_a_slip_is_known(text: str, meant: str) -> None:
    assert meant in found(text)


@pytest.mark.parametrize(
    "word", ["leaves", "levers", "leaver", "adequate", "leaders", "improvements", "adaption", "projection"]
)
def test_another_word_is_no_slip(word: str) -> None:
    assert word not in SLIPS
