"""Texts made to hurt a reader of texts: each a function of its length in characters."""

from __future__ import annotations

from collections.abc import Callable

from monitor.domain.authorities import authorities

Shape = Callable[[int], str]


def repeated(piece: str) -> Shape:
    """A piece over and over."""
    return lambda length: (piece * (length // len(piece) + 1))[:length]


NAMES = [authority.name for authority in authorities()]

SHAPES: dict[str, Shape] = {
    "no full stop": repeated("the council was rated good and children in care were found to be inadequate by ofsted "),
    "names": repeated(" ".join(NAMES) + " "),
    "names, in a list": repeated(", ".join(NAMES) + ", "),
    "names and names": repeated(" and ".join(NAMES) + " and "),
    "a name a line": repeated("\n".join(NAMES) + "\n"),
    "a name a sentence": repeated(". ".join(NAMES) + ". "),
    "rated rated": repeated("rated " * 20 + "a b c d e " * 20),
    "blanks before a grade": lambda length: "rated " + " " * length + "inadequate",
    "one word": repeated("a"),
    "one word and a mark": lambda length: "a" * length + "!",
    "digits": repeated("1,"),
    "full stops": repeated("."),
    "full stops apart": repeated(". "),
    "a stop and brackets": lambda length: "." + ")" * length,
    "stops and brackets": repeated("x." + ")" * 50 + " "),
    "abbreviations": repeated("cllr. "),
    "double quotes": repeated('"'),
    "quotes apart": repeated('" '),
    "quotes in quotes": repeated("\"he said 'she said "),
    "commas": repeated(","),
    "commas apart": repeated(", "),
    "brackets": repeated("("),
    "graded brackets": repeated("(good "),
    "dashes": repeated("a-"),
    "possessives": repeated("a's"),
    "contractions": repeated("n't"),
    "combining marks": repeated("e\u0301"),
    "dotted capitals": repeated("İ"),
    "emoji": repeated("😀"),
    "empty lines": repeated("\n"),
    "short lines": repeated("a\n"),
    "one line again and again": repeated("the same line of words here, printed twice\n"),
    "bullets": repeated("* "),
    "unknown words": lambda length: " ".join(f"w{n}" for n in range(length // 7)),
    "grades": repeated("rated good, "),
    "graded sentences": repeated("Leeds was rated good. "),
    "graded lines": repeated("Leeds was rated good.\n"),
    "from and to": repeated("from good to inadequate "),
    "so too": repeated("so too was leadership, "),
    "same rating": repeated("It got the same rating. Leadership was good. "),
    "both": repeated("Both were good. All three were good. The latter was inadequate. "),
    "respectively": repeated("Leeds and Hull were rated good and inadequate respectively, "),
    "areas": repeated("leadership, for adoption, "),
    "services in": repeated("services in Leeds and in "),
    "half a phrase": repeated("impact of leaders on social work practice with "),
    "superlatives": repeated("top possible ofsted overall "),
    "relatives": repeated("which was which "),
    "when": repeated("when it was good in 2019, "),
    "a bit of all": repeated("Leeds, Hull; good, bad: leadership - adoption (good) "),
}
