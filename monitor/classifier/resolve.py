"""Who and what: gives each claim its authorities, areas and grade from the discourse around it, or leaves it unresolved.

One rule for every reference: accept it only when exactly one candidate remains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.classifier.chunks import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.scope import Scope
from monitor.classifier.text import Sentence
from monitor.domain.model import Area, Rating

_COUNTS = {"both": 2, "two": 2, "2": 2, "pair": 2, "three": 3, "3": 3, "four": 4, "4": 4, "five": 5, "5": 5, "six": 6, "6": 6}
_NEAR = ("neighbouring", "neighbour", "neighbours", "nearby", "next", "unlike", "counterpart", "elsewhere", "surrounding", "partner")
_SAME_DAY = re.compile(r"\b(?:same (?:day|morning|week)|today|yesterday|also (?:today|published|rated|judged|out|received|inspected)|report (?:was|is) (?:also )?(?:out|published)|on (?:monday|tuesday|wednesday|thursday|friday))\b")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with what was found in it."""

    sentence: Sentence
    words: str  #: folded words joined by blanks
    chunks: tuple[Chunk, ...]
    claims: tuple[Claim, ...]
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with its references filled in: one grade of some areas of some authorities."""

    claim: Claim
    line: Line
    scope: Scope
    urns: tuple[str, ...]
    areas: tuple[Area, ...]
    rating: Rating | None
    inferred: bool  #: something had to be worked out
    named: bool  #: the authority is named in the sentence
    reason: str = ""  #: why it is not believed


def framework_areas(published: date | None) -> tuple[Area, ...]:
    """The areas that "all areas" means on a day: SIF until 2017, one combined care grade to 2022 (both areas), four since."""
    if published is not None and published < date(2018, 3, 1):
        return (Area.LEADERSHIP, Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS, Area.ADOPTION)
    return (Area.LEADERSHIP, Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS)


@dataclass(slots=True)
class _Memory:
    """What has been mentioned so far."""

    topics: tuple[str, ...]
    focus: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    areas: tuple[tuple[Area, ...], ...] = ()  #: the last list of areas
    area: tuple[Area, ...] = ()  #: the last single area
    rating: Rating | None = None  #: the last current grade
    any_rating: Rating | None = None  #: the last grade of any time
    overall: dict[str, Rating] = field(default_factory=dict)
    paragraph: int = -2
    past: Scope | None = None  #: the earlier time that the paragraph is telling of
    later: frozenset[str] = frozenset()  #: authorities that later sentences name by themselves
    listed: bool = False  #: the last list of areas was in the sentence before, without a grade
    heading: Chunk | None = None  #: the area that opens the paragraph


def topics(lines: Sequence[Line]) -> tuple[str, ...]:
    """The authorities that the article is about: named in the headline or most in its opening, or opening a paragraph of their own."""
    naming = _own_names if any(_own_names(c) for line in lines for c in line.chunks) else _names_in
    counts: dict[str, int] = {}
    opening: list[tuple[str, ...]] = []
    main: tuple[str, ...] = ()
    for line in lines:
        found = tuple(dict.fromkeys(u for c in line.chunks if not _nearby(line, c) for u in naming(c)))
        for chunk in line.chunks:
            for urn in _names_in(chunk):
                counts[urn] = counts.get(urn, 0) + 1
        if found and line.sentence.in_title:
            main = found
        elif found and not main:
            opening.append(_subjects(line, naming))
    if not main and any(opening):
        best = next(group for group in opening if group)[0]
        main = next((c.names for line in lines for c in line.chunks if c.code == "A" and best in c.names and len(c.names) > 1), (best,))
    return tuple(dict.fromkeys((*main, *_openers(lines))))


def _subjects(line: Line, naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """The authorities of a full sentence, without those that are only its agents or companions ("taken over by Essex")."""
    if (not any(c.code in "BVMRI" for c in line.chunks) and len(line.sentence.tokens) < 8) or line.sentence.caption:
        return ()
    tokens = line.sentence.tokens
    kept = (c for c in line.chunks if not _nearby(line, c) and tokens[c.start - 1].word not in {"by", "with", "from", "near", "than", "like", "to"} or c.start == 0)
    return tuple(dict.fromkeys(u for c in kept for u in naming(c)))


def _openers(lines: Sequence[Line]) -> tuple[str, ...]:
    """Authorities that open a paragraph: ``In Harrow, inspectors found ...``, ``Meanwhile, three councils - A, B and C - ...``."""
    found: list[str] = []
    paragraph = -2
    for line in lines:
        first = line.sentence.paragraph != paragraph
        paragraph = line.sentence.paragraph
        if not first or line.sentence.in_title or line.words.startswith("elsewhere"):
            continue
        found.extend(_fronted(line.chunks))
        labelled = re.match(r"[;]?A[-:(]", "".join(c.code for c in line.chunks[:3]))
        if labelled and any(c.code == "R" for c in line.chunks[:5]):
            found.extend(line.chunks[labelled.end() - 2].names)
    return tuple(found)


def _names_in(chunk: Chunk) -> tuple[str, ...]:
    if chunk.code == "A":
        return chunk.names
    return _names_in(chunk.owner) if chunk.owner is not None else ()


def _own_names(chunk: Chunk) -> tuple[str, ...]:
    """Names that the chunk gives itself, not through a trust that serves several authorities."""
    named = chunk if chunk.code == "A" or chunk.owner is None else chunk.owner
    return () if named.value == "shared" else _names_in(chunk)


def _nearby(line: Line, chunk: Chunk) -> bool:
    """Whether a name is mentioned as somebody's neighbour or as an aside."""
    before = [t.word for t in line.sentence.tokens[max(0, chunk.start - 4) : chunk.start + 1]]
    return any(w in _NEAR for w in before) or line.words.startswith(("elsewhere", "unlike"))


def resolve(lines: Sequence[Line], published: date | None) -> list[Statement]:
    """Every claim of the document as a statement, in order; unresolved ones carry a reason."""
    memory = _Memory(topics=topics(lines))
    memory.focus = memory.topics if len(memory.topics) == 1 else ()
    memory.group = memory.topics if len(memory.topics) > 1 else ()
    alone = [{u for c in line.chunks if len(_names_in(c)) == 1 for u in _names_in(c)} for line in lines]
    found: list[Statement] = []
    for number, line in enumerate(lines):
        memory.later = frozenset(u for named in alone[number + 1 :] for u in named) if len(memory.focus) > 1 else frozenset()
        if line.sentence.paragraph != memory.paragraph:
            memory.paragraph = line.sentence.paragraph
            memory.heading = _heading(line.chunks)
            if len(memory.topics) == 1:
                memory.focus = memory.topics
            memory.past = None
        if not memory.focus and memory.topics and not line.sentence.in_title:
            memory.focus = memory.topics[:1]
        statements = [_told_of_then(s, memory) for s in _line(line, memory, published)]
        for statement in statements:
            _remember(statement, memory)
        found.extend(statements)
        _look(line, memory, published)
    return found


_PRESENT = re.compile(r"\b(?:now|today|has|have|is|are|this time|latest|new report|yesterday|this week)\b")


def _told_of_then(statement: Statement, memory: _Memory) -> Statement:
    """A simple past in a paragraph that tells of an earlier year is of that year."""
    if memory.past is None or statement.scope.status != "current" or _PRESENT.search(statement.line.words):
        return statement
    return replace(statement, scope=memory.past)


def _line(line: Line, memory: _Memory, published: date | None) -> list[Statement]:
    if re.search(r"\brespectively\b", line.words):
        zipped = _zip(line, memory)
        if zipped is not None:
            return zipped
    found: list[Statement] = []
    paired = _pairs(line)
    for i, claim in enumerate(line.claims):
        scope = line.scopes[i]
        if claim.at in paired and scope.status != "negated":
            found.append(Statement(claim, line, scope, (), (), None, True, False, "ambiguous_pair"))
            continue
        if claim.subject is None and _labelled(line.chunks, claim.at) and memory.heading is not None:
            claim = replace(claim, subject=memory.heading, frame="heading")
        elif claim.subject is None and found and found[-1].claim.subject is not None and _continues(line.chunks, found[-1].claim.at, claim.at):
            before = found[-1]
            if before.claim.grade.code == "E":
                scope = replace(scope, stays=True)
            if line.chunks[claim.at - 1].code == "&" and before.claim.at == claim.at - 2:
                scope = before.scope
            claim = replace(claim, subject=before.claim.subject, subject_at=before.claim.subject_at, frame="continued")
        found.append(_statement(claim, scope, line, memory, published, found))
    return found


def _continues(chunks: Sequence[Chunk], first: int, second: int) -> bool:
    """Whether the second grade goes on about the subject of the first: ``inadequate in 2019 and good in 2023``."""
    between = "".join(c.code for c in chunks[first + 1 : second])
    return re.fullmatch(r"[FYPN.IO^]*[,&;:-]{0,2}[BVMNP<>,_I]*", between) is not None


def _pairs(line: Line) -> set[int]:
    """Places of two different grades joined by "and" or "or": without "respectively" nobody can say which is whose."""
    found: set[int] = set()
    for at in range(len(line.chunks) - 2):
        one, join, two = line.chunks[at : at + 3]
        if one.code == two.code == "R" and join.code == "&" and one.value != two.value:
            negated = any(c.code == "!" for c in line.chunks[max(0, at - 2) : at])
            found.update(() if negated else (at, at + 2))
    return found


def _labelled(chunks: Sequence[Chunk], at: int) -> bool:
    """Whether the grade follows a bare ``Grade -``, whose subject is the paragraph's heading."""
    return re.search(r"(?:^|;)[NI]{0,2}[:-]$", "".join(c.code for c in chunks[:at])) is not None


def _statement(claim: Claim, scope: Scope, line: Line, memory: _Memory, published: date | None, before: Sequence[Statement]) -> Statement:
    subject = claim.subject
    names, named = _authorities(claim, line, memory)
    areas, inferred = _areas(claim, line, memory, published)
    if claim.extra is not None:
        areas = areas + tuple(a for item in claim.extra.areas for a in item if a not in areas)
    rating, worked_out = _grade(claim, line, memory, names, before)
    reason = ""
    if scope.status == "other_body":
        reason = "other_body"
    elif subject is None and claim.grade.code == "E" and any(c.code == "I" for c in line.chunks[: claim.at]) and len(names) == 1:
        areas, inferred = (Area.OVERALL,), True  # "Ofsted has come to the same view"
    elif subject is None:
        reason = "no_subject"
    elif not areas:
        reason = "unresolved_area"
    elif not names:
        reason = "unresolved_authority"
    elif rating is None:
        reason = "unresolved_rating"
    return Statement(claim, line, scope, names, areas, rating, inferred or worked_out, named, reason)


def _authorities(claim: Claim, line: Line, memory: _Memory) -> tuple[tuple[str, ...], bool]:
    subject = claim.subject
    if subject is not None:
        names = _names_in(subject)
        if names:
            return names, True
        if subject.code == "G" and subject.value == "many":
            return _group(line, subject, memory), False
    here = _fronted(line.chunks) if subject is not None else ()
    limit = claim.subject_at if subject is not None else claim.at
    left = [c for c in line.chunks[: max(0, limit)] if _names_in(c)]
    left = [c for c in left if _own_names(c)] or left
    if subject is not None and subject.code == "G" and subject.value in {"it", "they"} and left:
        return _names_in(left[0]), True
    if left:
        return _names_in(left[-1]), True
    if here:
        return here, True
    right = line.chunks[claim.at + 1 : claim.at + 4]
    for chunk in right:
        if chunk.code in "|;,RE":
            break
        if _names_in(chunk) and not _nearby(line, chunk):
            return _names_in(chunk), True
    if len(memory.focus) > 1 and _singular(subject, line):
        left_over = tuple(u for u in memory.focus if u not in memory.later)
        return (left_over if len(left_over) == 1 else ()), False
    return memory.focus, False


def _singular(subject: Chunk | None, line: Line) -> bool:
    """Whether the subject stands for one authority only: ``the council``, ``the department``."""
    if subject is None or subject.code not in "GS":
        return False
    words = [t.word for t in line.sentence.tokens[subject.start : subject.end]]
    return subject.value == "one" or words[0] in {"the", "it", "its"} and words[-1] in {"department", "service", "it", "its"}


def _fronted(chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """The authority of an opening ``In Harrow, ...``."""
    codes = "".join(c.code for c in chunks[:8])
    found = re.match(r"(?:[F]A,|\|?,?G?-?(?:[XS]A?)?A)" if codes.startswith("|") else r"FA,", codes)
    if found is None:
        return ()
    return next((c.names for c in chunks[:8] if c.code == "A"), ())


def _group(line: Line, subject: Chunk, memory: _Memory) -> tuple[str, ...]:
    words = [t.word for t in line.sentence.tokens[subject.start : subject.end]]
    wanted = next((_COUNTS[w] for w in words if w in _COUNTS), None)
    for group in (memory.group, memory.topics):
        if len(group) > 1 and (wanted is None or len(group) == wanted):
            return group
    return ()


def _areas(claim: Claim, line: Line, memory: _Memory, published: date | None) -> tuple[tuple[Area, ...], bool]:
    subject = claim.subject
    if subject is None:
        return (), False
    if subject.code == "X":
        areas = tuple(dict.fromkeys(a for item in subject.areas for a in item))
        if claim.frame == "overall-and-areas":
            areas = (Area.OVERALL, *areas)
        return areas, False
    if subject.code in "SAGO":
        return (Area.OVERALL,), False
    if subject.code == "L" and memory.listed and len(memory.areas) >= 3:
        return ((Area.OVERALL,) if claim.overall else ()) + tuple(a for item in memory.areas for a in item), False
    if subject.code == "L":
        return ((Area.OVERALL,) if claim.overall else ()) + framework_areas(published), True
    if subject.code == "T":
        return framework_areas(published), True
    if subject.code == "Z":
        words = [t.word for t in line.sentence.tokens[subject.start : subject.end]]
        wanted = next((_COUNTS[w] for w in words if w in _COUNTS), None)
        listed = next((c for c in line.chunks if c.code == "A" and len(c.names) == wanted), None)
        if listed is not None and not any(c.code == "X" for c in line.chunks):
            return (Area.OVERALL,), False  # "A and B ... are both judged good"
        return _back(subject, line, memory), True
    return (), False


def _heading(chunks: Sequence[Chunk]) -> Chunk | None:
    """The area that opens a paragraph: ``On help and protection: ...``."""
    codes = "".join(c.code for c in chunks[:4])
    found = re.match(r"[F;]{0,2}(X)[:,-]", codes)
    return chunks[found.start(1)] if found else None


def _back(subject: Chunk, line: Line, memory: _Memory) -> tuple[Area, ...]:
    """The areas that "both", "all three", "the latter", "their experiences" point back at, when the count fits."""
    words = [t.word for t in line.sentence.tokens[subject.start : subject.end]]
    here = [c for c in line.chunks if c.code == "X" and c.end <= subject.start]
    items = tuple(item for c in here for item in c.areas)
    if "progress" in words or words[0] in {"that", "this", "what"}:
        last = (items[-1:] if items else (memory.area,)) if memory.area or items else ()
        return tuple(a for item in last for a in item)
    if len(items) < 2:
        items = memory.areas
    if not items:
        return ()
    if "latter" in words or words[-1] == "last" and "first" not in words:
        items = items[-1:]
    elif "first" in words and "last" in words:
        items = (items[0], items[-1])
    elif "former" in words or words[-1] == "first":
        items = items[:1]
    else:
        wanted = next((_COUNTS[w] for w in words if w in _COUNTS), None)
        if wanted is not None and len(items) != wanted:
            return ()
    return tuple(dict.fromkeys(a for item in items for a in item))


def _grade(claim: Claim, line: Line, memory: _Memory, names: tuple[str, ...], before: Sequence[Statement]) -> tuple[Rating | None, bool]:
    if claim.grade.code == "R":
        return Rating(claim.grade.value), claim.grade.weak
    if claim.grade.code == "E" and claim.grade.value == "overall":
        found = {memory.overall[u] for u in names if u in memory.overall}
        return (found.pop() if len(found) == 1 else None), True
    said = [s.rating for s in before if s.rating is not None]
    if said:
        return said[-1], True
    return memory.rating or memory.any_rating, True


def _zip(line: Line, memory: _Memory) -> list[Statement] | None:
    """``A and B were rated good and inadequate respectively``: pairs lists of equal length, else believes none of it."""
    runs: list[list[int]] = []
    for i, claim in enumerate(line.claims):
        if claim.grade.code != "R":
            continue
        if runs and re.fullmatch(r"[,&NFBV]*", "".join(c.code for c in line.chunks[line.claims[runs[-1][-1]].at + 1 : claim.at])):
            runs[-1].append(i)
        else:
            runs.append([i])
    run = max(runs, key=len, default=[])
    if len(run) < 2:
        return None
    first = line.claims[run[0]]
    left = line.chunks[: first.at]
    names = next((_names_in(c) for c in reversed(left) if len(_names_in(c)) == len(run)), ())
    items = next((c.areas for c in reversed(left) if c.code == "X" and len(c.areas) == len(run)), ())
    if not names and not items and len(memory.group) == len(run):
        names = memory.group
    found: list[Statement] = []
    for n, i in enumerate(run):
        claim, scope = line.claims[i], line.scopes[run[0]] if line.scopes[run[0]].status != "current" else line.scopes[i]
        rating = Rating(claim.grade.value)
        if items and not names:
            owner, named = _authorities(first, line, memory)
            found.append(Statement(claim, line, scope, owner, items[n], rating, False, named))
        elif names:
            found.append(Statement(replace(claim, frame="respectively"), line, scope, (names[n],), (Area.OVERALL,), rating, False, True))
        else:
            found.append(Statement(claim, line, scope, (), (), rating, True, False, "unequal_lists"))
    others = [_statement(c, line.scopes[i], line, memory, None, found) for i, c in enumerate(line.claims) if i not in run]
    return found + others


def _remember(statement: Statement, memory: _Memory) -> None:
    if statement.reason or statement.rating is None:
        return
    memory.any_rating = statement.rating
    if statement.scope.status == "current":
        memory.rating = statement.rating
        if Area.OVERALL in statement.areas:
            for urn in statement.urns:
                memory.overall.setdefault(urn, statement.rating)


def _look(line: Line, memory: _Memory, published: date | None) -> None:
    """Note what the sentence names, for the references of the next."""
    opening = "".join(c.code for c in line.chunks[:4])
    if re.match(r"[|^.]?F[.]?F?Y", opening) and not _PRESENT.search(line.words):
        year = next(int(c.value) for c in line.chunks if c.code == "Y")
        memory.past = Scope("previous", year, "paragraph") if published is not None and year < published.year else None
    elif line.scopes and all(s.status == "earlier" for s in line.scopes):
        memory.past = line.scopes[0]
    names = [c for c in line.chunks if _own_names(c)] or ([c for c in line.chunks if _names_in(c)] if not memory.focus else [])
    if names:
        memory.focus = _names_in(names[0])
        for chunk in names:
            if len(_names_in(chunk)) > 1:
                memory.group = _names_in(chunk)
    listed = [c for c in line.chunks if c.code == "X"]
    if listed:
        longest = max(listed, key=lambda c: len(c.areas))
        every = tuple(item for c in listed for item in c.areas)
        memory.areas = longest.areas if len(longest.areas) > 1 or line.claims else every
        memory.area = listed[-1].areas[-1]
    memory.listed = bool(listed) and not line.claims and len(memory.areas) >= 3


def same_day(line: Line) -> bool:
    """Whether the sentence says that its news is of this day too."""
    return _SAME_DAY.search(line.words) is not None


def regime(lines: Sequence[Line]) -> str:
    """The other body or regime that the article is about, when its headline and opening name one and not the council's service."""
    opening = [line for line in lines if line.sentence.in_title] + [line for line in lines if not line.sentence.in_title][:4]
    found = ""
    for line in opening:
        for chunk in line.chunks:
            if chunk.code == "S" and any(t.word in {"children", "child", "social"} for t in line.sentence.tokens[chunk.start : chunk.end]):
                return ""
            if chunk.code == "D" and not found:
                found = chunk.value
    return found


def nearby(line: Line, urns: tuple[str, ...]) -> bool:
    """Whether the sentence mentions these authorities as neighbours or asides."""
    return any(_nearby(line, c) for c in line.chunks if set(_names_in(c)) & set(urns))
