"""Every other service, as Apprise has it: one target a delivery, plain text, journalled before the call as a whole."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import unquote

import apprise

from monitor.channels.apprise_errors import failure
from monitor.channels.quiet import silence_apprise
from monitor.channels.route import Route
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result

#: Services that reach into this machine instead of out of it.
REFUSED = frozenset({"blink1", "dbus", "exec", "file", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})


class AppriseChannel:
    """One Apprise address. Apprise does not say why it failed; what its log does not tell is a doubt."""

    def __init__(self, name: str, url: str, *, on_uncertain: str = "hold") -> None:
        self.name = name
        self.on_uncertain = on_uncertain
        self._url = url
        schema = url.partition(":")[0].lower()
        if schema in REFUSED:
            raise ConfigError(f"{schema}:// acts on this machine and is not a way out", key="url")
        service = self._service()
        if len(service) != 1 or len(service[0]) > 1:
            words = "one address and one target a channel, without retry=: several cannot be settled apart"
            raise ConfigError(words, key="url")
        if to_itself(service[0], url):
            raise ConfigError("it names no recipient, and its messages would go to its own sender: name one in it", key="url")
        self.route = _route(service[0])

    def _service(self) -> apprise.Apprise:
        # A new one each time: throttles and memories live in the object.
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Ofsted rating monitor", http_redirects=False))
        try:
            understood = service.add(self._url)
        except TypeError:
            understood = False
        if not understood:
            raise ConfigError("Apprise does not understand this address", key="url")
        return service

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Call the service. The commit point is before the whole call: what happens inside it is Apprise's."""
        silence_apprise()
        service = self._service()
        if not commit():
            return Outcome(result=Result.TRANSIENT, reason="lost_claim")
        result = service.notify(
            body=delivery.message.text,
            title=delivery.message.subject,
            body_format=apprise.NotifyFormat.TEXT,
            log_level=logging.DEBUG,
        )
        if result.status == apprise.AppriseResultStatus.SUCCESS:
            return Outcome(result=Result.SENT, reason="accepted")
        return failure(self._url.partition(":")[0].lower(), [str(entry.message) for entry in result.logs()])


def to_itself(plugin: Any, url: str) -> bool:
    """Whether a service of `url` would write to its own sender, as many of Apprise's do where the address names nobody else."""
    targets = getattr(plugin, "targets", None)
    if targets == []:
        return bool(getattr(plugin, "source", "") or getattr(plugin, "from_phone", ""))
    senders = _mail_addresses(getattr(plugin, "from_email", ""), getattr(plugin, "from_addr", ""))
    written_to = _mail_addresses(targets)
    # Who writes the sender's address a second time means it.
    return bool(written_to) and written_to <= senders and all(unquote(url).lower().count(each) < 2 for each in written_to)


def _mail_addresses(*values: object) -> frozenset[str]:
    """The mail addresses in what plugins keep: a string, or lists and pairs of a name and one."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str) and "@" in value:
            found.add(value.lower())
        elif isinstance(value, list | tuple | set):
            found |= _mail_addresses(*value)
    return frozenset(found)


def _route(plugin: Any) -> Route:
    """Where an address leads, as far as that can be said without the secret: in many of them it stands in the host's place."""
    host = str(getattr(plugin, "host", "") or "")
    known = "host" in plugin.template_tokens and ("." in host or host == "localhost")
    return Route(
        service=str(plugin.service_name or "a service"),
        host=host if known else "",
        port=(getattr(plugin, "port", None) or (443 if plugin.secure else 80)) if known else None,
        user=str(getattr(plugin, "user", "") or "") if known and "user" in plugin.template_tokens else "",
        recipient="whom its address names" if len(plugin) else "",
    )
