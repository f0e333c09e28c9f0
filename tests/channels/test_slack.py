"""Slack, against an endpoint that answers as Slack documents."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from monitor.channels import build_channel
from monitor.channels.slack import SlackChannel
from monitor.domain.message import Message
from monitor.messages import Purpose
from monitor.ports import Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Hook, http_server

URL = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
BOT = "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#alerts"
PAYLOAD = {"text": "Kent: now good", "blocks": []}


def delivery(recipient: str = "") -> Delivery:
    message = Message(subject="Kent", forms={"text": "Kent <!channel>", "slack": json.dumps(PAYLOAD)})
    return Delivery(id="d1", channel="s", recipient=recipient, message=message, attempt=1, owner="o", epoch=1, created=NOW)


def test_a_webhook_gets_the_frozen_payload() -> None:
    with http_server() as (hook, address):
        outcome = SlackChannel("s", URL, endpoint=address).send(delivery(), lambda: True)
    assert outcome == Outcome(result=Result.SENT, reason="ok")
    ((path, headers, body),) = hook.requests
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert headers["Content-Type"].startswith("application/json")
    assert body == PAYLOAD


def test_a_bot_posts_to_the_channel_that_the_subscription_names() -> None:
    with http_server(Hook(answer=lambda: (200, '{"ok": true, "ts": "1.2"}', {}))) as (hook, address):
        assert SlackChannel("s", BOT, endpoint=address).send(delivery("#kent"), lambda: True).result is Result.SENT
        assert SlackChannel("s", BOT, endpoint=address).send(delivery(), lambda: True).result is Result.SENT
    assert [body["channel"] for _, _, body in hook.requests] == ["#kent", "#alerts"]
    assert hook.requests[0][1]["Authorization"].startswith("Bearer xoxb-")


def said(**answer: object) -> tuple[int, str, dict[str, str]]:
    return 200, json.dumps(answer), {}


def test_a_bot_remembers_what_slack_calls_its_message() -> None:
    with http_server(Hook(answer=lambda: said(ok=True, channel="C024BE91L", ts="1503435956.000247"))) as (_, address):
        outcome = SlackChannel("s", BOT, endpoint=address).send(delivery(), lambda: True)
    assert outcome == Outcome(result=Result.SENT, reason="ok", reference="C024BE91L/1503435956.000247")


@pytest.mark.parametrize(("purpose", "shown"), [(Purpose.CONFIRMED, None), (Purpose.CORRECTED, True)])
def test_an_update_is_a_reply_and_a_correction_is_seen_by_everybody(purpose: Purpose, shown: bool | None) -> None:
    update = replace(delivery("#kent"), purpose=purpose, thread="C024BE91L/1503435956.000247")
    with http_server(Hook(answer=lambda: said(ok=True, channel="C024BE91L", ts="1503439999.000100"))) as (hook, address):
        outcome = SlackChannel("s", BOT, endpoint=address).send(update, lambda: True)
    ((_, _, body),) = hook.requests
    assert (body["channel"], body["thread_ts"], body.get("reply_broadcast")) == ("C024BE91L", "1503435956.000247", shown)
    assert outcome.reference == update.thread, "what follows belongs to the same thread, not to the reply"


def test_a_thread_that_is_gone_does_not_keep_a_message_back() -> None:
    answers = iter([said(ok=False, error="thread_not_found"), said(ok=True, channel="C024BE91L", ts="1503439999.000100")])
    commits: list[bool] = []
    update = replace(delivery("#kent"), purpose=Purpose.CORRECTED, thread="C024BE91L/1503435956.000247")
    with http_server(Hook(answer=lambda: next(answers))) as (hook, address):
        outcome = SlackChannel("s", BOT, endpoint=address).send(update, lambda: not commits.append(True))
    assert outcome == Outcome(result=Result.SENT, reason="ok", reference="C024BE91L/1503439999.000100")
    assert "thread_ts" in hook.requests[0][2]
    assert hook.requests[1][2] == PAYLOAD | {"channel": "#kent"}
    assert commits == [True], "the claim is committed once"


def test_a_webhook_has_no_threads() -> None:
    update = replace(delivery(), purpose=Purpose.CORRECTED, thread="C024BE91L/1503435956.000247")
    with http_server() as (hook, address):
        assert SlackChannel("s", URL, endpoint=address).send(update, lambda: True).reference == ""
    assert hook.requests[0][2] == PAYLOAD


@pytest.mark.parametrize("thread", ["", "C1", "C1/x", "../C1/1.1", "C024BE91L/1503435956.000247\n", "c/1.1"])
def test_only_a_name_in_slacks_form_is_a_thread(thread: str) -> None:
    with http_server(Hook(answer=lambda: said(ok=True, channel=["C1"], ts="<!channel>"))) as (hook, address):
        outcome = SlackChannel("s", BOT, endpoint=address).send(replace(delivery("#kent"), thread=thread), lambda: True)
    assert hook.requests[0][2] == PAYLOAD | {"channel": "#kent"}
    assert outcome == Outcome(result=Result.SENT, reason="ok")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, "invalid_payload", {}), Outcome(result=Result.PERMANENT, reason="invalid_payload")),
        ((200, "<html>login</html>", {}), Outcome(result=Result.PERMANENT, reason="refused")),
        ((400, "invalid_blocks", {}), Outcome(result=Result.PERMANENT, reason="http_400 invalid_blocks")),
        ((403, "action_prohibited", {}), Outcome(result=Result.PERMANENT, reason="http_403 action_prohibited")),
        ((404, "no_service", {}), Outcome(result=Result.PERMANENT, reason="http_404 no_service")),
        ((410, "channel_is_archived", {}), Outcome(result=Result.PERMANENT, reason="http_410 channel_is_archived")),
        ((429, "", {"Retry-After": "30"}), Outcome(result=Result.TRANSIENT, reason="http_429", retry_after=30.0)),
        ((500, "", {}), Outcome(result=Result.TRANSIENT, reason="http_500")),
        ((502, "", {}), Outcome(result=Result.UNCERTAIN, reason="http_502")),
        ((302, "", {"Location": "https://elsewhere.test"}), Outcome(result=Result.PERMANENT, reason="http_302")),
        ((0, "", {}), Outcome(result=Result.UNCERTAIN, reason="disconnected_after_last_byte")),
    ],
)
def test_every_answer_has_its_outcome(answer: tuple[int, str, dict[str, str]], outcome: Outcome) -> None:
    with http_server(Hook(answer=lambda: answer)) as (_, address):
        assert SlackChannel("s", URL, endpoint=address).send(delivery(), lambda: True) == outcome


def test_a_claim_lost_before_the_last_byte_posts_nothing() -> None:
    with http_server() as (hook, address):
        outcome = SlackChannel("s", URL, endpoint=address).send(delivery(), lambda: False)
    assert outcome == Outcome(result=Result.TRANSIENT, reason="lost_claim")
    assert hook.requests == []


def test_nobody_there_is_worth_another_try() -> None:
    with http_server() as (_, address):
        pass
    assert SlackChannel("s", URL, endpoint=address).send(delivery(), lambda: True).result is Result.TRANSIENT


def test_a_webhook_address_as_slack_shows_it_is_understood() -> None:
    url = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert isinstance(build_channel("s", {"url_env": "S"}, {"S": url}.get), SlackChannel)
