"""Text to tokens and sentences with offsets that survive: nothing here changes the length of what it reads."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.tables import rows

#: one character for one, so that offsets stay true
_FOLD = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‛": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‒": "-",
        "−": "-",
        "‐": "-",
        "‑": "-",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u200b": " ",
        "…": ".",
        "•": "*",
        "·": "*",
        "▪": "*",
        "●": "*",
        "\r": " ",
        "\t": " ",
    }
)
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+[0-9]*|[^\w\s]")
_TAIL = frozenset({"s", "t", "re", "ll", "ve", "d", "m"})
_ABBREVIATIONS = frozenset(
    """
    cllr cllrs mr mrs ms dr st rev prof sir hon no vs etc eg ie jan feb mar apr jun jul aug sep sept oct nov dec rt cr
    inc ltd approx nth sth ne nw se sw co
    """.split()
)
#: a sentence longer than this is cut at a space: no rule needs more, and hostile text must not make one
MAX_SENTENCE = 1200


@lru_cache(maxsize=4)  # a page is folded for its names, then for its sentences
def fold(text: str) -> str:
    """`text` with quotes, dashes and blanks made plain and letters lower-cased, character for character (same length)."""
    folded = text.translate(_FOLD)
    lowered = folded.lower()
    return lowered if len(lowered) == len(folded) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


class Token(NamedTuple):
    """A word or a mark: folded form, and where it stands in the field (half-open characters)."""

    word: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of tokens between sentence ends."""

    tokens: tuple[Token, ...]
    start: int
    end: int
    paragraph: int  #: number of its paragraph in the field; -1 for the title
    in_title: bool
    bullet: bool  #: opens with a bullet or a number
    tail: bool  #: in the run of lines without a full stop that ends a page: headlines of other stories, tags
    caption: bool  #: its paragraph is printed twice, as captions are
    speech: tuple[bool, ...]  #: for each token, whether it stands inside quoted speech (not a quoted word or two)


def tokenize(raw: str, folded: str, start: int, end: int) -> list[Token]:
    """Tokens of ``raw[start:end]``. A possessive or contraction is its own token; a hyphen inside a word separates silently."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(folded, start, end):
        a, b = found.span()
        word = folded[a:b]
        if word == "-" and a > start and b < end and folded[a - 1].isalnum() and folded[b].isalnum():
            continue
        if word in _TAIL and tokens and tokens[-1].word == "'" and tokens[-1].end == a and a >= 2 and folded[a - 2].isalnum():
            _join_tail(tokens, word, b)
            continue
        tokens.append(Token(word, a, b, raw[a].isupper()))
    return tokens


def _join_tail(tokens: list[Token], word: str, end: int) -> None:
    """Make one token of the apostrophe that stands last and the `word` behind it: ``'s``, ``'ll``, and ``n't`` of "isn't"."""
    apostrophe = tokens.pop()
    if word == "t" and tokens and tokens[-1].word.endswith("n") and tokens[-1].end == apostrophe.start:
        stem = tokens.pop()
        tokens.append(Token(stem.word[:-1] or stem.word, stem.start, stem.end - 1, stem.capital))
        tokens.append(Token("n't", stem.end - 1, end, False))
    else:
        tokens.append(Token("'" + word, apostrophe.start, end, False))


def _ends_sentence(folded: str, at: int, limit: int) -> bool:
    """Whether the mark at `at` closes a sentence: followed by a blank and a capital, digit or opening quote."""
    after = at + 1
    while after < limit and folded[after] in "\"')]":
        after += 1
    return after >= limit or folded[after].isspace()


_MARKS = frozenset("\"'")


def _opens(token: Token, folded: str) -> bool:
    """Whether a quotation mark stands where quoted words begin: before a letter, and not behind one."""
    after = token.end < len(folded) and not folded[token.end].isspace()
    return after and (token.start == 0 or not folded[token.start - 1].isalnum())


def _speech(tokens: list[Token], folded: str, open_quote: str) -> tuple[tuple[bool, ...], str]:
    """Marks tokens inside quotes that hold more than six words. An unclosed quote is carried on; a single one only where it
    opens speech: ``said: 'We have come a long way. ...'``.
    """
    inside = [False] * len(tokens)
    stack: list[tuple[str, int]] = [(open_quote, -1)] if open_quote else []
    for i, token in ((i, token) for i, token in enumerate(tokens) if token.word in _MARKS):
        opens, (mark, began) = _opens(token, folded), stack[-1] if stack else ("", 0)
        if mark == token.word and not (opens and began == -1 and i == 0):
            _mark_quoted(inside, stack.pop()[1], i)
        elif opens and (token.word == '"' or not stack):
            stack = [(token.word, i)] if began == -1 else [*stack, (token.word, i)]
    mark = _carried_on(tokens, stack)
    if mark:
        began = stack[0][1]
        inside[began + 1 :] = [True] * (len(tokens) - began - 1)
    return tuple(inside), mark


def _mark_quoted(inside: list[bool], began: int, end: int) -> None:
    """Mark the tokens between two quotation marks as quoted, where they are many or a paragraph before began them."""
    if end - began > 7 or began == -1:
        inside[began + 1 : end] = [True] * (end - began - 1)


def _carried_on(tokens: list[Token], stack: list[tuple[str, int]]) -> str:
    """The mark of a quotation that no mark closed, empty where there is none or it opened no speech."""
    mark, began = stack[0] if stack else ("", 0)
    return "" if mark == "'" and began >= 0 and not (began and tokens[began - 1].word in ":,") else mark


@lru_cache
def _lines(action: str) -> tuple[str, ...]:
    """How lines begin that are not of the story, by what is done about them: they are skipped, or it stops there."""
    return tuple(row["phrase"] for row in rows("boilerplate_phrases") if row["in_article"] == action)


def sentences(raw: str, *, in_title: bool = False) -> list[Sentence]:
    """Cut a field into paragraphs (lines) and sentences."""
    folded = fold(raw)
    tail = len(folded) if in_title else _tail(folded)
    printed = Counter(line.strip() for line in folded.split("\n"))
    found: list[Sentence] = []
    paragraph, story = -1, 0
    for line in re.finditer(r"[^\n]+", folded):
        if not line.group().strip():
            continue
        paragraph += 1
        plain = line.group().strip(" *-|>")
        if plain.startswith(_lines("skip")) and not in_title:
            continue
        if story >= 3 and plain.startswith(_lines("stop")) and not in_title:
            break
        story += len(plain.split()) >= 15
        bullet = bool(re.match(r"\s*(?:[*\-]|\d{1,2}[.)])\s", line.group()))
        twice = printed[line.group().strip()] > 1
        open_quote = ""
        for a, b in _cut(folded, line.start(), line.end()):
            tokens = tokenize(raw, folded, a, b)
            if tokens:
                speech, open_quote = _speech(tokens, folded, open_quote)
                found.append(
                    Sentence(tuple(tokens), a, b, -1 if in_title else paragraph, in_title, bullet, a >= tail, twice, speech)
                )
    return found


def _tail(folded: str) -> int:
    """Where the run of lines that end a page without a full stop begins, when some of the story stands before it."""
    lines = [(m.start(), m.group().rstrip(" \"')")) for m in re.finditer(r"[^\n]+", folded) if m.group().strip()]
    ends = [i for i, (_, line) in enumerate(lines) if line.endswith((".", "!", "?", ":"))]
    last = ends[-1] + 1 if ends else 0
    return lines[last][0] if len(ends) >= 3 and last < len(lines) else len(folded)


def _abbreviated(word: str, before: str) -> bool:
    """Whether a full stop after a word is its own: ``Cllr.``, ``J.``, but not ``Rochdale's.``"""
    return word in _ABBREVIATIONS or (len(word) == 1 and before != "'")


def _cut(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Sentence bounds within one line."""
    bounds: list[tuple[int, int]] = []
    begin = start
    for mark in re.finditer(r"[.!?]", folded[start:end]):
        at = start + mark.start()
        if not _ends_sentence(folded, at, end):
            continue
        word = re.search(r"[a-z]+$", folded[max(begin, at - 12) : at])
        if folded[at] == "." and word and _abbreviated(word.group(), folded[at - len(word.group()) - 1]):
            continue
        close = at + 1
        while close < end and folded[close] in "\"')]":
            close += 1
        bounds.append((begin, close))
        begin = close
    if begin < end:
        bounds.append((begin, end))
    return _trimmed(folded, bounds)


def _trimmed(folded: str, bounds: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The bounds without blanks at their ends, none longer than a sentence may be, none empty."""
    pieces: list[tuple[int, int]] = []
    for a, b in bounds:
        while b - a > MAX_SENTENCE:
            space = folded.rfind(" ", a + 1, a + MAX_SENTENCE)
            space = space if space > a else a + MAX_SENTENCE
            pieces.append((a, space))
            a = space
        while a < b and folded[a].isspace():
            a += 1
        while b > a and folded[b - 1].isspace():
            b -= 1
        if a < b:
            pieces.append((a, b))
    return pieces
