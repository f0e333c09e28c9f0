"""What was meant by a line that is no TOML: a row a slip, tried in order, each with a line that must be taken for it.

What stands behind the equals sign is never repeated: it may be a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_VALUE = r"""^[^=#"'\[]*=\s*"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One way in which people write what TOML does not read."""

    name: str
    line: re.Pattern[str]  #: searched for in the line
    meant: str  #: ``{key}`` is the word before the equals sign
    example: str


def _slip(name: str, line: str, meant: str, example: str) -> Slip:
    return Slip(name=name, line=re.compile(line), meant=meant, example=example)


SLIPS = (
    _slip(
        "curly quotes",
        r"[“”„‟‘’‚‛«»＂]",
        'it has curly quotation marks, as word processors make them; write straight ones: {key} = "..."',
        "name = “north-west”",
    ),
    _slip(
        "odd blank",
        "[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]",
        "it has a character that looks like a blank, or like nothing, and is neither; type the line anew",
        'name\u00a0= "north-west"',
    ),
    _slip("comment", r"^\s*(?://|;|--|/\*)", "a comment begins with #", "// where alerts go"),
    _slip(
        "true or false",
        _VALUE + r"(?i:true|yes|on|wahr|false|no|off)\s*(?:#.*)?$",
        "write true or false, in small letters and without quotes: {key} = true",
        "enabled = True",
    ),
    _slip("nothing", _VALUE + r"(?i:none|null|nil)?\s*(?:#.*)?$", "leave the line out to say nothing", "note = None"),
    _slip(
        "colon",
        r"""^\s*["']?[\w-]+["']?\s*:(?!/)""",
        "between a key and its value stands =, not a colon",
        'name: "north-west"',
    ),
    _slip(
        "half a heading",
        r"^\s*(?:\[\[[^\]]*\]?|\[[^\[\]]*)\s*(?:#.*)?$",
        "a heading has as many brackets behind its name as before it: [fetch], [[subscription]]",
        "[[subscription]",
    ),
    _slip(
        "blank in a heading",
        r"^\s*\[+\s*[\w.-]+\s+[^\]]*\]",
        'a name with a blank stands in quotes: [channel."my mail"]',
        "[channel.my mail]",
    ),
    _slip(
        "backslash",
        r'"[^"]*\\[^"]*"',
        "in double quotes a backslash is special; write the text in single quotes, or with /",
        'url_file = "C:\\users\\mail.txt"',
    ),
    _slip(
        "open quote",
        _VALUE + r"""(?:"[^"]*|'[^']*)$""",
        "the closing quotation mark is missing",
        'name = "north-west',
    ),
    _slip(
        "a quote within",
        _VALUE + r"""(?:'[^']*'[^\s,#\]]|"[^"]*"[^\s,#\]])""",
        'there is a quotation mark within the quotes; write the others around it: "it\'s"',
        "note = 'it's for Monday'",
    ),
    _slip(
        "several texts",
        _VALUE + r"""(?:"[^"]*"|'[^']*')\s*(?:,|and|["'])""",
        'several texts are a list: {key} = ["...", "..."]',
        'regions = "North West", "North East"',
    ),
    _slip(
        "no comma",
        r"""\[.*["']\s+["']""",
        "between two texts of a list stands a comma",
        'regions = ["North West" "North East"]',
    ),
    _slip(
        "a length of time without quotes",
        _VALUE + r"\d+(?:\.\d+)?\s*[a-zA-Z]+\s*(?:#.*)?$",
        'a length of time stands in quotes: {key} = "15m"',
        "interval = 15m",
    ),
    _slip(
        "text without quotes",
        _VALUE + r"\[?\s*[^\s\"'\[\d#]",
        'text stands in straight quotes: {key} = "...", or ["...", "..."] for several',
        "name = north-west",
    ),
    _slip(
        "something behind",
        _VALUE + r"""(?:"[^"]*"|'[^']*'|[^\s\[]\S*)\s+[^#\s]""",
        "a line holds one key and one value; a comment behind it begins with #",
        'name = "north-west" ; for Monday',
    ),
)
#: What the parser says -> what was meant, where the line alone does not show it.
COMPLAINTS = (
    ("Unclosed array", "a list needs its closing ], and a comma between any two of its texts"),
    (
        "Cannot declare ('",
        "there is such a heading already; where there may be several, each has two brackets: [[subscription]]",
    ),
    ("Cannot overwrite", "this stands in the file already; remove one of the two"),
    ("Cannot mutate", "this stands in the file already; remove one of the two"),
    ("Cannot declare", "there is such a heading already; write what belongs together under one"),
    ("Expected '='", 'between a key and its value stands =, as in key = "value"; a comment begins with #'),
    ("Illegal character", "it has a character that no text may hold; type the line anew"),
    ("Invalid statement", 'a line is a heading in brackets, or key = "value", or begins with #'),
)
_KEY = re.compile(r"""^\s*["']?([\w-]+)["']?\s*[=:\s]""")


def what_was_meant(line: str, complaint: str) -> str:
    """What to write instead of a line that the parser complains of, as the end of a sentence; the complaint where nobody knows.

    Args:
        line: as it stands in the file.
        complaint: the parser's own words.
    """
    early = [meant for begins, meant in COMPLAINTS[:2] if complaint.startswith(begins)]
    if complaint.startswith("Unclosed") or not early:
        for slip in SLIPS:
            if slip.line.search(line):
                key = _KEY.match(line)
                return slip.meant.replace("{key}", key[1] if key else "key")
    return next((meant for begins, meant in COMPLAINTS if complaint.startswith(begins)), complaint[:1].lower() + complaint[1:])
