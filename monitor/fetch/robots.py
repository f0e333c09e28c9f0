"""robots.txt as RFC 9309 has it: groups by user agent, longest match wins, ``*`` and ``$`` in paths.

The standard library's parser knows no wildcards, and GOV.UK's file needs them (``Disallow: /*/print$``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_RULE_BYTES = 200  # of a rule beside its path
_MAX_BYTES = 500 * 1024  # what the RFC asks a reader to take at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One Allow or Disallow line."""

    allow: bool
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules that apply to us, and the delay that the site asks for (seconds; an unofficial line that many have)."""

    rules: tuple[Rule, ...] = ()
    delay: float | None = None

    @property
    def size(self) -> int:
        """About how many bytes they take in memory."""
        return sum(_RULE_BYTES + len(rule.path) for rule in self.rules)

    def allows(self, url: str) -> bool:
        """Whether `url` may be fetched. The longest matching path wins; Allow wins a tie."""
        parts = urlsplit(url)
        path = _normal(parts.path or "/") + (f"?{_normal(parts.query)}" if parts.query else "")
        best = max(
            ((len(rule.path), rule.allow) for rule in self.rules if _matches(rule.path, path)),
            default=(0, True),
        )
        return best[1]


def _normal(path: str) -> str:
    return quote(unquote(path), safe="/*$?&=+,;:@!'()~-._[]")


def _matches(pattern: str, path: str) -> bool:
    """Whether a rule's path matches; linear, where a regular expression full of wildcards could be made to backtrack."""
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    position = len(first)
    *middle, last = rest
    for part in middle:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return path.endswith(last) and len(path) - len(last) >= position if anchored else path.find(last, position) >= 0


def parse_robots(body: bytes, agent: str) -> Robots:
    """Read a robots.txt for the product token `agent` ; falls back to the ``*`` group, then to everything allowed."""
    groups: dict[str, tuple[list[Rule], list[float]]] = {}
    names: list[str] = []
    open_group = False
    for line in body[:_MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        key, separator, value = line.split("#", 1)[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not separator:
            continue
        if key == "user-agent":
            names = [*names, value.lower()] if open_group else [value.lower()]
            open_group = True
            groups.setdefault(value.lower(), ([], []))
        elif key in ("allow", "disallow", "crawl-delay"):
            open_group = False
            for name in names:
                _add(groups[name], key, value)
    token = agent.lower()
    named = [name for name in groups if name != "*" and name and token.startswith(name)]
    chosen = max(named, key=len) if named else "*"
    rules, delays = groups.get(chosen, ([], []))
    return Robots(rules=tuple(rules), delay=delays[0] if delays else None)


def _add(group: tuple[list[Rule], list[float]], key: str, value: str) -> None:
    rules, delays = group
    if key == "crawl-delay":
        if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", value):
            delays.append(float(value))
    elif value:
        rules.append(Rule(allow=key == "allow", path=_normal(value)))
