"""What of a page nobody sees: elements that are hidden by attribute, by style, or by the page's own style sheets.

A harmless page can carry a whole false story in them. What scripts show later is told apart as far as that can be: the page as
a whole, the parts of a page that is sent piece by piece, and an element without which nothing is left to read.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.reading.blocks import HEADINGS

MAX_SHEET = 500_000  #: characters of style sheets that are looked at
MAX_RULES = 300  #: that hide something
_PROSE = 60  #: characters of a text that is more than a label
_NEVER = frozenset(("html", "body", "head", "-text", "meta", "link", "script", "style", "title"))
#: The parts of a page that is streamed stand hidden until a script puts them into their places.
_STREAMED = re.compile(r"^[SB]:[0-9a-fA-F]+$")
_ZERO = r"[+-]?0*\.?0+(?:px|em|rem|pt|%|vh|vw)?"
_FAR = r"-\s*\d{3,}(?:\.\d+)?(?:px|em|rem|pt|%|vh|vw)"
#: Declarations, spaces taken out, that take an element out of sight by themselves ...
_HIDES = re.compile(
    rf"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|font-size:{_ZERO}|text-indent:{_FAR}|color:transparent"
    r"|clip-path:(?:inset\((?:50|100)%\)|circle\(0\))|content-visibility:hidden)(?:!important)?(?:;|$)"
)
#: What fades in has this at first, beside what moves it.
_FADED = re.compile(rf"(?:^|;)opacity:{_ZERO}(?:!important)?(?:;|$)")
_MOVES = re.compile(r"(?:^|;)(?:-webkit-)?(?:transform|transition|animation|will-change)[\w-]*:")
#: ... and those of which two together do.
_PAIRS = (
    (
        re.compile(r"(?:^|;)position:(?:absolute|fixed)"),
        re.compile(rf"(?:^|;)(?:(?:left|right|top|bottom):{_FAR}|clip:rect\((?:[01](?:px)?[, ]?){{4}}\))"),
    ),
    (
        re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)"),
        re.compile(rf"(?:^|;)(?:max-)?(?:height|width):(?:{_ZERO}|1px)(?:!important)?(?:;|$)"),
    ),
)
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_SHOWS = re.compile(r"(?:^|;)(?:display:(?!none)|visibility:visible|opacity:(?!0+(?:;|$|!)))")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"[\w\s.#>+~*-]+")  # no state, no pseudo-element, no attribute


def drop_unseen(tree: LexborHTMLParser) -> bool:
    """Take what nobody sees out of a parsed page; whether there was anything."""
    nodes = [node for node in tree.css("[hidden], [style]") if _is_unseen(node)]
    nodes += _by_style_sheets(tree)
    nodes = [node for node in nodes if node.tag not in _NEVER]
    if not nodes or _is_all_there_is(tree, nodes):
        return False
    gone = {node.mem_id for node in nodes}
    for node in {node.mem_id: node for node in nodes if node.parent is None or not _is_within(node.parent, gone)}.values():
        node.decompose()
    return True


def hides(declarations: str) -> bool:
    """Whether declarations of a style take what they apply to out of sight."""
    plain = "".join(declarations.lower().split())
    if _HIDES.search(plain) or any(one.search(plain) and other.search(plain) for one, other in _PAIRS):
        return True
    if _FADED.search(plain) and not _MOVES.search(plain):
        return True
    colour, background = _COLOUR.search(plain), _BACKGROUND.search(plain)
    return bool(colour and background and colour[1] == background[1])


def _is_unseen(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes and not _STREAMED.match(attributes.get("id") or ""):
        return True
    return hides(attributes.get("style") or "")


def _by_style_sheets(tree: LexborHTMLParser) -> list[LexborNode]:
    """Elements that the page's own style sheets hide, and none of their rules shows."""
    sheet = "\n".join(node.text() or "" for node in tree.css("style"))[:MAX_SHEET]
    hiding: list[tuple[str, bool]] = []  # and whether by being faint
    showing: list[str] = []
    for selector, declarations in _rules(_COMMENT.sub("", sheet)):
        plain = "".join(declarations.lower().split())
        parts = [part.strip() for part in selector.split(",") if _SIMPLE.fullmatch(part)]
        if hides(declarations):
            faded = _FADED.search(plain) is not None
            hiding += [(part, faded) for part in parts if "." in part or "#" in part]
        elif _SHOWS.search(plain):
            showing += parts
    # What another state of the same class shows fades in: ``.reveal`` and ``.reveal.visible``.
    hidden = [part for part, faded in hiding if not (faded and any(other.startswith(f"{part}.") for other in showing))]
    found = [node for part in hidden[:MAX_RULES] for node in _matching(tree, part)]
    if not found:
        return []
    shown = {node.mem_id for part in showing[:MAX_RULES] for node in _matching(tree, part)}
    return [node for node in found if node.mem_id not in shown]


def _rules(sheet: str) -> list[tuple[str, str]]:
    """The rules of a style sheet that hold on every screen: those inside ``@media`` and the like are passed over."""
    found: list[tuple[str, str]] = []
    position = depth = 0
    for brace in re.finditer(r"[{}]", sheet):
        if brace[0] == "}":
            depth = max(0, depth - 1)
            position = brace.end() if not depth else position
            continue
        depth += 1
        if depth > 1:
            continue
        selector = sheet[position : brace.start()].rpartition(";")[2].strip()
        if not selector.startswith("@"):
            found.append((selector, sheet[brace.end() : sheet.find("}", brace.end())]))
    return found


def _matching(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return list(tree.css(selector.strip()))
    except (SelectolaxError, ValueError):
        return []


def _is_all_there_is(tree: LexborHTMLParser, nodes: list[LexborNode]) -> bool:
    """Whether without these elements the page has no heading and no prose: then a script shows them."""
    gone = {node.mem_id for node in nodes}
    for node in tree.css("p, div, li, td, " + ", ".join(HEADINGS)):
        text = (node.text(deep=node.tag != "div") or "").strip()
        if len(text) < (_PROSE if node.tag not in HEADINGS else 1):
            continue
        if not _is_within(node, gone):
            return False
    return True


def _is_within(node: LexborNode, some: set[int]) -> bool:
    """Whether an element is one of some, or stands in one."""
    above: LexborNode | None = node
    while above is not None and above.mem_id not in some:
        above = above.parent
    return above is not None
