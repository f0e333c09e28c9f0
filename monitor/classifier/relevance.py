"""The first gate: can a page be about an inspection of children's services at all? Most news is not, and must cost nothing."""

from __future__ import annotations

import re

#: Nothing is said about children's services without one of these.
_CHILDREN = (b"child", b"care leaver", b"young people", b"adoption", b"looked after", b"social care")
#: Headlines leave the inspectorate out ("Leeds children's services rated good"); some papers call it the watchdog.
_SERVICE = re.compile("children(?:'|’)?s (?:services|social care)".encode())
#: A rank in the police is no inspection, and many a page on a crime has one.
_RANK = re.compile(rb"\b(?:detective|chief|det|police|acting|temporary|retired|former) (?:chief )?inspector\b")


def may_report(title: str, text: str) -> bool:
    """False when nobody inspects and no children's services are named in the whole page; a few scans at memory speed."""
    page = f"{title}\n{text}".encode("utf-8", "surrogatepass").lower()  # bytes: wide characters would make every scan slower
    if b"ofsted" not in page and b"inspect" not in page and b"s services" not in page and b"s social care" not in page:
        return False
    if not any(word in page for word in _CHILDREN):
        return False
    return b"ofsted" in page or _SERVICE.search(page) is not None or b"inspect" in _RANK.sub(b"", page)
