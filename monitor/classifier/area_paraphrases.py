"""Finds areas that are described rather than named, by the rows of `tables.area_paraphrases`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from monitor.tables.area_paraphrases import AREA_PARAPHRASES, LISTS

#: Words one of which every description has: most sentences are done with after this look.
_TELLING = frozenset(
    """
    care danger trouble difficulty difficulties crisis peril distress struggling risk help helps helping helped protect protects
    protecting protected protection safeguarding safe harm charge top helm running run runs leading led managed governed leaders
    managers bosses leadership directors management looks look looked adoptive adopters permanent adopted live
    """.split()
)


_LIST = re.compile(r"\{([a-z]+)\}")


@lru_cache(maxsize=1)
def _pattern() -> tuple[re.Pattern[str], tuple[str, ...]]:
    rows = "|".join(
        f"(?P<r{at}>{_LIST.sub(lambda name: LISTS[name[1]], row.pattern)})" for at, row in enumerate(AREA_PARAPHRASES)
    )
    return re.compile(rf"(?<!\S)(?:{rows})(?!\S)"), tuple(row.area for row in AREA_PARAPHRASES)


def paraphrased_areas(words: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where areas are described: (first token, token after the last, area), in order, without overlaps."""
    if _TELLING.isdisjoint(words):
        return []
    text = " ".join(words)
    pattern, areas = _pattern()
    found = []
    for match in pattern.finditer(text):
        start = text.count(" ", 0, match.start())
        end = start + match.group().count(" ") + 1
        assert match.lastgroup is not None
        found.append((start, end, areas[int(match.lastgroup[1:])]))
    return found
