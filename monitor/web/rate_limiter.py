"""How often one visitor may ask for something that sends a mail or takes time."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

#: Requests that one visitor may make, where they send a mail.
MAX_PER_MINUTE, MAX_PER_HOUR = 4, 11
_MAX_VISITORS = 10_000
#: Of an IPv6 address, the part that a provider gives to one customer.
_PREFIX = 64


def visitor(host: str) -> str:
    """Who is behind a network address: of IPv6 everybody has so many that only their common part says anything."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _PREFIX), strict=False))


def when_again(wait: timedelta) -> tuple[str, str]:
    """When somebody who has to wait may ask once more: in words (``in 3 minutes``), and as ``Retry-After`` has it."""
    minutes = max(1, ceil(wait / timedelta(minutes=1)))
    return "in a minute" if minutes == 1 else f"in {minutes} minutes", str(minutes * 60)


@dataclass(kw_only=True)
class RateLimiter:
    """How often each visitor has asked; in memory, because a restart may forgive."""

    per_minute: int = MAX_PER_MINUTE
    per_hour: int = MAX_PER_HOUR
    asked: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def allows(self, who: str, now: datetime) -> bool:
        """Count one more request; False when it is one too many."""
        times = self.asked.setdefault(who, deque(maxlen=self.per_hour))
        self.asked.move_to_end(who)
        while len(self.asked) > _MAX_VISITORS:
            self.asked.popitem(last=False)  # whoever has not asked for longest
        if self.wait(who, now):
            return False
        times.append(now)
        return True

    def wait(self, who: str, now: datetime) -> timedelta:
        """How long until somebody may ask once more; nothing where it is now."""
        waits = [timedelta()]
        for limit, span in ((self.per_hour, timedelta(hours=1)), (self.per_minute, timedelta(minutes=1))):
            recent = sorted(at for at in self.asked.get(who, ()) if at > now - span)
            waits += [recent[-limit] + span - now] if len(recent) >= limit else []
        return max(waits)

    def within_an_hour(self, who: str, now: datetime) -> int:
        """How often somebody has asked lately."""
        return sum(at > now - timedelta(hours=1) for at in self.asked.get(who, ()))
