"""How long official reports take to read and how much memory, beside two other PDF libraries on the same files in one run.

The files are the real reports of ``../shared/reports`` where they are, else reports laid out from the record. The other
libraries go into a virtual environment that is thrown away; without a package index their lines say so.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from monitor.domain.history import history  # noqa: E402
from monitor.extraction.pdf.report import parse, read_report  # noqa: E402
from monitor.extraction.sandbox import Sandbox  # noqa: E402
from monitor.ports import ReadError  # noqa: E402
from tests.extraction import pdf_files, report_pages  # noqa: E402

SHARED = ROOT.parent / "shared" / "reports"
OTHERS = ("pypdf", "pdfplumber")

#: Run by an interpreter that has the library: text of every page of every file, as JSON figures on standard output.
EXTRACT = """
import json, resource, sys, time
library, *files = sys.argv[1:]
if library == "pypdfium2":
    import pypdfium2
    def text(path):
        document = pypdfium2.PdfDocument(path)
        return [page.get_textpage().get_text_bounded() for page in document]
elif library == "pypdf":
    import logging, pypdf
    logging.disable(logging.CRITICAL)
    def text(path):
        return [page.extract_text() for page in pypdf.PdfReader(path).pages]
else:
    import logging, pdfplumber
    logging.disable(logging.CRITICAL)
    def text(path):
        with pdfplumber.open(path) as document:
            return [page.extract_text() for page in document.pages]
times, pages = [], 0
for path in files:
    start = time.perf_counter()
    try:
        pages += len(text(path))
    except Exception:
        continue
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"times": times, "pages": pages, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def files(folder: Path) -> list[Path]:
    """The files to measure with."""
    if SHARED.is_dir():
        return sorted(SHARED.glob("*.pdf"))
    made = []
    for inspection in history()[::16]:
        name = inspection.authority.name
        if inspection.framework == "SIF":
            pages = report_pages.sif(inspection, name, report_pages.grade_below)
        else:
            title = f"Inspection of {name} local authority children\u2019s services"
            pages = report_pages.ilacs(inspection, title, report_pages.grade_below)
        path = folder / f"{inspection.key.replace(':', '_')}.pdf"
        path.write_bytes(pdf_files.pdf(pages + [report_pages.PROSE * 20] * 10))
        made.append(path)
    return made


def figures(times: Sequence[float]) -> str:
    """Median and worst of milliseconds."""
    return f"median {statistics.median(times):7.1f} ms   worst {max(times):8.1f} ms"


def peak(process: int | None) -> float:
    """The most memory a living process has had resident, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines() if process else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def ours(paths: Sequence[Path]) -> None:
    """Bytes to report in the child, as the daemon does it; and the parsing alone."""
    times, parsing, refused = [], [], 0
    with Sandbox() as sandbox:
        start = time.perf_counter()
        for number, path in enumerate(paths):
            body = path.read_bytes()
            begin = time.perf_counter() if number else start  # the first pays for starting the child
            try:
                report = read_report(body, path.name, sandbox=sandbox)
            except ReadError:
                refused += 1
                continue
            times.append((time.perf_counter() - begin) * 1000)
            begin = time.perf_counter()
            parse(report.text.split("\n\n"), url=path.name, created="D:20300101")
            parsing.append((time.perf_counter() - begin) * 1000)
        print(f"  monitor, bytes to report      {figures(times)}   {peak(sandbox.pid):6.1f} MB in the child")
    print(f"    of that, parsing the text   {figures(parsing)}   ({len(times)} reports, {refused} refused by name)")


def extraction(python: str, library: str, paths: Sequence[Path]) -> None:
    """Text of every page with one library, in a process of its own."""
    done = subprocess.run([python, "-c", EXTRACT, library, *map(str, paths)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {library:<12} text only        not measured: {done.stderr.strip().splitlines()[-1][:80]}")
        return
    told = json.loads(done.stdout)
    print(f"  {library:<12} text only        {figures(told['times'])}   {told['peak']:6.1f} MB, {told['pages']} pages")


def others(folder: Path, paths: Sequence[Path]) -> None:
    """The other libraries, installed for this run only."""
    python = folder / "venv" / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    tool = [str(uv)] if uv.exists() else ["uv"]
    try:
        subprocess.run([*tool, "venv", "-q", "--python", sys.executable, str(folder / "venv")], check=True, capture_output=True)
        subprocess.run(
            [*tool, "pip", "install", "-q", "--python", str(python), *OTHERS], check=True, capture_output=True, timeout=120
        )
    except (OSError, subprocess.SubprocessError):
        print(f"  {', '.join(OTHERS)}: not measured, they could not be installed")
        return
    for library in OTHERS:
        extraction(str(python), library, paths)


def hostile() -> None:
    """Files made to hang or fill memory: how long until they are refused, and what it cost."""
    made = {
        "form bomb": pdf_files.form_bomb(),
        "flate bomb": pdf_files.flate_bomb(),
        "page loop": pdf_files.page_loop(),
        "truncated": pdf_files.truncated(),
        "HTML": b"<html><title>Report not found</title>",
        "100 MB": b"%PDF-1.4" + bytes(100 << 20),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, body in made.items():
        with Sandbox() as sandbox:
            start = time.perf_counter()
            try:
                read_report(body, name, sandbox=sandbox)
                reason = "read"
            except ReadError as error:
                reason = error.reason
            print(f"  {name:<12} {len(body):>11,} bytes  {reason:<12} after {time.perf_counter() - start:6.2f} s")
    # Of children that have ended: the largest. Those of the extraction above were smaller than a bomb's.
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"  peak of the child {child:,.0f} MB (limit: 512 MB of address space); this process grew by {grown:.0f} MB")


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = files(folder)
        print(f"PDF: {len(paths)} files, {sum(path.stat().st_size for path in paths) / 1e6:.1f} MB")
        ours(paths)
        extraction(sys.executable, "pypdfium2", paths)
        others(folder, paths)
        hostile()


if __name__ == "__main__":
    main()
