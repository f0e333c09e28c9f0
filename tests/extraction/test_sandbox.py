"""The sandbox survives whatever the parsed bytes do to its child."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.extraction.sandbox import Sandbox
from monitor.ports import ReadError

FUNCTIONS = "hostile_functions"


@pytest.fixture(autouse=True)
def functions_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(cpu=2, wall=10) as sandbox:
        yield sandbox


def call(sandbox: Sandbox, name: str, *arguments: object) -> object:
    return sandbox.call(f"{FUNCTIONS}:{name}", *arguments)


def test_arguments_and_results_travel(sandbox: Sandbox) -> None:
    assert call(sandbox, "echo", b"\x00" * 3_000_000, "caf\u00e9", None, b"", [1, {"a": 2}]) == [
        [3_000_000, "\N{REPLACEMENT CHARACTER}"],  # NUL is no text
        "caf\u00e9",
        None,
        [0, ""],
        [1, {"a": 2}],
    ]


def test_the_child_is_kept_between_calls(sandbox: Sandbox) -> None:
    assert call(sandbox, "process") == call(sandbox, "process") == sandbox.pid


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
def test_a_failure_has_its_reason_and_the_next_call_works(sandbox: Sandbox, name: str, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        call(sandbox, name)
    assert caught.value.reason == reason
    assert call(sandbox, "echo", 1) == [1]


@pytest.mark.parametrize("name", ["sleep", "deaf"])
def test_a_call_that_waits_is_killed_at_the_wall_limit(name: str) -> None:
    with Sandbox(wall=0.5) as sandbox:
        with pytest.raises(ReadError) as caught:
            call(sandbox, name)
        assert caught.value.reason == "timeout"
        assert sandbox.pid is None


def test_a_call_that_spins_is_killed_by_the_processor_limit() -> None:
    with Sandbox(cpu=1, wall=60) as sandbox:
        with pytest.raises(ReadError) as caught:
            call(sandbox, "spin")
        assert caught.value.reason == "timeout"
        assert "processor" in str(caught.value)
        assert call(sandbox, "echo", 1) == [1]


def test_an_answer_beyond_the_limit_is_not_read() -> None:
    with Sandbox(answer_limit=1_000_000) as sandbox, pytest.raises(ReadError) as caught:
        call(sandbox, "flood")
    assert caught.value.reason == "too_large"


def test_prints_do_not_corrupt_the_answers(sandbox: Sandbox) -> None:
    assert call(sandbox, "chatter") == "done"
    assert call(sandbox, "echo", 2) == [2]


def test_the_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_MAIL_URL", "mailtos://user:secret@example.org")
    with Sandbox() as sandbox:
        assert "MONITOR_MAIL_URL" not in call(sandbox, "environment")  # type: ignore[operator]  # a dict in JSON


def test_the_child_is_replaced_after_its_number_of_calls() -> None:
    with Sandbox(calls=2) as sandbox:
        processes = [call(sandbox, "process") for _ in range(4)]
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_threads_take_turns(sandbox: Sandbox) -> None:
    results: dict[int, object] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: call(sandbox, "echo", n)})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [n] for n in range(8)}


def together(sandbox: Sandbox, calls: list[tuple[str, tuple[object, ...]]]) -> list[object]:
    """What each of many calls from as many threads comes to: its result, or the reason of its failure."""
    results: list[object] = [None] * len(calls)

    def one(index: int, name: str, arguments: tuple[object, ...]) -> None:
        try:
            results[index] = call(sandbox, name, *arguments)
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
    with Sandbox(wall=0.7, calls=5, answer_limit=100_000) as sandbox:
        assert together(sandbox, calls) == expected


def test_the_child_can_be_there_before_the_first_page() -> None:
    with Sandbox() as sandbox:
        sandbox.start()
        process = sandbox.pid
        assert process is not None
        assert call(sandbox, "process") == process


def test_close_ends_the_child() -> None:
    sandbox = Sandbox()
    process = call(sandbox, "process")
    sandbox.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(process)), 0)
    assert call(sandbox, "echo", 1) == [1]
    sandbox.close()
