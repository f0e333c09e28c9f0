"""Mail: ``mailto://`` and ``mailtos://``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.channels.channel_type import ChannelTable, ChannelType

if TYPE_CHECKING:
    from monitor.channels.mail import MailChannel


def _build(table: ChannelTable) -> MailChannel:
    from monitor.channels.mail import MailChannel
    from monitor.messages.signed_return_path import SignedReturnPath

    return MailChannel(
        table.name,
        table.url,
        sender=table.value("from"),
        ca_file=table.value("ca_file"),
        helo_name=table.value("helo_name"),
        on_uncertain=table.on_uncertain,
        bounces=table.value("bounces"),
        selectors=table.value("dkim_selector").split(),
        returns=SignedReturnPath(key=table.key) if table.key else None,
    )


TYPE = ChannelType(
    words="mail",
    plural="mail",
    schemes=frozenset({"mailto", "mailtos"}),
    # Its sender; where mail goes that cannot be delivered; the names of its DKIM keys (for ``monitor check --dns``), with
    # spaces between; for servers with a certificate of their own; how we introduce ourselves to the server.
    keys=("from", "bounces", "dkim_selector", "ca_file", "helo_name"),
    build=_build,
)
