"""What was found as Parquet files, for who goes on with it in a notebook. The only module that writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from monitor.backfill.findings import Finding
from monitor.backfill.report import BackfillReport
from monitor.domain.model import OFSTED, Article, Report


def write_parquet(folder: Path, findings: Sequence[Finding], told: BackfillReport) -> tuple[Path, ...]:
    """Write ``judgements``, ``inspections``, ``contradictions`` and ``unread`` into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "judgements": list(_judgements(findings)),
        "inspections": list(_inspections(told)),
        "contradictions": list(_contradictions(told)),
        "unread": [
            {"file": each.file, "offset": each.offset, "url": each.url, "reason": each.reason, "detail": each.detail}
            for each in told.unread
        ],
    }
    return tuple(_write(folder / f"{name}.parquet", name, rows) for name, rows in tables.items())


def _schemas() -> dict[str, Any]:
    import pyarrow as pa

    text, day, number = pa.string(), pa.date32(), pa.int32()
    named = {"authority": text, "gss_code": text, "urn": text}
    columns = {
        "judgements": named
        | {"area": text, "rating": text, "previous": text, "previous_year": number, "probability": pa.float64()}
        | {"sure": pa.bool_(), "quote": text, "published": day, "retrieved": pa.timestamp("us", tz="UTC"), "outlet": text}
        | {"source_class": text, "title": text, "url": text, "file": text, "offset": pa.int64()},
        "inspections": named
        | {"inspection": text, "published": day, "framework": text, "heard": pa.bool_(), "first_outlet": text}
        | {"first_url": text, "first_published": day, "lead_days": number, "outlets": pa.list_(text)},
        "contradictions": named
        | {"inspection": text, "inspection_published": day, "area": text, "said": text, "recorded": text, "outlet": text}
        | {"url": text, "quote": text, "published": day},
        "unread": {"file": text, "offset": pa.int64(), "url": text, "reason": text, "detail": text},
    }
    return {name: pa.schema(list(own.items())) for name, own in columns.items()}


def _write(path: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    new = path.with_suffix(".new")
    parquet.write_table(pa.Table.from_pylist(rows, schema=_schemas()[name]), new)
    new.replace(path)
    return path


def _named(authority: Any) -> dict[str, str]:
    return {"authority": authority.name, "gss_code": authority.gss_code, "urn": authority.urn}


def _judgements(findings: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    for finding in findings:
        document = finding.document
        if isinstance(document, Report):
            whose: dict[str, Any] = {"outlet": OFSTED, "source_class": "official", "retrieved": None}
        else:
            assert isinstance(document, Article)
            whose = {"outlet": document.outlet, "source_class": document.source_class.value, "retrieved": document.retrieved}
        sure = [(True, each) for each in finding.result.judgements]
        for is_sure, each in [*sure, *((False, one) for one in finding.result.uncertain)]:
            yield (
                _named(each.authority)
                | whose
                | {
                    "area": each.area.value,
                    "rating": each.rating.value,
                    "previous": each.previous.value if each.previous else None,
                    "previous_year": each.previous_year,
                    "probability": each.probability,
                    "sure": is_sure,
                    "quote": each.quote,
                    "published": document.published,
                    "title": document.title,
                    "url": document.url,
                    "file": finding.file,
                    "offset": finding.offset,
                }
            )


def _inspections(told: BackfillReport) -> Iterable[dict[str, Any]]:
    for each in told.heard:
        first = each.first.attestation if each.first else None
        yield _named(each.inspection.authority) | {
            "inspection": each.inspection.key,
            "published": each.inspection.published,
            "framework": each.inspection.framework,
            "heard": first is not None,
            "first_outlet": first.outlet if first else None,
            "first_url": first.url if first else None,
            "first_published": first.published if first else None,
            "lead_days": each.lead,
            "outlets": sorted({voice.attestation.outlet for voice in each.voices}),
        }


def _contradictions(told: BackfillReport) -> Iterable[dict[str, Any]]:
    for each in told.contradictions:
        yield _named(each.inspection.authority) | {
            "inspection": each.inspection.key,
            "inspection_published": each.inspection.published,
            "area": each.area.value,
            "said": each.said.value,
            "recorded": each.recorded.value if each.recorded else None,
            "outlet": each.outlet,
            "url": each.url,
            "quote": each.quote,
            "published": each.published,
        }
