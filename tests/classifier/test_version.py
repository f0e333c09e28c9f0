"""The version beside a reading is another one whenever anything is that the reading was made with."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from monitor.app.runtime import classify_document
from monitor.classifier import classify, verdict
from monitor.domain.code_version import code_version
from monitor.extraction.pdf import version as of_reports
from tests.builders import DAY, article, report
from tests.conftest import ROOT

PACKAGE = ROOT / "monitor"
READERS = {"an article": verdict.READS_WITH, "a report": of_reports.READS_WITH}
#: What carries documents about and decides nothing of what they say.
CARRIERS = ("classifier/trace.py", "extraction/sandbox.py", "extraction/sandbox_worker.py", "ports.py", "system/")


def more(text: str) -> Callable[[Path], None]:
    return lambda file: file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def other(old: str, new: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        before = file.read_text(encoding="utf-8")
        assert before.count(old) >= 1
        file.write_text(before.replace(old, new, 1), encoding="utf-8")

    return change


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


CHANGES = {
    "a row": ("tables/names.csv", more("80410,Somewhere Else,alias,,\n")),
    "a word": ("tables/ratings.py", other('"good', '"rather good')),
    "a date of a framework": ("tables/frameworks.toml", other("first_day = 2026-04-02", "first_day = 2026-04-03")),
    "a rule": ("classifier/decode.py", more("\n\ndef again() -> None: ...\n")),
    "a weight": ("classifier/weights/linker.onnx", flipped),
    "a threshold": ("classifier/weights/linker.json", other('"alert": 0.', '"alert": 0.1')),
    "a piece of a word": ("classifier/weights/vocabulary.txt", more("##zz\n")),
    "an area": ("domain/model.py", other('"help_and_protection"', '"protection"')),
    "a name": ("domain/authorities.py", other("royal borough of|", "")),
    "a module more": ("classifier/second_thoughts.py", lambda file: file.write_text("YES = True\n")),
    "a table more": ("tables/boroughs.csv", lambda file: file.write_text("name\n")),
}
OF_REPORTS = {
    "a label": ("extraction/pdf/gradings.py", other("(", "( ")),
    "a row": CHANGES["a row"],
    "a module more": ("extraction/pdf/annexes.py", lambda file: file.write_text("YES = True\n")),
    "the record": ("tables/judgements.csv", more("\n")),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("copy") / "monitor"
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def changes_it(copy: Path, parts: Sequence[str], change: tuple[str, Callable[[Path], None]]) -> bool:
    """Whether the version is another one after a change, which is taken back."""
    name, act = change
    file = copy / name
    before, kept = code_version(copy, parts), file.read_bytes() if file.exists() else None
    act(file)
    changed = code_version(copy, parts) != before
    if kept is None:
        file.unlink()
    else:
        file.write_bytes(kept)
    assert code_version(copy, parts) == before
    return changed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_articles_are_read_with_is_in_their_version(copy: Path, change: tuple[str, Callable[[Path], None]]) -> None:
    assert changes_it(copy, verdict.READS_WITH, change)


@pytest.mark.parametrize("change", OF_REPORTS.values(), ids=OF_REPORTS)
def test_what_reports_are_read_with_is_in_theirs(copy: Path, change: tuple[str, Callable[[Path], None]]) -> None:
    assert changes_it(copy, of_reports.READS_WITH, change)


def test_what_nothing_is_read_with_is_in_neither(copy: Path) -> None:
    for name in ("web/pages.py", "channels/mail.py", "commands/score.py", "store/schema.py"):
        assert not any(changes_it(copy, parts, (name, more("\n\nX = 1\n"))) for parts in READERS.values())


def test_a_copy_elsewhere_is_the_same_version(copy: Path) -> None:
    assert [code_version(copy, parts) for parts in READERS.values()] == [
        code_version(PACKAGE, parts) for parts in READERS.values()
    ]
    assert verdict.version() == code_version(PACKAGE, verdict.READS_WITH)
    (copy / "classifier" / "__pycache__").mkdir()
    (copy / "classifier" / "__pycache__" / "verdict.cpython-311.pyc").write_bytes(b"compiled")
    assert code_version(copy, verdict.READS_WITH) == verdict.version()


def imported(start: str) -> set[str]:
    """Every file of the package that a module stands on, from the package's folder, whichever way it imports it."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        path = PACKAGE.parent / waiting.pop().replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not file.exists() or str(file.relative_to(PACKAGE)) in found:
            continue
        found.add(str(file.relative_to(PACKAGE)))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("monitor"):
                waiting += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.startswith("monitor")]
    return found


@pytest.mark.parametrize(
    ("start", "parts"),
    [
        pytest.param("monitor.classifier.verdict", verdict.READS_WITH, id="articles"),
        pytest.param("monitor.extraction.pdf.report", of_reports.READS_WITH, id="reports"),
        pytest.param("monitor.extraction.pdf.pages", of_reports.READS_WITH, id="pages of reports"),
    ],
)
def test_every_module_that_decides_is_covered(start: str, parts: Sequence[str]) -> None:
    covered = {each for part in parts for each in (part, str(Path(part) / "*"))}
    bare = {name for name in imported(start) if not (name in covered or str(Path(name).parent / "*") in covered)}
    assert {name for name in bare if not name.endswith("__init__.py") and not name.startswith(CARRIERS)} == set()


def test_every_reading_has_it() -> None:
    gated = classify("The bridge", "It reopened.", published=DAY)
    said = article("Leaders in Kent were rated good.")
    assert {gated.classifier_version, classify_document(said).classifier_version} == {verdict.version()}
    assert classify_document(report("Kent", "overall good")).classifier_version == of_reports.version()
    assert len({verdict.version(), of_reports.version()}) == 2
    with pytest.raises(FileNotFoundError):
        code_version(PACKAGE, ["classifier/nothing.py"])
