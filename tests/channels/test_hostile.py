"""Hostile texts handed to services over real HTTP: each gets one message, as a text, under its own headers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from monitor.channels.apprise_channel import AppriseChannel
from monitor.channels.webhook import WebhookChannel
from monitor.messages import Notice
from monitor.ports import Result
from tests.channels.servers import Hook, http_server
from tests.hostile import CORPUS, unseen
from tests.messages.test_hostile import RENDER, delivered, harmless, notices

#: Calls a room, a person or a channel where such a service reads it in any text.
_CALLS = re.compile(r"(?<!\[)<(?:[!@#]|users/|at>)|(?<![\w\[])@\**(?:channel|here|everyone|all)\b")


ROWS = [row for number, row in enumerate(CORPUS) if number % 9 == 0 or row.kind == "mention"]


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from strings(each)


def said_by_an_outlet(text: str) -> Notice:
    """A notice that quotes a text; its other words are ours, and names are of those who set it up."""
    notice = next(notices(text))
    first = replace(notice.changes[0], outlet="The Gazette")
    return replace(notice, changes=(first,), context={}, reasons=(), notes=(), also=(), way_out="")


@pytest.mark.parametrize(
    ("channel", "calls"),
    [
        (lambda address: AppriseChannel("c", address.replace("http", "ntfy") + "/topic"), True),
        (lambda address: AppriseChannel("c", address.replace("http", "mmost") + "/3ccdd113474722377935511fc85d3dd4"), True),
        (lambda address: WebhookChannel("c", address.replace("http", "json") + "/hook", allow_private=True), False),
    ],
    ids=["ntfy", "mattermost", "webhook"],
)
def test_a_service_gets_one_text(channel: Callable[[str], Any], calls: bool) -> None:
    with http_server(Hook(answer=lambda: (200, "{}", {"Content-Length": "2"}))) as (hook, address):
        way = channel(address)
        assert way.send(delivered(harmless()[0]), lambda: True).result is Result.SENT
        ((path, usual, _),) = hook.requests
        for row in ROWS:
            message = RENDER.render(said_by_an_outlet(row.text))
            assert way.send(delivered(message), lambda: True).result is Result.SENT, row.id
            there, headers, body = hook.requests[-1]
            assert (there, headers.keys()) == (path, usual.keys()), row.id
            said = list(strings(body))
            assert [fault for each in said for fault in unseen(re.sub(r"\r\n|\n", " ", each))] == [], row.id
            if calls:
                assert not [each for each in said if _CALLS.search(each)], row.id
        assert len(hook.requests) == 1 + len(ROWS)
        assert json.dumps([body for _, _, body in hook.requests])
