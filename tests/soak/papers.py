"""Honest papers, each a host of its own: who listed which change when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.end_to_end.town import Print
from tests.soak.site import Site, answer
from tests.soak.stories import AREAS, councils, story

NAMES = ("Gazette", "Herald", "Courier")
#: Councils of one paper in one day: more is held back as too much to be true.
_EACH = 8


@dataclass
class Papers:
    """Papers that list one change after the other, in turns."""

    sites: tuple[Site, ...] = field(default_factory=lambda: tuple(Site(name=name, host="127.0.0.1") for name in NAMES))
    prints: list[Print] = field(default_factory=list)
    listed: dict[str, float] = field(default_factory=dict)  #: address of an article -> monotonic seconds

    def __post_init__(self) -> None:
        found = councils(_EACH * len(NAMES), datetime.now(UTC).date())
        self._stories = [(council, area) for area in AREAS for council in found]

    async def list_a_change(self) -> None:
        """One more article in one more feed, while there is something to tell."""
        number = len(self.prints)
        if number < len(self._stories):
            council, area = self._stories[number]
            site = self.sites[number % len(self.sites)]
            page = story(site.name, f"/{number}", council, area)
            path = site.announce(page.title, answer(page.html()))
            page.path = site.base + path
            self.prints.append(page)
            self.listed[page.path] = time.monotonic()
