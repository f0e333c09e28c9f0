"""The words for what moved at one inspection, at several, and in a digest: the worst first, nothing claimed beyond it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.domain.attestation import OFFICIAL, edition_of
from monitor.domain.model import Area, Change, ChangeKind, Rating
from monitor.domain.movement import moved
from monitor.messages.notice import SEVERITY, Notice, Purpose, by_inspection, direction, of_kind, severity
from monitor.messages.sanitize import listed

_LOWEST = frozenset({ChangeKind.INTO_INADEQUATE.value, ChangeKind.OUT_OF_INADEQUATE.value})

_Name = Callable[[Sequence[Change]], str]


def _areas(changes: Sequence[Change]) -> str:
    return listed([change.area.short for change in changes])


def _counted(changes: Sequence[Change]) -> str:
    return f"{len(changes)} areas" if len(changes) > 1 else changes[0].area.short


def headlines(changes: Sequence[Change]) -> tuple[str, ...]:
    """What moved at one inspection, worst first, from the fullest wording to the shortest; then what is withdrawn.

    ``leadership and protection now inadequate``; ``2 areas down to good, in care up to outstanding``; ``2 areas down, 1 up``;
    ``overall not graded after all``; ``now inadequate, but reports disagree``.
    """
    withdrawn = of_kind(changes, ChangeKind.WITHDRAWN)
    given = tuple(change for change in changes if change.new is not None)
    if not withdrawn and of_kind(changes, ChangeKind.DISPUTED):
        forms = _moves(given)
        return (*(f"{what}, but reports disagree" for what in forms), f"{forms[-1]}, disputed")
    if not withdrawn:
        return _moves(given)
    none = f"{_areas(withdrawn)} not graded after all"
    if not any(moved(change) for change in given):
        return (none, f"{_counted(withdrawn)} not graded after all", "not graded")
    told = _moves(given)
    return (*(f"{what}, {none}" for what in told), *told)


def _moves(changes: Sequence[Change]) -> tuple[str, ...]:
    """`headlines` of changes that all have a grade."""
    fallen, risen = of_kind(changes, ChangeKind.INTO_INADEQUATE), of_kind(changes, ChangeKind.OUT_OF_INADEQUATE)
    if fallen:
        return _into(fallen, risen)
    if risen:
        return _out_of(changes, risen)
    return _rest(changes)


def headline(changes: Sequence[Change]) -> str:
    """The fullest of `headlines`."""
    return headlines(changes)[0]


def _overall(changes: Sequence[Change]) -> Change | None:
    return next((change for change in changes if change.area is Area.OVERALL), None)


def _into(fallen: Sequence[Change], risen: Sequence[Change]) -> tuple[str, ...]:
    if _overall(fallen):
        return "now inadequate", "inadequate"
    full, counted = (f"{name(fallen)} now inadequate" for name in (_areas, _counted))
    both = (f"{full}, {_areas(risen)} no longer",) if risen else ()
    return (*both, full, counted, "partly inadequate", "inadequate")


def _out_of(changes: Sequence[Change], risen: Sequence[Change]) -> tuple[str, ...]:
    """What left the lowest grade, what is still there, then what else moved."""
    overall = _overall(risen)
    if overall and overall.new:
        return f"no longer inadequate, now {overall.new.words}", "no longer inadequate", "up"
    still = tuple(change for change in changes if change.new is Rating.INADEQUATE)
    others = tuple(change for change in changes if change not in risen and moved(change))

    def form(name: _Name, *, rest: bool) -> str:
        parts = [f"{name(risen)} no longer inadequate"]
        parts += [f"{name(still)} still inadequate"] if still else []
        return ", ".join([*parts, *([_ways(others, name)] if rest and others else [])])

    full = form(_areas, rest=True), form(_counted, rest=True), form(_areas, rest=False), form(_counted, rest=False)
    return (*dict.fromkeys(full), "partly out of inadequate" if still else "no longer inadequate", "up")


def _rest(changes: Sequence[Change]) -> tuple[str, ...]:
    """What neither came to be inadequate nor ceased to be."""
    overall = _overall(changes)
    if overall is not None and moved(overall) and overall.old and overall.new:
        way = "up" if moved(overall) > 0 else "down"
        return f"{way} from {overall.old.words} to {overall.new.words}", f"{way} to {overall.new.words}", direction(changes)
    if any(moved(change) for change in changes):
        ways = _ways(changes, _areas), _ways(changes, _counted), _tally(changes), direction(changes)
        low = overall is not None and overall.new is Rating.INADEQUATE
        return (*(f"still inadequate, {way}" for way in ways), "still inadequate") if low else ways
    return (_unmoved(changes), direction(changes))


def _ways(changes: Sequence[Change], name: _Name) -> str:
    """``leadership down to good, in care up to outstanding``: down before up, each rating once."""
    parts = []
    for sign, word in ((-1, "down"), (1, "up")):
        there = [change for change in changes if moved(change) * sign > 0]
        parts += [
            f"{name([change for change in there if change.new is rating])} {word} to {rating.words}"
            for rating in sorted({change.new for change in there if change.new}, key=lambda rating: rating.rank)
        ]
    return ", ".join(parts)


def _tally(changes: Sequence[Change]) -> str:
    down, up = (len([change for change in changes if moved(change) * sign > 0]) for sign in (-1, 1))
    if down and up:
        return f"{down} {'areas' if down > 1 else 'area'} down, {up} up"
    return f"{down + up} {'areas' if down + up > 1 else 'area'} {'down' if down else 'up'}"


def _unmoved(changes: Sequence[Change]) -> str:
    """``rated good`` for the first time, ``still good``, or what can be said without an overall grade."""
    first = _overall(changes) or changes[0]
    verb = "rated" if first.old is None else "still"
    same = [change for change in changes if change.new is first.new]
    if first.area is Area.OVERALL:
        return f"{verb} {first.new_words}"
    if len(changes) == 1:
        return f"{verb} {first.new_words} for {_areas(same)}"
    if len(same) == len(changes):
        return f"{verb} {first.new_words} in {len(same)} areas"
    return "first ratings" if first.old is None else "no area changed"


# --- several inspections in one message ------------------------------------------------------------------------------------


def _partly(changes: Sequence[Change]) -> bool:
    """Whether not all of an authority came to be inadequate, or ceased to be, as far as is known: a paper may give one area."""
    way = severity(changes)
    if _overall(of_kind(changes, ChangeKind(way))):
        return False
    edition, known = edition_of(changes[0].inspection), changes[0].inspection.ratings
    lowest = way == ChangeKind.INTO_INADEQUATE
    areas = {*known, *(edition.areas if edition else ())}
    return any(area not in known or (known[area] is Rating.INADEQUATE) is not lowest for area in areas)


#: What an inspection came to beside others, ever shorter: of all of an authority, and of a part of it. "It" is the grade that
#: stands before it in the same line.
_BRIEF = {
    (ChangeKind.INTO_INADEQUATE.value, False): ("now inadequate", "now inadequate", "inadequate"),
    (ChangeKind.INTO_INADEQUATE.value, True): ("now partly inadequate", "partly inadequate", "part inadequate"),
    (ChangeKind.OUT_OF_INADEQUATE.value, False): ("no longer inadequate", "out of inadequate", "out of it"),
    (ChangeKind.OUT_OF_INADEQUATE.value, True): ("partly out of inadequate", "partly out of inadequate", "partly out of it"),
}


def brief(changes: Sequence[Change], short: int = 0) -> str:
    """What an inspection came to beside others: ``now inadequate``, ``partly out of inadequate``, ``up``."""
    way = severity(changes)
    return _BRIEF[way, _partly(changes)][short] if way in _LOWEST else "not graded after all" if way == "withdrawn" else way


def sure(changes: Sequence[Change]) -> str:
    """Whose word an inspection is."""
    return "Ofsted" if changes[0].inspection.trust in OFFICIAL else "reported"


@dataclass(frozen=True, slots=True)
class _Said:
    """Councils of which the same is said, and with the same certainty (empty where that is said of all together)."""

    what: str
    sure: str
    names: tuple[str, ...]


def roll(groups: Sequence[Sequence[Change]], room: int) -> str:
    """Several inspections, the gravest first (see `by_inspection`), with how sure each is, in at most `room` characters.

    ``3 councils: Devon and Kent now inadequate, Bury up (reported)``. Those that there is no room for are counted, the
    gravest last. Where more of the gravest can be named so, how sure is said once for all:
    ``3 councils: Dudley and Rochdale partly inadequate, 1 more (2 reported)``.
    """
    found = [form for form in (_rolled(groups, room, apart=apart) for apart in (True, False)) if form]
    return max(found, key=lambda form: form[0])[1] if found else _totals(groups, room)


def _rolled(groups: Sequence[Sequence[Change]], room: int, *, apart: bool) -> tuple[tuple[int, ...], str] | None:
    """The fullest roll that fits, and how many it names of those that came to be inadequate, and that ceased to be."""
    lengths = range(3 if severity(groups[0]) == ChangeKind.INTO_INADEQUATE else 2)
    variants = [_said(groups, short, apart=apart) for short in lengths]
    for named in _namings([len(each.names) for each in variants[0]]):
        rolled = [_roll(said, named, groups) for said in variants]
        counted = [f"{_counted_councils(groups)}: {each}" for each in rolled]
        uncounted = sum(named) == len(groups) and not _corrections(groups)  # who names them all need not count them
        form = next((each for each in counted + (rolled if uncounted else []) if len(each) <= room), None)
        if form is not None:
            shown = [name for each, count in zip(variants[0], named, strict=False) for name in _named(each.names, count)]
            return _moved_among(shown, groups), form
    return None


def _moved_among(shown: Collection[str], groups: Sequence[Sequence[Change]]) -> tuple[int, ...]:
    """How many of the councils `shown` came to be inadequate, and how many ceased to be."""
    of = {group[0].authority.display_name: severity(group) for group in groups}
    return tuple(sum(way == each for name, way in of.items() if name in shown) for each in SEVERITY[:2])


def _corrections(groups: Sequence[Sequence[Change]]) -> int:
    """Of how many inspections something that was told before was wrong."""
    return sum(bool(of_kind(group, ChangeKind.CORRECTED) or of_kind(group, ChangeKind.WITHDRAWN)) for group in groups)


def _counted_councils(groups: Sequence[Sequence[Change]]) -> str:
    """``6 councils``; where the message corrects some beside other news, ``6 councils, 1 corrected``."""
    wrong = _corrections(groups)
    return f"{len(groups)} councils" + (f", {wrong} corrected" if 0 < wrong < len(groups) else "")


def _said(groups: Sequence[Sequence[Change]], short: int, *, apart: bool) -> list[_Said]:
    found: dict[tuple[str, str], list[str]] = {}
    for group in groups:
        found.setdefault((brief(group, short), sure(group) if apart else ""), []).append(group[0].authority.display_name)
    return [_Said(what, mark, tuple(names)) for (what, mark), names in found.items()]


def _namings(there: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """How many of each to name, ever fewer: the gravest, which come first, are given up last. The rest is ``2 more``."""
    for shown in range(len(there), 0, -1):
        named = list(there[:shown])
        yield tuple(named)
        for number in range(shown - 1, 0, -1):
            while named[number]:
                named[number] -= 1
                yield tuple(named)
    for count in range(there[0] - 1, -1, -1):
        yield (count,)


def _roll(said: Sequence[_Said], named: Sequence[int], groups: Sequence[Sequence[Change]]) -> str:
    """What is said, with so many names each."""
    marks = {each.sure for each in said}
    one = len(marks) == 1
    parts = [
        f"{_some(each.names, count)} {each.what}" + ("" if one else f" ({each.sure})")
        for each, count in zip(said, named, strict=False)
    ]
    if rest := said[len(named) :]:
        reported, more = (sum(len(each.names) for each in rest if each.sure in of) for of in ({"reported"}, marks))
        mark = "" if one or not reported else " (reported)" if reported == more else f" ({reported} reported)"
        parts.append(f"{more} more{mark}")
    return ", ".join(parts) + (f" ({marks.pop() or _sure_of_all(groups)})" if one else "")


def _sure_of_all(groups: Sequence[Sequence[Change]]) -> str:
    """Whose word several inspections are: ``2 of 3 reported``."""
    reported = sum(sure(group) == "reported" for group in groups)
    return f"{reported} of {len(groups)} reported" if 0 < reported < len(groups) else sure(groups[0])


def _named(names: Sequence[str], count: int) -> list[str]:
    """So many of the names: the shortest, for more of those fit; in their order."""
    short = sorted(range(len(names)), key=lambda at: (len(names[at]), at))[:count]
    return [names[at] for at in sorted(short)]


def _some(names: Sequence[str], named: int) -> str:
    if named == 0:
        return str(len(names))
    return listed([*_named(names, named), f"{len(names) - named} more"]) if len(names) > named else listed(names)


_TOTALS = {
    "into_inadequate": "into inadequate",
    "out_of_inadequate": "out of it",
    "mixed": "up and down",
    "withdrawn": "not graded",
}


def _totals(groups: Sequence[Sequence[Change]], room: int) -> str:
    """``9 councils: 2 into inadequate, 3 out of it, 4 others (3 reported)``: as much of it as there is room for."""
    count = _counted_councils(groups)
    counts = {each: sum(severity(group) == each for group in groups) for each in SEVERITY}
    parts = [f"{count} {_TOTALS.get(each, each)}" for each, count in counts.items() if count]
    reported = sum(sure(group) == "reported" for group in groups)
    ending = f" ({reported} reported)" if 0 < reported < len(groups) else f" ({sure(groups[0])})"
    for shown in range(len(parts), 0, -1):
        left = [", others"] if shown < len(parts) else []
        form = f"{count}: {', '.join(parts[:shown])}{''.join(left)}{ending}"
        if len(form) <= room:
            return form
    return f"{len(groups)} councils{ending}"


_GLANCE = {
    "into_inadequate": "Now inadequate",
    "out_of_inadequate": "No longer inadequate",
    "withdrawn": "Reported before, and not graded in Ofsted’s report",
    "down": "Down",
    "mixed": "Up and down",
    "up": "Up",
    "rated": "Rated for the first time",
    "unchanged": "Inspected, unchanged",
}


def summary(notice: Notice) -> tuple[str, ...]:
    """A digest at a glance: which councils went which way, the worst first; nothing for other messages."""
    if notice.purpose is not Purpose.DIGEST:
        return ()
    ways: dict[str, list[str]] = {way: [] for way in SEVERITY}
    for group in by_inspection(notice.changes):
        name, way = group[0].authority.display_name, severity(group)
        where = of_kind(group, ChangeKind(way)) if way in _LOWEST else ()
        said = [_areas(where)] if where and not _overall(where) else []
        said += ["reported"] if sure(group) == "reported" else []
        ways[way].append(f"{name} ({'; '.join(said)})" if said else name)
    lines = [f"{_GLANCE[way]}: {listed(names)}." for way, names in ways.items() if names]
    if notice.told_before:
        left = "1 inspection" if notice.told_before == 1 else f"{notice.told_before} inspections"
        lines.append(f"Left out, because you were told before: {left}.")
    return (*lines, notice.trend) if notice.trend else tuple(lines)
