"""A whole backfill on Dask: killed and resumed it comes to the same, and only what was not done is done."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from monitor.backfill import cluster as dask_cluster
from monitor.backfill.archives import records
from monitor.backfill.cluster import Failed, SchedulerLost, check_installed, connected, read_all
from monitor.backfill.crawl import crawl
from monitor.backfill.findings import PartResult
from monitor.backfill.kept import KeptResults
from monitor.backfill.partition import Options, read_part
from monitor.backfill.plan import Form, Part, parts_of
from monitor.backfill.records import Record
from monitor.backfill.run import Step, gathered, key_of, planned, record, steps
from monitor.cli import main
from monitor.domain.history import history
from monitor.extraction.lanes import Lanes
from monitor.ports import Classified, ConfigError, FetchFailure, Page, Recorded, Validators
from tests.backfill import archive
from tests.builders import DAY, NOW, report, story


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two workers, as the command starts them."""
    with connected(workers=2) as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of some hundred pages, in which four tell of inspections of the record."""
    folder = tmp_path_factory.mktemp("archive")
    known = [each for each in history() if each.published.year == 2023 and "overall" in each.ratings][:4]
    for number, inspection in enumerate(known):
        pages = [archive.record(f"https://www.daily.co.uk/{number}/{n}", archive.ordinary(n)) for n in range(60)]
        title, text = archive.rated(inspection.authority.display_name, inspection.ratings["overall"].words)  # type: ignore[index]
        html = archive.page(title, text, day=inspection.published)
        pages.insert(30, archive.record(f"https://www.gazette.co.uk/{number}", html, at=archive.morning(inspection.published)))
        archive.write_warc(folder / f"{number}.warc.gz", pages)
    return folder


def cut(files: Path) -> list[Part]:
    """The archive in parts of a few pages."""
    return [part for path in sorted(files.iterdir()) for part in parts_of(path, Form.WARC, size=4_000)]


def came_to(results: Sequence[tuple[Part, PartResult | Failed]]) -> Any:
    return gathered([Step(part=part, result=result, kept=False) for part, result in results])


@pytest.fixture(scope="module")
def expected(files: Path) -> Any:
    """What the archive comes to without any cluster."""
    with Lanes() as sandbox:
        return came_to([(part, read_part(part, Options(), sandbox)) for part in cut(files)])


def test_a_worker_that_is_killed_loses_nothing(client: Any, files: Path, expected: Any) -> None:
    reading = read_all(client, cut(files), Options())
    done = [next(reading)]
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    done += reading
    assert len(done) == len(cut(files)) > 20
    assert came_to(done) == expected
    assert expected.counts["found"] == 4


def test_what_was_done_before_is_not_done_again(client: Any, files: Path, expected: Any, tmp_path: Path) -> None:
    kept, parts, address = KeptResults(tmp_path), cut(files), client.scheduler.address
    first = steps(parts, Options(), kept, scheduler=address, workers=0)
    for _ in range(5):
        assert not next(first).kept
    first.close()  # as whoever is killed: what was not handed on is not kept
    again = list(steps(parts, Options(), kept, scheduler=address, workers=0))
    assert [step.kept for step in again] == [True] * 5 + [False] * (len(parts) - 5)
    assert gathered(again) == expected
    # Everything is done: no cluster is asked for, nobody answers at this address.
    assert gathered(list(steps(parts, Options(), kept, scheduler="tcp://127.0.0.1:9", workers=0))) == expected


def test_a_part_that_is_not_there_is_told_and_the_others_are_read(client: Any, files: Path) -> None:
    gone = Part(form=Form.WARC, files=(str(files / "gone.warc.gz"),), size=1)
    found = dict(read_all(client, [gone, *cut(files)[:2]], Options()))
    assert isinstance(found[gone], Failed) and "gone.warc.gz" in found[gone].detail
    assert sum(isinstance(each, PartResult) for each in found.values()) == 2


def test_a_worker_with_another_program_is_refused(client: Any, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "version", lambda: "another")
    with pytest.raises(ConfigError, match="another"):
        list(read_all(client, cut(files)[:1], Options()))


def test_other_thresholds_or_outlets_are_other_results(files: Path) -> None:
    part = cut(files)[0]
    names = {key_of(part, each) for each in (Options(), Options(alert=0.9), Options(outlets={"a": ("A", "press")}))}
    assert len(names) == 3


def test_the_command_reads_records_in_silence_and_reports(
    client: Any, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "monitor.toml").write_text("")
    where = ["--config", str(config), "--state", str(tmp_path / "state"), "--scheduler", client.scheduler.address]
    assert main(["backfill", str(files), *where, "--json", "--dry-run"]) == 0
    assert not (tmp_path / "state" / "monitor.db").exists()
    capsys.readouterr()
    assert main(["backfill", str(files), *where, "--json", "--parquet", str(tmp_path / "out")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ledger"] == {"recorded": 4, "known": 0, "too_recent": 0, "left": 0, "uncertain": 0}
    assert sum(each["heard"] for each in told["inspections"]) == 4
    assert {each["first_outlet"] for each in told["inspections"] if each["heard"]} == {"gazette.co.uk"}
    assert parquet.read_table(tmp_path / "out" / "judgements.parquet").num_rows == 4
    assert main(["backfill", str(files), *where]) == 0
    assert "4 were there. Nobody was told." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such file"),
        (["."], "nothing to read"),
        ([".", "--scheduler", "tcp://127.0.0.1:9", "--workers", "2"], "--workers"),
    ],
)
def test_what_cannot_be_is_said(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "monitor.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert main(["backfill", *arguments, "--config", ".config", "--state", ".state"]) == 2
    assert words in capsys.readouterr().err


def test_without_its_libraries_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    there = dask_cluster.importlib.util.find_spec
    monkeypatch.setattr(dask_cluster.importlib.util, "find_spec", lambda name: None if name == "fastwarc" else there(name))
    with pytest.raises(ConfigError, match=r"fastwarc.*ofsted-rating-monitor\[backfill\]"):
        check_installed()


class _Gone:
    """A client whose scheduler went away for good."""

    status = "closed"

    def nthreads(self) -> dict[str, int]:
        return {}


def test_a_scheduler_that_goes_away_is_told_with_what_to_do(files: Path) -> None:
    with pytest.raises(SchedulerLost, match="same command does the rest"):
        list(read_all(_Gone(), cut(files), Options()))  # type: ignore[arg-type]


# --- recording ------------------------------------------------------------------------------------------------------------


class _Ledger:
    """A store that keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[Classified] = []

    def record_in_silence(self, found: Sequence[Classified], *, now: Any) -> tuple[Recorded, ...]:
        assert now == NOW
        self.given += found
        return tuple(Recorded(duplicate=False) for _ in found)


@pytest.mark.parametrize(("age", "recorded"), [(0, 0), (20, 0), (43, 0), (46, 1), (400, 1)])
def test_what_may_still_be_news_is_left_to_the_sources(age: int, recorded: int) -> None:
    from monitor.backfill.findings import Finding

    document, result = story({"Leeds": "overall good"}, published=DAY - timedelta(days=age))
    finding = Finding(file="a", offset=0, document=document, result=result)
    ledger = _Ledger()
    came = record([finding], ledger, now=NOW, alert_window=timedelta(days=30))
    assert (came.recorded, came.too_recent, len(ledger.given)) == (recorded, 1 - recorded, recorded)


def test_reports_come_before_the_press_that_is_believed_beside_them() -> None:
    from monitor.backfill.findings import Finding

    told, result = story({"Leeds": "overall good"}, published=date(2019, 3, 4))
    official = report("Leeds", "overall good", published=date(2019, 3, 5))
    found = [Finding(file="a", offset=0, document=each, result=result) for each in (told, official)]
    ledger = _Ledger()
    record(found, ledger, now=NOW, alert_window=timedelta(days=30))
    assert [each.document for each in ledger.given] == [official, told]


# --- sitemaps -------------------------------------------------------------------------------------------------------------


class _Site:
    """A site with a sitemap; notes what it is asked for."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        assert validators == Validators()
        self.asked.append(url)
        if url not in self.pages:
            return FetchFailure(url=url, reason="http_404")
        return Page(url=url, status=200, content_type=archive.HTML, body=self.pages[url].encode(), retrieved=NOW)


MAP = "https://p.test/sitemap.xml"


def site(count: int) -> _Site:
    urls = "".join(f"<url><loc>https://p.test/{n}</loc><lastmod>2023-05-{n + 1:02}</lastmod></url>" for n in range(count))
    return _Site({MAP: f"<urlset>{urls}</urlset>"} | {f"https://p.test/{n}": archive.ordinary(n) for n in range(count)})


def test_the_pages_of_a_sitemap_are_fetched_once(tmp_path: Path) -> None:
    asked = site(5)
    del asked.pages["https://p.test/3"]
    with Lanes() as sandbox:
        found = asyncio.run(crawl(MAP, tmp_path, asked, sandbox, most=4))
        assert sorted(asked.asked[1:]) == [f"https://p.test/{n}" for n in (1, 2, 3, 4)]  # the newest
        assert [(each.url, each.reason) for each in found.unread] == [("https://p.test/3", "http_404")]
        parts = planned(found.archives).parts
        held = [each for part in parts for each in records(part) if isinstance(each, Record)]
        assert sorted(each.url for each in held) == [f"https://p.test/{n}" for n in (1, 2, 4)]
        assert {each.body for each in held} == {archive.ordinary(n).encode() for n in (1, 2, 4)}
        asked.asked.clear()
        asyncio.run(crawl(MAP, tmp_path, asked, sandbox, most=4))
        assert asked.asked == [MAP, "https://p.test/3"]


def test_a_sitemap_that_is_none_is_named(tmp_path: Path) -> None:
    with Lanes() as sandbox, pytest.raises(ConfigError, match=r"p\.test/gone"):
        asyncio.run(crawl("https://p.test/gone", tmp_path, site(1), sandbox, most=4))
