"""Who and what: gives each claim its authorities, areas and grade from the discourse around it, or leaves it unresolved.

One rule for every reference: accept it only when exactly one candidate remains.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from monitor.classifier.claims import Claim, left_subject
from monitor.classifier.lines import Line, names_in, own_names
from monitor.classifier.refer import Memory, Reference, flatten, heading_area, look, point_back
from monitor.classifier.scope import Scope
from monitor.classifier.statement import Discourse, Statement
from monitor.classifier.times import relative_year
from monitor.classifier.topics import Topics, is_heading
from monitor.classifier.what import areas_of, grade_of, in_its, indefinite
from monitor.classifier.who import authorities_of, the_others
from monitor.domain.model import Area, Rating

_PRESENT = re.compile(r"\b(?:now|today|has|have|is|are|this time|latest|new report|yesterday|this week)\b")
_KEPT = re.compile(r"(V)O?N[^;|]{0,7}FY")
_BACK_THEN = re.compile(r"(?:back then|then ,|at the time|in those days|by then|at that time)\b")
_CONTINUES = re.compile(r"(?:-[^RE-]{0,12}-)?[FYPN.IO^]*[,&;:|-]{0,3}[BVMNP<>,_I]*")


def resolve(lines: Sequence[Line], topics: Topics, published: date | None) -> list[Statement]:
    """Every claim of the document as a statement, in order; unresolved ones carry a reason."""
    return _Resolver(lines, topics, published).run()


class _Resolver:
    """One pass over the lines, remembering what was mentioned."""

    def __init__(self, lines: Sequence[Line], topics: Topics, published: date | None) -> None:
        self.lines, self.topics, self.published = lines, topics, published
        lists = tuple(
            c.names for line in lines for c in line.chunks if c.code == "A" and len(c.names) > 1 and c.value != "shared"
        )
        alone = {names[0]: n for n, line in enumerate(lines) for c in line.chunks if len(names := names_in(c)) == 1}
        self.memory = Memory(topics=topics.urns if topics.several else (), lists=lists, alone=alone)
        naming = (i for i, line in enumerate(lines) if len(line.sentence.tokens) > 8 and any(own_names(c) for c in line.chunks))
        self.told = Discourse(lines, topics, published, self.memory, first_lines=next(naming, 0) + 2)
        if topics.shared or len(topics.urns) == 1:
            self.memory.focus = topics.urns

    def run(self) -> list[Statement]:
        found: list[Statement] = []
        memory = self.memory
        for number, line in enumerate(self.lines):
            memory.line = number
            self._paragraph(line)
            statements = [self._told_of_then(s) for s in self._statements(line)]
            for statement in statements:
                self._remember(statement)
            statements += self._kept(line, found)
            found.extend(statements)
            look(line, memory, self._opening_past(line), self.published)
        return found

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

    def _kept(self, line: Line, found: Sequence[Statement]) -> list[Statement]:
        """``Bolton has kept the grade that it was given in 2022``: the current grade, once more, as that year's."""
        kept = _KEPT.search(line.codes) if not line.claims else None
        if kept is None or line.chunks[kept.start(1)].value != "keep":
            return []
        named = next((names_in(c) for c in reversed(line.chunks[: kept.start(1)]) if names_in(c)), self.memory.focus)
        year = next(int(c.value) for c in line.chunks[kept.end() - 1 :] if c.code == "Y")
        now = [s for s in found if Area.OVERALL in s.areas and s.urns == named and s.scope.status == "current" and not s.reason]
        return [replace(now[-1], line=line, areas=(Area.OVERALL,), scope=Scope("previous", year, "kept"))] if now else []

    def _opening_past(self, line: Line) -> Scope | None:
        """The past year that a line opens with and its paragraph goes on telling of."""
        if self.published is None or _PRESENT.search(line.words):
            return None
        if line.codes[:1] == "P" and line.text_of(line.chunks[0])[-1] == "ago":
            told = next((s for s in line.scopes if s.status == "previous"), None)
            year = relative_year(" ".join(line.text_of(line.chunks[0])), self.published)
            return told or (Scope("previous", year, "paragraph") if year is not None and year < self.published.year else None)
        if _BACK_THEN.match(line.words):
            return Scope("previous", cue="paragraph")
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

    def _statements(self, line: Line) -> list[Statement]:
        if "respectively" in line.words.split():
            zipped = self._zip(line)
            if zipped is not None:
                return zipped
        found: list[Statement] = []
        paired = _pairs(line)
        for claim, scope in zip(_from_and_to(line), line.scopes, strict=True):
            if claim.at in paired and scope.status != "negated":
                found.append(Statement(claim, line, scope, (), (), None, True, False, "ambiguous_pair"))
                continue
            claim, scope = self._continued(claim, scope, line, found)
            if (
                claim.frame == "relative"
                and scope.status == "current"
                and found
                and any(s.scope.status == "previous" for s in found)
                and line.text_of(claim.grade)[0] == "required"
            ):
                scope = next(
                    s.scope for s in found if s.scope.status == "previous"
                )  # "when every area was inadequate apart from care, which required improvement"
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
        wished = found[-1].scope.status == "hypothetical" and re.fullmatch(r"[,&.>~]+", between)
        if between == "&" or wished:
            scope = found[-1].scope  # "were to be rated good, or even to require improvement"
        return replace(claim, subject=before.subject, subject_at=before.subject_at, frame="continued"), scope

    def _same_time(self, claim: Claim, scope: Scope, line: Line, found: Sequence[Statement]) -> Scope:
        """``rated good in 2019, with outstanding leadership`` and ``..., even though its overall grade was good``: one
        time for both.
        """
        if not found or scope.status != "current" or found[-1].scope.status == "current":
            return scope
        between = line.chunks[found[-1].claim.at + 1 : claim.at]
        codes = "".join(c.code for c in between)
        if found[-1].scope.status not in {"previous", "earlier", "standing"}:
            return scope
        if claim.frame == "so-too" and found[-1].scope.status == "previous" and "^" not in codes and "." not in codes:
            return found[-1].scope  # "leadership was found to require improvement, and the same went for adoption"
        if line.text_of(claim.grade)[0] == "required" and re.search(r"&[.~]?$", codes):
            return found[-1].scope  # "was inadequate for adoption last time, and required improvement for leadership"
        absolute = re.match(r"[FYPN.IO^]*,?W[^|;^]*$", codes) and not _PRESENT.search(line.words)
        concession = any(
            c.code == "|" and {"though", "although", "even"} & set(line.text_of(c)) for c in between
        ) and line.sentence.tokens[claim.grade.start - 1].word in {"was", "were"}
        return found[-1].scope if absolute or concession else scope

    def _of_another(self, claim: Claim, line: Line) -> bool:
        """``Bristol's requires improvement`` after a sentence on safeguarding boards is about Bristol's board; so is ``it
        too was``.
        """
        subject, tokens = claim.subject, line.sentence.tokens
        if subject is None:
            return False
        before = self.told.before()
        told = before.codes.replace("AD", "D") if before is not None else ""  # "Bristol's safeguarding board"
        told_before = "D" in told
        near = before is not None and before.sentence.paragraph == line.sentence.paragraph
        only_before = near and told_before and not set("SAX") & set(told)
        if (
            subject.code == "X"
            and subject.value == "leadership"
            and len(subject.areas) == 1
            and subject.owner is None
            and before is not None
        ):
            return only_before or (
                near and re.match(r"[;.]{0,2}D", told) is not None
            )  # "The college is good. Its leadership ..."
        if subject.code == "A" and tokens[max(0, subject.start - 2)].word == "one":
            return "D" in line.codes or told_before  # "the one in Leeds"
        if subject.code == "G" and subject.value in {"it", "they"} and 0 <= claim.subject_at < claim.at:
            nouns = re.findall(r"[DSAX]", line.codes[: claim.subject_at])
            return nouns[-1] == "D" if nouns else only_before
        if subject.code == "A" and before is not None and subject.end < len(tokens) and tokens[subject.end].word == "'s":
            return "D" in line.codes[: claim.subject_at] or told_before
        return False

    def _statement(self, claim: Claim, scope: Scope, line: Line, before: Sequence[Statement]) -> Statement:
        reference = Reference()
        claim = _in_both_places(claim, line)
        if claim.subject is not None and claim.subject.code == "Z":
            reference = point_back(claim.subject, line, self.memory)
            if reference.names and claim.frame == "for-these":
                claim = self._behind(claim, line, before)
        if claim.subject is not None and claim.subject.code == "T":
            reference = the_others(self.told, claim.subject, line)
        areas, inferred = areas_of(self.told, claim, line, reference, before)
        names, named = (reference.names, False) if reference.names else authorities_of(self.told, claim, line)
        if claim.frame == "so-too" and not named and before and len(before[-1].urns) > 1:
            names = before[-1].urns  # "outstanding in all three, as was adoption"
        if claim.extra is not None:
            areas += tuple(a for a in flatten(claim.extra.areas) if a not in areas)
        rating, worked_out = grade_of(self.told, claim, names, before)
        if not areas and self._of_the_whole(claim, scope, line, names, before):
            areas, inferred = (Area.OVERALL,), True
            claim = replace(claim, frame=claim.frame or "of-the-whole")
        reason = self._reason(claim, scope, names, areas, rating)
        return Statement(claim, line, scope, names, areas, rating, inferred or worked_out, named, reason)

    def _of_the_whole(
        self, claim: Claim, scope: Scope, line: Line, names: tuple[str, ...], before: Sequence[Statement]
    ) -> bool:
        """Whether a grade that nothing is said to have is the overall one."""
        left, grade = line.codes[: claim.at], claim.grade
        entry = re.match(r"[;]?[MV>&.]{0,3}B?$", left) is not None and not before
        if self.memory.headed and claim.subject is None and (entry or left.endswith("V")):
            return True  # an entry of a digest: "Upgraded to good ..."
        if names and (grade.value == "so_overall" or (scope.status == "previous" and grade.code == "R" and not grade.weak)):
            return True
        return grade.code == "E" and "I" in left and len(names) == 1  # "Ofsted has come to the same view"

    def _reason(
        self, claim: Claim, scope: Scope, names: tuple[str, ...], areas: tuple[Area, ...], rating: Rating | None
    ) -> str:
        if scope.status == "other_body":
            return "other_body"
        if claim.subject is None and not areas:
            return "no_subject"
        if (
            claim.subject is not None
            and claim.subject.code == "A"
            and claim.subject.value == "shared"
            and not self.topics.shared
        ):
            return "shared_trust"
        if not areas or indefinite(claim, self.lines[self.memory.line]) or in_its(claim, self.lines[self.memory.line]):
            return "unresolved_area"
        if areas == (Area.OVERALL,) and _there(claim, self.lines[self.memory.line]):
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
                owner, named = authorities_of(self.told, first, line)
                found.append(Statement(claim, line, scope, owner, items[n], rating, False, named))
            else:
                found.append(Statement(claim, line, scope, (), (), rating, True, False, "unequal_lists"))
        for i, claim in enumerate(line.claims):
            if i not in run:
                found.append(self._statement(claim, line.scopes[i], line, found))
        return found


def _there(claim: Claim, line: Line) -> bool:
    """``There, inspectors decided, it requires improvement``: in an area told of before, whichever that was."""
    pronoun = claim.subject is not None and claim.subject.value in {"it", "they"}
    return (
        pronoun
        and re.match(r"(?:and |but |only )?(?:there|here)\b ?,? (?!(?:is|are|was|were|has|have)\b)", line.words) is not None
    )


def _in_both_places(claim: Claim, line: Line) -> Claim:
    """``services in both areas required improvement``: the areas are places, and the services are graded."""
    at = claim.subject_at
    if claim.subject is None or claim.subject.code != "Z" or at > claim.at or line.codes[max(0, at - 2) : at] != "SF":
        return claim
    if line.text_of(line.chunks[at - 1]) != ["in"]:
        return claim
    return replace(claim, subject=line.chunks[at - 2], subject_at=at - 2)


def _from_and_to(line: Line) -> tuple[Claim, ...]:
    """``the same drop - from good to inadequate - was recorded for adoption``: both grades are of what the second is."""
    found = list(line.claims)
    for n in range(len(found) - 1):
        one, two = found[n], found[n + 1]
        if (
            one.subject is None
            and two.subject is not None
            and two.subject_at > two.at
            and line.codes[one.at + 1 : two.at] == ">"
        ):
            found[n] = replace(one, subject=two.subject, subject_at=two.subject_at, frame=two.frame)
    return tuple(found)


def _pairs(line: Line) -> set[int]:
    """Places of two different grades joined by "and" or "or": without "respectively" nobody can say which is whose."""
    found: set[int] = set()
    for at in range(len(line.chunks) - 2):
        one, join, two = line.chunks[at : at + 3]
        if one.code == two.code == "R" and join.code == "&" and one.value != two.value:
            negated = any(c.code == "!" for c in line.chunks[max(0, at - 2) : at])
            found.update(() if negated else (at, at + 2))
    return found
