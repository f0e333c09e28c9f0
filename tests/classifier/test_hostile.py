"""No text, however made, costs more than its length: work is counted, not timed, where it can be."""

from __future__ import annotations

import gc
import sys
import time
from datetime import date
from types import FrameType
from typing import Any

import pytest

from monitor.classifier.relevance import may_report
from monitor.classifier.text import sentences
from monitor.classifier.verdict import analyse
from tests.classifier.hostile import SHAPES, Shape

DAY = date(2024, 5, 1)


def calls(text: str) -> int:
    """How many functions, of Python and C, the whole cascade calls for a text."""
    count = 0

    def tick(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        analyse("", text, DAY)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_twice_the_text_is_twice_the_work(shape: Shape) -> None:
    analyse("", shape(2_000), DAY)  # the automaton makes its states as it meets them
    once, twice = calls(shape(8_000)), calls(shape(16_000))
    assert twice < 2.4 * once + 2_000


def seconds(text: str) -> float:
    """CPU seconds for cutting a text, the better of two tries; without collections, which go through what other tests left."""
    took = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            started = time.process_time()
            sentences(text)
            may_report("", text)
            took.append(time.process_time() - started)
    finally:
        gc.enable()
    return min(took)


@pytest.mark.parametrize(
    "name", ["no full stop", "full stops apart", "abbreviations", "quotes in quotes", "a stop and brackets", "graded sentences"]
)
def test_slices_of_a_long_line_are_not_taken_again_and_again(name: str) -> None:
    # Work inside one call of C is not seen by counting calls: eight times the text would take sixty-four times as long, at every
    # try; a machine that is busy with something else is not busy twelve times in a row.
    short, long = SHAPES[name](25_000), SHAPES[name](200_000)
    assert any(seconds(long) < 28 * max(seconds(short), 0.002) for _ in range(12))


def test_hostile_words_do_not_make_the_automaton_grow() -> None:
    from monitor.classifier.vocabulary import lexicon

    analyse("", SHAPES["unknown words"](5_000), DAY)
    states = len(lexicon()._states)
    analyse("", SHAPES["unknown words"](50_000), DAY)
    assert len(lexicon()._states) == states
