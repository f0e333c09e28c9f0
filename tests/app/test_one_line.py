"""A trouble with the state is one line in the log, whoever meets it and however often."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from monitor.app.one_line import REPEAT_AFTER, OneLine
from monitor.ports import StoreUnavailable


class Hours:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO, Hours]]:
    stream, time = io.StringIO(), Hours()
    writes = logging.StreamHandler(stream)
    writes.addFilter(OneLine(time))
    logger = logging.getLogger("one line")
    logger.addHandler(writes)
    yield logger, stream, time
    logger.removeHandler(writes)


def full(logger: logging.Logger, *, wrapped: bool = False) -> None:
    """Somebody meets a full disk and logs a trace."""
    try:
        try:
            raise StoreUnavailable("the disk is full", key="monitor.db")
        except StoreUnavailable as error:
            if wrapped:
                raise RuntimeError("saving") from error
            raise
    except Exception:
        logger.exception("polling %s", "gazette")


def test_a_trace_becomes_a_line_and_is_not_repeated(log: tuple[logging.Logger, io.StringIO, Hours]) -> None:
    logger, stream, time = log
    for _ in range(20):
        full(logger)
        full(logger, wrapped=True)
        logger.error("%s", StoreUnavailable("the disk is full", key="monitor.db"))
    assert stream.getvalue() == "polling gazette: monitor.db: the disk is full\n"
    time.seconds = REPEAT_AFTER
    full(logger)
    assert stream.getvalue().count("\n") == 2, "who reads only the end of the log finds it there"


def test_another_cause_is_another_line(log: tuple[logging.Logger, io.StringIO, Hours]) -> None:
    logger, stream, _ = log
    full(logger)
    logger.error("nothing is sent: %s", StoreUnavailable("locked"))
    assert stream.getvalue().splitlines()[1] == "nothing is sent: locked"


def test_faults_of_ours_keep_their_trace(log: tuple[logging.Logger, io.StringIO, Hours]) -> None:
    logger, stream, _ = log
    for _ in range(2):
        try:
            raise KeyError("bug")
        except KeyError:
            logger.exception("polling")
    assert stream.getvalue().count("Traceback") == 2
