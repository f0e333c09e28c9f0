"""Words to the encoder's pieces: lower case without accents, longest match first (WordPiece, as BERT has it)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_MAX_WORD = 100  #: characters; a longer one is unknown, as BERT has it
_MAX_CACHE = 50_000


class WordPiece:
    """A vocabulary, one piece a line, and the cutting of text by it. Continuations begin with ``##``."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._cache: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def id(self, piece: str) -> int:
        """The number of a piece. Raises KeyError when the vocabulary has none."""
        return self._ids[piece]

    def pieces(self, text: str) -> list[int]:
        """The numbers of a text's pieces, in order."""
        found: list[int] = []
        for match in _WORD.finditer(text):
            found.extend(self._word(match.group().lower()))
        return found

    def _word(self, word: str) -> tuple[int, ...]:
        known = self._cache.get(word)
        if known is None:
            known = self._cut(word)
            if len(self._cache) < _MAX_CACHE:  # hostile text must not fill the memory
                self._cache[word] = known
        return known

    def _cut(self, word: str) -> tuple[int, ...]:
        plain = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
        if len(plain) > _MAX_WORD:
            return (self._unknown,)
        cut: list[int] = []
        start = 0
        while start < len(plain):
            for end in range(len(plain), start, -1):
                number = self._ids.get(plain[start:end] if start == 0 else f"##{plain[start:end]}")
                if number is not None:
                    cut.append(number)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(cut)
