"""Slack: ``slack://``, or the address of an incoming webhook as Slack shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.channels.channel_type import ChannelTable, ChannelType

if TYPE_CHECKING:
    from monitor.channels.slack import SlackChannel

_HOOKS = ("https://hooks.slack.com/services/", "https://hooks.slack-gov.com/services/")


def _claims(url: str, _values: Mapping[str, str]) -> bool:
    return url.partition(":")[0].lower() == "slack" or url.startswith(_HOOKS)


def _build(table: ChannelTable) -> SlackChannel:
    from monitor.channels.slack import SlackChannel

    return SlackChannel(table.name, table.url, endpoint=table.value("endpoint"), on_uncertain=table.on_uncertain)


TYPE = ChannelType(
    words="Slack",
    plural="Slack",
    claims=_claims,
    keys=("endpoint",),  # a server that speaks its protocol at another address
    build=_build,
)
