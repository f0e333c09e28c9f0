"""Small PDF files, written by hand: honest ones from lines of text, and hostile ones."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def _file(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    body = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(body)


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(content), entries) + content + b"\nendstream"


def pdf(pages: Sequence[str]) -> bytes:
    """A file whose pages hold the given lines, set in Helvetica."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        lines = (
            page.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").split(b"\n")
        )
        text = b"BT /F1 10 Tf 12 TL 50 800 Td " + b"".join(b"(%s) Tj T* " % line for line in lines) + b"ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(_stream(text))
    return _file(objects)


def scanned() -> bytes:
    """A page without a character."""
    return pdf([""])


def encrypted() -> bytes:
    """A file that wants a password."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"
        b" /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    )
    return _file(objects, trailer=encrypt)


def form_bomb(depth: int = 24, width: int = 10) -> bytes:
    """Form objects that each draw the next many times: a few kilobytes that take for ever to read."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>",
        _stream(b"/X Do " * width),
    ]
    for level in range(depth):
        following = b"/Resources << /XObject << /X %d 0 R >> >>" % (6 + level) if level < depth - 1 else b""
        content = b"/X Do " * width if following else b"BT ET"
        objects.append(_stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] " + following))
    return _file(objects)


def flate_bomb(size: int = 512 << 20) -> bytes:
    """A content stream that was deflated twice and unfolds to half a gigabyte."""
    squeeze = zlib.compressobj(9)
    once = b"".join([squeeze.compress(b" " * (1 << 20)) for _ in range(size >> 20)] + [squeeze.flush()])
    twice = zlib.compress(once, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        _stream(twice, b"/Filter [/FlateDecode /FlateDecode]"),
    ]
    return _file(objects)


def page_loop() -> bytes:
    """A page tree that contains itself."""
    return _file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999999 >>"])


def many_pages(count: int = 400) -> bytes:
    """More pages than any report has."""
    return pdf(["page"] * count)


def truncated() -> bytes:
    """The first third of a file."""
    whole = pdf(["Judgement Grade\n" * 30] * 5)
    return whole[: len(whole) // 3]
