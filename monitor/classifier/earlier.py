"""Modifiers that tell of another time, or of the same grade again: each a function from the clause to a `Scope` or None."""

from __future__ import annotations

import re

from monitor.classifier.clauses import Clause
from monitor.classifier.scope import Scope
from monitor.classifier.times import issued_earlier, number, past_year, relative_year, stale_month


def to_another(c: Clause) -> Scope | None:
    """The first of ``from inadequate to good``."""
    following = c.chunks[c.at + 1 : c.at + 4]
    if following and following[0].code == ">" and c.word(c.at + 1) == "to" and any(x.code == "R" for x in following[1:]):
        return Scope("previous", cue="from")
    return None


def standing_where(c: Clause) -> Scope | None:
    """A grade that a council has, told to say which council is meant."""
    place = c.claim.subject_at
    if not (0 < place < c.at) or c.chunks[place - 1].code != "Q" or c.word(place - 1) != "where":
        return None
    if "X" in {x.code for x in c.chunks[max(0, place - 3) : place - 1]}:
        return None  # "adoption, where Bolton is good"
    if c.word(c.at) in {"require", "requires"}:
        return Scope("standing", cue="where")  # "in Leicestershire, where services require improvement"
    return Scope("standing", cue="where") if {"is", "are"} & set(c.words[c.chunks[place].end : c.claim.grade.start]) else None


def since(c: Clause) -> Scope | None:
    """A grade held since some year: standing, or left by now when it "had been"."""
    after = " ".join(c.follows()[:14])
    if _EVER_SINCE.search(after):
        return Scope("standing", cue="since")
    following = [x for x in c.chunks[c.at + 1 : c.at + 5] if x.code not in "ON"]
    if not following or following[0].code != "^" or c.words[following[0].start] != "since":
        return None
    had = any(x.code == "P" and x.value == "had" for x in c.chunks[max(0, c.at - 4) : c.at])
    return (
        Scope("previous", next((int(x.value) for x in following if x.code == "Y"), None), "had")
        if had
        else Scope("standing", cue="since")
    )


_TIME_SINCE = re.compile(r"\btime since (?!(?:19|20)[0-9])[^,;]*\b(?:was|were) [^,;]*$")
#: ``since its``, ``since being rated``, ``since Ofsted judged it``; not ``has since been rated``, ``since the visit and is``
_SINCE_GRADE = re.compile(
    r"\bsince (?:(?:its|their|his|her|the|that|an?|being|having|receiving|getting|it|they|ofsted|inspectors)\b)"
    r"(?: (?!(?:and|or|but|is|are|has|have|now|to|with|for|as)\b)[^,;.: ]+){0,6}(?: (?:found|judged|deemed) to be)? ?[\"']?$"
)
_FOR_YEARS = re.compile(
    r"[^a-z]*(?:overall )?(?:and (?:has|have) been )?(?:for|these) (?:[a-z]+ ){0,3}?(?:years|decade|[0-9]+ years)\b(?! running)"
)


_WON = re.compile(
    r"[^;:]{0,30}?, (?:first |which (?:it|they) )?(?:secured|won|given|awarded|achieved|earned|received|gained|granted|made"
    r"|reached|dating|dated) (?:[a-z]+ ){0,6}?((?:19|20)[0-9][0-9])\b"
)


def won_in(c: Clause) -> Scope | None:
    """A grade with its year behind a comma: ``a rating of good, secured in the summer of 2023``."""
    found = _WON.match(" ".join(c.follows()[:16]))
    if found is None or c.published is None or int(found.group(1)) >= c.published.year - (c.published.month < 4):
        return None
    return Scope("previous", int(found.group(1)), "won")


def time_since(c: Clause) -> Scope | None:
    """A grade that only dates what is told: ``for the fifth time since it was rated inadequate``."""
    said = " ".join(c.words[max(0, c.claim.grade.start - 16) : c.claim.grade.start])
    if _SINCE_GRADE.search(said):
        return Scope(
            "previous", next((int(x.value) for x in c.chunks[c.at + 1 : c.at + 5] if x.code == "Y"), c.year()), "since"
        )
    return Scope("previous", cue="since") if _TIME_SINCE.search(said) else None


def for_years(c: Clause) -> Scope | None:
    """A grade held for years: standing."""
    lasting = {"is", "are", "been", "remained"} & set(c.words[max(0, c.claim.grade.start - 4) : c.claim.grade.start])
    return Scope("standing", cue="for years") if lasting and _FOR_YEARS.match(" ".join(c.follows()[:9])) else None


#: ``rated inadequate by Ofsted and has been since 2020``, ``rated inadequate for its children's services since 2022``
_EVER_SINCE = re.compile(
    r"\band (?:has|have) been (?:so |that way )?(?:since|for)\b|^(?:for|in) (?:its|their|the)? ?[a-z' ]{0,40} since \d{4}\b"
)


def same_as(c: Clause) -> Scope | None:
    """The same grade as in a year that is named."""
    text = " ".join(c.follows()[:8]).replace('"', "").replace("' ", "").strip()
    same = re.match(r"(?:rating |grade |judgement )?(?:overall )?,? ?(?:the )?same (?:grade |rating )?as (?:in|it)", text)
    had = re.match(r",? ?the (?:same )?(?:grade|rating) (?:that )?it (?:had|held|was given|received|got) in\b", text)
    if same is None and had is None:
        return None
    return Scope("current", past_year(c.chunks, range(c.at, len(c.chunks)), c.words, c.published), "same as", stays=True)


def in_brackets(c: Clause) -> Scope | None:
    """A grade in brackets behind the new one."""
    if c.claim.frame != "bracket-previous":
        return None
    return Scope(
        "previous", next((int(x.value) for x in reversed(c.chunks[: c.at]) if x.code == "Y"), None) or c.year(), "bracket"
    )


def then(c: Clause) -> Scope | None:
    """A grade of "then"."""
    start, subject = c.claim.grade.start, c.claim.subject
    after_subject = subject is not None and c.claim.subject_at < c.at and c.words[subject.end : subject.end + 1] == ("then",)
    lead = [word for word in c.words[max(0, start - 4) : start] if word not in {'"', "'"}][-2:]
    if c.follows()[:1] == ("then",) and c.follows()[1:2] in {(".",), (",",), (";",), ()}:
        return Scope("previous", cue="then")
    shortly_before = lead[-1:] == ["then"] or lead == ["then", "of"]  # "the rating it received then of good"
    return Scope("previous", cue="then") if shortly_before or after_subject else None


def already(c: Clause) -> Scope | None:
    """A grade held before."""
    if any(x.code == "P" for x in c.chunks[c.at + 1 : c.at + 4]):
        return None  # "was already good at its previous inspection"
    return (
        Scope("standing", cue="already")
        if "already" in c.words[max(0, c.claim.grade.start - 2) : c.claim.grade.start]
        else None
    )


def clause_of_time(c: Clause) -> Scope | None:
    """A grade inside a clause that dates something else: since, after, when it was ..."""
    if c.before is None or c.before.code != "^":
        return None
    word, said = c.words[c.before.start], set(c.words[c.chunks[c.low].start : c.claim.grade.end])
    if word == "since" and {"was", "were", "received", "got", "earned"} & said:
        return Scope("previous", c.year(), word)
    if word == "after" and not c.perfect and any(x.code == "R" for x in c.chunks[c.at + 1 :]):
        return Scope("previous", cue=word)
    if word == "when" and not c.perfect and c.words[c.claim.grade.start - 1] != "now" and {"was", "were", "required"} & said:
        return Scope("previous", c.year(), word)
    return None


_MADE = re.compile(
    r"(?:^|[,:;(-] )(?:first |then |that was |which was |who was )?"
    r"(?:[a-z]+ed|set up|set|brought in|put in place|begun|drawn up|sent in) (?:[a-z]+ ){0,3}$"
)


def made_after(c: Clause) -> Scope | None:
    """A grade in an aside on what was made after it: ``the board, set up after leadership was rated inadequate, has met``."""
    if c.before is None or c.words[c.before.start] != "after" or c.perfect or c.follows()[:1] not in {(",",), (")",), ("-",)}:
        return None
    return Scope("previous", c.year(), "after") if _MADE.search(" ".join((*c.words[: c.before.start], ""))) else None


def reduced(c: Clause) -> Scope | None:
    """A participle that only names its subject: ``services rated inadequate then have been judged good``."""
    if c.sentence.in_title or not c.leads or c.perfect:
        return None
    codes = "".join(x.code for x in c.chunks)
    participle = codes[c.claim.subject_at + 1 : c.at] == "V" and re.match(r"[^|;&E]*B[^|;&E]*R", codes[c.at + 1 :])
    return Scope("previous", c.year(), "reduced") if participle else None


def left_behind(c: Clause) -> Scope | None:
    """No longer, never, not, out of."""
    near = c.chunks[max(c.low, c.at - 3) : c.at]
    for back, chunk in enumerate(reversed(near)):
        if chunk.code == "!":
            left = c.text(chunk) == "no longer"
            return Scope("previous" if left else "negated", c.year(), c.text(chunk))
        if chunk.code == "<":
            shaken = c.at - back - 2
            if shaken >= 0 and c.chunks[shaken].code == "!" and c.chunks[shaken].value == "not":
                return Scope("current", cue="not " + c.text(chunk), stays=True)  # "has failed to shake off its ... rating"
            return Scope("previous", c.year(), c.text(chunk))
        if chunk.code in ">R." or back > 2:
            return None
    return None


def dated(c: Clause) -> Scope | None:
    """A grade of a past year that its clause names."""
    year = c.year()
    if year is None:
        return None
    following = c.chunks[c.at + 1 : c.at + 2]
    apart = (
        re.match(r"(\w+) years? (?:before|earlier)", c.text(following[0])) if following and following[0].code == "P" else None
    )
    return Scope("previous", year - (number(apart.group(1)) if apart else 0), str(year), stays(c))


def kept(c: Clause) -> Scope | None:
    """A grade kept: this one, and the year's."""
    before, following = c.chunks[max(0, c.at - 1) : c.at], "".join(x.code for x in c.chunks[c.at + 1 : c.at + 7])
    if not before or before[0].value != "keep" or re.match(r"NQ?G[PVB]+FY", following) is None:
        return None
    return Scope("current", past_year(c.chunks, range(c.at, len(c.chunks)), c.words, c.published), "keep", stays=True)


def years_after(c: Clause) -> Scope | None:
    """So many years before the year that is told of, or before now."""
    if not c.leads or c.claim.subject_at < 1:
        return None
    before = c.chunks[c.claim.subject_at - 1]
    apart = re.fullmatch(r"(\w+) years? after", c.text(before)) if before.code == "P" else None
    if apart is None or c.published is None:
        return None
    anchor = next((int(x.value) for x in reversed(c.chunks[: c.claim.subject_at]) if x.code == "Y"), c.published.year)
    return Scope("previous", anchor - number(apart.group(1)), c.text(before))


def months_ago(c: Clause) -> Scope | None:
    """A grade of some weeks or months ago, in a month without a year."""
    told = c.follows()
    before = next((i for i, word in enumerate(told) if word in {"last", "previous"}), len(told))
    issued = issued_earlier(told[:before], c.published)  # not of "the last inspection, published in January"
    if issued:
        return Scope("earlier", cue=issued)
    if not c.reach:
        return None
    first, after = c.chunks[c.reach[0]].start, c.reach[-1] + 1
    if c.reach[0] > 0 and c.chunks[c.reach[0] - 1].code == "^" and c.word(c.reach[0] - 1) == "when":
        first = max(0, first - 5)  # "praised in March, when its services were judged ..."
    stale = stale_month(c.words, first, c.chunks[after].start if after < len(c.chunks) else len(c.words), c.published)
    return Scope("earlier", cue=stale) if stale else None


_REPORTED = re.compile(r"\b(?:report|inspectors|ofsted) (?:also |has |have )?(?:found|says?|said|shows?|showed|finds?)\b")


def told_of_before(c: Clause) -> Scope | None:
    """Previously, had been, at the last inspection: unless the words belong to another verb."""
    low, high = sorted((c.at, c.claim.subject_at)) if c.claim.subject_at >= 0 else (c.at, c.at)
    for i in c.reach:
        chunk = c.chunks[i]
        if chunk.code != "P" or (i > c.at and c.text(chunk).split()[-1] in {"after", "since", "on"}):
            continue
        if (
            chunk.value == "had"
            and i == c.at - 1
            and _REPORTED.search(" ".join(c.words[max(0, chunk.start - 30) : chunk.start]))
        ):
            continue  # "the report found that its services had outstanding ratings in two areas"
        if chunk.value == "had" and not (low < i < high or c.at - 3 <= i < c.at):
            continue
        if chunk.value == "recent":
            return Scope("earlier", cue=c.text(chunk))
        return Scope("previous", relative_year(c.text(chunk), c.published), c.text(chunk), stays(c))
    return None


def opened_with_time(c: Clause) -> Scope | None:
    """A sentence that opens with an earlier time and tells on from it."""
    if c.perfect or {"is", "are"} & set(c.words[: c.claim.grade.start]):
        return None
    if c.chunks[0].code not in "^FP" or c.words[0] in {"since", "following", "after"}:
        return None
    told = None
    for i, chunk in enumerate(c.chunks[: min(c.at, 8)]):
        if chunk.code in "|Q":
            return told
        if chunk.code == "P" and c.text(chunk).split()[-1] in {"after", "since", "on"}:
            return None
        past = chunk.code == "P" and chunk.value == "past"
        if chunk.code == "Y" or past:
            year = relative_year(c.text(chunk), c.published) if past else past_year(c.chunks, (i,), c.words, c.published)
            last_time = i == 0 and c.text(chunk).startswith("when ") and c.chunks[1].code == ","
            visit = past and "inspection" in c.text(chunk)  # "at its previous inspection": the year may follow
            if last_time and year is None:  # "when it was last inspected, in 2022"
                year = past_year(c.chunks, range(2, min(c.at, 5)), c.words, c.published)
            if year is not None or last_time:
                return Scope("previous", year, "opening", stays(c))
            if not visit:
                return None
            told = Scope("previous", None, "opening", stays(c))
    return told


_AGAIN = (
    " again ",
    "again rated",
    "running",
    "consecutive",
    "in a row",
    "once again",
    "successive",
    "already held",
    "same as in",
    "no change",
)


def stays(c: Clause) -> bool:
    """Whether the clause says that the grade is the one it had before."""
    low = max(c.low, c.at - 4)
    if any(x.code in "VB" and x.value in {"keep", "remain"} for x in c.chunks[low : c.at]):
        return True
    following = " ".join(c.follows()[:8]).replace('"', "").replace("'", "").strip()
    if re.search(r"^ ?,? ?as (?:they|it) (?:had|were|was)\b", following):
        return True
    if re.search(r"years? after (?:it|they) (?:was|were) last (?:told|given|rated|judged)", c.near()):
        return True
    if re.search(r"time (?:in a row|running|in succession) that\b", c.near()):
        return True
    start = c.chunks[low].start if c.at > c.low else c.claim.grade.start
    around = " ".join(c.words[start : c.claim.grade.end + 12])
    return any(cue in around for cue in _AGAIN)
