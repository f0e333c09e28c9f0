"""Foreign text in which nothing becomes a link: mail clients make one of whatever looks like an address, in our name.

The text stays readable: ``evil[.]example``, ``name[@]evil[.]example``, ``https[:]//evil[.]example``.
"""

from __future__ import annotations

import re

from monitor.messages.sanitize import MAX_QUOTE, sanitize

#: What browsers and mail clients take for a dot, a colon and an at sign in an address.
_DOT, _COLON, _AT = r"[.\u2024\u3002\ufe52\uff0e\uff61]", r"[:\u2236\ufe55\uff1a]", r"[@\ufe6b\uff20]"
_BREAK = r"""\s"'“”‘’()\[\]<>,;!?"""
#: A dot of a host: what is before and after is no space or punctuation, and in the end there is a top-level domain.
_HOST = re.compile(
    rf"(?<=[^{_BREAK}.])(?P<dot>{_DOT})(?=(?:[^{_BREAK}/@.\u2024\u3002\ufe52\uff0e\uff61]{{1,63}}{_DOT}){{0,20}}"
    r"(?P<top>[^\W\d_]{2,63}|xn--[\w-]{2,59})(?!\w))",
    re.IGNORECASE,
)
_NUMBERS = re.compile(rf"(?<![\d.])\d{{1,3}}(?:{_DOT}\d{{1,3}}){{3}}(?![\d.]*\d)")
_MAIL = re.compile(rf"(?<=[^{_BREAK}]){_AT}(?=[^{_BREAK}])")
_SCHEME = re.compile(
    rf"(?:(?<=[\w+.-]){_COLON}(?=[/\\／＼]{{2}})"
    r"|(?<![^\W_])(?P<name>https?|mailto|tel|sms|callto|skype|javascript|data|file|ftp|facetime|webcal|whatsapp|magnet"
    rf"|slack|msteams|zoommtg|geo|news|vbscript|sips?|xmpp|maps|bitcoin|ms-[a-z]{{2,20}}|view-source|spotify|cid|blob){_COLON}(?=\S))",
    re.IGNORECASE,
)
#: Words that call everybody in a room, in one service or another; some of those that Apprise knows read them in any text.
_ROOM = re.compile(
    rf"(?<![^\W_]){_AT}(?=\**(?:everyone|here|channel|all|room|team|group|online|members|moderators|admins?)\b)", re.IGNORECASE
)
#: How a mention, of somebody or of all, begins where such marks are read.
_MENTION = re.compile(r"<(?=[!@#]|users/|at>)", re.IGNORECASE)
_SHARE = re.compile(r"(?<!\S)\\\\(?=\w)")
#: How a sentence goes on after a full stop without a space; none of these is a top-level domain.
_OPENERS = frozenset(
    "The This That These Those They There Their Then However But And When While Where What Which With Our She Her His Its For"
    " From After Before Inspectors Ofsted Children Councillor Cllr Leaders Despite Although Since Some Most Many Following"
    " During Under Over".split()
)


def _dot(found: re.Match[str]) -> str:
    return found["dot"] if found["top"] in _OPENERS else "[.]"


def disarmed(text: str) -> str:
    """The text with every address and every call to a whole room in it broken: what was read is still there, without effect."""
    text = _SCHEME.sub(lambda found: f"{found['name'] or ''}[:]", text)
    text = _MENTION.sub("[<]", _ROOM.sub("[@]", _MAIL.sub("[@]", text)))
    text = _NUMBERS.sub(lambda found: re.sub(_DOT, "[.]", found[0]), text)
    return _SHARE.sub(r"[\\\\]", _HOST.sub(_dot, text))


def quoted(text: str, longest: int = MAX_QUOTE) -> str:
    """Foreign text as a message repeats it: plain, bounded, and with nothing in it to press."""
    return sanitize(disarmed(sanitize(text, longest)), longest)
