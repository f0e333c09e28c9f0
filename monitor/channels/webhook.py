"""Signed webhooks (Standard Webhooks) under Apprise's ``json://`` and ``jsons://`` addresses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from apprise.common import NotifyType
from apprise.plugins.custom_json import NotifyJSON

from monitor.channels.http import outcome_of, post
from monitor.channels.route import Route
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result
from monitor.system.clock import SystemClock

_PREFIX = "whsec_"
_LEADING_INSIDE = tuple(
    ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10", "192.0.0.0/24")
)
Now = Callable[[], datetime]
_CLOCK = SystemClock()


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The signing keys in a secret: one, or two with a space between while one replaces the other.

    Raises ConfigError for a key that is no base64 of 24 to 64 bytes.
    """
    keys = []
    for each in secret.split():
        try:
            key = base64.b64decode(each.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not 24 <= len(key) <= 64:
            raise ConfigError("each key is whsec_ and base64 of 24 to 64 random bytes", key="secret_env")
        keys.append(key)
    return tuple(keys)


def signature(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """``v1,BASE64``: what a receiver computes again from id, timestamp and body to know that it is us."""
    mac = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, and not on a network that a stranger must not reach through us."""
    found = ipaddress.ip_address(address.partition("%")[0])
    # What looks public may lead inside: IPv4 within IPv6, NAT64, 6to4, and ranges that the library counts as global.
    if any(found in network for network in _LEADING_INSIDE if network.version == found.version):
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_global) and not mapped.is_multicast


class Webhook(NotifyJSON):  # type: ignore[misc]  # see the mypy section of pyproject.toml
    """Apprise's JSON service with `send` replaced: the event as it was recorded, signed."""

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        *,
        delivery: Delivery | None = None,
        commit: CommitPoint = lambda: True,
        keys: tuple[bytes, ...] = (),
        moment: datetime | None = None,
        allowed: Callable[[str], bool] = is_public,
        **_others: Any,
    ) -> bool:
        """Post `delivery`'s event; what came of it is in `outcome`. Without a delivery there is nothing to send."""
        del body, title, notify_type
        if delivery is None or moment is None:
            return False
        payload = (delivery.message.forms.get("event") or "{}").encode()
        stamp = int(moment.timestamp())
        headers = {
            **{str(name): str(value) for name, value in self.headers.items()},
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "ofsted-rating-monitor",
            "webhook-id": f"msg_{delivery.id}",
            "webhook-timestamp": str(stamp),
        }
        if keys:
            headers["webhook-signature"] = " ".join(signature(key, f"msg_{delivery.id}", stamp, payload) for key in keys)
        reply = post(self.address, payload, headers, commit, allowed=allowed)
        # A receiver of signed webhooks knows the id of what it has seen: repeating is safe.
        self.outcome = reply if isinstance(reply, Outcome) else outcome_of(reply, repeatable=bool(keys))
        return self.outcome.result is Result.SENT

    @property
    def address(self) -> str:
        """The receiver's URL."""
        port = f":{self.port}" if self.port else ""
        host = f"[{self.host}]" if ":" in str(self.host) else self.host
        return f"{'https' if self.secure else 'http'}://{host}{port}{self.fullpath or '/'}"


class WebhookChannel:
    """One receiver. It must be on a public network unless `allow_private` says that the operator wants it otherwise."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        secret: str = "",
        allow_private: bool = False,
        on_uncertain: str = "hold",
        now: Now = _CLOCK.now,
    ) -> None:
        self.name = name
        self.on_uncertain = on_uncertain
        self._keys = keys_of(secret)
        self._allow_private = allow_private
        self._now = now
        parsed = Webhook.parse_url(url)
        if not parsed:
            raise ConfigError("not a webhook address: jsons://receiver.example.org/path", key="url")
        self._parsed: Mapping[str, Any] = parsed
        plugin = self._plugin()
        self.route = Route(
            service="webhook",
            host=str(plugin.host),
            port=plugin.port or (443 if plugin.secure else 80),
            recipient="whoever answers there",
        )
        self.is_encrypted = bool(plugin.secure)

    def _plugin(self) -> Webhook:
        # A new one each time: Apprise keeps a throttle in the object.
        try:
            return Webhook(**self._parsed)
        except TypeError:
            # Its words would repeat what it did not understand, which may be a secret.
            raise ConfigError("not a webhook address: jsons://receiver.example.org/path", key="url") from None

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Post one event; the commit point is just before the last byte of its body."""
        plugin = self._plugin()
        plugin.send("", delivery=delivery, commit=commit, keys=self._keys, moment=self._now(), allowed=self.allows)
        return plugin.outcome

    def allows(self, address: str) -> bool:
        """Whether its receiver may be at this IP address."""
        return self._allow_private or is_public(address)
