"""Which changes are wanted, as an address says it: one grammar for pages, API, feeds and downloads.

``?region=London&area=leadership&kind=into_inadequate&from=2024-01-01``. A parameter may be given several times; any of its
values will do, and all parameters have to hold. What cannot be understood is refused: a filter that silently lets everything
through would look like an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlencode

from monitor.domain.authorities import by_urn, find, regions, suggest, unknown
from monitor.domain.model import Area, Authority, ChangeKind, Rating, Trust
from monitor.messages.sanitize import sanitize
from monitor.web.queries.record import ChangeRecord

#: Rows of one page, unless `limit` says otherwise; and the most that it may say.
PAGE, MAX_PAGE = 50, 500
#: Characters of a parameter's name, and of what is said of it.
_MAX_NAME, _MAX_WORDS = 60, 3_000
#: Others put these into addresses that are passed on; they mean nothing here.
_IGNORED = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid")


#: A parameter and its value, as an address has them.
Pair = tuple[str, str]


class UnknownError(ValueError):
    """A value that is none of those that are allowed; `meant` comes near to it, where any does."""

    def __init__(self, words: str, meant: str = "") -> None:
        self.meant = meant
        super().__init__(words)


class FilterError(ValueError):
    """Parameters that cannot be understood; `problems` says of each what is wrong and what is allowed.

    What was sent is repeated in them, as far as it can be seen. `meant` has what was meant in all likelihood: the parameter and
    its value as said -> as they should be.
    """

    def __init__(self, problems: Mapping[str, str], meant: Mapping[Pair, Pair] | None = None) -> None:
        self.problems = {sanitize(name, _MAX_NAME): sanitize(words, _MAX_WORDS) for name, words in problems.items()}
        self.meant = meant or {}
        super().__init__("; ".join(f"{name}: {words}" for name, words in self.problems.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilter:
    """Which changes, in which order, from where on. Empty sets ask for nothing in particular."""

    authorities: frozenset[str] = frozenset()  #: URNs
    regions: frozenset[str] = frozenset()
    areas: frozenset[Area] = frozenset()
    kinds: frozenset[ChangeKind] = frozenset()
    ratings: frozenset[Rating] = frozenset()  #: what it is now
    trust: frozenset[Trust] = frozenset()
    since: date | None = None  #: published on that day or later
    until: date | None = None  #: published on that day or before
    after: str = ""  #: the key of the change behind which the list goes on
    limit: int = PAGE
    oldest_first: bool = False  #: in the order in which they became known, so that `after` misses nothing

    def __call__(self, each: ChangeRecord) -> bool:
        """Whether a change is wanted. What stayed as it was is wanted only by who asks for ``kind=unchanged``."""
        return self.holds(each) and (bool(self.kinds) or each.is_news)

    def wants(self, authority: Authority) -> bool:
        """Whether an authority is one of those that are wanted, wherever it changed."""
        chosen = not self.authorities or authority.urn in self.authorities
        return chosen and (not self.regions or authority.region in self.regions)

    def holds(self, each: ChangeRecord) -> bool:
        """Whether every parameter holds for a change, be it one that changed nothing."""
        change = each.change
        clauses = (
            self.wants(change.authority),
            (not self.areas or change.area in self.areas),
            (not self.kinds or bool(change.kinds & self.kinds)),
            (not self.ratings or change.new in self.ratings),
            (not self.trust or each.trust in self.trust),
            (self.since is None or each.published >= self.since),
            (self.until is None or each.published <= self.until),
        )
        return all(clauses)

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.query(page=False))

    def query(self, *, page: bool = True) -> str:
        """The filter as an address has it, always in the same form; without `page` not where the list begins and ends."""
        pairs = [(row.name, value) for row in PARAMETERS if page or row.filters for value in row.write(self)]
        return urlencode(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of the address: what it holds, how it is read and written, and what is said of it."""

    name: str
    field: str
    description: str
    read: Callable[[str], object]  #: raises ValueError with what is allowed
    write: Callable[[ChangeFilter], Sequence[str]]
    example: str
    allowed: tuple[str, ...] = ()
    several: bool = True
    filters: bool = True  #: whether it chooses changes, rather than a part of the list


def one_of(*allowed: str) -> Callable[[str], str]:
    """A reader of one of a few words, whatever its case, with hyphens or blanks for underscores."""
    known = {_folded(value): value for value in allowed}

    def read(text: str) -> str:
        value = known.get(_folded(text))
        if value is None:
            near = get_close_matches(_folded(text), known, n=1, cutoff=0.6)
            meant = known[near[0]] if near else ""
            words = f"; did you mean {meant}?" if meant else "."
            raise UnknownError(f"{_shown(text)} is not known{words} Allowed: {', '.join(allowed)}", meant)
        return value

    return read


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())


def _shown(text: str) -> str:
    return f"“{text[:60]}”"


def _authority(text: str) -> str:
    found = find(text)
    if found is None:
        words = f"{_shown(text)} is no authority{unknown(text)}"
        end = "" if words.endswith("?") else "."
        raise UnknownError(f"{words}{end} Allowed: a name, or a GSS, DfE or Ofsted code", suggest(text) or "")
    return found.urn


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a date. Allowed: a day such as 2024-01-31") from None


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise ValueError(f"{_shown(text)} is not allowed. Allowed: a whole number from 1 to {MAX_PAGE}")
    return int(text)


def _key(text: str) -> str:
    if len(text) > 200:
        raise ValueError("is no key of a change")
    return text


def _codes(urns: Iterable[str]) -> list[str]:
    return sorted(by_urn()[urn].code for urn in urns)


def _values(field: str) -> Callable[[ChangeFilter], Sequence[str]]:
    return lambda wanted: sorted(map(str, getattr(wanted, field)))


def _date(field: str) -> Callable[[ChangeFilter], Sequence[str]]:
    def write(wanted: ChangeFilter) -> Sequence[str]:
        day = getattr(wanted, field)
        return [day.isoformat()] if day else []

    return write


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        name="authority",
        field="authorities",
        description="The authority: its name, or its GSS, DfE or Ofsted (URN) code",
        read=_authority,
        write=lambda wanted: _codes(wanted.authorities),
        example="E08000009",
    ),
    Parameter(
        name="region",
        field="regions",
        description="The region of England",
        read=one_of(*regions()),
        write=_values("regions"),
        example="North West",
        allowed=regions(),
    ),
    Parameter(
        name="area",
        field="areas",
        description="The area that is graded",
        read=lambda text: Area(one_of(*Area)(text)),
        write=_values("areas"),
        example="leadership",
        allowed=tuple(Area),
    ),
    Parameter(
        name="kind",
        field="kinds",
        description="What sort of change it is; without it, everything but what is unchanged",
        read=lambda text: ChangeKind(one_of(*ChangeKind)(text)),
        write=_values("kinds"),
        example="into_inadequate",
        allowed=tuple(ChangeKind),
    ),
    Parameter(
        name="rating",
        field="ratings",
        description="The grade that it is now",
        read=lambda text: Rating(one_of(*Rating)(text)),
        write=_values("ratings"),
        example="inadequate",
        allowed=tuple(Rating),
    ),
    Parameter(
        name="trust",
        field="trust",
        description="How well it is attested",
        read=lambda text: Trust(one_of(*Trust)(text)),
        write=_values("trust"),
        example="confirmed",
        allowed=tuple(Trust),
    ),
    Parameter(
        name="from",
        field="since",
        description="The first day of publication",
        read=_day,
        write=_date("since"),
        example="2024-01-01",
        several=False,
    ),
    Parameter(
        name="to",
        field="until",
        description="The last day of publication",
        read=_day,
        write=_date("until"),
        example="2024-12-31",
        several=False,
    ),
    Parameter(
        name="order",
        field="oldest_first",
        description="Newest publication first; or in the order in which changes became known, so that after= misses none",
        read=lambda text: one_of("newest", "oldest")(text) == "oldest",
        write=lambda wanted: ["oldest"] if wanted.oldest_first else [],
        example="oldest",
        allowed=("newest", "oldest"),
        several=False,
        filters=False,
    ),
    Parameter(
        name="after",
        field="after",
        description="The key of the last change seen: the list goes on behind it",
        read=_key,
        write=lambda wanted: [wanted.after] if wanted.after else [],
        example="",
        several=False,
        filters=False,
    ),
    Parameter(
        name="limit",
        field="limit",
        description="How many changes at once",
        read=_limit,
        write=lambda wanted: [str(wanted.limit)] if wanted.limit != PAGE else [],
        example="100",
        several=False,
        filters=False,
    ),
)
_BY_NAME = {row.name: row for row in PARAMETERS}
#: The names of all parameters; and of those by which a list of authorities is chosen.
EVERY, PLACES = tuple(_BY_NAME), ("authority", "region")


def is_ignored(name: str) -> bool:
    """Whether a parameter is one that others put into addresses."""
    return name.startswith(_IGNORED)


@dataclass(slots=True, kw_only=True)
class Misunderstood:
    """What is wrong with the parameters of an address, as it is found out."""

    problems: dict[str, str] = field(default_factory=dict)
    meant: dict[Pair, Pair] = field(default_factory=dict)
    _hopeless: set[str] = field(default_factory=set)  #: parameters with a value that nothing comes near to

    def read(self, name: str, value: str, reader: Callable[[str], object]) -> object:
        """What a reader makes of a value; None where it cannot be understood."""
        try:
            return reader(value)
        except ValueError as error:
            self.problems[name] = str(error)
            if isinstance(error, UnknownError) and error.meant:
                self.meant[name, value] = (name, error.meant)
            else:
                self._hopeless.add(name)
            return None

    def sorted_out(self, pairs: Iterable[Pair], allowed: Collection[str]) -> dict[str, list[str]]:
        """The values of each parameter that is allowed; the others are noted."""
        said: dict[str, list[str]] = {}
        for name, value in pairs:
            if name in allowed and value.strip():
                said.setdefault(name, []).append(value.strip())
            elif name not in allowed and not is_ignored(name):
                near = get_close_matches(name, allowed, n=1, cutoff=0.6)
                words = f"; did you mean {near[0]}?" if near else "."
                self.problems[name[:60]] = f"is not known here{words} Allowed: {', '.join(allowed) or 'none'}"
                if near:
                    self.meant[name, value.strip()] = (near[0], value.strip())
        return said

    def check(self) -> None:
        """Raises FilterError where anything was noted."""
        if self.problems:
            raise FilterError(
                self.problems, {said: meant for said, meant in self.meant.items() if said[0] not in self._hopeless}
            )


def parse_filter(pairs: Iterable[Pair], allowed: Collection[str] = EVERY) -> ChangeFilter:
    """The filter of an address's parameters; empty values say nothing.

    Raises FilterError for what cannot be understood, and for parameters that mean nothing at the address: all but `allowed`.
    """
    wrong = Misunderstood()
    fields: dict[str, object] = {}
    for name, values in wrong.sorted_out(pairs, allowed).items():
        row = _BY_NAME[name]
        read = [wrong.read(name, value, row.read) for value in values]
        if not row.several and len(set(read)) > 1:
            wrong.problems.setdefault(name, "may be given once")
        fields[row.field] = frozenset(read) if row.several else read[0]
    wrong.check()
    wanted = ChangeFilter(**fields)  # type: ignore[arg-type]  # each reader gives its field's type
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise FilterError({"from": f"is after the day in to ({wanted.until})"})
    return wanted
