"""`monitor history`, `replay`, `record` and `reconcile`, as typed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.domain.history import history
from tests.extraction import pdf_files
from tests.extraction import report_pages as lay_out
from tests.sources.report_site import Site, serving

Output = pytest.CaptureFixture[str]


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "monitor.toml").write_text("[monitor]\n")
    return ["--config", str(tmp_path / "config"), "--state", str(tmp_path / "state")]


@pytest.fixture
def record(tmp_path: Path, folders: list[str], capsys: Output) -> Path:
    file = tmp_path / "record.csv"
    assert main(["record", "export", str(file), *folders]) == 0
    capsys.readouterr()
    return file


def change(file: Path, where: tuple[str, str], **cells: str) -> None:
    """Change the cells of one line of a record file; without cells, take the line out."""
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    kept = []
    for row in rows:
        if (row["urn"], row["published"]) != where:
            kept.append(row)
        elif cells:
            kept.append(row | cells)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)


def test_history_as_json(folders: list[str], capsys: Output) -> None:
    assert main(["history", "trafford council", "--json", *folders]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["urn"], len(answer["inspections"])) == ("80573", 4)
    newest = answer["inspections"][-1]
    assert newest["published"] == "2026-08-03"
    assert newest["areas"]["leadership"] == {
        "rating": "inadequate",
        "previous": "requires_improvement",
        "kinds": ["downgraded", "into_inadequate"],
    }
    assert newest["areas"]["care_leavers"]["previous"] is None
    assert "overall" not in newest["areas"]
    assert newest["sources"][0]["outlet"] == "Ofsted"


def test_history_shows_a_predecessor_as_such(folders: list[str], capsys: Output) -> None:
    assert main(["history", "E06000063", *folders]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Took over from Cumbria on 2023-04-01; its grades are not Cumberland's own." in printed
    assert "Cumbria, 2022-11: requires improvement overall" in printed


def test_history_tells_of_a_division_to_come(folders: list[str], capsys: Output) -> None:
    assert main(["history", "Surrey", *folders]) == 0
    assert "To be divided on 2027-04-01 into East Surrey and West Surrey" in " ".join(capsys.readouterr().out.split())
    assert main(["history", "Surrey", "--json", *folders]) == 0
    assert json.loads(capsys.readouterr().out)["successors"]["names"] == ["East Surrey", "West Surrey"]


def test_history_of_nobody(folders: list[str], capsys: Output) -> None:
    assert main(["history", "Traford", *folders]) == 2
    assert "did you mean 'Trafford'?" in capsys.readouterr().err


def test_asking_makes_no_state(folders: list[str], capsys: Output) -> None:
    assert main(["history", "Kent", *folders]) == 0
    assert not Path(folders[-1]).exists()


def test_replay_counts(capsys: Output, folders: list[str]) -> None:
    assert main(["replay", "--json", *folders]) == 0
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert changes["overall"] == {
        "into_inadequate": 31,
        "out_of_inadequate": 51,
        "upgraded": 102,
        "downgraded": 19,
        "unchanged": 121,
    }
    assert main(["replay", *folders]) == 0
    assert "488 inspections" in capsys.readouterr().out


def test_replay_of_a_subscription(capsys: Output, folders: list[str]) -> None:
    config = Path(folders[1])
    (config / "channels.toml").write_text('[channel.screen]\nurl = "console://"\n')
    (config / "subscriptions.toml").write_text(
        '[[subscription]]\nname = "west"\nchannel = "screen"\nregions = ["North West"]\nkinds = ["into_inadequate"]\n'
    )
    assert main(["replay", "--subscription", "west", "--since", "2026", "--messages", *folders]) == 0
    printed = capsys.readouterr().out
    assert "2026-08-03  Trafford: leadership and protection now inadequate" in printed
    assert "1 messages to west" in printed
    assert "Impact of leaders: from requires improvement to inadequate" in printed
    assert main(["replay", "--subscription", "west", "--since", "2018", "--json", *folders]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["a_year"] == pytest.approx(len(told["messages"]) / 8.64, abs=0.1)
    assert all("into_inadequate" in c["kinds"] for m in told["messages"] for c in m["changes"])


def test_replay_of_an_unknown_subscription(capsys: Output, folders: list[str]) -> None:
    assert main(["replay", "--subscription", "nobody", *folders]) == 2
    assert "no subscription of this name" in capsys.readouterr().err


def test_replay_of_articles_and_reports(tmp_path: Path, capsys: Output, folders: list[str]) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    trafford = next(i for i in history() if i.key == "80573:2026-06-19")
    title = "Inspection of Trafford local authority \nchildren\u2019s services"
    (articles / "a.pdf").write_bytes(pdf_files.pdf(lay_out.ilacs(trafford, title, lay_out.grade_below)))
    (articles / "b.pdf").write_bytes(b"<html>Report not found</html>")
    (articles / "c.json").write_text(json.dumps({"title": "A council", "text": "Nothing.", "published": "2026-08-04"}))
    (articles / "d.txt").write_text("A council\n\nNothing.")
    assert main(["replay", "--articles", str(articles), "--no-history", "--subscription", "everything", *folders]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("2026-08-03  Trafford")
    assert "b.pdf: not_a_pdf, left out" in err
    assert "d.txt: has no date, left out" in err


def test_export_is_the_record(record: Path) -> None:
    rows = list(csv.DictReader(record.open(encoding="utf-8")))
    assert len(rows) == 488
    assert {(row["urn"], row["published"], row["overall"]) for row in rows} == {
        (i.authority.urn, i.published.isoformat(), str(i.ratings.get("overall", "")))
        for i in history()  # type: ignore[call-overload]
    }


def test_import_of_what_is_known_keeps_nothing(record: Path, folders: list[str], capsys: Output) -> None:
    assert main(["record", "import", str(record), *folders]) == 0
    assert "0 inspections imported, 488 were known" in capsys.readouterr().out


def test_import_of_a_new_inspection(record: Path, folders: list[str], capsys: Output) -> None:
    change(
        record,
        ("80573", "2026-08-03"),
        published="2029-08-03",
        dates="6 to 17 June 2029",
        report_url="https://files.example/1",
        leadership="good",
    )
    assert main(["record", "import", "--dry-run", str(record), *folders]) == 0
    assert main(["record", "import", str(record), *folders]) == 0
    assert "1 inspections imported, 487 were known" in capsys.readouterr().out
    assert main(["record", "import", str(record), *folders]) == 0
    assert "0 inspections imported" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"leadership": "to requires improvement"}, "'to requires improvement' is not a valid Rating"),
        ({"urn": "1"}, "there is no authority with the URN '1'"),
        ({"dates": "soon"}, "no dates of fieldwork in 'soon'"),
        ({"published": "2026-01-01"}, "before fieldwork ended"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_imported(
    record: Path, folders: list[str], capsys: Output, cells: dict[str, str], said: str
) -> None:
    change(record, ("80573", "2026-08-03"), **cells)
    assert main(["record", "import", str(record), *folders]) == 1
    assert said in capsys.readouterr().err
    assert not Path(folders[-1]).exists()


def test_a_file_that_is_no_record(tmp_path: Path, folders: list[str], capsys: Output) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert main(["record", "import", str(tmp_path / "x.csv"), *folders]) == 2
    assert "has no column" in capsys.readouterr().err
    assert main(["record", "import", str(tmp_path / "none.csv"), *folders]) == 2


def test_reconcile_agrees(record: Path, folders: list[str], capsys: Output) -> None:
    assert main(["reconcile", "--listing", str(record), *folders]) == 0
    assert "they agree" in capsys.readouterr().out


def test_reconcile_names_a_report_without_an_event(record: Path, folders: list[str], capsys: Output) -> None:
    change(record, ("80573", "2026-08-03"))
    assert main(["reconcile", "--listing", "shipped", "--ledger", str(record), *folders]) == 1
    assert "report published, no event: Trafford, 3 August 2026" in capsys.readouterr().out
    assert main(["reconcile", "--listing", "shipped", "--ledger", str(record), "--json", *folders]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [missing["urn"] for missing in answer["report_published_no_event"]] == ["80573"]


def test_reconcile_names_an_event_without_a_report(record: Path, folders: list[str], capsys: Output) -> None:
    change(record, ("80573", "2023-01-31"))
    assert main(["reconcile", "--listing", str(record), *folders]) == 1
    assert "event without a listed report: Trafford, 31 January 2023" in capsys.readouterr().out


def test_reconcile_wants_something_to_compare_with(folders: list[str], capsys: Output) -> None:
    (Path(folders[1]) / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.test/"\n')
    assert main(["reconcile", *folders]) == 2
    assert "no enabled source of kind 'ofsted'" in capsys.readouterr().err


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    site = Site()
    with serving(site) as address:
        yield site, address


def test_reconcile_asks_the_site(site: tuple[Site, str], folders: list[str], capsys: Output) -> None:
    """A site that lists one report too many of one authority."""
    pages, address = site
    for inspection in history():
        pages.reports[inspection.authority.urn].clear()
    for inspection in history():
        day = f"{inspection.published.day} {inspection.published:%B %Y}"
        pages.publishes(inspection.authority.urn, inspection.published.isoformat(), "Children's services inspection", day)
    config = Path(folders[1])
    (config / "monitor.toml").write_text("[fetch]\nallow_private = true\nrobots = false\n")
    (config / "sources.toml").write_text(f'[[source]]\nname = "o"\nkind = "ofsted"\nclass = "official"\nurl = "{address}"\n')
    assert main(["reconcile", *folders]) == 0
    pages.publishes("80573", "9", "Children's services inspection", f"{date(2029, 8, 3):%-d %B %Y}")
    capsys.readouterr()
    assert main(["reconcile", *folders]) == 1
    assert "report published, no event: Trafford, 3 August 2029" in capsys.readouterr().out
    pages.broken = {"80573"}
    assert main(["reconcile", *folders]) == 1
    assert "cannot be asked" in capsys.readouterr().err
