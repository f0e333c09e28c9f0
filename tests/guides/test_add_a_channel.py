"""docs/how_to_add_a_channel.md, followed: a service by Apprise, and the same with a channel of its own."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.channels.servers import Hook, http_server
from tests.guides.guide import Copy, Guide

GUIDE = Guide.named("how_to_add_a_channel.md")
BY_APPRISE, OF_ITS_OWN = GUIDE.part("## A service that Apprise knows"), GUIDE.part("## A service that deserves its own")
CHANNEL, SUBSCRIPTION = BY_APPRISE.blocks("toml")
VARIABLE, ADDRESS = re.fullmatch(r"export (\w+)='(.*)'\n", BY_APPRISE.block("sh")).groups()  # type: ignore[union-attr]


@pytest.fixture
def configured(copy: Copy) -> Copy:
    """What the page writes into the configuration, and the address in the environment."""
    copy.configure(channels=CHANNEL, subscriptions=SUBSCRIPTION)
    copy.environment[VARIABLE] = ADDRESS
    return copy


def with_its_own(copy: Copy) -> None:
    (name,) = set(re.findall(r"Written to `(monitor/channels/types/\w+\.py)`", OF_ITS_OWN.text))
    copy.put(name, OF_ITS_OWN.block("python"))


@pytest.mark.parametrize("own", [False, True], ids=["by Apprise", "of its own"])
def test_check_builds_the_channel_and_shows_where_it_leads(configured: Copy, own: bool) -> None:
    if own:
        with_its_own(configured)
    done = configured.run("check")
    assert done.returncode == 0, done.stdout
    assert tomllib.loads(CHANNEL)["channel"].keys() == {"ntfy"}
    assert re.search(r"\bntfy\b", done.stdout)
    assert "whoever follows the topic" in done.stdout or not own
    configured.environment[VARIABLE] = ADDRESS.replace("ntfys", "nttfys")
    done = configured.run("check")
    assert done.returncode == 2
    assert ADDRESS.partition("//")[2] not in done.stdout + done.stderr  # it is a secret
    del configured.environment[VARIABLE]
    assert VARIABLE in configured.run("check").stdout + configured.run("check").stderr


@pytest.mark.parametrize("own", [False, True], ids=["by Apprise", "of its own"])
def test_a_test_alert_arrives(configured: Copy, own: bool) -> None:
    if own:
        with_its_own(configured)
    with http_server() as (hook, address):
        configured.environment[VARIABLE] = address.replace("http", "ntfy") + "/alerts"
        done = configured.run("test-alert", "ntfy")
    assert done.returncode == 0, done.stdout + done.stderr
    ((_, _, told),) = hook.requests
    assert "TEST" in told["title"]
    assert told["topic"] == "alerts"
    assert "Trafford" in told["message"]
    if own:
        assert told["priority"] == 5
        assert told["actions"][0]["url"].startswith("https://")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param((200, "{}", {}), "sent", id="taken"),
        pytest.param((429, "{}", {"Retry-After": "60"}), "transient", id="too many"),
        pytest.param((403, "{}", {}), "permanent", id="forbidden"),
        pytest.param((500, "{}", {}), "uncertain", id="broken"),
        pytest.param((0, "", {}), "uncertain", id="no answer"),
    ],
)
def test_its_own_keeps_the_contract_of_send(configured: Copy, answer: tuple[int, str, dict[str, str]], outcome: str) -> None:
    with_its_own(configured)
    program = """
import json, sys
from monitor.channels import build_channel
from tests.channels.test_webhook import DELIVERY
address = sys.argv[1]
channel = build_channel("ntfy", {"url_env": "NTFY"}, lambda name: address)
results = [channel.send(DELIVERY, lambda: claimed) for claimed in (True, False)]
print(json.dumps({"results": [str(each.result) for each in results], "reasons": [each.reason for each in results]}))
"""
    with http_server(Hook(answer=lambda: answer)) as (hook, address):
        told = configured.says(program, address.replace("http", "ntfy") + "/alerts")
    assert told["results"] == [outcome, "transient"]
    assert told["reasons"][1] == "lost_claim"
    assert len(hook.requests) == 1
    assert hook.requests[0][2] == {"topic": "alerts", "title": "s", "message": "t"}  # frozen before the channel was there


def test_its_own_is_as_the_house_wants_it(configured: Copy) -> None:
    with_its_own(configured)
    module = str(configured.path("monitor/channels/types/ntfy.py"))
    for arguments in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy", "--strict"]):
        done = configured.module(*arguments, module)
        assert done.returncode == 0, done.stdout + done.stderr
