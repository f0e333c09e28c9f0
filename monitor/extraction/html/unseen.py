"""What of a page nobody sees: elements that are hidden by attribute, by style, or by the page's own style sheets.

A harmless page can carry a whole false story in them. What scripts show later is told apart as far as that can be: the page as
a whole, the parts of a page that is sent piece by piece, and an element without which nothing is left to read.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.extraction.html.blocks import HEADINGS

MAX_SHEET = 500_000  #: characters of style sheets that are looked at
MAX_RULES = 300  #: that hide something
_PROSE = 60  #: characters of a text that is more than a label
_NEVER = frozenset(("html", "body", "head", "-text", "meta", "link", "script", "style", "title"))
#: The parts of a page that is streamed stand hidden until a script puts them into their places.
_STREAMED = re.compile(r"^[SB]:[0-9a-fA-F]+$")
_UNIT = "(?:px|em|rem|pt|%|vh|vw)"
_ZERO = rf"[+-]?0*\.?0+{_UNIT}?"
_TINY = r"(?:0*[01](?:\.\d+)?|0*\.\d+)(?:px|pt)|0*\.[01]\d*(?:em|rem)"
_FAR = rf"-\d{{3,}}(?:\.\d+)?{_UNIT}"
_BEYOND = r"(?:[1-9]\d{2,}(?:%|vh|vw)|\d{4,}px)"
_CLEAR = r"transparent|(?:rgb|hsl)a?\((?:(?:[^,()]{1,40},){3}|[^,()]{1,99}/)0*\.?0+%?\)|#(?:[\da-f]{3}0|[\da-f]{6}00)"
#: Declarations, comments and spaces taken out, that take an element out of sight by themselves ...
_HIDES = re.compile(
    rf"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|font-size:(?:{_ZERO}|{_TINY})|font:(?:[^;]{{0,200}}\D)?0(?:px)?(?:/0)?[a-z][^;]*"
    rf"|text-indent:{_FAR}|content-visibility:hidden|filter:opacity\({_ZERO}\)|zoom:{_ZERO}|inset:[^;]{{0,200}}{_FAR}[^;]*"
    rf"|margin(?:-(?:left|top|right))?:-\d{{4,}}{_UNIT}|transform:translate(?:x|y|3d)?\([^;]{{0,200}}-\d{{4,}}{_UNIT}[^;]{{0,200}}\)"
    r"|clip-path:(?:inset\((?:50|100)%\)|circle\(0(?:px|%)?\)|polygon\([0px%,]+\)))(?:!important)?(?:;|$)"
)
#: ... unless the letters are cut out of a picture behind them ...
_CLEARED = re.compile(rf"(?:^|;)(?:-webkit-text-fill-)?color:(?:{_CLEAR})(?:!important)?(?:;|$)")
_CUT_OUT = "background-clip:text"
#: ... and what grows or fades in, which is so at first, beside what moves it.
_FADED = re.compile(rf"(?:^|;)opacity:(?:{_ZERO}|0*\.0\d*)(?:!important)?(?:;|$)")
_MOVES = re.compile(r"(?:^|;)(?:-webkit-)?(?:transform|transition|animation|will-change)[\w-]*:")
_SHRUNK = re.compile(rf"(?:^|;)(?:transform:scale(?:x|y|3d)?\((?:{_ZERO},?)+\)|scale:{_ZERO})(?:!important)?(?:;|$)")
_GROWS = re.compile(r"(?:^|;)(?:-webkit-)?(?:transition|animation|will-change)[\w-]*:")
#: Those of which two together do.
_PAIRS = (
    (
        re.compile(r"(?:^|;)position:(?:absolute|fixed)"),
        re.compile(rf"(?:^|;)(?:(?:left|right|top|bottom):(?:{_FAR}|{_BEYOND})|clip:rect\((?:[01](?:px)?[, ]?){{4}}\))"),
    ),
    (
        re.compile(r"(?:^|;)overflow(?:-[xy])?:(?:hidden|clip)"),
        re.compile(rf"(?:^|;)(?:(?:max-)?(?:height|width)|line-height):(?:{_ZERO}|1px)(?:!important)?(?:;|$)"),
    ),
)
_COLOUR = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
#: Other spellings of the two colours that pages have.
_SAME_COLOUR = {
    "#ffffff": "white",
    "#fff": "white",
    "rgb(255,255,255)": "white",
    "#000000": "black",
    "#000": "black",
    "rgb(0,0,0)": "black",
}
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
#: What holds rules of every screen.
_TRANSPARENT = re.compile(r"@(?:media\s*(?:only\s+)?(?:screen|all)|layer|supports)\b(?![^{]*\band\b)", re.IGNORECASE)
#: A class of a common style sheet that hides, unless another shows what it is on for wider screens.
_NONE_CLASS, _WIDER = "d-none", re.compile(r"(?:^|\s)d-(?:sm|md|lg|xl|xxl)-(?!none)")
_SHOWS = re.compile(r"(?:^|;)(?:display:(?!none)|visibility:visible|opacity:(?!0+(?:;|$|!)))")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"[\w\s.#>+~*-]+")  # no state, no pseudo-element, no attribute


def drop_unseen(tree: LexborHTMLParser) -> bool:
    """Take what nobody sees out of a parsed page; whether there was anything."""
    nodes = [node for node in tree.css(f"[hidden], [popover], [style], .{_NONE_CLASS}") if _is_unseen(node)]
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
    plain = _spelt_out(declarations)
    if _HIDES.search(plain) or any(one.search(plain) and other.search(plain) for one, other in _PAIRS):
        return True
    if (_FADED.search(plain) and not _MOVES.search(plain)) or (_SHRUNK.search(plain) and not _GROWS.search(plain)):
        return True
    if _CLEARED.search(plain) and _CUT_OUT not in plain:
        return True
    colour, background = _COLOUR.search(plain), _BACKGROUND.search(plain)
    return bool(colour and background and _colour(colour[1]) == _colour(background[1]))


def _colour(value: str) -> str:
    return _SAME_COLOUR.get(value, value)


def _spelt_out(declarations: str) -> str:
    """Declarations as they are compared: small, without comments, escapes and spaces."""
    if "\\" in declarations:
        declarations = _ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), declarations)
    return "".join(_COMMENT.sub("", declarations).lower().split())


def _is_unseen(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes and not _STREAMED.match(attributes.get("id") or ""):
        return True
    words = attributes.get("class") or ""
    if "popover" in attributes or (_NONE_CLASS in words.split() and not _WIDER.search(words)):
        return True
    return hides(attributes.get("style") or "")


def _by_style_sheets(tree: LexborHTMLParser) -> list[LexborNode]:
    """Elements that the page's own style sheets hide, and none of their rules shows."""
    sheets = (node.text() or "" for node in tree.css("style") if "print" not in (node.attributes.get("media") or ""))
    sheet = "\n".join(sheets)[:MAX_SHEET].replace("<!--", "").replace("-->", "")
    hidden, showing = _hidden_and_shown(_COMMENT.sub("", sheet))
    found = [node for part in hidden[:MAX_RULES] for node in _matching(tree, part)]
    if not found:
        return []
    shown = {node.mem_id for part in showing[:MAX_RULES] for node in _matching(tree, part)}
    return [node for node in found if node.mem_id not in shown]


def _hidden_and_shown(sheet: str) -> tuple[list[str], list[str]]:
    """The simple selectors by which a style sheet hides elements, and those by which it shows them."""
    hiding: list[tuple[str, bool]] = []  # and whether by being faint
    showing: list[str] = []
    for selector, declarations in _rules(sheet):
        plain = _spelt_out(declarations)
        parts = [part.strip() for part in selector.split(",") if _SIMPLE.fullmatch(part)]
        if hides(declarations):
            faded = _FADED.search(plain) is not None
            hiding += [(part, faded) for part in parts if "." in part or "#" in part]
        elif _SHOWS.search(plain):
            showing += parts
    # What another state of the same class shows fades in: ``.reveal`` and ``.reveal.visible``.
    hidden = [part for part, faded in hiding if not (faded and any(other.startswith(f"{part}.") for other in showing))]
    return hidden, showing


def _rules(sheet: str) -> list[tuple[str, str]]:
    """The rules of a style sheet that hold on every screen: those inside most ``@media`` and the like are passed over."""
    found: list[tuple[str, str]] = []
    position = depth = 0
    for brace in re.finditer(r"[{}]", sheet):
        if brace[0] == "{" and not depth and _TRANSPARENT.match(sheet[position : brace.start()].rpartition(";")[2].strip()):
            position = brace.end()  # its own end closes nothing more
            continue
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
