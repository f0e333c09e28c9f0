"""Who does what when: the load, a row each. To add an attacker, write what it does in a module of its own and add its rows."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.soak.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row. It begins `start` seconds after the daemon, and again `every` so many; once only without."""

    does: str
    how: Callable[[Stage], Awaitable[object]]
    start: float
    every: float = math.inf


#: Publishing stops so long before the end, so that there is time to be told; seconds.
QUIET = 15.0

ACTS = (
    Act(does="an honest paper lists a change", how=lambda stage: stage.papers.list_a_change(), start=5, every=6),
    Act(does="the papers are polled", how=lambda stage: stage.poll(*stage.papers.sites), start=5, every=6),
    Act(does="the others are polled", how=lambda stage: stage.poll(*stage.attackers), start=5, every=20),
    Act(does="a hostile site lists a page", how=lambda stage: stage.hostile.list_a_page(), start=2, every=7),
    Act(does="a site lists 100 links that hang", how=lambda stage: stage.slow.list_hanging(), start=2, every=200),
    Act(does="a site lists pages that drip", how=lambda stage: stage.slow.list_dripping(), start=2, every=30),
    Act(does="a busy site lists 40 articles", how=lambda stage: stage.busy.list_articles(), start=10, every=240),
    Act(does="1,100 connections are held", how=lambda stage: stage.holders.hold_idle(), start=15, every=3),
    Act(does="60 requests come slowly", how=lambda stage: stage.holders.ask_slowly(), start=15, every=5),
    Act(does="50 visitors ask without end", how=lambda stage: stage.visitors.ask_without_end(), start=20, every=5),
    Act(does="a reader leaves", how=lambda stage: stage.readers.leave(stage.page), start=40, every=40),
    Act(does="the daemon is killed", how=lambda stage: stage.kill(), start=50, every=70),
)
