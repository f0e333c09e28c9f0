"""Who and what: gives each claim its authorities, areas and grade from the discourse around it, or leaves it unresolved.

One rule for every reference: accept it only when exactly one candidate remains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim, left_subject
from monitor.classifier.lines import COUNTS, Line, names_in, own_names
from monitor.classifier.refer import Memory, Reference, by_kind, flatten, heading_area, look, many, point_back
from monitor.classifier.scope import Scope
from monitor.classifier.topics import Topics, fronted, is_heading
from monitor.domain.model import Area, Rating

_PRESENT = re.compile(r"\b(?:now|today|has|have|is|are|this time|latest|new report|yesterday|this week)\b")
_COUNTED = re.compile(r"\b(?:councils|authorities) (?:have|has|had|were|are)\b")
_CONTINUES = re.compile(r"(?:-[^RE-]{0,12}-)?[FYPN.IO^]*[,&;:|-]{0,3}[BVMNP<>,_I]*")


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
    """The areas that "all areas" means on a day: the SIF's five until early 2018, four since (two of them one grade to 2022)."""
    if published is not None and published < date(2018, 3, 1):
        return (Area.LEADERSHIP, Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS, Area.ADOPTION)
    return (Area.LEADERSHIP, Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS)


def resolve(lines: Sequence[Line], topics: Topics, published: date | None) -> list[Statement]:
    """Every claim of the document as a statement, in order; unresolved ones carry a reason."""
    return _Resolver(lines, topics, published).run()


class _Resolver:
    """One pass over the lines, remembering what was mentioned."""

    def __init__(self, lines: Sequence[Line], topics: Topics, published: date | None) -> None:
        self.lines, self.topics, self.published = lines, topics, published
        lists = tuple(c.names for line in lines for c in line.chunks if c.code == "A" and len(c.names) > 1 and c.value != "shared")
        self.memory = Memory(topics=topics.urns if topics.several else (), lists=lists)
        self.first_lines = next((i for i, line in enumerate(lines) if any(own_names(c) for c in line.chunks) and len(line.sentence.tokens) > 8), 0) + 2
        if topics.shared or len(topics.urns) == 1:
            self.memory.focus = topics.urns

    def run(self) -> list[Statement]:
        alone = [{u for c in line.chunks if len(names_in(c)) == 1 for u in names_in(c)} for line in self.lines]
        found: list[Statement] = []
        memory = self.memory
        for number, line in enumerate(self.lines):
            memory.line = number
            memory.later = frozenset(u for named in alone[number + 1 :] for u in named) if len(memory.focus) > 1 else frozenset()
            self._paragraph(line)
            statements = [self._told_of_then(s) for s in self._statements(line)]
            for statement in statements:
                self._remember(statement)
            found.extend(statements)
            look(line, memory, self._opening_past(line), self.published)
        return found

    # --- the discourse ---

    def _paragraph(self, line: Line) -> None:
        memory = self.memory
        if line.sentence.paragraph != memory.paragraph:
            memory.paragraph = line.sentence.paragraph
            memory.heading = heading_area(line)
            memory.past = None
            if not self.topics.several and self.topics.urns:
                memory.focus = self.topics.urns if self.topics.shared else self.topics.urns[:1]
        if not memory.focus and self.topics.urns and not line.sentence.in_title:
            memory.focus = self.topics.urns[:1]
        if is_heading(line):
            memory.focus, memory.headed = line.chunks[0].names, True

    def _opening_past(self, line: Line) -> Scope | None:
        """The past year that a line opens with and its paragraph goes on telling of."""
        if self.published is None or _PRESENT.search(line.words):
            return None
        if line.codes[:1] == "P" and line.text_of(line.chunks[0])[-1] == "ago":
            return next((s for s in line.scopes if s.status == "previous"), None)
        if not re.match(r"[|^.]?F[.]?F?Y", line.codes[:4]):
            return None
        year = next(int(c.value) for c in line.chunks if c.code == "Y")
        return Scope("previous", year, "paragraph") if year < self.published.year else None

    def _told_of_then(self, statement: Statement) -> Statement:
        """A simple past in a paragraph that tells of an earlier time is of that time."""
        past = self.memory.past
        if past is None or statement.scope.status != "current" or _PRESENT.search(statement.line.words):
            return statement
        return replace(statement, scope=past)

    def _remember(self, statement: Statement) -> None:
        memory = self.memory
        if statement.rating is not None and statement.reason == "unresolved_authority" and statement.scope.status == "current":
            memory.rating, memory.rating_of = statement.rating, ()
        if statement.reason or statement.rating is None:
            return
        memory.any_rating = statement.rating
        if statement.scope.status == "current":
            memory.rating, memory.rating_of = statement.rating, statement.urns
            if Area.OVERALL in statement.areas:
                for urn in statement.urns:
                    memory.overall.setdefault(urn, statement.rating)

    # --- one line ---

    def _statements(self, line: Line) -> list[Statement]:
        if "respectively" in line.words.split():
            zipped = self._zip(line)
            if zipped is not None:
                return zipped
        found: list[Statement] = []
        paired = _pairs(line)
        for claim, scope in zip(line.claims, line.scopes, strict=True):
            if claim.at in paired and scope.status != "negated":
                found.append(Statement(claim, line, scope, (), (), None, True, False, "ambiguous_pair"))
                continue
            claim, scope = self._continued(claim, scope, line, found)
            if claim.frame == "relative" and scope.status == "current" and found and any(s.scope.status == "previous" for s in found) and line.text_of(claim.grade)[0] == "required":
                scope = next(s.scope for s in found if s.scope.status == "previous")  # "when every area was inadequate apart from care, which required improvement"
            if self._of_another(claim, line):
                scope = Scope("other_body", cue="ellipsis")
            found.append(self._statement(claim, scope, line, found))
        return found

    def _continued(self, claim: Claim, scope: Scope, line: Line, found: Sequence[Statement]) -> tuple[Claim, Scope]:
        """A grade without a subject goes on about the heading's area or the subject of the grade before it."""
        if claim.subject is not None:
            return claim, self._same_time(claim, scope, line, found)
        if self.memory.heading is not None and re.search(r"(?:^|;)[NI]{0,2}[:-]$", line.codes[: claim.at]):
            return replace(claim, subject=self.memory.heading, frame="heading"), scope
        if not found or found[-1].claim.subject is None:
            return claim, scope
        before = found[-1].claim
        between = line.codes[before.at + 1 : claim.at]
        if _CONTINUES.fullmatch(between) is None:
            return claim, scope
        if before.grade.code == "E" and {"where", "unchanged", "unaltered"} & set(line.text_of(before.grade)):
            scope = replace(scope, stays=True)
        if "|" in between and found[-1].scope.status == "previous" and line.text_of(claim.grade)[0] == "required":
            scope = replace(found[-1].scope, cue="though")
        if between == "&":
            scope = found[-1].scope
        return replace(claim, subject=before.subject, subject_at=before.subject_at, frame="continued"), scope

    def _same_time(self, claim: Claim, scope: Scope, line: Line, found: Sequence[Statement]) -> Scope:
        """``rated good in 2019, with outstanding leadership`` and ``..., even though its overall grade was good``: one time for both."""
        if not found or scope.status != "current" or found[-1].scope.status not in {"previous", "earlier", "standing"}:
            return scope
        between = line.chunks[found[-1].claim.at + 1 : claim.at]
        codes = "".join(c.code for c in between)
        absolute = re.match(r"[FYPN.IO^]*,?W[^|;^]*$", codes) and not _PRESENT.search(line.words)
        concession = any(c.code == "|" and {"though", "although", "even"} & set(line.text_of(c)) for c in between) and line.sentence.tokens[claim.grade.start - 1].word in {"was", "were"}
        return found[-1].scope if absolute or concession else scope

    def _of_another(self, claim: Claim, line: Line) -> bool:
        """``Bristol's requires improvement`` after a sentence on safeguarding boards is about Bristol's board; so is ``it too was``."""
        subject, number = claim.subject, self.memory.line
        if subject is not None and subject.code == "X" and subject.value == "leadership" and len(subject.areas) == 1 and subject.owner is None and number:
            before = self.lines[number - 1]
            return before.sentence.paragraph == line.sentence.paragraph and "D" in before.codes and not re.search(r"[SAX]", before.codes)
        if subject is not None and subject.code == "A" and line.sentence.tokens[max(0, subject.start - 2)].word == "one":
            return "D" in line.codes or (number > 0 and "D" in self.lines[number - 1].codes)  # "the one in Leeds"
        if subject is not None and subject.code == "G" and subject.value in {"it", "they"} and 0 <= claim.subject_at < claim.at:
            nouns = re.findall(r"[DSAX]", line.codes[: claim.subject_at])
            if nouns:
                return nouns[-1] == "D"
            before = self.lines[number - 1] if number else None
            return before is not None and before.sentence.paragraph == line.sentence.paragraph and "D" in before.codes and not re.search(r"[SAX]", before.codes)
        if subject is None or subject.code != "A" or number == 0 or subject.end >= len(line.sentence.tokens):
            return False
        if "D" in line.codes[: claim.subject_at] and line.sentence.tokens[subject.end].word == "'s":
            return True
        before = self.lines[number - 1].codes
        return line.sentence.tokens[subject.end].word == "'s" and "D" in (before if "R" not in before else "D" * ("D" in before))

    def _statement(self, claim: Claim, scope: Scope, line: Line, before: Sequence[Statement]) -> Statement:
        reference = Reference()
        if claim.subject is not None and claim.subject.code == "Z":
            reference = point_back(claim.subject, line, self.memory)
            if reference.names and claim.frame == "for-these":
                claim = self._behind(claim, line, before)
        if claim.subject is not None and claim.subject.code == "T":
            reference = self._the_others(claim.subject, line)
        areas, inferred = self._areas(claim, line, reference, before)
        names, named = (reference.names, False) if reference.names else self._authorities(claim, line)
        if claim.extra is not None:
            areas += tuple(a for a in flatten(claim.extra.areas) if a not in areas)
        rating, worked_out = self._grade(claim, line, names, before)
        if not areas and self.memory.headed and claim.subject is None and re.match(r"[;]?[MV>&.]{0,3}B?$", line.codes[: claim.at]) and not before:
            areas, inferred = (Area.OVERALL,), True  # an entry of a digest: "Upgraded to good ..."
        elif not areas and self.memory.headed and claim.subject is None and line.codes[max(0, claim.at - 1) : claim.at] == "V":
            areas, inferred = (Area.OVERALL,), True
        if not areas and scope.status == "previous" and names and claim.grade.code == "R":
            areas, inferred = (Area.OVERALL,), True
        if claim.grade.value == "so_overall" and names:
            areas, inferred = (Area.OVERALL,), True
        if not areas and claim.grade.code == "E" and "I" in line.codes[: claim.at] and len(names) == 1:
            areas, inferred = (Area.OVERALL,), True  # "Ofsted has come to the same view"
        reason = self._reason(claim, scope, names, areas, rating)
        return Statement(claim, line, scope, names, areas, rating, inferred or worked_out, named, reason)

    def _reason(self, claim: Claim, scope: Scope, names: tuple[str, ...], areas: tuple[Area, ...], rating: Rating | None) -> str:
        if scope.status == "other_body":
            return "other_body"
        if claim.subject is None and not areas:
            return "no_subject"
        if claim.subject is not None and claim.subject.code == "A" and claim.subject.value == "shared" and not self.topics.shared:
            return "shared_trust"
        if not areas or _indefinite(claim, self.lines[self.memory.line]) or _in_its(claim, self.lines[self.memory.line]):
            return "unresolved_area"
        if not names:
            return "unresolved_authority"
        return "" if rating is not None else "unresolved_rating"

    def _behind(self, claim: Claim, line: Line, before: Sequence[Statement]) -> Claim:
        """``leadership was good in the former and outstanding in the latter``: the subject stands to the left."""
        found = left_subject(line.chunks, claim.at)
        if found is not None:
            return replace(claim, subject=line.chunks[found], subject_at=found, frame="in-these")
        if before and before[-1].claim.subject is not None:
            return replace(claim, subject=before[-1].claim.subject, subject_at=before[-1].claim.subject_at, frame="in-these")
        return claim

    def _the_others(self, subject: Chunk, line: Line) -> Reference:
        """``while the other two require improvement``: the topics that the sentence has not named, when the count fits."""
        wanted = COUNTS.get(line.text_of(subject)[-1])
        here = {u for c in line.chunks for u in names_in(c)}
        others = tuple(u for u in self.topics.urns if u not in here)
        return Reference(names=others) if wanted == len(others) and here and self.topics.several else Reference()

    # --- who ---

    def _authorities(self, claim: Claim, line: Line) -> tuple[tuple[str, ...], bool]:
        subject = claim.subject
        if subject is not None and names_in(subject):
            return names_in(subject), True
        owner = subject.owner if subject is not None else None
        if owner is not None and owner.code == "G" and owner.value == "many":
            return many(owner, line, self.memory, () if line.sentence.in_title else self.topics.urns), False
        if subject is not None and subject.code == "G" and subject.value == "many":
            return many(subject, line, self.memory, () if line.sentence.in_title else self.topics.urns), False
        placed = self._placed(claim, line)
        if placed:
            return placed, True
        limit = claim.subject_at if subject is not None and claim.subject_at < claim.at else claim.at
        left = self._left(line, max(0, limit), pronoun=subject is not None and subject.code == "G")
        if left is not None:
            return left
        if subject is not None and claim.subject_at > claim.at and _COUNTED.search(" ".join(t.word for t in line.sentence.tokens[: claim.grade.start])):
            return (), False  # "eighteen councils have been rated inadequate for safeguarding"
        opened = fronted(line.chunks)
        if opened:
            return opened, True
        if claim.grade.code == "R" and subject is not None and claim.subject_at > claim.at and left_subject(line.chunks, claim.at) is None:
            words = {t.word for t in line.sentence.tokens[max(0, claim.grade.start - 5) : claim.grade.start]}
            if words & {"all", "both"} and self.memory.lists:
                return self.memory.group or self.memory.lists[0], False  # "all were handed good ratings for ..."
        whose = left_subject(line.chunks, claim.at) if subject is not None and claim.subject_at > claim.at else None
        return self._focus(line.chunks[whose] if whose is not None else subject, line), False

    def _placed(self, claim: Claim, line: Line) -> tuple[str, ...]:
        """The authority that follows the grade: ``was rated good in Harrow``, ``in those two boroughs``."""
        if claim.subject is not None and claim.subject.code in "AG" and claim.subject.value != "it":
            return ()
        following = line.chunks[claim.at + 1 : claim.at + 3]
        if len(following) == 2 and following[0].code == "F" and not line.nearby(following[1]):
            if following[1].code == "A":
                return names_in(following[1])
            if following[1].code == "G" and following[1].value == "many":
                return many(following[1], line, self.memory, self.topics.urns)
        return ()

    def _left(self, line: Line, limit: int, *, pronoun: bool) -> tuple[tuple[str, ...], bool] | None:
        """The authority that a sentence names before the subject: of the same clause first."""
        start = line.clause_start(limit)
        pointer = next((c for c in line.chunks[:limit] if c.code == "Z" and {"former", "latter"} & set(line.text_of(c))), None)
        if pointer is not None and point_back(pointer, line, self.memory).names:
            return point_back(pointer, line, self.memory).names, False
        for stretch in (line.chunks[start:limit], line.chunks[:limit]):
            for chunk in stretch if pronoun else reversed(stretch):
                if chunk.code == "G" and chunk.value == "many" and not pronoun:
                    return many(chunk, line, self.memory, self.topics.urns), False
                if chunk.code == "Z" and re.match(r"[|&]?FZ[.,I]", line.codes):
                    reference = point_back(chunk, line, self.memory)
                    if reference.names:
                        return reference.names, False
                if chunk.start > 1 and [t.word for t in line.sentence.tokens[chunk.start - 2 : chunk.start]] == ["as", "with"]:
                    continue
                if own_names(chunk) or (names_in(chunk) and self.topics.shared):
                    return names_in(chunk), True
        return None

    def _focus(self, subject: Chunk | None, line: Line) -> tuple[str, ...]:
        focus = self.memory.focus
        words = line.text_of(subject) if subject is not None else []
        if subject is not None and subject.code == "G" and {"trust", "company", "enterprise"} & set(words) and len(self.topics.urns) == 2:
            return self.topics.urns
        if subject is not None and subject.code == "G" and any(c.code == "G" and line.nearby(c) for c in line.chunks[: line.chunks.index(subject) + 1] if c is not subject or subject.value != "it"):
            return ()  # "the neighbouring authority ... itself rated outstanding": nobody named
        if words and words[0] in {"a", "an", "another"} and subject is not None and subject.code == "G" and self.memory.line > self.first_lines:
            return ()  # another council, which the article does not name
        if subject is not None and subject.code == "G" and subject.value == "one" and self.topics.several:
            fitting = by_kind(line.text_of(subject), focus) or by_kind(line.text_of(subject), self.topics.urns)
            if len(fitting) == 1:
                return fitting
            if {"royal", "island"} & set(words):
                lately = tuple(urn for urn, _ in self.memory.recent)
                fitting = by_kind(words, lately)
                return fitting if len(fitting) == 1 else ()
        if len(focus) > 1 and not self.topics.shared and subject is not None and _singular(subject, line):
            left_over = tuple(u for u in focus if u not in self.memory.later)
            return left_over if len(left_over) == 1 else ()
        return focus

    # --- what ---

    def _areas(self, claim: Claim, line: Line, reference: Reference, before: Sequence[Statement]) -> tuple[tuple[Area, ...], bool]:
        subject = claim.subject
        if subject is None:
            return (), False
        if subject.code == "X":
            whole = claim.frame == "overall-and-areas" and Area.OVERALL not in flatten(subject.areas)
            return ((Area.OVERALL,) if whole else ()) + flatten(subject.areas), False
        if subject.code == "G" and subject.value == "they":
            told = self._they(claim, line)
            if told:
                return told, False
        if subject.code in "SAG" or reference.names:
            area = None if claim.overall else self._fronted_area(claim, line) or _same_clause_area(claim, before)
            return (area, False) if area else ((Area.OVERALL,), False)
        if subject.code == "O":
            return (Area.OVERALL,), False
        if subject.code == "L" and self.memory.unrated:
            return ((Area.OVERALL,) if claim.overall else ()) + flatten(self.memory.items), False
        if subject.code == "L":
            return ((Area.OVERALL,) if claim.overall else ()) + framework_areas(self.published), True
        if subject.code == "T":
            spared = {a for i, c in enumerate(line.chunks) if c.code == "~" for x in line.chunks[i + 1 : i + 4] if x.code == "X" for a in flatten(x.areas)}
            return (tuple(a for a in framework_areas(self.published) if a not in spared) if line.text_of(subject)[-1] not in {"two", "three", "four"} else ()), True
        return reference.areas or self._ahead(subject, line), True

    def _ahead(self, subject: Chunk, line: Line) -> tuple[Area, ...]:
        """``all of them are good`` may point forward: to the list of areas, without grades, of the next sentence."""
        wanted = next((COUNTS[w] for w in line.text_of(subject) if w in COUNTS), None)
        for following in self.lines[self.memory.line + 1 : self.memory.line + 3]:
            items = tuple(item for c in following.chunks if c.code == "X" for item in c.areas)
            if len(items) >= 3 and not following.claims and wanted in {None, len(items)}:
                return flatten(items)
        return ()

    def _they(self, claim: Claim, line: Line) -> tuple[Area, ...]:
        """``They`` in a clause about one area, or after a sentence that graded one: that area."""
        relative = re.match(r"[F|&,]{0,2}(X),?Q", line.codes)
        if relative and claim.subject_at > relative.end():
            return flatten(line.chunks[relative.start(1)].areas)
        if claim.subject_at > 3 or "A" in line.codes[: claim.subject_at] or "S" in line.codes[: claim.subject_at]:
            return ()
        number = self.memory.line
        before = self.lines[number - 1] if number else None
        if before is None or before.sentence.paragraph != line.sentence.paragraph:
            return ()
        if re.match(r"[F|&,]{0,2}X(?![^;]*[SA])", before.codes):
            return flatten(next(c for c in before.chunks if c.code == "X").areas)
        graded = [c.subject for c in before.claims if c.subject is not None]
        if len(graded) == 1 and graded[0].code == "X" and len(graded[0].areas) == 1:
            return flatten(graded[0].areas)
        return ()

    def _fronted_area(self, claim: Claim, line: Line) -> tuple[Area, ...] | None:
        """The area that a clause opens with before its subject: ``On leadership, the council is good``, ``in adoption, where Bristol is good``."""
        start = line.clause_start(claim.subject_at) if claim.subject_at >= 0 else 0
        codes = line.codes
        if start and (codes[start - 1] == ":" or line.sentence.tokens[line.chunks[start - 1].end].word in {"here", "there"}) and claim.subject is not None and claim.subject.value in {"it", "they"}:
            before = [c for c in line.chunks[line.clause_start(start - 1) : start] if c.code == "X"]
            return flatten(before[-1].areas) if len(before) == 1 else None
        if not 0 <= claim.subject_at < claim.at:
            return None
        found = re.fullmatch(r"[&|^,]*(?:[GMB.]{0,3}>|F{1,2})(?:ZF)?(?:T[,.]{1,2})?\.?([XZ])(?:,[^RE,|]{0,6})?,(?:&Q|Q|&B|B|AB?)?\.?", codes[start : claim.subject_at])
        relative = re.search(r"(X),?F?Q$", codes[: claim.subject_at])
        if codes[start : claim.subject_at].endswith("Z") and "there" in line.text_of(line.chunks[claim.subject_at - 1]):
            return point_back(line.chunks[claim.subject_at - 1], line, self.memory).areas or None
        pointing = {t.word for t in line.sentence.tokens[max(0, claim.subject.start - 2) : claim.subject.start + 1]} if claim.subject is not None else set()
        if pointing & {"here", "there"}:  # "Care leavers get a patchier service, and here the council requires improvement"
            before = [c for c in line.chunks[: claim.subject_at] if c.code == "X"]
            return flatten(before[-1].areas) if len(before) == 1 else None
        inverted = re.fullmatch(r"[&|,]*~F(X)B?", codes[start : claim.subject_at])
        if inverted:  # "Only for care leavers does the city require improvement"
            return flatten(line.chunks[start + inverted.start(1)].areas)
        if relative and claim.subject is not None and (claim.subject.code in "AS" or "F" in relative.group()):
            return flatten(line.chunks[relative.start(1)].areas)
        if found is None:
            return None
        chunk = line.chunks[start + found.start(1)]
        if chunk.code == "Z":
            return point_back(chunk, line, self.memory).areas or None
        return flatten(chunk.areas)

    def _grade(self, claim: Claim, line: Line, names: tuple[str, ...], before: Sequence[Statement]) -> tuple[Rating | None, bool]:
        memory = self.memory
        if claim.grade.code == "R":
            return Rating(claim.grade.value), claim.grade.weak
        if claim.grade.code == "E" and claim.grade.value == "overall":
            found = {memory.overall[u] for u in names if u in memory.overall}
            return (found.pop() if len(found) == 1 else None), True
        said = [s.rating for s in before if s.rating is not None and s.scope.status != "negated"]
        if not said and len(names) == 1 and memory.rating_of != names and names[0] in memory.overall:
            return memory.overall[names[0]], True
        return (said[-1] if said else memory.rating or memory.any_rating), True

    def _zip(self, line: Line) -> list[Statement] | None:
        """``A and B were rated good and inadequate respectively``: pairs lists of equal length, else believes none of it."""
        runs: list[list[int]] = []
        for i, claim in enumerate(line.claims):
            if claim.grade.code != "R":
                continue
            if runs and re.fullmatch(r"[,&NFBV]*", line.codes[line.claims[runs[-1][-1]].at + 1 : claim.at]):
                runs[-1].append(i)
            else:
                runs.append([i])
        run = max(runs, key=len, default=[])
        if len(run) < 2:
            return None
        first, last = line.claims[run[0]], line.claims[run[-1]]
        around = [*reversed(line.chunks[: first.at]), *line.chunks[last.at + 1 :]]
        names = next((names_in(c) for c in around if len(names_in(c)) == len(run)), ())
        items = next((c.areas for c in around if c.code == "X" and len(c.areas) == len(run)), ())
        if not names and len(self.memory.group) == len(run):
            names = self.memory.group
        about = next((c for c in around if c.code == "X" and len(c.areas) != len(run)), None)
        areas = flatten(about.areas) if about is not None else (Area.OVERALL,)
        found: list[Statement] = []
        for n, i in enumerate(run):
            claim = replace(line.claims[i], frame="respectively")
            scope = line.scopes[run[0]] if line.scopes[run[0]].status != "current" else line.scopes[run[-1]]
            rating = Rating(claim.grade.value)
            if names and (not items or about is not None or not names_in(line.chunks[0])):
                found.append(Statement(claim, line, scope, (names[n],), areas, rating, False, True))
            elif items:
                owner, named = self._authorities(first, line)
                found.append(Statement(claim, line, scope, owner, items[n], rating, False, named))
            else:
                found.append(Statement(claim, line, scope, (), (), rating, True, False, "unequal_lists"))
        for i, claim in enumerate(line.claims):
            if i not in run:
                found.append(self._statement(claim, line.scopes[i], line, found))
        return found


def _indefinite(claim: Claim, line: Line) -> bool:
    """``he led a service that was rated good``: some service, not this one."""
    subject = claim.subject
    return subject is not None and subject.code == "S" and subject.owner is None and subject.start > 0 and line.sentence.tokens[subject.start - 1].word in {"a", "an"}


def _in_its(claim: Claim, line: Line) -> bool:
    """``requires improvement in its response to ...`` grades something that is no area."""
    after = [t.word for t in line.sentence.tokens[claim.grade.end : claim.grade.end + 2]]
    return claim.grade.value == "requires_improvement" and claim.subject is not None and claim.subject.code in "GAS" and len(after) == 2 and after[0] == "in" and after[1] in {"its", "their", "how", "his"}


def _singular(subject: Chunk, line: Line) -> bool:
    """Whether the subject stands for one authority only: ``the council``, ``the department``."""
    if subject.code not in "GS":
        return False
    words = line.text_of(subject)
    return subject.value in {"one", "it"} or (words[0] in {"the", "it", "its"} and words[-1] in {"department", "service"})


def _same_clause_area(claim: Claim, before: Sequence[Statement]) -> tuple[Area, ...] | None:
    """The area of ``in adoption, where Bristol is good and Rochdale requires improvement`` holds for the second authority too."""
    if not before or before[-1].claim.subject is None or claim.subject is None or claim.subject.code not in "AT":
        return None
    last = before[-1]
    if claim.subject.code == "T":
        return last.areas
    between = last.line.codes[last.claim.at + 1 : claim.subject_at]
    return last.areas if between == "&" and last.claim.subject is not None and last.claim.subject.code == "A" and last.areas != (Area.OVERALL,) else None


def _pairs(line: Line) -> set[int]:
    """Places of two different grades joined by "and" or "or": without "respectively" nobody can say which is whose."""
    found: set[int] = set()
    for at in range(len(line.chunks) - 2):
        one, join, two = line.chunks[at : at + 3]
        if one.code == two.code == "R" and join.code == "&" and one.value != two.value:
            negated = any(c.code == "!" for c in line.chunks[max(0, at - 2) : at])
            found.update(() if negated else (at, at + 2))
    return found
