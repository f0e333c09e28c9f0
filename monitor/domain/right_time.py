"""Whether the machine's clock is right, by what web servers say the time is and by what the state remembers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.domain.calendar import moment_words

#: A clock that is so little ahead loses nothing: what it reads seems a few days old, which is told as late, and no older than
#: the month within which there are alerts. Behind, what is published today is of tomorrow at worst.
AHEAD, BEHIND = timedelta(days=7), timedelta(days=1)


def agree(now: datetime, told: datetime) -> bool:
    """Whether our time is as good as what another tells."""
    return -BEHIND <= now - told <= AHEAD


def true_time(now: datetime, told: Sequence[datetime], newest: datetime | None = None) -> datetime | None:
    """The time as others have it, when ours is wrong; None when it is right, or nobody tells.

    One server whose clock agrees is enough: then it is the others that are wrong. Where no server tells the time, a poll in
    the state that lies ahead of now shows that the clock is behind.

    Args:
        now: by our clock.
        told: what each server says it is now.
        newest: when the state was last written.
    """
    if any(agree(now, each) for each in told):
        return None
    if told:
        return sorted(told)[len(told) // 2]
    return newest if newest is not None and newest - now > BEHIND else None


def wrong_clock_words(now: datetime, true: datetime) -> str:
    """What is the matter with the clock, and what to do, in a sentence."""
    off = abs(true - now)
    length = f"{off / timedelta(days=1):.0f} days" if off >= timedelta(days=2) else f"{off / timedelta(hours=1):.0f} hours"
    where = "behind" if true > now else "ahead"
    return (
        f"the clock of this machine is {length} {where}: it says {moment_words(now, year=True)}, "
        f"others say {moment_words(true, year=True)}; nothing is polled or read until it is set right"
    )
