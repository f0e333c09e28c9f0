"""PDF bytes into pages of text. Runs in the killable child: a PDF is a program, and some are hostile."""

from __future__ import annotations

import re
from typing import Any

from monitor.extraction.decode import LIGATURES
from monitor.ports import ReadError

#: The longest report so far has 55 pages.
MAX_PAGES = 300
MAX_CHARACTERS = 1_000_000  #: the longest report so far has 132,794
#: A page of pictures has hardly any characters; so little text in a whole file means that it was scanned.
MIN_CHARACTERS = 200

_SPACES = re.compile(r"[^\S\n]+")
_CHARACTERS = str.maketrans(
    {
        "\x02": "-",  # how PDFium marks a word divided at the end of a line; these reports divide only at hyphens
        "\ufffe": "-",
        "\u00ad": "",
        "\u00a0": " ",
        "\u2010": "-",
        "\u2011": "-",
        "\x00": "",
        "\r": "",
        **LIGATURES,
    }
)


def clean(text: str) -> str:
    """Text of a page with plain spaces, hyphens and letters, no spaces at either end of a line."""
    lines = (_SPACES.sub(" ", line).strip() for line in text.translate(_CHARACTERS).split("\n"))
    return "\n".join(lines).strip("\n")


def pages(body: bytes) -> dict[str, Any]:
    """``{"pages": [text of each page], "created": "D:20260730..."}`` of a PDF file.

    Raises `ReadError` with reason ``not_a_pdf``, ``encrypted``, ``damaged``, ``too_large`` or ``scanned``.
    """
    if b"%PDF-" not in body[:1024]:
        raise ReadError("the file is not a PDF" + _html_title(body), reason="not_a_pdf")
    import pypdfium2
    import pypdfium2.raw

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY):
            raise ReadError("the file is encrypted", reason="encrypted") from None
        raise ReadError(f"the file is damaged: {error}", reason="damaged") from None
    try:
        texts = _texts(document)
        created = str(document.get_metadata_dict().get("CreationDate", ""))
    except pypdfium2.PdfiumError as error:
        raise ReadError(f"the file is damaged: {error}", reason="damaged") from None
    finally:
        document.close()
    if sum(map(len, texts)) < MIN_CHARACTERS:
        raise ReadError("the file has no text; it may have been scanned", reason="scanned")
    return {"pages": texts, "created": created}


def _texts(document: Any) -> list[str]:
    if len(document) > MAX_PAGES:
        raise ReadError(f"the file has {len(document)} pages, more than {MAX_PAGES}", reason="too_large")
    texts: list[str] = []
    characters = 0
    for number in range(len(document)):
        page = document[number]
        textpage = page.get_textpage()
        characters += textpage.count_chars()
        if characters > MAX_CHARACTERS:
            raise ReadError(f"the file has more than {MAX_CHARACTERS:,} characters", reason="too_large")
        texts.append(clean(textpage.get_text_bounded()))
        textpage.close()
        page.close()
    return texts


def _html_title(body: bytes) -> str:
    """What an HTML page that was saved as a PDF calls itself, for the message."""
    title = re.search(rb"<title>([^<]{1,120})</title>", body[:20_000], re.IGNORECASE)
    if title:
        return f" but a page titled {title[1].decode('utf-8', 'replace').strip()!r}"
    return " but a page" if body.lstrip()[:1] == b"<" else ""
