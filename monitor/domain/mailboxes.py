"""Mail addresses: the letters by which servers find a domain, and when two ways of writing are one mailbox."""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
#: One provider under two names, for whom dots before the @ are nothing.
_DOTLESS = ("gmail.com", "googlemail.com")
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)


def ascii_domain(domain: str) -> str:
    """A domain as servers find it (RFC 5891): ``bücher.example`` is ``xn--bcher-kva.example``. Empty for what is none."""
    if domain.isascii():
        return domain if _NAME.fullmatch(domain.lower()) else ""
    import idna  # only letters beyond ASCII have to wait for its tables

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""


def ascii_address(address: str) -> str:
    """An address with its domain as servers find it; what stands before the @ is its owner's. Unchanged where that fails."""
    local, at, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain) or domain}" if at else address


def target_of(channel: str, to: str) -> str:
    """Who is reached, whatever list they are on: an address is one person on every channel that mails."""
    return target_of_address(to) if "@" in to else f"{channel}:{to.casefold()}"


def target_of_address(address: str) -> str:
    """Who is reached at an address."""
    return address.casefold()


def mailbox(address: str) -> str:
    """What two ways of writing one mailbox share: ``Ann+ofsted@Bücher.example`` and ``ann@xn--bcher-kva.example``.

    As far as anybody but its provider can tell: without ``+tag``, and Gmail's dots. Two addresses of one mailbox are one person
    who would get both messages.
    """
    local, at, domain = ascii_address(address.strip().rstrip(".")).casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[0]
    return f"{local}@{domain}" if at else domain
