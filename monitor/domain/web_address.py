"""Web addresses as the URL standard has it and browsers read them: one spelling for each, or none.

Only http and https. ``urllib`` keeps spaces, backslashes, ``..`` and letters beyond ASCII as they are, which servers refuse and
two parsers read in two ways. Section names are the standard's (https://url.spec.whatwg.org/). Pure.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

#: A machine's names for itself.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": "80", "https": "443"}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = str.maketrans("", "", "\t\n\r")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PARTS = re.compile(r"([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
#: What each part keeps as it is, of ASCII; the rest is written in hexadecimal (percent-encode sets).
_PATH = frozenset(range(0x21, 0x7F)) - frozenset(b'"#<>?^`{}')
_QUERY = frozenset(range(0x21, 0x7F)) - frozenset(b"\"#<>'")
_FRAGMENT = frozenset(range(0x21, 0x7F)) - frozenset(b'"<>`')
_FORBIDDEN = re.compile(r"[\x00-\x20#/:<>?@\[\\\]^|%\x7f]")  # in a domain
_IGNORED = re.compile("[\u00ad\u200b\u2060\ufe00-\ufe0f\ufeff]")  # what the mapping of international names leaves out
_DOT = re.compile(r"(?:\.|%2e)", re.IGNORECASE)
_DOTTED = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


class Address(NamedTuple):
    """A parsed address; `query` and `fragment` with their marks, empty where there is none."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    fragment: str

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{self.query}{self.fragment}"


def _parts(rest: str) -> tuple[str, str, str]:
    """Body, query and fragment of what stands behind the scheme."""
    found = _PARTS.fullmatch(rest) or _PARTS.match("")
    assert found
    body, query, fragment = (part or "" for part in found.groups())
    return body, query, fragment


def parse(text: str, base: Address | None = None) -> Address | None:
    """The address that `text` means, seen from `base`; ``None`` for what is none of ours.

    That is: another scheme, no or an impossible host or port, and an address that carries a name or password, which no page
    has cause to give us.
    """
    text = _SURROGATE.sub("\ufffd", text.strip(_AROUND).translate(_WITHIN))
    found = _SCHEME.match(text)
    scheme = found[1].lower() if found else base.scheme if base else ""
    if scheme not in _PORTS:
        return None
    rest = text[found.end() :] if found else text
    body, query, fragment = _parts(rest)
    body = body.replace("\\", "/")
    if body.startswith("//") or base is None or scheme != base.scheme:
        authority, slash, path = body.lstrip("/").partition("/")
        place = _place(authority, scheme)
        if place is None:
            return None
        segments = (slash + path).split("/")
    else:
        place = base.host, base.port
        segments = (body if body.startswith("/") else base.path.rpartition("/")[0] + "/" + body).split("/")
        if not body:
            segments, query = base.path.split("/"), query or base.query
    return Address(
        scheme, *place, _path(segments), _encoded(query, _QUERY), _encoded(fragment, _FRAGMENT) if fragment != "#" else ""
    )


def normal(text: str, base: str = "") -> str:
    r"""`text` in the standard's spelling, seen from `base`; empty for what `parse` refuses.

    Also for what older readers would find another host in (``http://10.0.0.1\@host``): nobody honest writes that.
    """
    if "\\" in text and "@" in text:
        return ""
    return str(parse(text, parse(base) if base else None) or "")


def ascii_host(host: str) -> str:
    """A host as it is looked up: lower case, international names in Punycode; empty when it is none (host parsing)."""
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host.strip('[]')).compressed}]"
        except ValueError:
            return ""
    host = unquote_to_bytes(host).decode("utf-8", "replace")
    if not host.isascii():
        host = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _IGNORED.sub("", host)).lower()).replace(
            "\u3002", "."
        )
        try:
            host = ".".join(x if x.isascii() else "xn--" + x.encode("punycode").decode("ascii") for x in host.split("."))
        except UnicodeError:
            return ""
    host = host.lower()
    if not host or _FORBIDDEN.search(host):
        return ""
    last = host.removesuffix(".").rpartition(".")[2]
    return _ipv4(host.removesuffix(".")) if _NUMBER.fullmatch(last) else host


def _place(authority: str, scheme: str) -> tuple[str, str] | None:
    """Host and port (empty for the usual one)."""
    host, port = authority, ""
    if not authority.endswith("]") and ":" in authority:
        host, _, port = authority.rpartition(":")
    if "@" in authority or not (port == "" or (port.isascii() and port.isdigit())) or int(port or 0) > 65535:
        return None
    port = str(int(port)) if port else ""
    host = ascii_host(host)
    return (host, "" if port == _PORTS[scheme] else port) if host else None


def _ipv4(host: str) -> str:
    """``0x7f.1`` and ``2130706433`` are 127.0.0.1 to every browser (IPv4 parser)."""
    numbers = []
    for part in host.split("."):
        if not _NUMBER.fullmatch(part):
            return ""
        hexadecimal, octal = part[:2].lower() == "0x", len(part) > 1 and part[0] == "0"
        try:
            numbers.append(int(part[2:] or "0", 16) if hexadecimal else int(part, 8 if octal else 10))
        except ValueError:
            return ""
    *first, last = numbers
    if len(first) > 3 or any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        return ""
    return str(ipaddress.IPv4Address(sum(number << 8 * (3 - at) for at, number in enumerate(first)) + last))


def _path(segments: list[str]) -> str:
    """A path without ``.`` and ``..``, from its parts; the first is what stands before the first slash: nothing."""
    kept: list[str] = []
    for at, segment in enumerate(segments[1:], start=2):
        if _DOTTED.fullmatch(segment):
            if len(_DOT.findall(segment)) == 2 and kept:
                kept.pop()
            if at == len(segments):
                kept.append("")
        else:
            kept.append(_encoded(segment, _PATH))
    return "/" + "/".join(kept)


def _encoded(text: str, kept: frozenset[int]) -> str:
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode())
