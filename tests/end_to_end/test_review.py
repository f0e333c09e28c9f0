"""What a person accepts goes out as real mail, once: beside a monitor that runs, after a crash, and with several at it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.cli import main
from monitor.store import open_store
from monitor.system.clock import SystemClock
from tests.builders import article, judgements, result
from tests.commands.test_review import ONE, SENTENCE
from tests.end_to_end.test_daemon_process import Process, until
from tests.end_to_end.town import Town

SUBSCRIPTION = '[[subscription]]\nname = "everything"\nchannel = "mail"\nto = "reader@council.example"\n'
CHANNEL = '[channel.mail]\nurl_env = "TEST_MAIL_URL"\n'
Start = Callable[[], Process]


@pytest.fixture
def house(either_town: Town) -> Town:
    """A monitor with one thing that waits."""
    either_town.configure(("gazette",), channels=CHANNEL, subscriptions=SUBSCRIPTION)
    settings = either_town.folder / "config" / "monitor.toml"
    settings.write_text(settings.read_text() + '[operator]\nchannels = ["mail: ops@council.example"]\n')
    waits(either_town, 1)
    return either_town


def address(town: Town) -> str:
    return town.database or f"sqlite:///{town.folder / town.state / 'monitor.db'}"


def waits(town: Town, number: int) -> None:
    """An article that leaves it open whether Ofsted called leadership outstanding."""
    now, text = SystemClock().now(), f"{SENTENCE} The {number}. of our reports."
    document = article(text, published=now.date(), retrieved=now, url=f"https://news.test/{number}", outlet=f"Paper {number}")
    found = replace(
        result(text, {}), uncertain=judgements(text, {ONE: "leadership outstanding"}, quote=SENTENCE, probability=0.7)
    )
    store = open_store(address(town))
    store.record(document, found, link=None, baseline=False, now=now)
    store.close()


def ids(town: Town) -> list[str]:
    store = open_store(address(town))
    found = [item.id for item in store.reviews()]
    store.close()
    return found


def typed(town: Town, *words: str) -> int:
    return main([*words, "--config", str(town.folder / "config"), "--state", str(town.folder / town.state)])


def alerts(town: Town) -> list[str]:
    """The subjects of what readers got."""
    return [str(mail["Subject"]) for recipient, mail in town.mailbox.mails if recipient == "reader@council.example"]


@pytest.fixture
def start(house: Town) -> Start:
    return lambda: Process(house.folder / "config", house.folder / house.state)


def ends(process: Process, how: signal.Signals = signal.SIGTERM) -> None:
    process.popen.send_signal(how)
    process.popen.wait(30)


def test_accepted_beside_a_running_monitor_it_is_mailed_once(house: Town, start: Start) -> None:
    process = start()
    try:
        (identity,) = ids(house)
        until(lambda: any(recipient == "ops@council.example" for recipient, _ in house.mailbox.mails), 90)
        assert typed(house, "review", "accept", identity) == 0
        assert typed(house, "review", "accept", identity) == 1
        until(lambda: alerts(house))
    finally:
        ends(process)
    assert len(alerts(house)) == 1
    assert "outstanding" in alerts(house)[0]
    assert SENTENCE in " ".join(house.mailbox.text().split())


def test_accepted_before_a_crash_it_is_mailed_once_after_it(house: Town, start: Start) -> None:
    process = start()
    ends(process, signal.SIGKILL)
    assert typed(house, "review", "accept", *ids(house)) == 0
    process = start()
    until(lambda: alerts(house))
    ends(process, signal.SIGKILL)
    process = start()
    ends(process)
    assert len(alerts(house)) == 1


def test_accepted_by_many_at_once_it_is_one_change(house: Town) -> None:
    for number in (2, 3, 4):
        waits(house, number)
    found = ids(house)
    outcomes: list[int] = []

    def accepting(each: str) -> None:
        store = open_store(address(house))
        outcomes.append(len(store.accept_reviews([each], by="ann", now=SystemClock().now())))
        store.close()

    threads = [threading.Thread(target=accepting, args=(each,)) for each in [*found, *found]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = open_store(address(house))
    assert sorted(outcomes) == [0] * len(found) + [1] * len(found)
    assert len(store.changes()) == 1
    store.close()


def test_once_tells_the_operator_and_sends_what_was_accepted(house: Town) -> None:
    assert typed(house, "once") == 0
    (word,) = [
        mail for recipient, mail in house.mailbox.mails if recipient == "ops@council.example" and "review" in mail["Subject"]
    ]
    assert word["Subject"] == "Operator notice: 1 judgement waits for review"
    assert typed(house, "review", "accept", *ids(house)) == 0
    for _ in range(2):  # the first sends it, though nothing else is new and it could wait for company
        assert typed(house, "once") == 0
        assert len(alerts(house)) == 1
    assert len([mail for _, mail in house.mailbox.mails if "review" in mail["Subject"]]) == 1
