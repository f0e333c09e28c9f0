"""Words of areas and ratings as pages misspell them: one letter left out, doubled, or changed places with the next."""

from __future__ import annotations

#: What is worth knowing misspelt: long enough that a slip in it is no other word.
_WORDS = ("protection", "leavers", "leadership", "inadequate", "outstanding", "improvement", "effectiveness", "adoption")
#: Slips that are words of their own.
_OTHER_WORDS = frozenset({"leaver", "leaves", "levers", "adaption"})


def _slips(word: str) -> set[str]:
    left_out = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
    doubled = {word[: i + 1] + word[i:] for i in range(1, len(word))}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    return (left_out | doubled | swapped) - {word} - _OTHER_WORDS


#: The word meant, by its slip.
SLIPS: dict[str, str] = {slip: word for word in _WORDS for slip in _slips(word)}
