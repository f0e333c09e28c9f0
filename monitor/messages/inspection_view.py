"""What a message says of one inspection: the view that every form of the message (mail, plain text, Slack) is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote as percent_encoded

from monitor.domain.attestation import OFFICIAL, behind, day_of, edition_of
from monitor.domain.calendar import day_words
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating, Trust
from monitor.domain.movement import moved, shared_rating
from monitor.messages.disarm import quoted
from monitor.messages.headline import headline
from monitor.messages.notice import Notice, of_kind
from monitor.messages.sanitize import link, listed, sanitize

NOT_KNOWN = "Not known"
#: Until 2022 one grade covered children in care and care leavers; what care leavers alone would have had is unknown.
_SHARED = "{}, shared with children in care"
#: Days after which news says that it is late: what was published yesterday evening and is seen this morning is not.
LATE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: an area before and now, in words."""

    area: str
    before: str
    now: str
    moved: bool
    grade: Rating | None  #: now, where there is one
    shared: bool = False  #: whether the grade before was one for this area and another together


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one source says: its sentences, and where they stand."""

    texts: tuple[str, ...]
    source: str
    published: date
    url: str

    @property
    def where(self) -> str:
        """``BBC News, 3 August 2026``."""
        return f"{self.source or 'The article'}, {day_words(self.published)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionView:
    """Everything a message says of one inspection."""

    authority: str
    headline: str
    rows: tuple[Row, ...]
    confirmed: bool
    published: date  #: by Ofsted once it is confirmed, else by the first to report it
    before: date | None  #: publication of the inspection before; None where there is none, or it is not known
    days_late: int  #: from publication until it was seen here
    quotes: tuple[Quote, ...]
    status: str
    context: str
    corrections: tuple[str, ...]
    conflicts: tuple[str, ...]
    report: str  #: address of Ofsted's report, or of the article where no quote has it; empty when there is no more to read
    report_words: str  #: what a link to it says
    page: str = ""  #: address of its page of ours, with all versions and sources; empty where the pages have no public address

    @property
    def page_words(self) -> str:
        """What a link to its page says; by itself, since several may stand in one message."""
        return f"All about this change in {self.authority}"

    @property
    def dates(self) -> str:
        """``Published 3 August 2026. Delayed: seen 2 days after it was published. Previous inspection: 31 January 2023.``"""
        late = f" Delayed: seen {self.days_late} days after it was published." if self.days_late >= LATE else ""
        before = f" Previous inspection: {day_words(self.before)}." if self.before else ""
        return f"{'Published' if self.confirmed else 'First reported'} {day_words(self.published)}.{late}{before}"

    @property
    def compares(self) -> bool:
        """Whether anything is known of before."""
        return any(row.before != NOT_KNOWN for row in self.rows)


def source_words(change: Change) -> str:
    """Whose word it is: ``Ofsted`` once it is confirmed, else ``reported by OUTLET``."""
    if change.inspection.trust in OFFICIAL:
        return "Ofsted"
    return f"reported by {sanitize(change.outlet)}" if change.outlet else "reported"


def status(changes: Sequence[Change]) -> str:
    """The step of the trust ladder that an inspection stands on, as a sentence."""
    inspection, outlet = changes[0].inspection, changes[0].outlet
    if of_kind(changes, ChangeKind.WITHDRAWN):  # nothing that was told is confirmed by it
        return "This is what Ofsted’s own report says; the press reported otherwise."
    named = {
        attestation.outlet for change in changes for attestation in behind(change) if attestation.outlet
    } or inspection.outlets
    outlets = sorted(sanitize(name) for name in named) or ([sanitize(outlet)] if outlet else [])
    match inspection.trust:
        case Trust.CONFIRMED:
            return "Confirmed by Ofsted’s own report."
        case Trust.CONTRADICTED:
            return "Confirmed by Ofsted’s own report, which says otherwise than the press did."
        case Trust.CORROBORATED if len(outlets) > 1:
            return f"Reported by independent outlets ({', '.join(outlets)}); not yet confirmed by Ofsted."
        case _:
            return f"Reported by {listed(outlets) or 'one outlet'}; not yet confirmed by Ofsted."


def _without_overall(inspection: Inspection) -> bool:
    """Whether the inspection is one of a framework that gives no grade overall, as far as its dates can tell."""
    found = edition_of(inspection)
    return found is not None and Area.OVERALL not in found.areas


def _before(shared: Rating | None) -> str:
    return _SHARED.format(shared.words.capitalize()) if shared else NOT_KNOWN


def _rows(changes: Sequence[Change], previous: Inspection | None) -> tuple[Row, ...]:
    inspection = changes[0].inspection
    told = {change.area: change for change in changes}
    before = previous.ratings if previous is not None else {}
    rows = []
    for area in Area:
        change = told.get(area)
        shared = (change.old_shared if change else None) or shared_rating(previous, area)
        now, old = (change.new, change.old) if change else (inspection.ratings.get(area), before.get(area))
        old = old if shared is None else None
        if now is None and change is None and not (area is Area.OVERALL and old is not None):
            continue
        rows.append(
            Row(
                area=area.heading,
                before=old.words.capitalize() if old else _before(shared),
                now=now.words.capitalize() if now else _without_grade(area, inspection, withdrawn=change is not None),
                moved=change is not None and moved(change) != 0,
                grade=now,
                shared=shared is not None,
            )
        )
    return tuple(rows)


def _without_grade(area: Area, inspection: Inspection, *, withdrawn: bool) -> str:
    """What stands in the place of a grade that there is not."""
    if area is Area.OVERALL and _without_overall(inspection):
        return "No longer given"
    return "Not graded" if withdrawn else "Not reported"


def _quotes(changes: Sequence[Change]) -> tuple[Quote, ...]:
    """The evidence, gathered by source; the same sentence may tell of several areas."""
    said: dict[tuple[str, date, str], dict[str, None]] = {}
    for change in changes:
        inspection, url = change.inspection, link(change.url)
        theirs = inspection.trust in OFFICIAL and change.url == inspection.url
        source = "Ofsted’s report" if theirs else sanitize(change.outlet)
        if text := quoted(change.evidence):
            said.setdefault((source, day_of(change), url), {})[text] = None
    return tuple(
        Quote(texts=tuple(texts), source=source, published=published, url=url)
        for (source, published, url), texts in said.items()
    )


def _corrected(changes: Sequence[Change]) -> tuple[str, ...]:
    return tuple(
        f"{change.area.heading} was reported as {change.reported.words} before. {_instead(change)}."
        for change in changes
        if change.reported is not None and ChangeKind.DISPUTED not in change.kinds
    )


def _instead(change: Change) -> str:
    if change.inspection.trust not in OFFICIAL and change.new:
        return f"More outlets now say {change.new.words}"
    return f"That was not so: {f'it is {change.new.words}' if change.new else 'Ofsted’s report gives it no grade'}"


def page_of(inspection: Inspection, site: str) -> str:
    """The address of an inspection's page below the public address of the pages; nothing without one."""
    return f"{site.rstrip('/')}/changes/{percent_encoded(inspection.key, safe=':')}" if site else ""


def view(changes: Sequence[Change], notice: Notice, site: str = "") -> InspectionView:
    """What `notice` says of one inspection; `site` is the public address of the pages."""
    first = changes[0]
    inspection = first.inspection
    previous = notice.previous.get(inspection.key)
    quotes = _quotes(changes)
    name, url, confirmed = first.authority.display_name, link(inspection.url), inspection.trust in OFFICIAL
    return InspectionView(
        authority=name,
        headline=headline(changes),
        rows=_rows(changes, previous),
        confirmed=confirmed,
        published=inspection.published,
        before=previous.published if previous else next((c.old_published for c in changes if c.old_published), None),
        days_late=notice.days_late.get(inspection.key, 0),
        quotes=quotes,
        status=status(changes),
        context=sanitize(notice.context.get(first.authority.urn, "")),
        corrections=_corrected(changes),
        conflicts=tuple(
            dict.fromkeys(f"The article {quoted(change.conflict).rstrip('.')}." for change in changes if change.conflict)
        ),
        page=page_of(inspection, site),
        report=url if url not in {quote.url for quote in quotes} else "",
        report_words=f"Ofsted’s report on {name}" if confirmed else f"The article on {name}",
    )
