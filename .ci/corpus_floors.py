"""Scores the classifier on labelled articles and fails below the floors in .ci/floors.toml; a floor only ever rises.

Our own corpus (tests/corpus) is always scored; a corpus named by a path outside the repository only where it is present.
"""

from __future__ import annotations

import json
import re
import sys
import time
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from monitor.classifier import classify  # noqa: E402
from monitor.domain.authorities import find  # noqa: E402

Key = tuple[str, str, str]  # authority, area, rating


def articles(path: Path) -> list[dict[str, Any]]:
    """The labelled articles of a folder or file."""
    found: list[dict[str, Any]] = []
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        loaded = json.loads(file.read_text(encoding="utf-8"))
        for item in loaded if isinstance(loaded, list) else [loaded]:
            if "text" not in item:  # the text is in a file of its own, title first
                text = (path.parent.parent / "seeds" / item["file"]).read_text(encoding="utf-8")
                lines = [line for line in text.split("\n") if line.strip()]
                first = lines[1] if lines[0].strip() == "News" else lines[0]
                item |= {"title": first if len(first) < 120 else "", "text": text}
            found.append(item)
    return found


def label(judgement: dict[str, Any]) -> Key:
    """What has to agree: authority (in any usual form), area, rating."""
    authority = find(judgement["authority"])
    return (authority.name if authority else judgement["authority"], judgement["area"], judgement["rating"])


def score(items: list[dict[str, Any]]) -> dict[str, float]:
    """Precision, recall, share of silent negatives and of verbatim evidence, milliseconds an article."""
    n: Counter[str] = Counter()
    started = time.perf_counter()
    for item in items:
        published = date.fromisoformat(item["published"][:10]) if item.get("published") else None
        title = item.get("title") or ""
        reading = classify(title, item["text"], published=published)
        said = {(j.authority.name, str(j.area), str(j.rating)) for j in reading.judgements}
        labels = [*item["judgements"], *({**j, "required": False} for j in item.get("optional_judgements", []))]
        wanted = {label(j) for j in labels if j.get("required", True)}
        allowed = {label(j) for j in labels}
        n.update(right=len(said & wanted), wrong=len(said - allowed), missed=len(wanted - said))
        if not item["judgements"]:
            n.update(negatives=1, silent=not said)
        body = re.sub(r"\s+", " ", f"{title} {item['text']}")
        n.update(quotes=len(reading.judgements))
        n.update(verbatim=sum(re.sub(r"\s+", " ", j.quote).strip() in body for j in reading.judgements))
    taken = time.perf_counter() - started

    def share(part: int, whole: int) -> float:
        return round(part / whole, 4) if whole else 1.0

    return {
        "precision": share(n["right"], n["right"] + n["wrong"]),
        "recall": share(n["right"], n["right"] + n["missed"]),
        "silent": share(n["silent"], n["negatives"]),
        "evidence_verbatim": share(n["verbatim"], n["quotes"]),
        "ms_an_article": round(taken * 1000 / max(1, len(items)), 2),
    }


def main() -> int:
    """Print every figure; 1 when one is below its floor."""
    floors = tomllib.loads((ROOT / ".ci" / "floors.toml").read_text(encoding="utf-8"))["corpus"]
    failed = False
    for name, row in floors.items():
        path = (ROOT / row["path"]).resolve()
        if not path.exists():
            print(f"{name}: {row['path']} is not here, skipped")
            continue
        items = articles(path)
        figures = score(items)
        low = [key for key, floor in row.items() if key in figures and figures[key] < floor]
        failed |= bool(low)
        print(f"{name} ({len(items)} articles): " + ", ".join(f"{key} {value}" for key, value in figures.items()))
        for key in low:
            print(f"  {key} is below its floor of {row[key]}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
