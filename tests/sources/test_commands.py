"""`monitor sources` as a person uses it, against a server of our own."""

from __future__ import annotations

import http.server
import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from monitor.cli import main
from monitor.domain.history import history
from monitor.ports import Poll, PollResult
from monitor.store import open_store
from tests.builders import polled
from tests.extraction import report_pages
from tests.extraction.layouts import LAYOUTS
from tests.extraction.pdf_files import pdf
from tests.extraction.stories import STORIES
from tests.sources import report_site

ARTICLE = LAYOUTS["wordpress"][0](STORIES[0])
FEED = """<rss version="2.0"><channel><title>x</title>
<item><title>Children's services lifted</title><link>/a1</link><pubDate>Tue, 14 May 2024 09:30:00 BST</pubDate></item>
<item><title>Bins</title><link>/a2</link><pubDate>Tue, 14 May 2024 08:30:00 BST</pubDate></item></channel></rss>"""
PAGES = {"/feed": FEED, "/a1": ARTICLE, "/a2": ARTICLE, "/wall": "<title>Just a moment...</title>"}


@pytest.fixture
def site():
    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            body = PAGES.get(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write((body or "").encode())

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def folders(tmp_path, site):
    config = tmp_path / "config"
    config.mkdir()
    (config / "monitor.toml").write_text("[fetch]\nallow_private = true\n")
    (config / "sources.toml").write_text(
        f'[[source]]\nname = "gazette"\nurl = "{site}/feed"\nkeywords = ["children"]\ncomment = "Ours."\n'
        f'[[source]]\nname = "wall"\nurl = "{site}/wall"\nenabled = false\n'
    )
    return ["--config", str(config), "--state", str(tmp_path / "state")]


def test_list_names_what_is_watched_and_what_stands_by(folders, capsys, tmp_path):
    assert main(["sources", "list", *folders]) == 0
    out = capsys.readouterr().out
    assert "1 watched, 1 standing by" in out
    assert not (tmp_path / "state").exists()
    assert main(["sources", "list", "--json", *folders]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["gazette", "wall"]


def test_a_source_is_tried_from_poll_to_reading(folders, capsys):
    assert main(["sources", "test", "gazette", "--json", *folders]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["items"] == 2
    assert [link["title"] for link in facts["links"]] == ["Children's services lifted"]
    assert [passed["reason"] for passed in facts["passed_over"]] == ["none of its keywords"]
    assert facts["articles"][0]["title"] == STORIES[0].title
    assert facts["articles"][0]["paragraphs"] == len(STORIES[0].lines)
    assert facts["articles"][0]["record"]


def test_an_address_says_what_the_record_made_and_makes_of_it(folders, capsys, site, monkeypatch):
    """Seen at the first poll, which never alerts; today there would be nobody to tell."""
    text = "Leeds's children's services have been rated inadequate by Ofsted. The impact of leaders was judged inadequate."
    story = f"<h1>Leeds services inadequate</h1><article><p>{text}</p></article>"
    monkeypatch.setitem(PAGES, "/a1", f"<!doctype html><title>Leeds</title>{story}")
    main(["once", *folders])
    capsys.readouterr()
    assert main(["sources", "test", f"{site}/a1", *folders]) == 0
    out = capsys.readouterr().out
    assert "what the record makes of it, seen today:" in out
    then = [line for line in out.splitlines() if "    then: " in line]
    assert then
    assert main(["sources", "test", f"{site}/a1", "--json", *folders]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert len(facts["announced"]["changes"]) + len(facts["announced"]["background"]) == len(then)
    assert any("Leeds" in line for line in facts["articles"][0]["record"])


def test_a_wall_is_named_and_fails(folders, capsys):
    assert main(["sources", "test", "wall", *folders]) == 1
    assert "interstitial" in capsys.readouterr().out


def test_a_mistyped_source_gets_the_nearest(folders, capsys):
    assert main(["sources", "test", "gazete", *folders]) == 2
    assert "did you mean 'gazette'" in capsys.readouterr().err


def test_a_source_that_cannot_be_built_is_named_with_its_line(folders, capsys, tmp_path, monkeypatch):
    monkeypatch.delenv("GUARDIAN_API_KEY", raising=False)
    with (tmp_path / "config" / "sources.toml").open("a") as file:
        file.write('[[source]]\nname = "paper"\nkind = "guardian"\n')
    assert main(["sources", "test", "gazette", *folders]) == 2
    error = capsys.readouterr().err
    assert "sources.toml:" in error
    assert '"paper"' in error
    assert "GUARDIAN_API_KEY" in error


def test_a_report_is_read_as_one(tmp_path, capsys):
    site = report_site.Site()
    for reports in site.reports.values():
        reports[:] = [("1", "Children's services inspection", "9 May 2013")]
    newest = {i.authority: i for i in sorted(history(), key=lambda i: i.published) if i.framework == "ILACS"}
    inspection = newest[report_site.CURRENT[0]]
    title = f"Inspection of {inspection.authority.name} local authority children's services"
    site.publishes(inspection.authority.urn, "2", "Children's services inspection", f"{inspection.published:%d %B %Y}")
    site.files[f"/v1/file/{inspection.authority.urn}2"] = pdf(report_pages.ilacs(inspection, title, report_pages.grade_below))
    site.files["/robots.txt"] = b"User-agent: *\nAllow: /\n"
    with report_site.serving(site) as base:
        config = tmp_path / "config"
        config.mkdir()
        (config / "monitor.toml").write_text("[fetch]\nallow_private = true\n")
        (config / "sources.toml").write_text(f'[[source]]\nname = "reports"\nkind = "ofsted"\nurl = "{base}"\n')
        folders = ["--config", str(config), "--state", str(tmp_path / "state")]
        assert main(["sources", "test", "reports", "--articles", "200", *folders]) == 1, "the other reports are not there"
    out = capsys.readouterr().out
    assert f"{len(report_site.CURRENT)} items" in out
    assert "ILACS report" in out
    for area, rating in inspection.ratings.items():
        assert f"{inspection.authority.name}: {area.words}: {rating.words}" in out


def test_why_was_an_article_not_seen(folders, capsys, site):
    assert main(["sources", "test", f"{site}/a2", *folders]) == 0
    assert "nothing was polled yet" in capsys.readouterr().out
    main(["once", *folders])
    capsys.readouterr()
    assert main(["sources", "test", f"{site}/a1?utm_source=x", *folders]) == 1  # this server knows no such address
    assert "gazette announced it" in capsys.readouterr().out
    main(["sources", "test", f"{site}/a2", *folders])
    assert "no source has announced it" in capsys.readouterr().out


def test_stale_sources_are_told_with_an_exit_status(folders, capsys, tmp_path):
    assert main(["sources", "stale", *folders]) == 1  # nothing was polled yet
    main(["once", *folders])
    assert main(["sources", "stale", *folders]) == 0
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    now = datetime.now(UTC)
    for seconds in (0, 1):
        polled(store, "gazette", Poll(items=0), now=now + timedelta(seconds=seconds), next_due_at=now)
    store.close()
    capsys.readouterr()
    assert main(["sources", "stale", "--json", *folders]) == 1
    assert json.loads(capsys.readouterr().out)["gazette"][0]["alarm"] == "empty"


def test_a_source_that_moved_is_among_the_stale(folders, capsys, tmp_path):
    main(["once", *folders])
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET moved_to = 'https://new.example/feed' WHERE name = 'gazette'")
    store.close()
    capsys.readouterr()
    assert main(["sources", "stale", *folders]) == 1
    assert "gazette: has moved for good to https://new.example/feed: change its `url`" in capsys.readouterr().out
    assert main(["sources", "stale", "--json", *folders]) == 1
    (told,) = json.loads(capsys.readouterr().out)["gazette"]
    assert (told["alarm"], told["since"]) == ("moved", None)


def test_history_remembers_items_and_words(folders, tmp_path):
    main(["once", *folders])
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    (poll,) = store.poll_history(since=datetime(2020, 1, 1, tzinfo=UTC))["gazette"]
    assert (poll.ok, poll.items, poll.fresh) == (True, 2, 1)
    assert poll.words is not None
    assert poll.words > 100
    assert store.find_link("https://nowhere.example/") is None
    store.close()


def test_list_says_how_often_a_source_is_really_polled(folders, capsys, tmp_path):
    sources = tmp_path / "config" / "sources.toml"
    sources.write_text(sources.read_text().replace('name = "gazette"', 'name = "gazette"\ninterval = "30s"'))
    assert main(["sources", "list", *folders]) == 0
    said = capsys.readouterr().out
    assert "every 30s, days off 90s" in said  # under five minutes it is kept on working days, nights included
    assert "every 15m, at night 1h, days off 45m" in said
    main(["sources", "list", "--json", *folders])
    rows = {row["name"]: row["effective"] for row in json.loads(capsys.readouterr().out)}
    assert rows["gazette"] == {"day": 30, "edge": 30, "night": 30, "off": 90, "off_night": 180}
    assert rows["wall"] == {"day": 900, "edge": 1800, "night": 3600, "off": 2700, "off_night": 5400}


def test_a_source_is_polled_by_hand_and_what_is_new_is_read(folders, capsys):
    assert main(["sources", "poll", "gazette", *folders]) == 0
    assert "gazette: polled here; 2 items, " in capsys.readouterr().out
    assert main(["sources", "poll", "wall", *folders]) == 2
    assert "stands by" in capsys.readouterr().err


def test_a_source_is_polled_by_the_monitor_that_runs_when_one_does(folders, capsys, tmp_path, monkeypatch):
    """It has the state to itself; so it is asked, and what it did is told."""
    assert main(["sources", "poll", "gazette", *folders]) == 0
    capsys.readouterr()
    from monitor.app.leader import single_instance
    from monitor.commands import poll

    monkeypatch.setattr(poll, "PATIENCE", 20.0)
    begun = datetime.now(UTC)
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")

    def the_other_one() -> None:
        deadline = time.monotonic() + 20
        while (store.source_state("gazette").next_due_at or begun) > datetime.now(UTC) and time.monotonic() < deadline:
            time.sleep(0.05)
        polled = PollResult(source="gazette", poll=Poll(items=7), next_due_at=datetime.now(UTC))
        store.record_polls([polled], now=datetime.now(UTC))

    with single_instance(tmp_path / "state"):
        other = threading.Thread(target=the_other_one)
        other.start()
        assert main(["sources", "poll", "gazette", *folders]) == 0
        other.join()
    store.close()
    assert "gazette: polled by the monitor that runs; 7 items, 0 new links." in capsys.readouterr().out
