"""axe-core on whatever a browser shows: the rules of WCAG 2.2 at level AA, and what its makers hold to be good practice.

It is run from outside of the page, by the browser's own debugger: the page's policy forbids foreign scripts, and stays.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
#: What a page in dark may have that the same page in light has not.
COLOURS = ("color-contrast", "link-in-text-block")
#: What is the same row over and over: the first of them are looked at, since every element takes its time.
_REPEATED = (
    "tbody tr:nth-child(n+21)",
    ".hexes a:nth-child(n+41)",
    "option:nth-child(n+21)",
    "fieldset .choice:nth-child(n+21)",
)

_RUN = """async ([tags, only, repeated]) => {
  const runOnly = only.length ? {type: 'rule', values: only} : {type: 'tag', values: tags};
  const found = await axe.run({exclude: repeated.map(each => [each])}, {runOnly, resultTypes: ['violations']});
  return found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


@cache
def _script() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong on the page as it stands: the rule, the element and why, a line each. `rules`: these alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    return [str(each) for each in page.evaluate(_RUN, [list(TAGS), list(rules), list(_REPEATED)])]
