"""The types that travel between stages: frozen, comparable, free of I/O.

Every ``datetime`` is aware and in UTC; every ``date`` is a London calendar day. Anything that comes out of a text carries
the `Span` of characters it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

#: The outlet of Ofsted's own reports.
OFSTED = "Ofsted"


class Rating(StrEnum):
    """A grade on Ofsted's four-point scale; `ADEQUATE` was the third point until November 2013."""

    INADEQUATE = "inadequate"
    ADEQUATE = "adequate"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    GOOD = "good"
    OUTSTANDING = "outstanding"

    @property
    def rank(self) -> int:
        """Position on the scale, 0 (inadequate) to 3 (outstanding). Adequate and requires improvement share point 1."""
        return _RANK[self]

    @property
    def words(self) -> str:
        """The grade as prose writes it: ``requires improvement``."""
        return self.value.replace("_", " ")


_RANK = {
    Rating.INADEQUATE: 0,
    Rating.ADEQUATE: 1,
    Rating.REQUIRES_IMPROVEMENT: 1,
    Rating.GOOD: 2,
    Rating.OUTSTANDING: 3,
}


class Area(StrEnum):
    """What a grade is about, one row an area in the order of reports; how to add one: docs/how_to_add_a_framework.md.

    A row is its value, its name in messages, in their subjects, and the label of its row in reports where no rule of
    `extraction.pdf.gradings` knows that. `OVERALL` ended with fieldwork that began after 1 April 2026; adoption with the SIF.
    """

    heading: str  #: ``Impact of leaders``
    short: str  #: ``leadership``
    label: str  #: as reports print it, lower case

    def __new__(cls, value: str, heading: str = "", short: str = "", label: str = "") -> Area:
        """The member of one row. (`Area("overall")` looks one up: a call with the value alone makes none.)"""
        area = str.__new__(cls, value)
        area._value_ = value
        area.heading, area.short, area.label = heading, short, label
        return area

    OVERALL = "overall", "Overall effectiveness", "overall"
    LEADERSHIP = "leadership", "Impact of leaders", "leadership"
    HELP_AND_PROTECTION = "help_and_protection", "Help and protection", "protection"
    CHILDREN_IN_CARE = "children_in_care", "Children in care", "in care"
    CARE_LEAVERS = "care_leavers", "Care leavers", "care leavers"
    ADOPTION = "adoption", "Adoption", "adoption"

    @property
    def words(self) -> str:
        """The area as prose writes it: ``help and protection``."""
        return self.value.replace("_", " ")


class Trust(StrEnum):
    """How well an inspection is attested (the trust ladder). Steps up update the same event; they are never a second alert."""

    REPORTED = "reported"  # one outlet
    CORROBORATED = "corroborated"  # two independent outlets
    CONFIRMED = "confirmed"  # Ofsted's own report or page
    CONTRADICTED = "contradicted"  # Ofsted's own report says otherwise


class Tier(StrEnum):
    """Whether a judgement's authority, area and rating were all said in so many words, or one of them had to be worked out."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"


class SourceClass(StrEnum):
    """Whose voice a source is. Only `OFFICIAL` confirms; an `AGGREGATOR` never corroborates, it repeats."""

    OFFICIAL = "official"
    PRESS = "press"
    COUNCIL = "council"
    AGGREGATOR = "aggregator"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """A closed range of days; ``None`` at either end means unbounded or unknown."""

    start: date | None = None
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrensTrust:
    """A trust or company that runs children's services for an authority, with the dates it does so."""

    name: str
    valid: DateRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An English local authority with (or once with) the duty. Equal and hashed by `urn`, which survives unitarisation."""

    urn: str
    dfe_code: str = field(compare=False)
    gss_code: str = field(compare=False)
    name: str = field(compare=False)  #: official, as it stands beside its codes
    region: str = field(compare=False)
    type: str = field(default="", compare=False)
    aliases: tuple[str, ...] = field(default=(), compare=False)
    trusts: tuple[ChildrensTrust, ...] = field(default=(), compare=False)
    valid: DateRange = field(default=DateRange(), compare=False)
    predecessors: tuple[str, ...] = field(default=(), compare=False)  #: URNs of the abolished authorities it took over from
    neighbours: tuple[str, ...] = field(default=(), compare=False)  #: DfE codes of its statistical neighbours, nearest first
    common_name: str = field(default="", compare=False)  #: what people call it, where that is not its official name

    @property
    def display_name(self) -> str:
        """The name as a sentence has it: ``Hull``, not ``Kingston Upon Hull, City of``."""
        return self.common_name or self.name

    @property
    def code(self) -> str:
        """What addresses call it: its GSS code, or its URN where it has none."""
        return self.gss_code or self.urn


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that a source announced, before anything was fetched."""

    source: str
    url: str
    canonical_url: str
    title: str = ""
    published: datetime | None = None
    summary: str = ""
    edition: str = ""  #: of its entry, by its id and dates: another one says that the page was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A page as prose: title, body text (paragraphs joined by blank lines, furniture cut) and where it came from."""

    url: str
    title: str
    text: str
    published: date | None = None
    retrieved: datetime | None = None
    outlet: str = ""
    source_class: SourceClass = SourceClass.PRESS
    sha256: str = ""
    whole: int = 0  #: characters of all of it, where `text` is only as much of its beginning as an article can be

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The non-empty paragraphs of the text, in order."""
        return tuple(p for p in (part.strip() for part in self.text.split("\n")) if p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Half-open range of characters ``[start, end)`` into an article's text, or into its title when `in_title`."""

    start: int
    end: int
    in_title: bool = False

    def quote(self, title: str, text: str) -> str:
        """The characters the span covers."""
        return (title if self.in_title else text)[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rating of one area of one authority, as one article or report states it as news."""

    authority: Authority
    area: Area
    rating: Rating
    evidence: Span
    quote: str  #: the characters of `evidence`, verbatim
    previous: Rating | None = None  #: the latest earlier rating of the same area, when the text gives it
    previous_year: int | None = None
    tier: Tier = Tier.EXPLICIT
    frame: str = ""  #: "report_table" where a report's table says it; empty for an article
    page: int | None = None  #: page of a report (1-based), for official evidence
    probability: float = 1.0  #: that the text reports this, as the classifier sees it; 1 for what a report states


def percent(probability: float) -> str:
    """``71 %``. Never 0 nor 100: what is neither is not certain."""
    return f"{min(99, max(1, round(probability * 100)))} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A candidate judgement, or a whole article, that was read and not believed, with its reason code."""

    reason: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierResult:
    """What the classifier made of one article or report."""

    judgements: tuple[Judgement, ...] = ()
    uncertain: tuple[Judgement, ...] = ()  #: too unsure to tell anybody, too likely to pass over: for a person to review
    rejected: tuple[Rejection, ...] = ()
    relevant: bool = False
    reason: str = ""  #: why nothing is said, when nothing is (a reason code)
    reports_inspection: bool = True  #: whether it tells of an inspection of now; asked only where a grade is the one of before
    classifier_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An official inspection report: the facts of its first pages, read from the PDF."""

    authority: Authority
    framework: str  #: key of `frameworks`: "SIF", "ILACS"
    title: str
    fieldwork: DateRange
    published: date
    lead_inspector: str
    judgements: tuple[Judgement, ...]
    combined_care: bool = False  #: "children in care and care leavers" was one grade (ILACS until 2022)
    previous: Rating | None = None  #: overall grade at the previous inspection, as its opening paragraphs state it
    previous_year: int | None = None
    fieldwork_stated: str = ""  #: the dates of fieldwork as printed, in one line
    text: str = ""
    sha256: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What one article or report says of one inspection of one authority. A set of them is all that the ledger knows."""

    key: str  #: stable name: the authority's URN and the document's address (or its SHA-256)
    authority: Authority
    source_class: SourceClass
    outlet: str
    url: str
    published: date
    ratings: Mapping[Area, Rating] = field(hash=False)
    previous: Mapping[Area, tuple[Rating, int | None]] = field(default_factory=dict, hash=False)  #: as stated: rating and year
    evidence: Mapping[Area, str] = field(default_factory=dict, hash=False)  #: verbatim sentences
    framework: str = ""  #: official reports only, as the next two
    fieldwork: DateRange = DateRange()
    combined_care: bool = False
    reports_inspection: bool = field(default=True, compare=False)  #: as `ClassifierResult` has it
    seen: datetime | None = field(default=None, compare=False)  #: when it was first seen here; None where nobody noted it

    @property
    def is_report(self) -> bool:
        """Whether it is an official report: it names its fieldwork and grades every area there is."""
        return self.source_class is SourceClass.OFFICIAL and self.fieldwork.end is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What the ledger believes about one inspection of one authority: one rating per area."""

    authority: Authority
    published: date  #: official publication, else the earliest day an article reported it
    ratings: Mapping[Area, Rating] = field(hash=False)
    framework: str = "ILACS"
    fieldwork: DateRange = DateRange()
    trust: Trust = Trust.REPORTED
    combined_care: bool = False
    outlets: frozenset[str] = frozenset()
    url: str = ""
    attestations: tuple[Attestation, ...] = field(default=(), hash=False)  #: what the beliefs rest on, sorted by key
    first_key: str = ""  #: the key it was first recorded under, when that differs from what its dates would now give

    @property
    def key(self) -> str:
        """Stable name: the authority's URN and the day fieldwork ended, else the publication day, as first recorded.

        An inspection that the press reported first keeps its name when the official report with its dates arrives.
        """
        return self.first_key or f"{self.authority.urn}:{(self.fieldwork.end or self.published).isoformat()}"

    @property
    def rank_key(self) -> tuple[date, str]:
        """Sorts inspections of one authority oldest first."""
        return (self.published, self.key)


class ChangeKind(StrEnum):
    """What sort of change it is; `movement` holds the rows that decide."""

    INTO_INADEQUATE = "into_inadequate"
    OUT_OF_INADEQUATE = "out_of_inadequate"
    UPGRADED = "upgraded"
    DOWNGRADED = "downgraded"
    REACHED_OUTSTANDING = "reached_outstanding"
    LOST_OUTSTANDING = "lost_outstanding"
    MIXED = "mixed"
    UNCHANGED = "unchanged"
    FIRST_RATING = "first_rating"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"  # reported, and Ofsted's own report gives the area no grade
    DISPUTED = "disputed"  # reported otherwise than others report it, before there is a report of Ofsted's


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One area of one authority moved (or was first rated, confirmed, corrected, withdrawn) at one inspection."""

    key: str  #: `inspection_key:area:new` and the kind of update; unique in the store
    inspection: Inspection
    area: Area
    old: Rating | None
    new: Rating | None  #: None when it is withdrawn: there is no grade
    kinds: frozenset[ChangeKind]
    evidence: str  #: the verbatim sentence; empty when it is withdrawn
    url: str
    outlet: str
    old_published: date | None = None
    old_year: int | None = None  #: year of the old rating, when only an article tells it
    reported: Rating | None = None  #: what had been reported before a correction or withdrawal; what others say in a dispute
    old_shared: Rating | None = None  #: care leavers only: the grade they shared with children in care, where `old` is unknown
    conflict: str = ""  #: what the article claims about the past that the record contradicts

    @property
    def new_words(self) -> str:
        """The new grade as prose writes it, or that there is none."""
        return self.new.words if self.new else "no grade in Ofsted's report"

    @property
    def authority(self) -> Authority:
        """The authority whose rating changed."""
        return self.inspection.authority
