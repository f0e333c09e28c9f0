"""The worker survives whatever the parsed bytes do to its child."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.extraction.sandbox import Worker
from monitor.ports import ReadError

FUNCTIONS = "hostile_functions"


@pytest.fixture(autouse=True)
def functions_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(cpu=2, wall=10) as worker:
        yield worker


def call(worker: Worker, name: str, *arguments: object) -> object:
    return worker.call(f"{FUNCTIONS}:{name}", *arguments)


def test_arguments_and_results_travel(worker: Worker) -> None:
    assert call(worker, "echo", b"\x00" * 3_000_000, "caf\u00e9", None, b"", [1, {"a": 2}]) == [
        [3_000_000, "\N{REPLACEMENT CHARACTER}"],  # NUL is no text
        "caf\u00e9",
        None,
        [0, ""],
        [1, {"a": 2}],
    ]


def test_the_child_is_kept_between_calls(worker: Worker) -> None:
    assert call(worker, "process") == call(worker, "process") == worker.pid


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hoard", "memory"),
        ("crash", "crashed"),
        ("leave", "crashed"),
        ("refuse", "poem"),
        ("stumble", "failed"),
        ("unspeakable", "failed"),
        ("descend", "too_deep"),
        ("want", "fault"),
        ("crowd", "memory"),
        ("missing", "failed"),
    ],
)
def test_a_failure_has_its_reason_and_the_next_call_works(worker: Worker, name: str, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        call(worker, name)
    assert caught.value.reason == reason
    assert call(worker, "echo", 1) == [1]


@pytest.mark.parametrize("name", ["sleep", "deaf"])
def test_a_call_that_waits_is_killed_at_the_wall_limit(name: str) -> None:
    with Worker(wall=0.5) as worker:
        with pytest.raises(ReadError) as caught:
            call(worker, name)
        assert caught.value.reason == "timeout"
        assert worker.pid is None


def test_a_call_that_spins_is_killed_by_the_processor_limit() -> None:
    with Worker(cpu=1, wall=60) as worker:
        with pytest.raises(ReadError) as caught:
            call(worker, "spin")
        assert caught.value.reason == "timeout"
        assert "processor" in str(caught.value)
        assert call(worker, "echo", 1) == [1]


def test_an_answer_beyond_the_limit_is_not_read() -> None:
    with Worker(answer_limit=1_000_000) as worker, pytest.raises(ReadError) as caught:
        call(worker, "flood")
    assert caught.value.reason == "too_large"


def test_prints_do_not_corrupt_the_answers(worker: Worker) -> None:
    assert call(worker, "chatter") == "done"
    assert call(worker, "echo", 2) == [2]


def test_the_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_MAIL_URL", "mailtos://user:secret@example.org")
    with Worker() as worker:
        assert "MONITOR_MAIL_URL" not in call(worker, "environment")  # type: ignore[operator]  # a dict in JSON


def test_the_child_is_replaced_after_its_number_of_calls() -> None:
    with Worker(calls=2) as worker:
        processes = [call(worker, "process") for _ in range(4)]
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_threads_take_turns(worker: Worker) -> None:
    results: dict[int, object] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: call(worker, "echo", n)})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [n] for n in range(8)}


def together(worker: Worker, calls: list[tuple[str, tuple[object, ...]]]) -> list[object]:
    """What each of many calls from as many threads comes to: its result, or the reason of its failure."""
    results: list[object] = [None] * len(calls)

    def one(index: int, name: str, arguments: tuple[object, ...]) -> None:
        try:
            results[index] = call(worker, name, *arguments)
        except ReadError as error:
            results[index] = error.reason

    threads = [threading.Thread(target=one, args=(index, *each)) for index, each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_page_that_waited_behind_a_deadly_one_is_read_and_not_blamed() -> None:
    """Requests are sent ahead: whatever kills or replaces the child, each caller gets its own answer and nobody else's."""
    deadly = {
        "crash": "crashed",
        "leave": "crashed",
        "sleep": "timeout",
        "hoard": "memory",
        "flood": "too_large",
        "refuse": "poem",
    }
    calls: list[tuple[str, tuple[object, ...]]] = []
    expected: list[object] = []
    for index, (name, reason) in enumerate(deadly.items()):
        for size in (10, 300_000, 3_000_000):  # a pipe holds one of them, or not
            calls.append(("echo", (index, bytes([65 + index]) * size)))
            expected.append([index, [size, chr(65 + index)]])
        calls.append((name, ()))
        expected.append(reason)
    with Worker(wall=0.7, calls=5, answer_limit=100_000) as worker:
        assert together(worker, calls) == expected


def test_the_child_can_be_there_before_the_first_page() -> None:
    with Worker() as worker:
        worker.start()
        process = worker.pid
        assert process is not None
        assert call(worker, "process") == process


def test_close_ends_the_child() -> None:
    worker = Worker()
    process = call(worker, "process")
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(process)), 0)
    assert call(worker, "echo", 1) == [1]
    worker.close()
