"""The first gate: can a page be about an inspection of children's services at all? Most news is not, and must cost nothing."""

from __future__ import annotations

import re

#: Nothing is said about children's services without one of these.
_CHILDREN = ("child", "care leaver", "young people", "adoption", "looked after", "social care")
#: Who inspects, in the words that news has for it.
_INSPECTORATE = ("ofsted", "watchdog", "regulator")
#: Headlines and standfirsts leave the inspectorate out: "Leeds children's services rated good".
_SERVICE = (
    "children's services",
    "children’s services",
    "childrens services",
    "children's social care",
    "children’s social care",
)
#: A rank in the police is no inspection, and many a page on a crime has one.
_RANK = re.compile(r"\b(?:detective|chief|det|police|acting|temporary|retired|former) (?:chief )?inspector\b")


def may_report(title: str, text: str) -> bool:
    """False when nobody inspects and nothing is said of children's services in the whole page; some scans at memory speed."""
    page = f"{title}\n{text}".lower()
    named = any(word in page for word in _INSPECTORATE) or any(word in page for word in _SERVICE)
    if not named and "inspect" not in page:
        return False
    return any(word in page for word in _CHILDREN) and (named or "inspect" in _RANK.sub("", page))
