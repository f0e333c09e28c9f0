"""Which addresses and URLs may be contacted: pure rules against pages that point our client at inner networks.

`ipaddress.is_global` is not enough: it calls NAT64 and 6to4 forms of loopback global, and multicast too. So the denied ranges
are listed, and IPv4 addresses carried inside IPv6 ones are unwrapped before they are looked up.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Never contacted: link-local holds the cloud metadata service (169.254.169.254), the rest is unroutable or not one host.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32",
        "::/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fe80::/10", "fec0::/10", "ff00::/8",
        "fd00:ec2::254/128",
    )
)  # fmt: skip

#: Contacted only with `allow_private`: somebody's inner network, or this machine.
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)

#: Last labels of names that mean something on one network only.
_INNER_ENDINGS = frozenset(
    {"localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "localdomain", "onion"}
)
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_V4_COMPATIBLE = ipaddress.ip_network("::/96")
_PORTS = (80, 443)


def _embedded(address: Address) -> Iterable[Address]:
    """The address itself and every IPv4 address it carries: mapped, compatible, 6to4, NAT64."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if int(address) > 1 and (address in _V4_COMPATIBLE or any(address in network for network in _NAT64)):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def refuse_address(text: str, *, allow_private: bool = False) -> str:
    """Why the IP address `text` may not be connected to, or an empty string when it may."""
    try:
        address = ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    except ValueError:
        return f"{text!r} is no IP address"
    for form in _embedded(address):
        if any(form in network for network in _NEVER if network.version == form.version):
            return f"{text} is in a range that is never contacted"
        if not allow_private and any(form in network for network in _PRIVATE if network.version == form.version):
            return f"{text} is a private address"
    return ""


def refuse_inner_name(host: str) -> str:
    """Why a host that cannot be looked up here may not be asked for through a proxy, by its name; empty when it may."""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) < 2 or labels[-1] in _INNER_ENDINGS or labels[-2:] == ["home", "arpa"]:
        return f"{host} is a name of an inner network"
    return ""


def refuse_url(url: str, *, allow_private: bool = False) -> str:
    r"""Why `url` may not be fetched, or an empty string when it may.

    Refuses all but http(s), credentials, odd ports, and anything on which two parsers could disagree about the host
    (backslashes, spaces, control characters: ``http://10.0.0.1\@host``).
    """
    if any(char <= " " or char == "\\" or char == "\x7f" for char in url):
        return "it contains spaces, control characters or backslashes"
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        return str(error)
    if parts.scheme.lower() not in ("http", "https"):
        return f"scheme {parts.scheme!r} is not http or https"
    if "@" in parts.netloc:
        return "it carries credentials"
    if not host:
        return "it names no host"
    if port is not None and port not in _PORTS and not allow_private:
        return f"port {port} is neither 80 nor 443"
    if host.replace(".", "").isdigit() or ":" in host:
        return refuse_address(host, allow_private=allow_private)
    return ""
