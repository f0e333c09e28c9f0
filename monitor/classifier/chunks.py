"""Mentions to chunks: coordinated lists joined, "services for X" and "the leadership of X in A" made one."""

from __future__ import annotations

import re
from dataclasses import replace

from monitor.classifier.chunk import Chunk
from monitor.domain.model import Area


def merge(chunks: list[Chunk]) -> list[Chunk]:
    """Join what prose spreads out: lists of authorities, lists of areas, "services for X", "the leadership of X in A"."""
    chunks = _lists(chunks, "A")
    chunks = _next_item(chunks)
    chunks = _service_of_area(chunks)
    chunks = _owners(chunks)
    chunks = _all_of_service(chunks)
    chunks = _overall_items(chunks)
    chunks = _lists(chunks, "X")
    return _headed_lists(chunks)


def _next_item(chunks: list[Chunk]) -> list[Chunk]:
    """``leaders inadequate, the experiences of care leavers good``: the "of" leads to the next area, not back to the grade."""
    kept: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        leads_on = chunk.code == "F" and chunk.value == "of" and [c.code for c in kept[-2:]] == ["R", ","]
        if not (leads_on and at + 1 < len(chunks) and chunks[at + 1].code == "X" and chunk.start > kept[-1].end):
            kept.append(chunk)
    return kept


def _all_of_service(chunks: list[Chunk]) -> list[Chunk]:
    """``all aspects of its services`` are all areas."""
    if all(chunk.code != "L" for chunk in chunks):
        return chunks
    merged: list[Chunk] = []
    for chunk in chunks:
        if chunk.code == "S" and len(merged) >= 2 and merged[-1].code == "F" and merged[-2].code == "L":
            merged.pop()
            merged[-1] = replace(merged[-1], end=chunk.end, owner=chunk.owner)
        else:
            merged.append(chunk)
    return merged


_OVERALL_ITEM = ((Area.OVERALL,),)


def _overall_items(chunks: list[Chunk]) -> list[Chunk]:
    """An "overall" that stands in a list of areas is one of them: ``for leadership, for adoption, and overall``."""
    if all(chunk.code != "O" and chunk.value != "looks_after" for chunk in chunks):
        return chunks
    codes = "".join(c.code for c in chunks)
    made = list(chunks)
    for i, chunk in enumerate(chunks):
        if chunk.value == "looks_after" and re.match(r"[,&]+X", codes[i + 1 :]):
            made[i] = replace(chunk, code="X", value="children_in_care", areas=((Area.CHILDREN_IN_CARE,),))
        if chunk.code != "O":
            continue
        noun = chunk.end - chunk.start > 1
        last = re.search(r"X[,&+]{1,3}F?G?$", codes[:i]) is not None and not re.match(r"F?[AGS]?[BVX&]", codes[i + 1 :])
        first = re.match(r"[,&+]{1,2}(?:F|G)*X(?![,&FX]*[BV])", codes[i + 1 :]) is not None
        if (
            last
            or first
            or (noun and (re.search(r"X[,&]+G?$", codes[:i]) or re.match(r"(?:F[AGS])?[,&+]{1,2}[GF]*X", codes[i + 1 :])))
        ):
            made[i] = replace(chunk, code="X", value="overall", areas=_OVERALL_ITEM)
    return made


def _lists(chunks: list[Chunk], code: str) -> list[Chunk]:
    """``X , X & X`` becomes one chunk. Only commas, "and", "for" and brackets may stand between."""
    if sum(chunk.code == code for chunk in chunks) < 2:
        return chunks
    merged: list[Chunk] = []
    at = 0
    while at < len(chunks):
        chunk = chunks[at]
        if chunk.code != code:
            merged.append(chunk)
            at += 1
            continue
        here = at + 1
        while True:
            link, joined = here, False
            while (
                link < len(chunks)
                and link - here < 5
                and (
                    chunks[link].code in ",&+"
                    or (code == "X" and _reaches(chunks, link))
                    or (_leads_on(chunks[link], joined) and code == "X" and link > here)
                )
            ):
                joined = joined or chunks[link].code in "&+G"
                link += 1
            if link < len(chunks) and link > here and chunks[link - 1].code == "," and chunks[link].code in "V.FGPN":
                link = _after_aside(chunks, link)
            if link == here or link >= len(chunks) or chunks[link].code != code:
                break
            other = chunks[link]
            chunk = replace(
                chunk,
                end=other.end,
                names=chunk.names + other.names,
                areas=chunk.areas + other.areas,
                owner=chunk.owner or other.owner,
            )
            here = link + 1
        merged.append(chunk)
        at = here
    return merged


def _reaches(chunks: list[Chunk], at: int) -> bool:
    """Whether a semicolon at `at` leads to the next item of a list: ``leadership; help and protection; and care leavers``."""
    following = "".join(chunk.code for chunk in chunks[at : at + 9])
    return re.match(r";[&F]{0,2}X(?![:(-])(?![^;]{0,6}[BVRE])", following) is not None


def _leads_on(chunk: Chunk, joined: bool) -> bool:
    """Whether a chunk may stand between a list's comma and its next area: "for", "to", "its", and "with" after an "and"."""
    return (
        chunk.code in "F>"
        or chunk.value == "both"
        or (chunk.code == "W" and joined)
        or (chunk.code == "G" and chunk.value in {"it", "they"})
    )


def _after_aside(chunks: list[Chunk], at: int) -> int:
    """Past an aside between commas inside a list: ``and, assessed on their own, care leavers``; else `at`."""
    for end in range(at, min(at + 6, len(chunks) - 1)):
        if chunks[end].code == ",":
            return end + 1
        if chunks[end].code not in "V.FGPNQB":
            break
    return at


def _service_of_area(chunks: list[Chunk]) -> list[Chunk]:
    """``services for children in care`` and ``adoption services`` are the area, not the whole service."""
    merged: list[Chunk] = []
    for chunk in chunks:
        if chunk.code == "X" and len(merged) >= 2 and merged[-1].value == "that" and merged[-2].code == "S":
            service = merged[-2]
            del merged[-2:]
            merged.append(replace(chunk, start=service.start))  # "the services that help and protect children"
        elif chunk.code == "X" and len(merged) >= 2 and merged[-1].code in "F>" and merged[-2].code == "S":
            service = merged[-2]
            del merged[-2:]
            merged.append(replace(chunk, start=service.start))
        elif (
            chunk.code == "X"
            and merged
            and merged[-1].code == "F"
            and merged[-1].value == "of"
            and len(merged) >= 2
            and merged[-2].code == "X"
        ):
            outer = merged[-2]
            del merged[-2:]
            merged.append(replace(chunk, start=outer.start) if outer.value != "leadership" else outer)
        elif (chunk.code == "S" or (chunk.code == "O" and chunk.end - chunk.start == 3)) and merged and merged[-1].code == "X":
            merged[-1] = replace(merged[-1], end=chunk.end)
        else:
            merged.append(chunk)
    return merged


def _owned_at_its_end(chunk: Chunk) -> bool:
    """``the leadership of Bolton``."""
    return chunk.code == "X" and chunk.owner is not None and chunk.owner.end == chunk.end and chunk.start < chunk.owner.start


def _owners(chunks: list[Chunk]) -> list[Chunk]:
    """``Bolton's leadership``, ``services in Bolton``, ``Bolton Council's children's services``: one chunk that knows
    whose it is.
    """
    if not {chunk.code for chunk in chunks} & set("XSOD"):
        return chunks
    merged: list[Chunk] = []
    for chunk in chunks:
        last = merged[-1] if merged else None
        if (
            chunk.code == "A"
            and last is not None
            and last.code == "X"
            and last.value == "children_in_care"
            and last.end == chunk.start
        ):
            merged[-1] = replace(last, end=chunk.end, owner=chunk)  # "children in the care of Wigan Council"
        elif chunk.code in "XSO" and last is not None and last.code in "AG" and not (chunk.code == "O" and last.code == "G"):
            merged[-1] = replace(chunk, start=last.start, owner=last)
        elif chunk.code == "S" and len(merged) >= 2 and merged[-1].code == "F" and merged[-2].code == "X":
            merged.pop()
            merged[-1] = replace(
                merged[-1], end=chunk.end, owner=merged[-1].owner or chunk.owner
            )  # "leaders in the department"
        elif (
            chunk.code == "G"
            and chunk.value == "one"
            and len(merged) >= 3
            and [c.code for c in merged[-2:]] == ["F", "."]
            and merged[-3].code in "XSO"
            and merged[-1].end - merged[-1].start <= 2
        ):
            del merged[-2:]
            merged[-1] = replace(merged[-1], end=chunk.end, owner=merged[-1].owner or chunk)  # "in the Merseyside borough"
        elif chunk.code == "S" and last is not None and _owned_at_its_end(last) and chunk.start == last.end + 1:
            merged[-1] = replace(last, end=chunk.end)  # "the leadership of Bolton Council's children's services"
        elif chunk.code == "X" and last is not None and last.code == "S" and last.end + 1 == chunk.start:
            merged[-1] = replace(chunk, start=last.start, owner=last.owner)  # "the department's leadership"
        elif chunk.code == "A" and _another_owner(merged):
            while merged[-1].code in "F&":
                merged.pop()
            whose = merged[-1].owner
            assert whose is not None
            merged[-1] = replace(
                merged[-1], end=chunk.end, owner=replace(whose, end=chunk.end, names=whose.names + chunk.names)
            )
        elif (
            chunk.code in "AG"
            and len(merged) >= 2
            and merged[-1].code == "F"
            and merged[-2].code in "XSOD"
            and (chunk.code == "A" or chunk.value != "it")
        ):
            merged.pop()
            merged[-1] = replace(
                merged[-1], end=chunk.end, owner=merged[-1].owner if chunk.code == "G" and merged[-1].owner else chunk
            )
        else:
            merged.append(chunk)
    return merged


def _another_owner(merged: list[Chunk]) -> bool:
    """Whether what was read ends in ``services in Bolton and (in)``."""
    codes = "".join(c.code for c in merged[-3:])
    at = -3 if codes.endswith("&F") else -2 if codes.endswith("&") else 0
    if not at or len(merged) < -at:
        return False
    head = merged[at]
    return head.code in "SX" and head.owner is not None and head.owner.code == "A" and head.end == head.owner.end


def _headed_lists(chunks: list[Chunk]) -> list[Chunk]:
    """``all four areas - leadership, ... -``: the list is what is meant, the head only counts it."""
    if all(len(chunk.areas) < 2 for chunk in chunks):
        return chunks
    merged: list[Chunk] = []
    at = 0
    while at < len(chunks):
        head = chunks[at]
        gap = (
            at + 1
            if at + 1 < len(chunks) and chunks[at + 1].code == "." and chunks[at + 1].end - chunks[at + 1].start <= 3
            else at
        )
        if head.code in "LTZ" and gap + 2 < len(chunks) and chunks[gap + 1].code in "-:(,":
            lead = gap - at + (3 if chunks[gap + 2].code == "F" and gap + 3 < len(chunks) else 2)
            listed = chunks[at + lead]
            if listed.code == "X" and len(listed.areas) > 1:
                at += lead + 1
                if at < len(chunks) and chunks[at].code in "-),":
                    at += 1
                merged.append(
                    replace(
                        listed,
                        value="listed" if head.code == "L" else "counted",
                        start=head.start,
                        owner=listed.owner or head.owner,
                    )
                )
                continue
        merged.append(head)
        at += 1
    return merged
