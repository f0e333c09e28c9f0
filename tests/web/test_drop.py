"""Dropping an article over HTTP: who may, what may, and that it is read as any other."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from monitor.fetch.dropped import MAX_BYTES
from monitor.ports import SourceState
from monitor.sources import build_source
from monitor.web.drop import drop_router

TOKEN = "a-token-of-enough-length"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
STORY = "Council rated good\n\nThe council's services were rated good by inspectors, who praised its leaders."


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "drop"


@pytest.fixture
async def client(folder):
    app = FastAPI()
    app.include_router(drop_router({"mine": folder}, TOKEN))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def test_what_is_dropped_is_announced_by_the_source(client, folder):
    answer = await client.post("/drop/mine", content=STORY, headers=AUTH | {"Content-Type": "text/plain; charset=utf-8"})
    again = await client.post("/drop/mine", content=STORY, headers=AUTH | {"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (201, again.json())
    poll = await build_source({"name": "mine", "kind": "drop", "folder": str(folder)}).poll(None, SourceState(name="mine"))
    assert [link.url for link in poll.links] == [f"drop://mine/{answer.json()['file']}"]
    assert [path.read_text() for path in folder.iterdir()] == [STORY]


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/drop/mine", {"Content-Type": "text/plain"}, STORY, 401),
        ("/drop/mine", {"Content-Type": "text/plain", "Authorization": "Bearer wrong"}, STORY, 401),
        ("/drop/other", {"Content-Type": "text/plain"}, STORY, 401),
        ("/drop/other", AUTH | {"Content-Type": "text/plain"}, STORY, 404),
        ("/drop/..%2Fmine", AUTH | {"Content-Type": "text/plain"}, STORY, 404),
        ("/drop/mine", AUTH | {"Content-Type": "application/x-sh"}, STORY, 415),
        ("/drop/mine", AUTH | {"Content-Type": "text/plain"}, " \n", 422),
        ("/drop/mine", AUTH | {"Content-Type": "text/plain"}, b"x" * (MAX_BYTES + 1), 413),
    ],
)
async def test_who_and_what_is_refused(client, folder, path, headers, body, status):
    assert (await client.post(path, content=body, headers=headers)).status_code == status
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ([f"Bearer {TOKEN}"], 201),
        ([f"bearer {TOKEN}"], 201),  # a scheme is the same in any case (RFC 9110)
        ([TOKEN], 401),
        ([f"Bearer{TOKEN}"], 401),
        ([f"Bearer  {TOKEN}"], 401),
        ([f"Bearer {TOKEN}\u00a0"], 401),
        ([f"Bearer {TOKEN}x"], 401),
        ([f"Token {TOKEN}"], 401),
        ([f"Bearer Bearer {TOKEN}"], 401),
        ([f"Bearer {TOKEN}", "Bearer wrong"], 401),
        (["Bearer "], 401),
        ([""], 401),
    ],
)
async def test_a_token_has_one_form(client, shown, status):
    headers = [("Content-Type", "text/plain"), *(("Authorization", each.encode("latin-1")) for each in shown)]
    assert (await client.post("/drop/mine", content=STORY, headers=headers)).status_code == status


def test_a_token_that_could_be_guessed_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        drop_router({}, "secret")
