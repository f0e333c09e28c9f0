"""What a kind of channel declares: whose addresses are its, which keys it takes, and how one is made of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.channels.route import RoutedChannel
from monitor.channels.secret_address import SecretLookup

if TYPE_CHECKING:
    from monitor.messages.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """A ``[channel.NAME]`` table that was checked, with its address."""

    name: str
    url: str  #: may hold a secret
    values: Mapping[str, str]  #: of its keys; flags are ``true`` or ``false``
    on_uncertain: str  #: ``hold`` or ``resend``
    secret_lookup: SecretLookup
    key: bytes = b""  #: of this installation; empty: mail is not marked

    def value(self, key: str) -> str:
        """What a key says; empty where the table does not have it."""
        return self.values.get(key, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelType:
    """One kind of channel. `build` imports what it needs: Apprise takes a third of a second, for who uses it alone."""

    words: str  #: as in "this channel is ..."
    plural: str  #: as in "a key of ..."
    build: Callable[[ChannelTable], RoutedChannel]  #: raises ConfigError with the key that is wrong
    schemes: frozenset[str] = frozenset()  #: of the addresses that are its; none: those that are nobody else's
    keys: tuple[str, ...] = ()  #: beside where its address is and `on_uncertain`
    flags: frozenset[str] = frozenset()  #: of the keys, those that are true or false
    claims: Callable[[str, Mapping[str, str]], bool] | None = None  #: whose address it is where the scheme alone does not tell
    on_uncertain: str = "hold"  #: where the table does not say
    form: Form | None = None  #: that it takes and `messages.forms.FORMS` does not have: every message is rendered in it, too

    def is_for(self, url: str, values: Mapping[str, str]) -> bool:
        """Whether an address, with the values of its table, is of this kind."""
        if self.claims is not None:
            return self.claims(url, values)
        return url.partition(":")[0].lower() in self.schemes
