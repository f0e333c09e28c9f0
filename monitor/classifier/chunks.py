"""Sentences to chunks: typed mentions with their spans, coordinated lists merged, grades licensed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from monitor.classifier.lexicon import Entry, Lexicon
from monitor.classifier.text import Sentence, Token
from monitor.domain.authorities import authorities
from monitor.domain.model import Area
from monitor.tables import phrases, places
from monitor.tables.bodies import BODIES

QUOTES = frozenset("\"'")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A typed mention. `start` and `end` are token numbers, half-open."""

    code: str
    value: str
    start: int
    end: int
    names: tuple[str, ...] = ()  #: URNs, in order, for a list of authorities
    areas: tuple[tuple[Area, ...], ...] = ()  #: for a list of areas, one tuple an item
    owner: Chunk | None = None  #: whose leadership, whose services
    quoted: bool = False
    weak: bool = False  #: a grade in words that are ordinary English too
    plural: bool = False  #: "five outstandings": a grade of everything


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The automaton over every table, built once a process."""
    built = Lexicon()
    built.add(".", "place", places.NOT_AUTHORITIES)
    for table in (BODIES, phrases.GROUPS, phrases.SAME, phrases.RATINGS, phrases.AREAS, phrases.PAST, phrases.CUES, phrases.PEOPLE):
        for row in table:
            built.add(row.code, row.value, row.surfaces)
    for surface, urns in _names().items():
        built.add("A", urns, (surface,))
    return built


def _tokens_of(name: str) -> str:
    """A name as the tokenizer would cut it, ready for the automaton."""
    plain = name.lower().replace("’", "'").replace("-", " ").replace(".", " .").replace("'s", " 's").replace(",", " ,")
    return " ".join(plain.replace("&", " & ").split())


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Name surfaces and the URNs they stand for (several for a trust that serves several authorities), comma-separated."""
    names: dict[str, list[str]] = {}
    for authority in authorities():
        plain = authority.name.split(",")[0] if ", City of" in authority.name else authority.name
        for name in (plain, *authority.aliases, *(t.name for t in authority.trusts)):
            surface = _tokens_of(name)
            names.setdefault(surface, [])
            if authority.urn not in names[surface]:
                names[surface].append(authority.urn)
    for surface in [s for s in names if " and " in s]:
        names.setdefault(surface.replace(" and ", " & "), names[surface])
    for surface in [s for s in names if "st . helens" in s]:
        names.setdefault("st helens", names[surface])
    return {surface: ",".join(urns) for surface, urns in names.items()}


@lru_cache(maxsize=1)
def _trust_periods() -> dict[str, list[tuple[str, date | None, date | None]]]:
    periods: dict[str, list[tuple[str, date | None, date | None]]] = {}
    for authority in authorities():
        for trust in authority.trusts:
            periods.setdefault(_tokens_of(trust.name), []).append((authority.urn, trust.valid.start, trust.valid.end))
    return periods


@lru_cache(maxsize=1)
def _affixes() -> Lexicon:
    built = Lexicon()
    built.add("after", "", places.AFTER_NAME)
    return built


_BEFORE = tuple(tuple(words.split()) for words in sorted(places.BEFORE_NAME, key=len, reverse=True))


def _is_name(tokens: Sequence[Token], start: int, end: int, in_title: bool, known: frozenset[str]) -> bool:
    """Whether a matched authority name is meant as one: capital letters, and a council-like neighbour where the word is a word too."""
    if not all(tokens[i].capital for i in (start, end - 1) if tokens[i].word.isalpha() and len(tokens[i].word) > 1):
        return False
    if end - start > 1 or tokens[start].word not in places.WORDS_TOO or tokens[start].word in known:
        return True
    after = tokens[end].word if end < len(tokens) else ""
    before = tokens[start - 1].word if start else ""
    if after in places.COUNCIL_WORDS:
        return True
    if tokens[start].word == "westminster":
        return before in {"of", "and", ",", "with"}
    starts = start == 0 or not before.isalpha()
    return before in {"in", "of", "for", "at", "and", "that", "neighbouring", "council", "near", "with", "to"} or (not starts and not in_title)


def _quoted(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether tokens[start:end] stand alone between quotes."""
    if not (start and end < len(tokens) and tokens[start - 1].word in QUOTES):
        return False
    after = end + 1 if tokens[end].word in ",." and end + 1 < len(tokens) else end
    return tokens[after].word in QUOTES


_ADVERBS = frozenset("now still also again already all both overall therefore only just currently consistently either being a an the its their as be to at finally officially even really generally largely or itself themselves once".split())
_JUDGING = frozenset("rated rate rates rating judged judges judge judging graded grades grade grading deemed deem deems branded labelled labeled label assessed declared considered classed ranked scored marked dubbed adjudged evaluated found find finds".split())
_LINKING = frozenset("is are was were be been being remain remains remained became become becomes stays stayed 's 're stay".split())
_BEFORE_GRADE = frozenset("from to into than reach reached reaching above below between becoming became achieve achieved achieves of not".split())
_CLOSERS = frozenset(".,;:-()?!\"'|*") | frozenset("for in overall across on with when but and or as by since too again last while although though after before because at under following to from than throughout according despite this that until which who where if every each everywhere today yesterday two three four five six seven eight nine ten last previously earlier apart except bar rather save barring namely".split())
_GRADE_NOUNS = frozenset("rating ratings rated grade grades graded grading judgement judgements judgment judgments verdict verdicts mark marks status bracket label category band overall".split())
_NUMBER_WORDS = frozenset({"one", "two", "three", "four"})
_GETTING = frozenset("award awarded awards awarding gave give gives given got get gets received receives receive scored scores".split())
_EVERY = frozenset({"four", "five", "4", "5", "run", "all", "set", "straight"})
_GRADE_WORDS = frozenset({"good", "outstanding", "inadequate", "improvement", "adequate"})
_PLURALS = frozenset({"goods", "outstandings", "inadequates"})
_THING = frozenset("service report result outcome inspection ofsted score".split())


def _licensed(tokens: Sequence[Token], start: int, end: int, value: str, in_title: bool) -> bool:
    """Whether a one-word grade adjective is a grade here and not praise ("good access", "outstanding staff")."""
    if _quoted(tokens, start, end):
        return True
    if start > 1 and tokens[start - 1].word in {"and", "or"} and tokens[start - 2].word in _GRADE_WORDS:
        return True
    after = tokens[end].word if end < len(tokens) else "."
    if after == "at" and value == "good":
        following = tokens[end + 1].word if end + 1 < len(tokens) else ""
        return following in {"looking", "protecting", "keeping", "caring", "safeguarding"} and any(t.word in {"whole", "overall"} for t in tokens)
    closes = after in _CLOSERS or end >= len(tokens)
    if start and closes and tokens[start - 1].word in _BEFORE_GRADE and (value != "good" or tokens[start - 1].word != "of"):
        return True
    back = start - 1
    while back >= 0 and (tokens[back].word in _ADVERBS or tokens[back].word in QUOTES) and start - back <= 4:
        back -= 1
    before = tokens[back].word if back >= 0 else ""
    if after in _GRADE_NOUNS:
        return not (before in {"show", "showed", "good", "with"} and after in {"judgement", "judgment"})
    if before in _JUDGING and closes:
        return True
    if tokens[start].capital and start and not in_title and closes:
        return True
    if before in _LINKING and closes:
        return True
    if before in {"n't", "not", "longer"} and closes:
        return True
    if start and tokens[start - 1].word in {":", ",", "and"} and after in {"for", "overall"}:
        return True
    if before in {":", "-", "(", ",", "*"} and (end >= len(tokens) or after in ".,;()-|"):
        return True
    if before in {"get", "gets", "got", "getting", "receiving", "receive", "receives", "received", "given", "gave", "awarded"} and after in _THING:
        return any(t.word in {"a", "an"} for t in tokens[max(0, start - 2) : start])
    if after in ".," and any(t.word == "with" for t in tokens[max(0, start - 8) : start]) and any(t.word in _GRADE_WORDS for t in tokens[:start]):
        return True
    if before in _NUMBER_WORDS and after in ".," and any(t.word in _GRADE_WORDS for t in tokens[:start]):
        return True
    if start > 1 and tokens[start - 1].word == "as" and tokens[start - 2].word in _JUDGING and after in {"the", "its", "their", "both", "all"}:
        return True
    if start > 2 and tokens[start - 1].word == "be" and tokens[start - 2].word == "to" and closes and any(t.word in _JUDGING for t in tokens[:start]):
        return True
    if before in _GETTING and after in {"for", "in", "overall"}:
        return True
    if start and tokens[start - 1 - (tokens[start - 1].word in QUOTES)].word == "as" and closes:
        return any(t.word in _JUDGING for t in tokens[:start])
    if tokens[start].word in _PLURALS:
        return True
    if start and tokens[start - 1].word in {"also", "now"} and (end >= len(tokens) or after in ".,;:"):
        return True
    return False


def _authority(tokens: Sequence[Token], start: int, end: int, entry: Entry, published: date | None) -> tuple[tuple[str, ...], int, int]:
    """URNs meant by a name on a day, and the name's bounds with "City Council" and "London Borough of" taken in."""
    words = [t.word for t in tokens]
    found = _affixes().match(words, end)
    if found and (tokens[end].capital or words[end] in {"council", "city", "county", "borough"}):
        end = found[0]
    for before in _BEFORE:
        if tuple(words[max(0, start - len(before)) : start]) == before:
            start -= len(before)
            break
    urns = tuple(entry.value.split(","))
    periods = _trust_periods().get(" ".join(words[start:end]))
    if periods and published and len(urns) > 1:
        live = tuple(u for u, began, ended in periods if (not began or began <= published) and (not ended or published <= ended))
        urns = live or urns
    return urns, start, end


def known_names(folded: str) -> frozenset[str]:
    """The names that are ordinary words too, of which a text says once that they are a council ("Reading Borough Council")."""
    return frozenset(w for w in places.WORDS_TOO if w in folded and re.search(rf"\b{w}(?:'s children| (?:borough |city |county )?council\b)", folded))


def mentions(sentence: Sentence, published: date | None, known: frozenset[str] = frozenset()) -> list[Chunk]:
    """The typed mentions of a sentence in order; runs of words that mean nothing here are one ``.`` chunk."""
    tokens = sentence.tokens
    words = [t.word for t in tokens]
    found: list[Chunk] = []
    for start, end, entry in lexicon().scan(words):
        if entry is not None and (entry.code == "_" or (words[start] == "may" and tokens[start].capital and end - start == 1)):
            continue
        if entry is not None and entry.code == "Z" and words[start] in {"that", "this"} and end - start == 2 and words[end - 1] in {"was", "is"} and start and words[start - 1] not in ",;:-(but and":
            found.append(Chunk("Q", "that", start, start + 1))
            found.append(Chunk("B", "be", start + 1, end))
        elif entry is None and words[start] == "that" and found and found[-1].end == start and found[-1].code in "SGAXD":
            found.append(Chunk("Q", "that", start, end))  # "the department that missed ..."
        elif entry is None:
            _unknown(found, words[start], start)
        elif entry.code == "A":
            if start and words[start - 1] in {"besides", "except", "like"}:
                _unknown(found, "besides", start)
            elif _is_name(tokens, start, end, sentence.in_title, known):
                urns, a, b = _authority(tokens, start, end, entry, published)
                while found and found[-1].end > a:
                    found.pop()
                found.append(Chunk("A", "shared" if "," in entry.value else "", a, b, names=urns))
            else:
                _unknown(found, words[start], start)
        elif entry.code == "&" and 0 < start and end < len(words) and words[start - 1] in places.LIGHT and words[end] in places.LIGHT and not (found and found[-1].end == start):
            continue  # "children and young people": nothing here is joined
        elif entry.code == "W" and start and words[start - 1] in {"work", "working", "works"}:
            found.append(Chunk("F", "for", start, end))  # "work with care leavers"
        elif entry.code == "T" and start == 0 and words[0] == "elsewhere":
            found.append(Chunk("|", "but", start, end))
        elif entry.code == "R":
            found.append(_rating(tokens, start, end, entry, sentence.in_title))
        elif entry.code == "X":
            items = tuple(Area(value) for value in entry.value.split("+"))
            found.append(Chunk("X", entry.value, start, end, areas=(items,)))
        else:
            found.append(Chunk(entry.code, entry.value, start, end))
    return _swallow(found)


_MARKS = {",": ",", "-": "-", ":": ":", ";": ";", "(": "(", ")": ")", "[": "(", "]": ")", "|": ";", "*": ";", ".": ";", "?": ";", "!": ";"}


def _unknown(found: list[Chunk], word: str, at: int) -> None:
    if word in _MARKS:
        found.append(Chunk(_MARKS[word], word, at, at + 1))
    elif word in places.LIGHT or word in QUOTES or word == "'s":
        return
    elif word.isdigit() and len(word) == 4 and "1990" <= word <= "2099":
        found.append(Chunk("Y", word, at, at + 1))
    elif found and found[-1].code == ".":
        found[-1] = replace(found[-1], end=at + 1)
    else:
        found.append(Chunk(".", word, at, at + 1))


def _rating(tokens: Sequence[Token], start: int, end: int, entry: Entry, in_title: bool) -> Chunk:
    single = end - start == 1
    weak = tokens[start].word in phrases.WEAK_RATINGS and not single
    if single and not _licensed(tokens, start, end, entry.value, in_title):
        return Chunk(".", entry.value, start, end)
    return Chunk("R", entry.value, start, end, quoted=_quoted(tokens, start, end), weak=weak, plural=single and tokens[start].word in _PLURALS and any(t.word in _EVERY for t in tokens[max(0, start - 5) : start]))


def _swallow(found: list[Chunk]) -> list[Chunk]:
    """Drop what a longer mention has taken in."""
    kept: list[Chunk] = []
    for chunk in found:
        if not kept or chunk.start >= kept[-1].end:
            kept.append(chunk)
    return kept


# --- coordination ---------------------------------------------------------------------------------------------------------


def merge(chunks: list[Chunk]) -> list[Chunk]:
    """Join what prose spreads out: lists of authorities, lists of areas, "services for X", "the leadership of X in A"."""
    chunks = _lists(chunks, "A")
    chunks = _service_of_area(chunks)
    chunks = _owners(chunks)
    chunks = _all_of_service(chunks)
    chunks = _overall_items(chunks)
    chunks = _lists(chunks, "X")
    return _headed_lists(chunks)


def _all_of_service(chunks: list[Chunk]) -> list[Chunk]:
    """``all aspects of its services`` are all areas."""
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
    """"Overall" that stands in a list of areas is one of them: ``for leadership, for adoption, and overall``."""
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
        if last or first or (noun and (re.search(r"X[,&]+G?$", codes[:i]) or re.match(r"(?:F[AGS])?[,&+]{1,2}[GF]*X", codes[i + 1 :]))):
            made[i] = replace(chunk, code="X", value="overall", areas=_OVERALL_ITEM)
    return made


def _lists(chunks: list[Chunk], code: str) -> list[Chunk]:
    """``X , X & X`` becomes one chunk. Only commas, "and", "for" and brackets may stand between."""
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
            while link < len(chunks) and link - here < 5 and (chunks[link].code in ",&+" or (_leads_on(chunks[link], joined) and code == "X" and link > here)):
                joined = joined or chunks[link].code in "&+G"
                link += 1
            if link < len(chunks) and link > here and chunks[link - 1].code == "," and chunks[link].code in "V.FGP":
                link = _after_aside(chunks, link)
            if link == here or link >= len(chunks) or chunks[link].code != code:
                break
            other = chunks[link]
            chunk = replace(chunk, end=other.end, names=chunk.names + other.names, areas=chunk.areas + other.areas, owner=chunk.owner or other.owner)
            here = link + 1
        merged.append(chunk)
        at = here
    return merged


def _leads_on(chunk: Chunk, joined: bool) -> bool:
    """Whether a chunk may stand between a list's comma and its next area: "for", "to", "its", and "with" after an "and"."""
    return chunk.code in "F>" or chunk.value == "both" or (chunk.code == "W" and joined) or (chunk.code == "G" and chunk.value in {"it", "they"})


def _after_aside(chunks: list[Chunk], at: int) -> int:
    """Past an aside between commas inside a list: ``and, assessed on their own, care leavers``; else `at`."""
    for end in range(at, min(at + 6, len(chunks) - 1)):
        if chunks[end].code == ",":
            return end + 1
        if chunks[end].code not in "V.FGP":
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
        elif chunk.code == "X" and merged and merged[-1].code == "F" and merged[-1].value == "of" and len(merged) >= 2 and merged[-2].code == "X":
            outer = merged[-2]
            del merged[-2:]
            merged.append(replace(chunk, start=outer.start) if outer.value != "leadership" else outer)
        elif (chunk.code == "S" or (chunk.code == "O" and chunk.end - chunk.start == 3)) and merged and merged[-1].code == "X":
            merged[-1] = replace(merged[-1], end=chunk.end)
        else:
            merged.append(chunk)
    return merged


def _owners(chunks: list[Chunk]) -> list[Chunk]:
    """``Bolton's leadership``, ``services in Bolton``, ``Bolton Council's children's services``: one chunk that knows whose it is."""
    merged: list[Chunk] = []
    for chunk in chunks:
        last = merged[-1] if merged else None
        if chunk.code == "A" and last is not None and last.code == "X" and last.value == "children_in_care" and last.end == chunk.start:
            merged[-1] = replace(last, end=chunk.end, owner=chunk)  # "children in the care of Wigan Council"
        elif chunk.code in "XSO" and last is not None and last.code in "AG" and not (chunk.code == "O" and last.code == "G"):
            merged[-1] = replace(chunk, start=last.start, owner=last)
        elif chunk.code == "S" and len(merged) >= 2 and merged[-1].code == "F" and merged[-2].code == "X":
            merged.pop()
            merged[-1] = replace(merged[-1], end=chunk.end, owner=merged[-1].owner or chunk.owner)  # "leaders in the department"
        elif chunk.code == "G" and chunk.value == "one" and len(merged) >= 3 and [c.code for c in merged[-2:]] == ["F", "."] and merged[-3].code in "XSO" and merged[-1].end - merged[-1].start == 1:
            del merged[-2:]
            merged[-1] = replace(merged[-1], end=chunk.end, owner=merged[-1].owner or chunk)  # "in the Merseyside borough"
        elif chunk.code == "X" and last is not None and last.code == "S" and last.end + 1 == chunk.start:
            merged[-1] = replace(chunk, start=last.start, owner=last.owner)  # "the department's leadership"
        elif chunk.code == "A" and _another_owner(merged):
            while merged[-1].code in "F&":
                merged.pop()
            whose = merged[-1].owner
            assert whose is not None
            merged[-1] = replace(merged[-1], end=chunk.end, owner=replace(whose, end=chunk.end, names=whose.names + chunk.names))
        elif chunk.code in "AG" and len(merged) >= 2 and merged[-1].code == "F" and merged[-2].code in "XSOD" and (chunk.code == "A" or chunk.value != "it"):
            merged.pop()
            merged[-1] = replace(merged[-1], end=chunk.end, owner=merged[-1].owner if chunk.code == "G" and merged[-1].owner else chunk)
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
    merged: list[Chunk] = []
    at = 0
    while at < len(chunks):
        head = chunks[at]
        gap = at + 1 if at + 1 < len(chunks) and chunks[at + 1].code == "." and chunks[at + 1].end - chunks[at + 1].start <= 3 else at
        if head.code in "LTZ" and gap + 2 < len(chunks) and chunks[gap + 1].code in "-:(,":
            lead = gap - at + (3 if chunks[gap + 2].code == "F" and gap + 3 < len(chunks) else 2)
            listed = chunks[at + lead]
            if listed.code == "X" and len(listed.areas) > 1:
                at += lead + 1
                if at < len(chunks) and chunks[at].code in "-),":
                    at += 1
                merged.append(replace(listed, value="listed" if head.code == "L" else "counted", start=head.start, owner=listed.owner or head.owner))
                continue
        merged.append(head)
        at += 1
    return merged
