"""The signed mark of a message: it survives what mail servers do to addresses, and nobody else can make one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.messages.signed_return_path import PATTERN, SignedReturnPath, return_path

RETURNS = SignedReturnPath(key=b"k" * 32)
DELIVERY = "0123456789abcdef0123456789abcdef"


@given(st.binary(min_size=16, max_size=16))
def test_a_mark_leads_back_to_its_delivery(raw: bytes) -> None:
    mark = RETURNS.mark(raw.hex())
    assert PATTERN.fullmatch(mark)
    assert RETURNS.delivery(mark) == raw.hex()
    assert SignedReturnPath(key=b"x" * 32).delivery(mark) is None


@given(st.integers(0, 41), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_one_other_letter_makes_it_nobodys(place: int, letter: str) -> None:
    mark = RETURNS.mark(DELIVERY)
    changed = mark[:place] + letter + mark[place + 1 :]
    assert (RETURNS.delivery(changed) == DELIVERY) == (changed == mark)


@pytest.mark.parametrize("text", ["", "a" * 41, "a" * 42, "A" * 42, "1" * 42, "é" * 42])
def test_what_is_no_mark(text: str) -> None:
    assert RETURNS.delivery(text) is None


def test_only_a_real_id_gets_one() -> None:
    assert RETURNS.mark("d1") == RETURNS.mark("ab") == ""


def test_the_return_path() -> None:
    mark = RETURNS.mark(DELIVERY)
    assert return_path("bounces@example.org", mark) == f"bounces+{mark}@example.org"
    assert return_path("bounces@example.org", "") == "bounces@example.org"
    for wrong in ("b" * 22 + "@example.org", "example.org", "@example.org"):
        with pytest.raises(ValueError, match=r"too long|not an address"):
            return_path(wrong, mark)
