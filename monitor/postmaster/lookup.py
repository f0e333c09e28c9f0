"""Questions to the DNS: bounded in number and time, each asked once, every failure a word."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.ports import ConfigError

if TYPE_CHECKING:
    import dns.resolver

#: Seconds for one question, retries included.
LIFETIME = 6.0
#: Questions in one run. A record may send its reader on and on.
MAX_QUESTIONS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The values of one record set; or none, and why."""

    values: tuple[str, ...] = ()
    #: empty, or: ``no such name``, ``no such record``, ``timeout``, ``server failure``, ``not a name``, ``too many questions``
    failure: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody could say: the record may well be there."""
        return self.failure in {"timeout", "server failure", "too many questions"}


class Lookup:
    """Asks a resolver: the machine's own, or the one at `server` (``192.0.2.53``, ``127.0.0.1:5353``, ``[::1]:53``).

    Raises ConfigError for a server that is none, or where the machine knows of none.
    """

    def __init__(self, server: str = "", *, lifetime: float = LIFETIME) -> None:
        # Imported here: only who looks at DNS waits for it.
        import dns.exception
        import dns.resolver

        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
        except dns.resolver.NoResolverConfiguration:
            raise ConfigError("this machine names no DNS server; use --dns-server", key="--dns-server") from None
        if server:
            address, port = _place(server)
            self._resolver.nameservers, self._resolver.port = [address], port
        self._resolver.lifetime = lifetime
        self._resolver.timeout = min(2.0, lifetime / 2)
        self._known: dict[tuple[str, str], Answer] = {}

    def txt(self, name: str) -> Answer:
        """The texts of a name; each is one, however many strings it is split into."""
        return self._ask(name, "TXT")

    def mx(self, name: str) -> Answer:
        """Who takes mail for a name, the preferred first; ``.`` alone says nobody does (RFC 7505)."""
        return self._ask(name, "MX")

    def addresses(self, name: str) -> Answer:
        """The IPv4 and IPv6 addresses of a name."""
        four, six = self._ask(name, "A"), self._ask(name, "AAAA")
        if four.values or six.values:
            return Answer(values=four.values + six.values)
        return four if four.failure != "no such record" else six

    def _ask(self, name: str, kind: str) -> Answer:
        key = (name.casefold().rstrip("."), kind)
        if key not in self._known:
            if len(self._known) >= MAX_QUESTIONS:
                return Answer(failure="too many questions")
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, name: str, kind: str) -> Answer:
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            found = self._resolver.resolve(dns.name.from_unicode(name + "."), kind, search=False)
        except dns.resolver.NXDOMAIN:
            return Answer(failure="no such name")
        except dns.resolver.NoAnswer:
            return Answer(failure="no such record")
        except dns.resolver.LifetimeTimeout:
            return Answer(failure="timeout")
        except dns.name.NameTooLong:
            return Answer(failure="not a name")
        except (dns.resolver.NoNameservers, dns.resolver.YXDOMAIN):
            return Answer(failure="server failure")
        except (dns.exception.DNSException, UnicodeError):
            return Answer(failure="not a name")
        return Answer(values=tuple(_text(each, kind) for each in _ordered(found, kind)))


def _ordered(found: dns.resolver.Answer, kind: str) -> list[Any]:
    return sorted(found, key=lambda each: each.preference) if kind == "MX" else list(found)


def _text(record: Any, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "replace")
    if kind == "MX":
        return record.exchange.to_text(omit_final_dot=True) or "."
    return str(record.address)


def _place(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = server, "53"
    try:
        address, number = str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError:
        address, number = "", 0
    if not 0 < number < 65536:
        example = "192.0.2.53 or 127.0.0.1:5353"
        raise ConfigError(f"{server!r} is no address of a DNS server; write it as {example}", key="--dns-server")
    return address, number
