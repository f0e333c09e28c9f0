"""Which authorities are wanted, and in which order, as an address says it: ``?q=north&region=London&sort=-published``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from monitor.domain.authorities import fold, regions
from monitor.domain.model import Area, Authority, Rating
from monitor.web.queries.authorities import AuthorityRow
from monitor.web.queries.change_filter import Misunderstood
from monitor.web.queries.change_filter import one_of as words

#: What the list can be sorted by, and which way it goes at first: the newest inspection and the worst rating come first.
SORTS = {"name": "name", "region": "region", "published": "-published"} | {area.value: area.value for area in Area}
_MAX_SEARCH = 100
PARAMETERS = ("q", "region", "area", "rating", "sort")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityList:
    """Which authorities, in which order."""

    search: str = ""  #: a part of a name, or a code
    region: str = ""
    area: Area | None = None  #: what `rating` is of; None: any area
    rating: Rating | None = None
    sort: str = "name"  #: a key of `SORTS`
    is_descending: bool = False

    def __call__(self, rows: Iterable[AuthorityRow]) -> tuple[AuthorityRow, ...]:
        """The rows that are wanted, sorted; those without what they are sorted by stand at the end."""
        found = sorted((row for row in rows if self._wants(row)), key=lambda row: row.authority.display_name)
        key = _KEYS.get(self.sort) or _by_area(Area(self.sort))
        known = [row for row in found if key(row) is not None]
        rest = [row for row in found if key(row) is None]
        return (*sorted(known, key=lambda row: _sortable(key(row)), reverse=self.is_descending), *rest)

    def _wants(self, row: AuthorityRow) -> bool:
        ratings = row.ratings.values() if self.area is None else [row.ratings.get(self.area)]
        return (
            (not self.region or row.authority.region == self.region)
            and (self.rating is None or self.rating in ratings)
            and (not self.search or is_called(row.authority, self.search))
        )

    def query(self) -> str:
        """The list as an address has it, always in the same form; empty for all authorities by name."""
        sort = ("-" if self.is_descending else "") + self.sort
        pairs = [
            ("q", self.search),
            ("region", self.region),
            ("area", self.area.value if self.area else ""),
            ("rating", self.rating.value if self.rating else ""),
            ("sort", "" if sort == "name" else sort),
        ]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.search or self.region or self.area or self.rating)

    def sorted_by(self, sort: str) -> AuthorityList:
        """The same list sorted by something; the other way round where it is sorted by that already."""
        first = SORTS[sort].startswith("-")
        return replace(self, sort=sort, is_descending=not self.is_descending if sort == self.sort else first)

    def order(self, sort: str) -> str:
        """How a column is sorted, in the words of ``aria-sort``; empty where the list is sorted by another."""
        return ("descending" if self.is_descending else "ascending") if sort == self.sort else ""


_Key = Callable[[AuthorityRow], str | date | int | None]
_KEYS: dict[str, _Key] = {
    "name": lambda row: row.authority.display_name,
    "region": lambda row: row.authority.region,
    "published": lambda row: row.published,
}


def _by_area(area: Area) -> _Key:
    return lambda row: row.ratings[area].rank if area in row.ratings else None


def _sortable(value: str | date | int | None) -> str:
    """Of values of one column: sorts as they do."""
    return value.isoformat() if isinstance(value, date) else str(value)


def is_called(who: Authority, text: str) -> bool:
    """Whether an authority has the code that is looked for, or a name with words that begin so."""
    if any(letter.isdigit() for letter in text):
        return text.strip().upper() in {who.gss_code, who.dfe_code, who.urn}
    words = fold(text)
    return bool(words) and any(f" {words}" in f" {fold(name)}" for name in (who.name, who.display_name, *who.aliases))


def parse_list(pairs: Iterable[tuple[str, str]]) -> AuthorityList:
    """The list of an address's parameters; empty values say nothing. Raises FilterError for what cannot be understood."""
    wrong = Misunderstood()
    said = {name: values[-1] for name, values in wrong.sorted_out(pairs, PARAMETERS).items()}

    def one_of(name: str, allowed: Iterable[str], before: str = "") -> str:
        value = said.get(name, "")
        return str(wrong.read(name, value, lambda text: words(*allowed)(text.removeprefix(before))) or "") if value else ""

    area, rating = one_of("area", tuple(Area)), one_of("rating", tuple(Rating))
    wanted = AuthorityList(
        search=said.get("q", "")[:_MAX_SEARCH],
        region=one_of("region", regions()),
        area=Area(area) if area else None,
        rating=Rating(rating) if rating else None,
        sort=one_of("sort", SORTS, before="-") or "name",
        is_descending=said.get("sort", "").startswith("-"),  # a hyphen before the word
    )
    wrong.check()
    return wanted
