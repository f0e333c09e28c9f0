"""The whole monitor on articles of our own: alerts once, correctly, and not again."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.demo.site import DemoArticle, demo_articles
from tests.end_to_end.town import Alerted, Print, Town

TRAFFORD, SOUTH_TYNESIDE, PORTSMOUTH = date(2026, 8, 3), date(2026, 8, 4), date(2026, 8, 18)
OUT, UP = "out_of_inadequate", "upgraded"

#: What the demonstration's articles change, by the day on which they appear.
EXPECTED: dict[date, set[Alerted]] = {
    TRAFFORD: {
        ("Trafford", "leadership", "requires_improvement", "inadequate", ("downgraded", "into_inadequate", "mixed")),
        ("Trafford", "help_and_protection", "requires_improvement", "inadequate", ("downgraded", "into_inadequate", "mixed")),
        ("Trafford", "children_in_care", "requires_improvement", "good", ("mixed", "upgraded")),
        ("Trafford", "care_leavers", None, "requires_improvement", ("first_rating",)),
    },
    SOUTH_TYNESIDE: {
        ("South Tyneside", "leadership", "inadequate", "good", (OUT, UP)),
        ("South Tyneside", "help_and_protection", "requires_improvement", "good", (UP,)),
        ("South Tyneside", "children_in_care", "inadequate", "good", (OUT, UP)),
        ("South Tyneside", "care_leavers", None, "outstanding", ("first_rating",)),
    },
    PORTSMOUTH: {
        ("Portsmouth", "leadership", "good", "outstanding", ("reached_outstanding", UP)),
        ("Portsmouth", "children_in_care", "good", "outstanding", ("reached_outstanding", UP)),
        ("Portsmouth", "care_leavers", "requires_improvement", "outstanding", ("reached_outstanding", UP)),
    },
}


def as_print(article: DemoArticle) -> Print:
    return Print(
        paper=article.feed, path=article.path, title=article.title, paragraphs=list(article.paragraphs), day=article.day
    )


def on(day: date) -> list[Print]:
    return [as_print(article) for article in demo_articles() if article.day == day]


def trafford() -> Print:
    return on(TRAFFORD)[0]


def test_each_change_is_alerted_on_its_day_and_nothing_else(either_town: Town) -> None:
    town = either_town
    town.configure(("gazette", "herald", "council"))
    for day, expected in EXPECTED.items():
        town.printed(*on(day))
        assert town.day(day) == expected
    assert town.sent() == (3, 3)
    assert town.deliveries() == {"sent": 6}
    assert [subject.split(":")[0] for subject in town.mailbox.subjects()] == ["Trafford", "South Tyneside", "Portsmouth"]
    assert {recipient for recipient, _ in town.mailbox.mails} == {"reader@council.example"}
    for quote in (
        "Services for children in care fared better and were rated good.",
        "Support for care leavers was judged to be",
    ):
        assert quote in " ".join(town.mailbox.text().split())


def test_polling_again_and_a_restart_send_nothing(either_town: Town) -> None:
    town = either_town
    town.configure(("gazette",))
    town.printed(trafford())
    assert town.day(TRAFFORD) == EXPECTED[TRAFFORD]
    for _ in range(2):  # every `once` is a start of the whole monitor on the state that the last one left
        assert town.day(TRAFFORD) == set()
    assert town.day(TRAFFORD + timedelta(days=1)) == set()
    assert town.sent() == (1, 1)


def test_a_second_outlet_on_the_same_inspection_sends_nothing(town: Town) -> None:
    town.configure(("gazette", "herald"))
    town.printed(trafford())
    town.day(TRAFFORD)
    town.printed(next(each for each in on(SOUTH_TYNESIDE) if "trafford" in each.path))
    assert town.day(SOUTH_TYNESIDE) == set()
    assert town.sent() == (1, 1)


def test_the_same_article_under_another_address_and_id_sends_nothing(town: Town) -> None:
    town.configure(("gazette",))
    town.printed(trafford())
    town.day(TRAFFORD)
    first = trafford()
    town.prints.clear()
    for number, path in enumerate(("/a/other", first.path + "?utm_source=feed", "/amp" + first.path)):
        town.printed(
            Print(paper="gazette", path=path, title=first.title, paragraphs=first.paragraphs, day=first.day, guid=f"x{number}")
        )
    assert town.day(TRAFFORD) == set()
    assert town.sent() == (1, 1)


INVENTED = date(2026, 10, 1)


def leeds(day: date) -> Print:
    """An inspection that no record knows, so that only its age can silence it."""
    return Print(
        paper="gazette",
        path=f"/leeds-{day}",
        title="Leeds children's services rated inadequate by Ofsted",
        paragraphs=[
            "The leadership of Leeds City Council's children's services has been rated inadequate by Ofsted.",
            "Help and protection for children in the city was also judged to be inadequate, the inspectors said in their report.",
            "Services for children in care were rated good.",
        ],
        day=day,
    )


def test_an_article_within_the_alert_window_alerts(town: Town) -> None:
    town.configure(("gazette",))
    town.printed(leeds(INVENTED))
    assert {alert[:2] for alert in town.day(INVENTED + timedelta(days=29))} >= {("Leeds", "leadership")}
    assert town.sent() == (1, 1)


def test_an_article_older_than_the_alert_window_sends_nothing(town: Town) -> None:
    town.configure(("gazette",))
    town.printed(leeds(INVENTED))
    assert town.day(INVENTED + timedelta(days=31)) == set()
    assert town.sent() == (0, 0)
    assert town.deliveries() == {}


def test_a_subscription_hears_only_what_it_asked_for(town: Town) -> None:
    town.configure(
        ("gazette", "herald", "council"),
        subscriptions='[[subscription]]\nname = "south"\nchannel = "mail"\nto = "s@council.example"\nregions = ["South East"]\n\n'
        '[[subscription]]\nname = "falls"\nchannel = "mail"\nto = "f@council.example"\nkinds = ["into_inadequate"]\n',
    )
    for day in EXPECTED:
        town.printed(*on(day))
        town.day(day)
    assert [(recipient, str(mail["Subject"]).split(":")[0]) for recipient, mail in town.mailbox.mails] == [
        ("f@council.example", "Trafford"),
        ("s@council.example", "Portsmouth"),
    ]
