"""Pages that are no article but send their readers on: <meta http-equiv="refresh">."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from monitor.domain.urls import absolute

#: Seconds after which a page that sends on may still be meant to be passed through.
_SOON = 10.0
#: Characters beside it: a page that has more to read reloads itself, or advertises.
_HARDLY_ANYTHING = 600
_CONTENT = re.compile(r"""\s*(\d*\.?\d*)\s*[;,\s]\s*(?:url\s*=\s*)?["']?\s*([^"'\s][^"']*)""", re.IGNORECASE)


def refresh_of(tree: LexborHTMLParser, url: str) -> str:
    """Where a page sends its readers at once, as an address; empty when it does not, or has something to read itself."""
    for node in tree.css("meta[http-equiv]"):
        if (node.attributes.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        found = _CONTENT.match(node.attributes.get("content") or "")
        if found is None or float(found[1].strip(".") or 0) > _SOON:
            continue
        base = tree.css_first("base[href]")
        start = absolute(base.attributes.get("href") or "", url) if base is not None else ""
        to = absolute(found[2].strip(), start or url)
        if to and to.partition("#")[0] != url.partition("#")[0] and _is_bare(tree):
            return to
    return ""


def _is_bare(tree: LexborHTMLParser) -> bool:
    for node in tree.css("script, style, noscript, template"):
        node.decompose()
    return tree.body is None or len(tree.body.text(separator=" ")) < _HARDLY_ANYTHING
