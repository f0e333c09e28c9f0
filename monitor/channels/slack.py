"""Slack under Apprise's ``slack://`` addresses, with our own payload: top-level text, escaped, within Block Kit's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from apprise.common import NotifyType
from apprise.plugins.slack import NotifySlack, SlackMode

from monitor.channels.http import Reply, outcome_of, post
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result

_API = "https://slack.com"
_HOOKS = {SlackMode.WEBHOOK: "https://hooks.slack.com", SlackMode.WEBHOOK_GOV: "https://hooks.slack-gov.com"}


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
        """Post the frozen payload of `delivery` to the webhook, or as the bot to the channel that it names."""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "ofsted-rating-monitor"}
        payload = delivery.message.slack or json.dumps({"text": _escaped(delivery.message.text)})
        if self.mode == SlackMode.BOT:
            document = json.loads(payload) | {"channel": delivery.recipient or str(self.channels[0])}
            payload = json.dumps(document, ensure_ascii=False)
            url, headers["Authorization"] = f"{endpoint or _API}/api/chat.postMessage", f"Bearer {self.access_token}"
        else:
            url = f"{endpoint or _HOOKS[self.mode]}/services/{self.token_a}/{self.token_b}/{self.token_c}"
        reply = post(url, payload.encode(), headers, commit)
        return reply if isinstance(reply, Outcome) else _outcome(reply, bot=self.mode == SlackMode.BOT)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _outcome(reply: Reply, *, bot: bool) -> Outcome:
    """Slack says no with 200, too; its own 500 is documented as "try again"."""
    if reply.status == 500:
        return Outcome(result=Result.TRANSIENT, reason="http_500", retry_after=reply.retry_after())
    if reply.status != 200:
        known = reply.body.strip()
        plain = f" {known}" if re.fullmatch(r"[a-z_]{1,40}", known) else ""
        outcome = outcome_of(reply, repeatable=False)
        return Outcome(result=outcome.result, reason=outcome.reason + plain, retry_after=outcome.retry_after)
    if not bot:
        said = reply.body.strip()
        if said == "ok":
            return Outcome(result=Result.SENT, reason="ok")
        return Outcome(result=Result.PERMANENT, reason=_word(said))
    try:
        answer = json.loads(reply.body)
        agreed, error = answer["ok"] is True, str(answer.get("error", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Outcome(result=Result.UNCERTAIN, reason="garbled_after_last_byte")
    if agreed:
        return Outcome(result=Result.SENT, reason="ok")
    if error in {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}:
        return Outcome(result=Result.TRANSIENT, reason=error, retry_after=reply.retry_after())
    return Outcome(result=Result.PERMANENT, reason=_word(error))


def _word(text: str) -> str:
    return text if re.fullmatch(r"[a-z_]{1,60}", text) else "refused"


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

    def _plugin(self) -> Slack:
        # A new one each time: Apprise keeps a throttle in the object.
        try:
            return Slack(**self._parsed)
        except TypeError as error:
            raise ConfigError(f"not a usable Slack address: {error}", key="url") from None

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Post one message; the commit point is just before the last byte of its body."""
        plugin = self._plugin()
        plugin.send(delivery.message.text, delivery.message.subject, delivery=delivery, commit=commit, endpoint=self._endpoint)
        return plugin.outcome
