"""The record as pages read it: a snapshot of everything believed, made once whenever something changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from functools import cached_property
from typing import Protocol

from monitor.domain.announced import announced
from monitor.domain.attestation import OFFICIAL, newest_of_each
from monitor.domain.model import Area, Authority, Change, ChangeKind, Inspection, Rating, Trust
from monitor.domain.movement import disputed
from monitor.domain.public_record import Believed, ReportPage
from monitor.domain.recorded_change import RecordedChange
from monitor.ports import Clock


class RecordReader(Protocol):
    """What the store gives to everybody who looks."""

    def record_version(self) -> str:
        """A word that is another one whenever `believed` would give something else."""
        ...

    def believed(self, *, as_of: date | None = None) -> Believed:
        """Everything known."""
        ...

    def report_pages(self, inspection: str) -> tuple[ReportPage, ...]:
        """On which pages of its report the grades of an inspection stand."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """One area at one inspection: what is believed of it now, and what was said of it on the way there."""

    key: str  #: stable: what it was first told under
    change: Change  #: as believed now
    known_at: datetime  #: when it was recorded here; midnight of the day of publication for what the shipped history tells
    silent: str = ""  #: why nobody was told; empty when it was news
    versions: tuple[RecordedChange, ...] = ()  #: as recorded, oldest first; none for what the shipped history tells

    @property
    def inspection(self) -> Inspection:
        """The inspection that it is of."""
        return self.change.inspection

    @property
    def authority(self) -> Authority:
        """Whose it is."""
        return self.change.authority

    @property
    def published(self) -> date:
        """When Ofsted published it, or the first outlet reported it."""
        return self.change.inspection.published

    @property
    def trust(self) -> Trust:
        """How well it is attested."""
        return self.change.inspection.trust

    @property
    def is_news(self) -> bool:
        """Whether it tells anything but that an area is what it was."""
        return ChangeKind.UNCHANGED not in self.change.kinds or self.change.reported is not None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was told and nothing of it stands."""
        return ChangeKind.WITHDRAWN in self.change.kinds

    @property
    def is_corrected(self) -> bool:
        """Whether something else was told of it before, be that long ago."""
        told = (self.change, *(version.change for version in self.versions))
        return not self.is_withdrawn and any(ChangeKind.CORRECTED in each.kinds for each in told)

    @property
    def is_disputed(self) -> bool:
        """Whether outlets tell it differently, and nothing has settled that yet."""
        return ChangeKind.DISPUTED in self.change.kinds

    @property
    def sort_key(self) -> tuple[date, str, int]:
        """Sorts by publication; within one inspection in the order of reports."""
        return (self.published, self.inspection.key, -AREAS.index(self.change.area))


AREAS = tuple(Area)


class Record:
    """Everything believed at one moment. Immutable; what is derived from it is derived once."""

    def __init__(self, believed: Believed, *, version: str, as_of: date) -> None:
        self.version = version
        self.as_of = as_of
        self.inspections: Sequence[Inspection] = believed.inspections
        self._recorded = believed.changes

    @cached_property
    def changes(self) -> tuple[ChangeRecord, ...]:
        """Every area of every inspection, the newest publication first; of one day what was heard last."""
        found = tuple(_changes(self.inspections, self._recorded))
        heard: dict[str, datetime] = {}
        for each in found:
            heard[each.inspection.key] = max(each.known_at, heard.get(each.inspection.key, each.known_at))
        return tuple(sorted(found, key=lambda each: (each.published, heard[each.inspection.key], each.sort_key), reverse=True))

    @cached_property
    def _by_key(self) -> Mapping[str, ChangeRecord]:
        keys = {version.change.key: each for each in self.changes for version in each.versions}
        return keys | {each.change.key: each for each in self.changes} | {each.key: each for each in self.changes}

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where in `changes` each is, by its key."""
        return {each.key: number for number, each in enumerate(self.changes)}

    def change(self, key: str) -> ChangeRecord | None:
        """The change of a key, be it that of an earlier version; None when there is none."""
        return self._by_key.get(key)

    @cached_property
    def by_inspection(self) -> Mapping[str, tuple[ChangeRecord, ...]]:
        """The changes of each inspection, in the order of reports, by its key; newest inspection first."""
        found: dict[str, list[ChangeRecord]] = {}
        for each in self.changes:
            found.setdefault(each.inspection.key, []).append(each)
        return {key: tuple(changes) for key, changes in found.items()}

    @cached_property
    def by_authority(self) -> Mapping[str, tuple[Inspection, ...]]:
        """The inspections of each authority, by URN, oldest first."""
        found: dict[str, list[Inspection]] = {}
        for inspection in sorted(self.inspections, key=lambda each: each.rank_key):
            found.setdefault(inspection.authority.urn, []).append(inspection)
        return {urn: tuple(own) for urn, own in found.items()}

    def newest(self, day: date | None = None) -> Mapping[str, Inspection]:
        """The newest inspection of each authority, by URN, of those published by a day."""
        return newest_of_each(each for each in self.inspections if day is None or each.published <= day)

    def previous(self, inspection: Inspection) -> Inspection | None:
        """The inspection of the same authority before this one."""
        own = [each for each in self.by_authority.get(inspection.authority.urn, ()) if each.rank_key < inspection.rank_key]
        return own[-1] if own else None


def _changes(inspections: Iterable[Inspection], recorded: Iterable[RecordedChange]) -> Iterable[ChangeRecord]:
    """What the inspections come to, area by area, in the words under which it was recorded where it was."""
    versions: dict[tuple[str, Area], list[RecordedChange]] = {}
    for each in recorded:
        versions.setdefault((each.change.inspection.key, each.change.area), []).append(each)
    for change in announced(inspections):
        told = versions.pop((change.inspection.key, change.area), [])
        yield _record(change, told)
    for told in versions.values():  # withdrawn: it is in no inspection any more
        yield _record(told[-1].change, told)


def _record(derived: Change, told: Sequence[RecordedChange]) -> ChangeRecord:
    believed = derived.inspection.ratings.get(derived.area)
    now = next((each.change for each in reversed(told) if each.change.new is believed), derived)
    if others := _others(derived.inspection, told, believed):
        now = replace(disputed(now, by=others), reported=others)
    known_at = told[0].recorded_at if told else None
    return ChangeRecord(
        key=told[0].change.key if told else derived.key,
        change=now,
        known_at=known_at or datetime.combine(derived.inspection.published, time_of_day(), UTC),
        silent=told[0].silent if told and all(each.silent for each in told) else "",
        versions=tuple(told),
    )


#: What is told of a grade that others report otherwise: the last of them is how it stands.
_SETTLING = frozenset({ChangeKind.DISPUTED, ChangeKind.CORRECTED, ChangeKind.CONFIRMED, ChangeKind.WITHDRAWN})


def _others(inspection: Inspection, told: Sequence[RecordedChange], believed: Rating | None) -> Rating | None:
    """What others report, where that was told and is open still, whichever of the two is believed; None where nothing is."""
    last = next((each.change for each in reversed(told) if each.change.kinds & _SETTLING), None)
    if last is None or inspection.trust in OFFICIAL or ChangeKind.DISPUTED not in last.kinds:
        return None
    return last.new if last.new is not believed else last.reported


class RecordCache:
    """The record of now: read again only when the store says that it is another one, or a new day began.

    `prepare` is called in a thread of its own with every new record, for what takes long to derive from it.
    """

    def __init__(self, store: RecordReader, clock: Clock, *, prepare: Callable[[Record], object] | None = None) -> None:
        self.store = store
        self._clock = clock
        self._prepare = prepare
        self._lock = threading.Lock()
        self._held: Record | None = None
        self._seen_at = float("-inf")  # when the store was asked last, by the machine's own time

    def current(self) -> Record:
        """The record as it is now. Blocking. Raises StoreError where the state cannot be read."""
        asked = time.monotonic()
        version, today = self.store.record_version(), self._clock.today()
        held = self._held
        if held is None or (held.version, held.as_of) != (version, today):
            with self._lock:
                held = self._held
                if held is None or (held.version, held.as_of) != (version, today):
                    held = Record(self.store.believed(), version=version, as_of=today)
                    self._held = held
                    if self._prepare:
                        threading.Thread(target=self._prepare, args=(held,), name="record", daemon=True).start()
        self._seen_at = asked
        return held

    def recent(self, within: float) -> Record | None:
        """The record as it was so many seconds ago at most, without asking the store; None where nobody has it so fresh."""
        held = self._held
        fresh = held is not None and time.monotonic() - self._seen_at < within and held.as_of == self._clock.today()
        return held if fresh else None
