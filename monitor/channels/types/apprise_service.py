"""Every other service, as Apprise has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.channels.channel_type import ChannelTable, ChannelType

if TYPE_CHECKING:
    from monitor.channels.apprise_channel import AppriseChannel


def _build(table: ChannelTable) -> AppriseChannel:
    from monitor.channels.apprise_channel import AppriseChannel

    return AppriseChannel(table.name, table.url, on_uncertain=table.on_uncertain)


TYPE = ChannelType(words="a service as Apprise has it", plural="services as Apprise has them", build=_build)
