"""Who wrote a mail, as the server of our own mailbox has checked it (Authentication-Results, RFC 8601).

Anybody can write such a header. Believed is only the topmost one that carries the name of our own server, which removes those
that came with its name and puts its own on top; an operator who has such a server says its name (`authserv_id`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parseaddr

#: What others may write of it: in quotes (the sender of a mail, a reason) and in brackets, the first to open closing first.
_ASIDE = re.compile(r'"((?:[^"\\]|\\.)*)"|\((?:[^()"\\]|\\.|"(?:[^"\\]|\\.)*")*\)')
_PLAIN = re.compile(r"[\w.@-]*")
_DEEPEST = 5  #: brackets in brackets
_PASSED = re.compile(r"\s*(dkim|dmarc)\s*=\s*pass\b(.*)", re.IGNORECASE | re.DOTALL)
_DOMAIN = re.compile(r"\b(?:header\.d|header\.i|header\.from)\s*=\s*\"?(?:[^\s@\";]*@)?([\w.-]+)", re.IGNORECASE)
_MAX_HEADER = 4000


def proven_author(sender: str, results: Sequence[str], authserv_id: str) -> str:
    """The address in From:, small, where our own server says that its domain signed the mail; empty where nobody does.

    Args:
        sender: the header From.
        results: the headers Authentication-Results, the topmost first.
        authserv_id: the name of our own server in them; empty: there is none to believe.
    """
    address = parseaddr(sender)[1].casefold()
    domain = address.rpartition("@")[2]
    if not authserv_id or not domain:
        return ""
    for header in results:
        server, _, methods = _told_by_the_server(header[:_MAX_HEADER]).partition(";")
        if server.casefold().split()[:1] != [authserv_id.casefold()]:
            continue
        passed = [found[2] for method in methods.split(";") if (found := _PASSED.match(method))]
        signed = {each.casefold() for method in passed for each in _DOMAIN.findall(method)}
        return address if any(domain == each or domain.endswith(f".{each}") for each in signed if "." in each) else ""
    return ""


def _told_by_the_server(header: str) -> str:
    """A header without what others may have written into it; empty where that cannot be told apart."""
    for _ in range(_DEEPEST):
        header = _ASIDE.sub(lambda found: found[1] if found[1] and _PLAIN.fullmatch(found[1]) else " ", header)
    return "" if '"' in header or "(" in header else header
