"""What is said of silence: how well we listened, by name where somebody was not heard, and no more than we know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain.model import SourceClass
from monitor.domain.no_news import Ear, Hearing
from monitor.domain.subscriptions import Subscription
from monitor.messages import Renderer
from monitor.messages.no_news import deaf_notice, silence_notice

NOW = datetime(2026, 7, 20, 6, 31, tzinfo=UTC)
WISH = Subscription(name="north", channel="mail", to="ann@reader.test", silence="weekly", note="For the meeting")


def ear(name: str, *, deaf: bool = False) -> Ear:
    return Ear(outlet=name, source_class=SourceClass.PRESS, deaf_since=NOW - timedelta(days=4) if deaf else None)


def test_a_quiet_week_says_how_well_we_listened() -> None:
    hearing = Hearing(ears=tuple(ear(f"Outlet {n}", deaf=n == 7) for n in range(39)), official_at=NOW - timedelta(minutes=20))
    told = Renderer().render(silence_notice("n1", NOW, WISH, hearing, NOW, unsubscribe="https://m.example/u/x"))
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
    hearing = Hearing(ears=tuple(ear(f"Outlet {n}", deaf=True) for n in range(12)))
    notice = silence_notice("n1", NOW, WISH, hearing, NOW)
    assert "Ofsted" not in " ".join(notice.words)
    assert notice.words[1].endswith("Outlet 4, Outlet 5 and 4 more.")


def test_who_cannot_be_heard_is_named_and_what_that_means() -> None:
    notice = deaf_notice("n1", NOW, WISH, [ear("The <Gazette>", deaf=True)])
    assert notice.title == "We cannot hear The <Gazette> at present"
    assert "silence does not mean that nothing changed" in notice.words[1]
    assert "<Gazette>" not in Renderer().render(notice).html
    two = deaf_notice("n1", NOW, WISH, [ear("A", deaf=True), ear("B", deaf=True)])
    assert two.words[0].startswith("A and B have told us nothing since 16 July 2026.")
