"""How often one network address may ask for something that sends a mail."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Requests that one network address may make.
A_MINUTE, AN_HOUR = 4, 11


@dataclass(kw_only=True)
class Pace:
    """How often each network address has asked; in memory, because a restart may forgive."""

    asked: dict[str, deque[datetime]] = field(default_factory=dict)

    def allows(self, who: str, now: datetime) -> bool:
        """Count one more request; False when it is one too many."""
        if len(self.asked) > 10_000:
            self.asked.clear()
        times = self.asked.setdefault(who, deque(maxlen=AN_HOUR))
        recent = [at for at in times if at > now - timedelta(hours=1)]
        if len(recent) >= AN_HOUR or sum(at > now - timedelta(minutes=1) for at in recent) >= A_MINUTE:
            return False
        times.append(now)
        return True
