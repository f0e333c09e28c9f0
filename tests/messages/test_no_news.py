"""What is said of silence: how well we listened, by name where somebody was not heard, and no more than we know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.model import SourceClass
from monitor.domain.no_news import Coverage, SourceCoverage
from monitor.domain.subscriptions import Subscription
from monitor.messages import Renderer
from monitor.messages.no_news import no_news_notice, outage_notice

NOW = datetime(2026, 7, 20, 6, 31, tzinfo=UTC)
WISH = Subscription(name="north", channel="mail", to="ann@reader.test", no_news="weekly", note="For the meeting")


def source(name: str, *, down: bool = False) -> SourceCoverage:
    return SourceCoverage(outlet=name, source_class=SourceClass.PRESS, down_since=NOW - timedelta(days=4) if down else None)


def test_a_quiet_week_says_how_well_we_listened() -> None:
    coverage = Coverage(
        sources=tuple(source(f"Outlet {n}", down=n == 7) for n in range(39)), official_at=NOW - timedelta(minutes=20)
    )
    told = Renderer().render(no_news_notice("n1", NOW, WISH, coverage, NOW, unsubscribe="https://m.example/u/x"))
    text = " ".join(told.text.split())
    assert told.subject == "Nothing changed in the week to 20 Jul"
    assert "No rating on your list “north” changed in the week to 20 July 2026." in text
    assert "38 of 39 sources are healthy. Not at present: Outlet 7." in text
    assert "last read through on 20 July 2026 at 07:11" in text
    assert "Your note: For the meeting" in text
    assert "https://m.example/u/x" in text
    assert told.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "38 of 39 sources are healthy." in told.html


def test_without_the_official_list_nothing_is_said_of_it_and_many_names_are_counted() -> None:
    coverage = Coverage(sources=tuple(source(f"Outlet {n}", down=True) for n in range(12)))
    notice = no_news_notice("n1", NOW, WISH, coverage, NOW)
    assert "Ofsted" not in " ".join(notice.words)
    assert notice.words[1].endswith("Outlet 4, Outlet 5 and 4 more.")


def test_who_cannot_be_heard_is_named_and_what_that_means() -> None:
    notice = outage_notice("n1", NOW, WISH, [source("The <Gazette>", down=True)])
    assert notice.title == "We cannot hear The <Gazette> at present"
    assert "silence does not mean that nothing changed" in notice.words[1]
    assert "<Gazette>" not in Renderer().render(notice).html
    two = outage_notice("n1", NOW, WISH, [source("A", down=True), source("B", down=True)])
    assert two.words[0].startswith("A and B have told us nothing since 16 July 2026.")
