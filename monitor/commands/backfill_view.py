"""What `monitor backfill` shows while it reads, and what it says at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.commands.plural import number_of
from monitor.domain.calendar import day_words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from monitor.backfill.plan import Part
    from monitor.backfill.report import BackfillReport, Contradiction, Heard, Voice
    from monitor.backfill.run import Gathered, Recording, Step

T = TypeVar("T")
_SHOWN = 20  #: lines of a kind; `--json` and Parquet have all
_MORE = "... and {} more: --json and --parquet have all"


class Watched:
    """A bar of what is done, on standard error."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._task: TaskID | None = None
        self._records = 0

    def say(self, words: str) -> None:
        """A line above the bar."""
        self._console.print(words, markup=False, highlight=False)

    def fetching(self, sitemap: str) -> Callable[[int, int], None]:
        """Shows pages being fetched; call it with how many of how many are there."""
        task = self._progress.add_task(f"fetching {sitemap}", total=None, rate="")
        return lambda done, total: self._progress.update(task, completed=done, total=total, rate=f"{done} of {total} pages")

    def begin(self, parts: Sequence[Part]) -> None:
        """So much is to be read."""
        self._task = self._progress.add_task("reading", total=sum(part.size for part in parts) or 1, rate="")

    def advance(self, step: Step) -> None:
        """One part is done, or was before."""
        from monitor.backfill.findings import PartResult

        assert self._task is not None
        if isinstance(step.result, PartResult) and not step.kept:
            self._records += step.result.counts.get("records", 0)
        elapsed = self._progress.tasks[self._task].elapsed or 0.0
        rate = f"{self._records / elapsed:,.0f} records/s" if elapsed and self._records else ""
        self._progress.update(self._task, advance=step.part.size, rate=rate)

    def recording(self, found: Gathered) -> Callable[[], None]:
        """Shows findings being written down; call it after each transaction."""
        task = self._progress.add_task("recording", total=len(found.findings) or 1, rate="")
        return lambda: self._progress.update(task, advance=100)


@contextmanager
def watched(*, quiet: bool) -> Iterator[Watched]:
    """A bar as long as the block lasts; `quiet`: none, for programs."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet or not console.is_terminal) as progress:
        yield Watched(progress, console)


def show(told: BackfillReport, recording: Recording | None, files: Sequence[Path]) -> None:
    """Say what was found, for people."""
    print("\n".join(_lines(told, recording, files)))


def _lines(told: BackfillReport, recording: Recording | None, files: Sequence[Path]) -> Iterator[str]:
    yield from _reading_lines(told)
    yield from _record_lines(recording)
    heard = sum(bool(each.voices) for each in told.heard)
    yield ""
    if told.recall is None:
        yield "No inspection was published in the days of the archive."
    else:
        yield f"Inspections published in these days: {len(told.heard)}, heard of: {heard} ({told.recall:.0%})"
        yield from _at_most(told.heard, _heard_line)
    if told.contradictions:
        yield f"\nOtherwise than the record: {len(told.contradictions)}"
        yield from _at_most(told.contradictions, _contradiction_line)
    if told.unmatched:
        yield f"\nOf inspections that the record does not have: {len(told.unmatched)}"
        yield from _at_most(told.unmatched, _unmatched_line)
    if told.outlets:
        yield "\nOutlet: documents, inspections, of those first, otherwise than the record"
        yield from _at_most(
            told.outlets,
            lambda each: f"  {each.outlet}: {each.documents}, {each.inspections}, {each.first}, {each.contradictions}",
        )
    if told.unread:
        yield f"\nNot read: {number_of(len(told.unread), 'record')}"
        yield from _at_most(told.unread, lambda each: f"  {each.file} at {each.offset}: {each.reason} {each.url}".rstrip())
    yield from (f"written: {path}" for path in files)


def _reading_lines(told: BackfillReport) -> Iterator[str]:
    counts = told.counts
    days = f" from {day_words(told.first)} to {day_words(told.last)}" if told.first and told.last else ""
    yield (
        f"{number_of(counts.get('records', 0), 'record')}{days}: {counts.get('gated', 0)} cannot be about an inspection, "
        f"{counts.get('read', 0)} read, {counts.get('found', 0)} tell of one, {counts.get('uncertain', 0)} perhaps, "
        f"{counts.get('skipped', 0)} are no pages, {len(told.unread)} could not be read."
    )


def _record_lines(recording: Recording | None) -> Iterator[str]:
    if recording is None:
        yield "Nothing was written to the ledger (--dry-run)."
        return
    yield (f"{number_of(recording.recorded, 'document')} written to the ledger, {recording.known} were there. Nobody was told.")
    if recording.too_recent:
        yield f"{number_of(recording.too_recent, 'document')} too recent: left to the sources that are watched."
    if recording.left:
        yield (
            f"{number_of(recording.left, 'document')} not written: of inspections that no report of Ofsted's is known of, or "
            "against what somebody was told. Sources that are watched tell of these."
        )


def _at_most(found: Sequence[T], line: Callable[[T], str]) -> Iterator[str]:
    yield from map(line, found[:_SHOWN])
    if len(found) > _SHOWN:
        yield "  " + _MORE.format(len(found) - _SHOWN)


def _heard_line(each: Heard) -> str:
    inspection, first = each.inspection, each.first
    what = f"  {day_words(inspection.published)} {inspection.authority.display_name}: "
    if first is None or each.lead is None:
        return f"{what}not heard of"
    days = number_of(abs(each.lead), "day")
    when = "on the day" if not each.lead else f"{days} before Ofsted" if each.lead > 0 else f"{days} after Ofsted"
    return f"{what}{first.attestation.outlet}, {when}"


def _contradiction_line(each: Contradiction) -> str:
    recorded = each.recorded.words if each.recorded else "no grade"
    return (
        f"  {each.inspection.authority.display_name}, {each.area.words}: {each.outlet} said {each.said.words}, the record has "
        f"{recorded}, published {day_words(each.inspection.published)}\n    “{each.quote}”\n    {each.url}"
    )


def _unmatched_line(each: Voice) -> str:
    said = each.attestation
    return f"  {day_words(said.published)} {said.authority.display_name}: {said.outlet} {said.url}"


def facts(told: BackfillReport, found: Gathered, recording: Recording | None, files: Sequence[Path]) -> dict[str, Any]:
    """The same as JSON."""
    from dataclasses import asdict

    return {
        "counts": dict(told.counts),
        "first": told.first.isoformat() if told.first else None,
        "last": told.last.isoformat() if told.last else None,
        "ledger": asdict(recording) if recording else None,
        "recall": told.recall,
        "inspections": [_heard_facts(each) for each in told.heard],
        "contradictions": [
            {
                "inspection": each.inspection.key,
                "authority": each.inspection.authority.name,
                "area": each.area.value,
                "said": each.said.value,
                "recorded": each.recorded.value if each.recorded else None,
                "outlet": each.outlet,
                "published": each.published.isoformat(),
                "url": each.url,
                "quote": each.quote,
            }
            for each in told.contradictions
        ],
        "not_in_record": [
            {
                "authority": each.attestation.authority.name,
                "published": each.attestation.published.isoformat(),
                "outlet": each.attestation.outlet,
                "url": each.attestation.url,
                "ratings": {area.value: rating.value for area, rating in each.attestation.ratings.items()},
            }
            for each in told.unmatched
        ],
        "outlets": [asdict(each) for each in told.outlets],
        "unread": [asdict(each) for each in told.unread],
        "parts_failed": [
            {"file": part.files[0], "start": part.start, "end": part.end, "detail": failed.detail}
            for part, failed in found.failed
        ],
        "files": [str(path) for path in files],
    }


def _heard_facts(each: Heard) -> dict[str, Any]:
    first = each.first
    return {
        "inspection": each.inspection.key,
        "authority": each.inspection.authority.name,
        "published": each.inspection.published.isoformat(),
        "heard": first is not None,
        "first_outlet": first.attestation.outlet if first else None,
        "first_url": first.attestation.url if first else None,
        "first_published": first.attestation.published.isoformat() if first else None,
        "lead_days": each.lead,
        "outlets": sorted({voice.attestation.outlet for voice in each.voices}),
    }
