"""Two lanes: what is quickly read never waits for what is not, and no page costs more than a child."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.extraction.lanes import Lanes
from monitor.extraction.lengths import MAX_INLINE, MAX_TEXT, beginning
from monitor.ports import ReadError

ECHO, SPIN = "hostile_functions:echo", "hostile_functions:spin"


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lanes]:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    with Lanes(quick=1, slow=4) as made:
        yield made


def test_what_takes_its_time_is_done_in_the_slow_lane(lanes: Lanes) -> None:
    assert lanes.call("hostile_functions:work", 1.3) == "done"


def test_what_is_quick_does_not_wait_for_what_is_not(lanes: Lanes) -> None:
    ended: list[str] = []

    def hostile() -> None:
        with pytest.raises(ReadError):
            lanes.call(SPIN)
        ended.append("hostile")

    threads = [threading.Thread(target=hostile) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    assert lanes.call(ECHO, 1) == [1]
    ended.append("honest")
    for thread in threads:
        thread.join()
    assert ended == ["honest", "hostile", "hostile"]


def test_a_hog_gets_no_more_than_its_share_in_either_lane(lanes: Lanes) -> None:
    with pytest.raises(ReadError) as caught:
        lanes.call("hostile_functions:hoard")
    assert caught.value.reason == "memory"
    assert lanes.call(ECHO, 1) == [1]


def test_the_beginning_is_whole_paragraphs_and_never_more_than_an_article_can_be() -> None:
    assert beginning("short") == "short"
    for text in ("x" * (MAX_TEXT + 1), "word " * MAX_TEXT, "para\n\n" * MAX_TEXT):
        kept = beginning(text)
        assert len(kept) <= MAX_TEXT
        assert text.startswith(kept)
    assert beginning("para\n\n" * MAX_TEXT).endswith("para")
    assert MAX_INLINE < MAX_TEXT


NEWS = (
    "Ofsted has rated children's services in Leeds inadequate, the council said on Tuesday. It had been good for eight years."
)
BULKY = {
    "links": "<div><a href='/some/link/here'>Link words</a></div>" * 25_000,
    "scripts": "<script>var a = '" + "x" * 1_500_000 + "'</script><style>" + "p{color:red}" * 50_000 + "</style>",
    "pictures": "<svg>" + "<path d='M0 0'/>" * 80_000 + "</svg>",
}


@pytest.mark.parametrize("bulk", BULKY.values(), ids=BULKY)
def test_of_a_page_that_is_too_much_for_a_second_opinion_the_first_one_counts(bulk: str) -> None:
    page = f"<html><head><title>A story of our time</title></head><body><article><h1>A story of our time</h1><p>{NEWS}</p></article>{bulk}</body></html>"
    small = page.replace(bulk, "<div></div>")
    with Lanes() as lanes:
        read = [
            lanes.call("monitor.extraction.html.article:read_article", each.encode(), "https://x.test/1")
            for each in (small, page)
        ]
    assert [each["text"] for each in read] == [NEWS, NEWS]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux how much is held")
def test_after_a_page_that_wants_much_a_child_holds_little_more_than_before() -> None:
    """What is retained adds up with the daemon and the other child; all of them have 300 MB."""

    def held() -> int:
        return int(Path(f"/proc/{lanes.pid}/statm").read_text().split()[1]) * resource.getpagesize() >> 20

    with Lanes() as lanes:
        for name in ("small", "large"):
            body = b"<title>x</title><p>" + b"a " * (2_000_000 if name == "large" else 200)
            lanes.call("monitor.extraction.html.article:read_article", body, "https://x.test/1")
            if name == "small":
                before = held()
        assert held() < before + 15, "MiB"
