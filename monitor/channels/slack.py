"""Slack under Apprise's ``slack://`` addresses, with our own payload: top-level text, escaped, within Block Kit's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from apprise.common import NotifyType
from apprise.plugins.slack import NotifySlack, SlackMode

from monitor.channels.http import Reply, outcome_of, post
from monitor.channels.route import Route
from monitor.messages import Purpose
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result

_API = "https://slack.com"
#: Answers to a reply whose thread is gone: the message then stands alone, for not to be told would be worse.
_NO_THREAD = frozenset({"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message", "message_not_found"})
_HOOKS = {SlackMode.WEBHOOK: "https://hooks.slack.com", SlackMode.WEBHOOK_GOV: "https://hooks.slack-gov.com"}
_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "ofsted-rating-monitor"}
#: A channel's id and a message's timestamp in it, which is how Slack names a message.
_REFERENCE = re.compile(r"([A-Z0-9]{2,30})/(\d{1,12}\.\d{1,9})", re.ASCII)


class Slack(NotifySlack):  # type: ignore[misc]  # apprise ships no types
    """Apprise's Slack service with `send` replaced: the frozen payload, an outcome with a reason."""

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        *,
        delivery: Delivery | None = None,
        commit: CommitPoint = lambda: True,
        endpoint: str = "",
        **_others: Any,
    ) -> bool:
        """Hand over `delivery`; what came of it is in `outcome`. Without a delivery there is nothing to send."""
        del body, title, notify_type
        if delivery is None:
            return False
        self.outcome = self.hand_over(delivery, commit, endpoint)
        return self.outcome.result is Result.SENT

    def hand_over(self, delivery: Delivery, commit: CommitPoint, endpoint: str) -> Outcome:
        """Post the frozen payload of `delivery` to the webhook, or as the bot to the channel that it names.

        A bot's update goes into the thread of what it continues; a correction is shown in the channel as well. A webhook
        is not told what Slack calls its messages, so there everything stands alone.
        """
        payload = delivery.message.forms.get("slack") or json.dumps({"text": _escaped(delivery.message.text)})
        if self.mode != SlackMode.BOT:
            url = f"{endpoint or _HOOKS[self.mode]}/services/{self.token_a}/{self.token_b}/{self.token_c}"
            reply = post(url, payload.encode(), _HEADERS, commit)
            return reply if isinstance(reply, Outcome) else _outcome(reply)
        document = json.loads(payload)
        place = {"channel": delivery.recipient or str(self.channels[0])}  # Apprise's own choice is refused in `send`
        below = _thread(delivery)
        outcome = self._say(document | place | below, commit, endpoint)
        if below and outcome.reason in _NO_THREAD:
            # Slack said no, and the claim is committed already: nothing has been posted yet.
            outcome = self._say(document | place, lambda: True, endpoint)
        return outcome

    def _say(self, document: Mapping[str, object], commit: CommitPoint, endpoint: str) -> Outcome:
        """``chat.postMessage``."""
        headers = _HEADERS | {"Authorization": f"Bearer {self.access_token}"}
        body = json.dumps(document, ensure_ascii=False).encode()
        reply = post(f"{endpoint or _API}/api/chat.postMessage", body, headers, commit)
        return reply if isinstance(reply, Outcome) else _outcome_of_bot(reply, str(document.get("thread_ts", "")))


def _thread(delivery: Delivery) -> Mapping[str, object]:
    """Where an update is put: channel and thread of the message that it continues; nothing when there is none."""
    found = _REFERENCE.fullmatch(delivery.thread)
    if not found:
        return {}
    shown = {"reply_broadcast": True} if delivery.purpose == Purpose.CORRECTED else {}
    return {"channel": found[1], "thread_ts": found[2], **shown}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _outcome(reply: Reply) -> Outcome:
    """A webhook says ``ok``, or why not, with 200 as well."""
    if reply.status != 200:
        return _refusal(reply)
    said = reply.body.strip()
    return Outcome(result=Result.SENT, reason="ok") if said == "ok" else Outcome(result=Result.PERMANENT, reason=_word(said))


def _refusal(reply: Reply) -> Outcome:
    """Any other status than 200; Slack's own 500 is documented as "try again"."""
    if reply.status == 500:
        return Outcome(result=Result.TRANSIENT, reason="http_500", retry_after=reply.retry_after())
    known = reply.body.strip()
    plain = f" {known}" if re.fullmatch(r"[a-z_]{1,40}", known) else ""
    outcome = outcome_of(reply, repeatable=False)
    return Outcome(result=outcome.result, reason=outcome.reason + plain, retry_after=outcome.retry_after)


def _outcome_of_bot(reply: Reply, thread: str) -> Outcome:
    """The Web API says yes and no in JSON. Its name for the message becomes the reference that updates are put below.

    A message that is itself in `thread` gives that as its own: a thread in Slack has one root.
    """
    if reply.status != 200:
        return _refusal(reply)
    try:
        answer = json.loads(reply.body)
        agreed, error = answer["ok"] is True, str(answer.get("error", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Outcome(result=Result.UNCERTAIN, reason="garbled_after_last_byte")
    if agreed:
        reference = f"{answer.get('channel', '')}/{thread or answer.get('ts', '')}"
        return Outcome(result=Result.SENT, reason="ok", reference=reference if _REFERENCE.fullmatch(reference) else "")
    if error in {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}:
        return Outcome(result=Result.TRANSIENT, reason=error, retry_after=reply.retry_after())
    return Outcome(result=Result.PERMANENT, reason=_word(error))


def _word(text: str) -> str:
    return text if re.fullmatch(r"[a-z_]{1,60}", text) else "refused"


def _route(plugin: Slack, parsed: Mapping[str, Any], endpoint: str) -> Route:
    """Where messages go. Apprise would put those that name no channel into #general."""
    bot = plugin.mode == SlackMode.BOT
    parts = urlsplit(endpoint or (_API if bot else _HOOKS[plugin.mode]))
    named = [str(each).replace("%23", "#") for each in parsed.get("targets") or () if each]
    if len(named) > 1:
        raise ConfigError("one channel of Slack at most in the address: `to` of a subscription takes a list", key="url")
    return Route(
        service="Slack bot" if bot else "Slack webhook",
        host=parts.hostname or "",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        recipient=(named[0] if named else "") if bot else "the channel that the webhook was made for",
        takes_to=bot,
        example="#channel",
    )


class SlackChannel:
    """One Slack webhook, or one bot."""

    def __init__(self, name: str, url: str, *, endpoint: str = "", on_uncertain: str = "hold") -> None:
        self.name = name
        self.on_uncertain = on_uncertain
        self._endpoint = endpoint.rstrip("/")
        # Apprise itself hides the # of a channel name from URL parsing in this way.
        parsed = Slack.parse_native_url(url) if url.startswith("http") else Slack.parse_url(url.replace("/#", "/%23"))
        if not parsed:
            raise ConfigError(
                "not a Slack address: slack://TOKEN_A/TOKEN_B/TOKEN_C, or https://hooks.slack.com/services/...", key="url"
            )
        self._parsed: Mapping[str, Any] = parsed
        plugin = self._plugin()
        if plugin.mode not in {*_HOOKS, SlackMode.BOT}:
            raise ConfigError("a Slack workflow takes no message of ours; use an incoming webhook or a bot", key="url")
        self.route = _route(plugin, self._parsed, self._endpoint)
        self.is_encrypted = not self._endpoint.startswith("http:")

    def refused(self, seconds: float) -> str:
        """Why Slack would not have the bot's token; empty where it would, and of a webhook, which cannot be asked.

        ``auth.test`` sends nothing. `seconds` is how long it may take.
        """
        plugin = self._plugin()
        if plugin.mode != SlackMode.BOT:
            return ""
        headers = _HEADERS | {"Authorization": f"Bearer {plugin.access_token}"}
        reply = post(f"{self._endpoint or _API}/api/auth.test", b"{}", headers, lambda: True, timeout=seconds, deadline=seconds)
        outcome = reply if isinstance(reply, Outcome) else _outcome_of_bot(reply, "")
        return "" if outcome.result is Result.SENT else outcome.reason

    def _plugin(self) -> Slack:
        # A new one each time: Apprise keeps a throttle in the object.
        try:
            return Slack(**self._parsed)
        except TypeError:
            # Its words would repeat what it did not understand, which may be a part of the token.
            raise ConfigError("not a usable Slack address: a part of the token is missing or misspelt", key="url") from None

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Post one message; the commit point is just before the last byte of its body."""
        if not self.route.reaches(delivery.recipient):
            return Outcome(result=Result.TRANSIENT, reason="no_recipient")  # until somebody is named
        plugin = self._plugin()
        plugin.send(delivery.message.text, delivery.message.subject, delivery=delivery, commit=commit, endpoint=self._endpoint)
        return plugin.outcome
