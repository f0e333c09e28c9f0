"""The terminal: ``console://``."""

from __future__ import annotations

from monitor.channels.channel_type import ChannelTable, ChannelType
from monitor.channels.console import ConsoleChannel


def _build(table: ChannelTable) -> ConsoleChannel:
    return ConsoleChannel(table.name)


TYPE = ChannelType(words="the terminal", plural="the terminal", schemes=frozenset({"console"}), build=_build)
