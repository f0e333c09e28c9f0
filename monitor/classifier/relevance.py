"""The first gate: whether a page can be about an inspection of children's services at all. Most news is not, and must cost nothing."""

from __future__ import annotations

import re

#: Nothing is said about children's services without one of these.
_CHILDREN = ("child", "care leaver", "young people", "adoption", "looked after", "social care")
#: Who inspects, in the words that news has for it.
_INSPECTORATE = ("ofsted", "watchdog", "regulator", "inspect")
#: Headlines and standfirsts leave the inspectorate out ("Leeds children's services rated good"); so do pages that call it "the report".
_SERVICE = (
    "children's services",
    "children’s services",
    "childrens services",
    "children's social care",
    "children’s social care",
)
#: A rank in the police is no inspection, and every other page on a crime has one.
_RANK = re.compile(r"\b(?:detective|chief|det|police|acting|temporary|retired|former) (?:chief )?inspector\b")


def may_report(title: str, text: str) -> bool:
    """False when nowhere in the page anybody inspects or anything is said of children's services; a few scans at memory speed."""
    page = f"{title}\n{text}".lower()
    if not any(word in page for word in _INSPECTORATE) and not any(word in page for word in _SERVICE):
        return False
    if not any(word in page for word in _CHILDREN):
        return False
    named = any(word in page for word in (*_INSPECTORATE[:3], *_SERVICE))
    return named or "inspect" in _RANK.sub("", page)
