"""Which proxy a request goes through: the one that is configured, else what the environment says, as other programs read it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from monitor.domain.characters import unquoted
from monitor.domain.web_address import LOOPBACK, ascii_host
from monitor.ports import ConfigError

DIRECT = "direct"  #: in place of an address: no proxy, whatever the environment says
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One proxy: ``http://proxy.council.example:8080``, and who we are there, where it asks. Never shown with its password."""

    address: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies for http and https pages, and the hosts that are asked directly (``NO_PROXY``); this machine always is."""

    http: Proxy | None = None
    https: Proxy | None = None
    direct: tuple[str, ...] = ()

    def of(self, url: str) -> Proxy | None:
        """The proxy that `url` is asked through; None when there is none."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host in LOOPBACK or any(_is_for(entry, host, parts.port or _PORTS.get(parts.scheme)) for entry in self.direct):
            return None
        return self.https if parts.scheme == "https" else self.http


def proxy_of(text: str) -> Proxy:
    """The proxy that an address names; ``http`` when it names no scheme. Raises ValueError, without repeating the address."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/") or any(char <= " " for char in text):
        raise ValueError('expected the address of an http or https proxy, such as "http://proxy.example.org:8080"')
    place = f"[{host}]" if ":" in host else host
    return Proxy(
        address=f"{parts.scheme}://{place}:{port or (443 if parts.scheme == 'https' else 80)}",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def proxies_of(configured: str, environ: Mapping[str, str]) -> Proxies:
    """The proxies by a setting (an address, ``direct``, or empty: then the environment's ``HTTPS_PROXY`` and the like).

    Raises `ConfigError` that names the variable and not its value, which may hold a password.
    """
    direct = tuple(filter(None, re.split(r"[\s,;]+", _value(environ, "NO_PROXY").lower())))  # curl takes blanks, too
    if configured == DIRECT:
        return Proxies()
    if configured:
        try:
            proxy = proxy_of(configured)
        except ValueError as error:
            raise ConfigError(str(error), key="monitor.toml: [fetch]: proxy") from None
        return Proxies(http=proxy, https=proxy, direct=direct)
    return Proxies(http=_from(environ, "HTTP_PROXY"), https=_from(environ, "HTTPS_PROXY"), direct=direct)


def _value(environ: Mapping[str, str], name: str) -> str:
    return unquoted(environ.get(name.lower()) or environ.get(name) or "")


def _from(environ: Mapping[str, str], name: str) -> Proxy | None:
    name = name if _value(environ, name) else "ALL_PROXY"
    try:
        return proxy_of(_value(environ, name)) if _value(environ, name) else None
    except ValueError as error:
        raise ConfigError(f"{error}. Or set proxy in [fetch] of monitor.toml", key=f"the environment variable {name}") from None


def _is_for(entry: str, host: str, port: int | None) -> bool:
    """Whether an entry of ``NO_PROXY`` is for a host: a name and all below it, with or without a port, a network, or ``*``."""
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    name, colon, wanted = entry.partition(":")
    if colon and wanted != str(port or ""):
        return False
    name = name.removeprefix("*").strip(".")
    name = name if name.isascii() else ascii_host(name)
    return bool(name) and (host == name or host.endswith(f".{name}"))
