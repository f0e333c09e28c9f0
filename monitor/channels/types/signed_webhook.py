"""A signed webhook: ``json://`` or ``jsons://`` with a key. Without one, that is Apprise's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.channels.channel_type import ChannelTable, ChannelType
from monitor.channels.secret_address import variable
from monitor.domain.characters import unquoted
from monitor.ports import ConfigError

if TYPE_CHECKING:
    from monitor.channels.webhook import WebhookChannel


def _claims(url: str, values: Mapping[str, str]) -> bool:
    return url.partition(":")[0].lower() in {"json", "jsons"} and bool(values.get("secret_env") or "allow_private" in values)


def _build(table: ChannelTable) -> WebhookChannel:
    from monitor.channels.webhook import WebhookChannel

    if not table.value("secret_env"):
        raise ConfigError(
            "the environment variable with the signing key; allow_private is for signed webhooks", key="secret_env"
        )
    name = variable(table.value("secret_env"), "secret_env")
    secret = unquoted(table.secret_lookup(name) or "")
    if not secret:
        raise ConfigError(f"the environment variable {name} is not set", key="secret_env")
    private = table.value("allow_private") == "true"
    return WebhookChannel(table.name, table.url, secret=secret, allow_private=private, on_uncertain=table.on_uncertain)


TYPE = ChannelType(
    words="a signed webhook",
    plural="signed webhooks (json:// or jsons://)",
    claims=_claims,
    keys=("secret_env", "allow_private"),  # the signing key; whether its receiver may be on a private network
    flags=frozenset({"allow_private"}),
    # Who takes a signed webhook knows the id of what it has seen: to repeat what is in doubt tells it what it may have missed.
    on_uncertain="resend",
    build=_build,
)
