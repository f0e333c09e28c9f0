"""A whole backfill: what is done already is taken from the state folder, the rest is read, and the findings are recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.backfill.cluster import Failed, connected, read_all
from monitor.backfill.findings import Finding, PartResult
from monitor.backfill.kept import KeptResults
from monitor.backfill.partition import Options, version
from monitor.backfill.plan import Form, Part, files_in, parts_of, parts_of_pages
from monitor.domain.calendar import london_day
from monitor.domain.ledger import ALERT_WINDOW
from monitor.domain.model import Report
from monitor.ports import Classified, Recorded

if TYPE_CHECKING:
    from monitor.backfill.records import Unread

#: What is younger than the alert window and this is left to the sources: an archive is to take no news from anybody, and what
#: is nearly news is looked at by alarms.
_MARGIN = timedelta(days=14)
_TOGETHER = 100  #: documents a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be read, and what was not recognised."""

    parts: tuple[Part, ...]
    sitemaps: tuple[Path, ...]
    left_out: tuple[Path, ...]  #: files of folders that are nothing that is read here


def planned(sources: Sequence[Path]) -> Plan:
    """The parts of files and folders, each once. Raises ConfigError for one that is not there or cannot be read."""
    parts: dict[tuple[str, ...], list[Part]] = {}
    pages: dict[Path, None] = {}
    sitemaps: dict[Path, None] = {}
    left_out: dict[Path, None] = {}
    for source in sources:
        for path, form in files_in(source):
            if form is None:
                left_out[path] = None
            elif form is Form.SITEMAP:
                sitemaps[path] = None
            elif form is Form.PAGES:
                pages[path.absolute()] = None
            elif (str(path.absolute()),) not in parts:
                parts[str(path.absolute()),] = list(parts_of(path, form))
    found = [*(part for own in parts.values() for part in own), *parts_of_pages(list(pages))]
    return Plan(parts=tuple(found), sitemaps=tuple(sitemaps), left_out=tuple(left_out))


def key_of(part: Part, options: Options) -> str:
    """The name under which the result of a part is kept: of its bytes, of the program and of what it was told."""
    told = repr((options.alert, options.review, sorted(options.outlets.items())))
    return part.key(f"{version()}|{sha256(told.encode()).hexdigest()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part that is done, or that nobody could read."""

    part: Part
    result: PartResult | Failed
    kept: bool  #: it was done before


def steps(parts: Sequence[Part], options: Options, kept: KeptResults, *, scheduler: str, workers: int) -> Iterator[Step]:
    """Every part as it is done; those first that were done before. No cluster is started where all were."""
    todo = []
    for part in parts:
        before = kept.load(key_of(part, options))
        if before is not None:
            yield Step(part=part, result=before, kept=True)
        else:
            todo.append(part)
    if not todo:
        return
    with connected(scheduler, workers) as client:
        for part, result in read_all(client, todo, options):
            if isinstance(result, PartResult):
                kept.save(key_of(part, options), result)
            yield Step(part=part, result=result, kept=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What all parts came to."""

    counts: dict[str, int]
    first: date | None
    last: date | None
    findings: tuple[Finding, ...]  #: by day of publication
    unread: tuple[Unread, ...]
    failed: tuple[tuple[Part, Failed], ...]


def gathered(done: Sequence[Step], unread: Sequence[Unread] = ()) -> Gathered:
    """The results of parts as one, in an order that does not depend on which was done first; `unread`: what was before them."""
    results = [step.result for step in done if isinstance(step.result, PartResult)]
    counts: Counter[str] = Counter()
    for each in results:
        counts.update(each.counts)
    return Gathered(
        counts=dict(sorted(counts.items())),
        first=min((each.first for each in results if each.first), default=None),
        last=max((each.last for each in results if each.last), default=None),
        findings=tuple(sorted((finding for each in results for finding in each.findings), key=_place)),
        unread=tuple(
            sorted(
                (*unread, *(one for each in results for one in each.unread)), key=lambda one: (one.file, one.offset, one.url)
            )
        ),
        failed=tuple((step.part, step.result) for step in done if isinstance(step.result, Failed)),
    )


def _place(finding: Finding) -> tuple[date, str, str, int]:
    return finding.document.published or date.min, finding.document.url, finding.file, finding.offset


class SilentStore(Protocol):
    """The part of the store that writes down the past."""

    def record_in_silence(self, found: Sequence[Classified], *, now: datetime) -> tuple[Recorded, ...]:
        """Write down documents; nobody is told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What recording came to, in documents."""

    recorded: int = 0
    known: int = 0  #: recorded before
    too_recent: int = 0  #: left to the sources that are watched
    left: int = 0  #: left to them, too: of an inspection that no report is known of, or against what somebody was told
    uncertain: int = 0  #: nobody is asked about the past


def record(
    findings: Sequence[Finding],
    store: SilentStore,
    *,
    now: datetime,
    alert_window: timedelta,
    along: Callable[[], None] = lambda: None,
) -> Recording:
    """Write into the ledger what documents are sure of; `along` is called after each transaction."""
    before = london_day(now) - max(alert_window, ALERT_WINDOW) - _MARGIN
    sure = [each for each in findings if each.result.judgements]
    old = [each for each in sure if each.document.published is not None and each.document.published < before]
    old.sort(key=lambda each: not isinstance(each.document, Report))  # what Ofsted says first: the press is believed beside it
    recorded = known = left = 0
    for start in range(0, len(old), _TOGETHER):
        found = [
            Classified(document=each.document, result=each.result, link=None, baseline=True)
            for each in old[start : start + _TOGETHER]
        ]
        for one in store.record_in_silence(found, now=now):
            recorded, known, left = recorded + (not one.duplicate and not one.left), known + one.duplicate, left + one.left
        along()
    return Recording(
        recorded=recorded,
        known=known,
        too_recent=len(sure) - len(old),
        left=left,
        uncertain=len(findings) - len(sure),
    )
