"""Did a change alter any reading? One hash for each article, page and report that is here, and a comparison of two revisions.

    make readings > before.txt             a line a reading: its hash, what it is, and its name
    make readings AGAINST=main             the files as they lie here, beside the program of another revision (or folder)

Read are the labelled articles of corpus/ and tests/, the stories of the tests in every layout, reports made from the record,
and what lies beside the repository, where it does. Both revisions get the same: what is compared is programs, by the JSON
that `classify` and `read` print. Of `corpus/unseen` only the number of other readings is told.

Exit status: 0 the same, 1 something reads otherwise, 2 it could not be compared.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from monitor.commands.score import load  # noqa: E402
from monitor.domain.history import history  # noqa: E402
from tests.extraction import pdf_files, report_pages  # noqa: E402
from tests.extraction.awkward import AWKWARD  # noqa: E402
from tests.extraction.layouts import LAYOUTS  # noqa: E402
from tests.extraction.platforms import PLATFORMS  # noqa: E402
from tests.extraction.stories import STORIES  # noqa: E402

OURS = ("corpus/articles", "corpus/unseen", "tests/corpus", "tests/press")
BESIDE = ("../shared/gold/dev", "../shared/gold/seeds.json")
REPORTS = "../shared/reports"
UNSEEN = "corpus/unseen"
_EVERY_REPORT = 8  #: of the inspections on record, one in so many is printed as a report
_SHOWN = 40  #: readings that are told one by one
_BATCH = 500  #: articles or pages for one process

Readings = Mapping[str, Any]  #: what was read of each thing, by what it is and its name


class CannotCompareError(Exception):
    """A revision that is not there, or whose program does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What is read: a JSON line an article and a page, and the files of reports."""

    articles: Sequence[str]
    pages: Sequence[str]
    reports: Sequence[Path]


def article_lines(paths: Sequence[str]) -> Iterator[str]:
    """The labelled articles of folders and files, without their labels."""
    for name in paths:
        path = (ROOT / name).resolve()
        if not path.exists():
            print(f"{name} is not here, skipped", file=sys.stderr)
            continue
        for article in load([path]):
            day = article.published.isoformat() if article.published else None
            yield json.dumps({"id": f"{name} {article.id}", "title": article.title, "text": article.text, "published": day})


def page_lines() -> Iterator[str]:
    """Every story of the tests in every layout."""
    for layout, (make, url) in (LAYOUTS | AWKWARD | PLATFORMS).items():
        for story in STORIES:
            yield json.dumps({"id": f"{story.name}, {layout}", "html": make(story), "url": url})


def report_files(folder: Path) -> Iterator[Path]:
    """Reports beside the repository, and some that are made from the record, in each layout of their tables."""
    yield from sorted((ROOT / REPORTS).resolve().glob("*.pdf"))
    for number, inspection in enumerate(history()[::_EVERY_REPORT]):
        cell, name = report_pages.CELLS[number % len(report_pages.CELLS)], inspection.authority.name
        if inspection.framework == "SIF":
            pages = report_pages.sif(inspection, name, cell)
        else:
            pages = report_pages.ilacs(inspection, f"Inspection of {name} local authority children’s services", cell)
        path = folder / f"{inspection.authority.urn}-{inspection.published}.pdf"
        path.write_bytes(pdf_files.pdf([*pages, report_pages.PROSE]))
        yield path


def readings(program: Path, inputs: Inputs) -> Readings:
    """What the program in a folder reads.

    Raises:
        CannotCompareError: when it does not run, or leaves something out.
    """
    found: dict[str, Any] = {}
    for kind, command, lines in (("article", "classify", inputs.articles), ("page", "read", inputs.pages)):
        for first in range(0, len(lines), _BATCH):
            for line in _run(program, [command, "--jsonl"], "\n".join(lines[first : first + _BATCH])).splitlines():
                answer = json.loads(line)
                found[f"{kind} {answer.pop('id')}"] = answer
    if inputs.reports:
        for answer in json.loads(_run(program, ["classify", "--json", *map(str, inputs.reports)])):
            found[f"report {Path(answer.pop('file')).name}"] = answer
    if len(found) != len(inputs.articles) + len(inputs.pages) + len(inputs.reports):
        raise CannotCompareError(f"{program}: not every reading has a name of its own")
    return found


def _run(program: Path, arguments: Sequence[str], text: str = "") -> str:
    """What a program prints; what it cannot read it says in what it prints, so its exit status counts for nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        input=text,
        cwd=program,
        env=os.environ | {"PYTHONPATH": str(program), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1} or (arguments[1] == "--json" and not done.stdout):
        said = done.stderr.strip()[-400:] or f"ended with status {done.returncode}"
        raise CannotCompareError(f"{program}: monitor {arguments[0]}: {said}")
    return done.stdout


def hashed(reading: Any) -> str:
    """Twelve hexadecimal digits of a reading."""
    return hashlib.sha256(json.dumps(reading, sort_keys=True).encode()).hexdigest()[:12]


def differences(before: Readings, now: Readings) -> Iterator[tuple[str, list[str]]]:
    """Each thing that reads otherwise, with what was read and is not any more (-) and the other way round (+)."""
    for name, reading in now.items():
        if hashed(reading) != hashed(before[name]):
            was, is_ = _said(before[name]), _said(reading)
            told = [f"- {line}" for line in was if line not in is_] + [f"+ {line}" for line in is_ if line not in was]
            yield name, told or ["the same, but for probabilities or what was passed over"]


def _said(reading: Mapping[str, Any]) -> list[str]:
    """A reading in lines."""
    found = [f"{key}: {reading[key]}" for key in ("error", "reason", "title", "published") if reading.get(key)]
    for key in ("judgements", "uncertain"):
        for each in reading.get(key, ()):
            told = [str(each[name]) for name in ("authority", "area", "rating")]
            was = f", was {each['previous']} {each['previous_year'] or ''}".rstrip() if each.get("previous") else ""
            quote = each.get("evidence", {}).get("quote", "")
            found.append(f"{'perhaps ' if key == 'uncertain' else ''}{': '.join(told)}{was} “{quote}”")
    return found + [line for line in reading.get("text", "").split("\n") if line.strip()]


def other_program(revision: str, folder: Path) -> Path:
    """The folder with the program of a revision, which is unpacked there; or the folder of that name.

    Raises:
        CannotCompareError: when there is neither.
    """
    if (Path(revision) / "monitor" / "__main__.py").exists():
        return Path(revision).resolve()
    packed = subprocess.run(["git", "archive", revision, "monitor"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        raise CannotCompareError(f"{revision} is no revision and no folder with the program: {packed.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def compare(revision: str, folder: Path, inputs: Inputs) -> int:
    """Print what reads otherwise here than in a revision; 1 when anything does."""
    other = other_program(revision, folder)
    with ThreadPoolExecutor(2) as both:
        before, now = both.map(readings, (other, ROOT), (inputs, inputs))
    found = list(differences(before, now))
    shown = [(name, told) for name, told in found if f"article {UNSEEN}" not in name]
    for name, told in shown[:_SHOWN]:
        print("\n    ".join([name, *(line if len(line) < 160 else f"{line[:159]}…" for line in told)]))
    print(f"{len(now)} reading{'s' if len(now) != 1 else ''}, {len(found)} other than in {revision}", end="")
    notes = [f"{len(found) - len(shown)} of {UNSEEN}, not shown"] if len(found) > len(shown) else []
    notes += [f"{len(shown) - _SHOWN} more are not shown"] if len(shown) > _SHOWN else []
    print(f" ({'; '.join(notes)})" if notes else "")
    return int(bool(found))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every reading's hash, or compare; see above for the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", help="only the labelled articles of these files and folders")
    parser.add_argument("--only", choices=("articles", "pages", "reports"), help="leave the others out")
    parser.add_argument("--against", metavar="REVISION", help="compare with this revision, or with the program in a folder")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        made, unpacked = Path(folder) / "reports", Path(folder) / "program"
        made.mkdir()
        wanted = "articles" if options.paths else options.only
        inputs = Inputs(
            articles=list(article_lines(options.paths or OURS + BESIDE)) if wanted in {None, "articles"} else [],
            pages=list(page_lines()) if wanted in {None, "pages"} else [],
            reports=list(report_files(made)) if wanted in {None, "reports"} else [],
        )
        try:
            if options.against:
                return compare(options.against, unpacked, inputs)
            for name, reading in readings(ROOT, inputs).items():
                print(hashed(reading), name)
        except CannotCompareError as error:
            print(error, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
