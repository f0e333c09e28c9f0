"""One part of an archive, from bytes to findings: the gate, reading in a child that may be killed, classifying. No state.

Every record ends under one of these counts: ``skipped`` (no page), ``gated`` (cannot be about an inspection, by its bytes),
``irrelevant`` (read, and says nothing of an inspection), ``found``, ``uncertain``, or ``unread``. ``read`` counts pages that
were parsed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import monitor
from monitor.backfill.archives import records
from monitor.backfill.findings import Finding, PartResult
from monitor.backfill.gate import BATCH, ByteGate, may_pass
from monitor.backfill.plan import Form, Part
from monitor.backfill.records import Read, Record, Unread
from monitor.classifier import Thresholds, classify
from monitor.classifier import verdict as classifier
from monitor.domain.calendar import london_day
from monitor.domain.characters import storable
from monitor.domain.code_version import code_version
from monitor.domain.document_attestations import as_seen
from monitor.domain.model import Article, ClassifierResult, Report, SourceClass
from monitor.domain.urls import canonical, registrable
from monitor.extraction.lengths import MAX_TITLE, beginning
from monitor.extraction.sandbox import Sandbox
from monitor.ports import Page, ReadError

#: What a result depends on besides the classifier, within the package.
_READS_WITH = ("backfill", "domain", "extraction", "extraction/html", "extraction/pdf", "tables")
#: Where Ofsted's own reports are; a PDF from anywhere else may be anybody's.
_OFSTED = "ofsted.gov.uk"


@lru_cache(maxsize=1)
def version() -> str:
    """Names what reads here: the same bytes give the same findings as long as it is the same."""
    return f"{code_version(Path(monitor.__file__).parent, _READS_WITH)}-{classifier.version()}"


def site_of(url: str) -> str:
    """By what an outlet is known in an archive: its site, whatever its mirrors are called."""
    return registrable(canonical(url)) if url.startswith(("http://", "https://")) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How findings are made of pages; a part of the name under which they are kept."""

    outlets: Mapping[str, tuple[str, str]] = field(default_factory=dict, hash=False)  #: site -> outlet's name and class
    alert: float | None = None  #: thresholds other than the weights'
    review: float | None = None

    def outlet(self, record: Record) -> tuple[str, SourceClass]:
        """Whose page it is. Nothing in an archive speaks for Ofsted but its own reports."""
        site = site_of(record.url)
        name, kind = self.outlets.get(site, (record.outlet or site, SourceClass.PRESS.value))
        return name, SourceClass(kind)


def read_part(part: Part, options: Options, sandbox: Sandbox) -> PartResult:
    """Everything of a part. Raises OSError where its file is not there or is another by now."""
    counts: Counter[str] = Counter()
    findings: list[Finding] = []
    unread: list[Unread] = []
    days: list[date] = []
    for record in _through_gate(records(part), counts, unread, days):
        try:
            finding = _finding(record, options, sandbox, counts, trusted=part.form is Form.PAGES)
        except ReadError as error:
            unread.append(_unread(record, error.reason, str(error)))
            continue
        except Exception as error:  # noqa: BLE001  # a fault of ours in one page must not lose the others
            unread.append(_unread(record, "fault", f"{type(error).__name__}: {error}"))
            continue
        sure, unsure = bool(finding.result.judgements), bool(finding.result.uncertain)
        counts["found" if sure else "uncertain" if unsure else "irrelevant"] += 1
        if sure or unsure:
            findings.append(finding)
    counts["unread"] = len(unread)
    return PartResult(
        counts=dict(sorted(counts.items())),
        first=min(days, default=None),
        last=max(days, default=None),
        findings=tuple(findings),
        unread=tuple(unread),
    )


def _unread(record: Record, reason: str, detail: str) -> Unread:
    return Unread(file=record.file, offset=record.offset, url=record.url, reason=reason, detail=detail[:500])


def _through_gate(found: Iterable[Read], counts: Counter[str], unread: list[Unread], days: list[date]) -> Iterator[Record]:
    """The records that can be about an inspection."""
    gate = ByteGate()
    batch: list[Record] = []
    held = 0
    for each in found:
        counts["records"] += 1
        if isinstance(each, Unread):
            unread.append(each)
        elif not isinstance(each, Record):
            counts["skipped"] += 1
        else:
            if day := each.published or (london_day(each.retrieved) if each.retrieved else None):
                days.append(day)
            batch.append(each)
            held += len(each.body)
            if held > BATCH:
                yield from _passing(batch, gate, counts)
                batch, held = [], 0
    yield from _passing(batch, gate, counts)


def _passing(batch: list[Record], gate: ByteGate, counts: Counter[str]) -> Iterator[Record]:
    hits = gate.may_hold([_searched(each) for each in batch], [each.content_type for each in batch]) if batch else []
    for record, hit in zip(batch, hits, strict=True):
        if hit and (_is_pdf(record) or record.text is not None or may_pass(record.body, record.content_type, record.title)):
            yield record
        else:
            counts["gated"] += 1


def _searched(record: Record) -> bytes:
    """The bytes that the gate is to look at: of a report it cannot see anything."""
    if _is_pdf(record):
        return b"fsted"
    told = f"{record.title}\n{record.text or ''}\n".encode("utf-8", "surrogatepass") if record.title or record.text else b""
    return told + record.body


def _is_pdf(record: Record) -> bool:
    return b"%PDF-" in record.body[:1024]


def _finding(record: Record, options: Options, sandbox: Sandbox, counts: Counter[str], *, trusted: bool) -> Finding:
    """A page or an article read and classified. Raises ReadError for what is neither."""
    document: Article | Report
    if _is_pdf(record):
        document = _report(record, sandbox, trusted=trusted)
        result = ClassifierResult(judgements=document.judgements, relevant=True, classifier_version=version())
        return Finding(file=record.file, offset=record.offset, document=document, result=result)
    document = _article(record, options, sandbox)
    counts["read"] += 1
    seen = record.published or (london_day(record.retrieved) if record.retrieved else None)
    if seen is not None:
        document = as_seen(document, seen)
    cut = Thresholds.of(alert=options.alert, review=options.review)
    result = classify(document.title, document.text, published=document.published, cut=cut)
    if document.published is None and (result.judgements or result.uncertain):
        raise ReadError("nothing says when it was published", reason="undated", key=record.url)
    return Finding(file=record.file, offset=record.offset, document=document, result=replace(result, rejected=()))


def _report(record: Record, sandbox: Sandbox, *, trusted: bool) -> Report:
    """A PDF as Ofsted's report: in a folder that somebody made for it, or from Ofsted's own site."""
    from monitor.extraction.pdf.report import read_report

    host = urlsplit(record.url).hostname or ""
    if not trusted and not (host == _OFSTED or host.endswith(f".{_OFSTED}")):
        raise ReadError("a report that is not from an official source", reason="unofficial_report", key=record.url)
    return read_report(record.body, record.url, sandbox=sandbox, published=record.published)


def _article(record: Record, options: Options, sandbox: Sandbox) -> Article:
    outlet, source_class = options.outlet(record)
    if record.text is not None:
        title, text = storable(record.title), storable(record.text)
        return Article(
            url=record.url or f"{record.file}#{record.offset}",
            title=title[:MAX_TITLE],
            text=beginning(text),
            published=record.published,
            outlet=outlet,
            source_class=source_class,
            sha256=hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest(),
            whole=len(text) if len(beginning(text)) < len(text) else 0,
        )
    from monitor.extraction.html.pages import read_page

    page = Page(
        url=record.url or f"{record.file}#{record.offset}",
        status=200,
        content_type=record.content_type,
        body=record.body,
        headers=record.headers,
        retrieved=record.retrieved,
    )
    return read_page(page, outlet, source_class=source_class, published=record.published, title=record.title, sandbox=sandbox)
