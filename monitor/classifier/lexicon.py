"""Rows of phrases compiled into one automaton over tokens: longest match, linear time, no backtracking.

A surface such as ``[top|highest] [possible|] grade`` becomes a small non-deterministic automaton; the union of all rows is made
deterministic lazily, state by state, as texts are read. Matching a text of n tokens takes O(n * longest surface).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.tables.phrases import PhraseType

_PIECE = re.compile(r"[\[\]|]|[^\s\[\]|]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a matched surface means: its type and value, and the row's place in the tables (earlier wins a tie)."""

    type: PhraseType
    value: str
    order: int


class _Dfa:
    """One deterministic state: where each token leads, and what has been matched on arrival."""

    __slots__ = ("edges", "entry", "next")

    def __init__(self, edges: dict[str, list[int]], entry: Entry | None) -> None:
        self.edges = edges
        self.entry = entry
        self.next: dict[str, _Dfa] = {}


class Lexicon:
    """The automaton. `add` surfaces first, then `match`."""

    def __init__(self) -> None:
        self._edges: list[dict[str, list[int]]] = [{}]
        self._free: list[list[int]] = [[]]
        self._accept: dict[int, Entry] = {}
        self._states: dict[frozenset[int], _Dfa] = {}
        self._start: _Dfa | None = None
        self._order = 0

    def _state(self) -> int:
        self._edges.append({})
        self._free.append([])
        return len(self._edges) - 1

    def add(self, type_: PhraseType, value: str, surfaces: Iterable[str]) -> None:
        """Add a row. Raises ValueError for unbalanced brackets."""
        entry = Entry(type_, value, self._order)
        self._order += 1
        for surface in surfaces:
            pieces = _PIECE.findall(surface.lower())
            end, rest = self._sequence(pieces, 0, 0)
            if rest != len(pieces):
                raise ValueError(f"unbalanced brackets in surface {surface!r}")
            self._accept.setdefault(end, entry)

    def _sequence(self, pieces: Sequence[str], at: int, state: int) -> tuple[int, int]:
        while at < len(pieces) and pieces[at] not in "|]":
            piece = pieces[at]
            if piece == "[":
                state, at = self._choice(pieces, at + 1, state)
            else:
                new = self._state()
                self._edges[state].setdefault(piece, []).append(new)
                state, at = new, at + 1
        return state, at

    def _choice(self, pieces: Sequence[str], at: int, state: int) -> tuple[int, int]:
        join = self._state()
        while True:
            end, at = self._sequence(pieces, at, state)
            self._free[end].append(join)
            if at >= len(pieces):
                raise ValueError(f"unclosed bracket in surface {' '.join(pieces)!r}")
            if pieces[at] == "]":
                return join, at + 1
            at += 1

    def _closure(self, states: Iterable[int]) -> _Dfa:
        seen: set[int] = set()
        todo = list(states)
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo.extend(self._free[state])
        key = frozenset(seen)
        if key not in self._states:
            entries = [self._accept[s] for s in key if s in self._accept]
            edges: dict[str, list[int]] = {}
            for token, targets in (edge for s in key for edge in self._edges[s].items()):
                edges.setdefault(token, []).extend(targets)
            self._states[key] = _Dfa(edges, min(entries, key=lambda e: e.order) if entries else None)
        return self._states[key]

    def _first(self) -> _Dfa:
        if self._start is None:
            self._start = self._closure([0])
        return self._start

    def match(self, tokens: Sequence[str], at: int) -> tuple[int, Entry] | None:
        """The longest row that starts at token `at`: (end, entry), or None."""
        state: _Dfa | None = self._first()
        best: tuple[int, Entry] | None = None
        here = at
        while state is not None:
            if state.entry is not None and here > at:
                best = (here, state.entry)
            if here >= len(tokens):
                break
            token = tokens[here]
            following = state.next.get(token)
            # Only tokens of the tables are remembered: hostile text must not fill the memory.
            if following is None and token in state.edges:
                following = state.next[token] = self._closure(state.edges[token])
            state = following
            here += 1
        return best

    def scan(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, Entry | None]]:
        """Cut `tokens` into consecutive pieces (start, end, entry); a token that no row covers has no entry."""
        at, opening = 0, self._first().edges
        while at < len(tokens):
            found = self.match(tokens, at) if tokens[at] in opening else None
            if found is None:
                yield at, at + 1, None
                at += 1
            else:
                yield at, found[0], found[1]
                at = found[0]
