"""Files and addresses named on the command line, read into articles and reports by what they really are."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.domain.model import Article, Report
from monitor.ports import FetchFailure, Page, ReadError

if TYPE_CHECKING:
    from monitor.extraction.sandbox import Sandbox

#: What can be read at most; the same as the fetcher's limit for a report.
MAX_FILE = 20 * 1024 * 1024


def is_address(name: str) -> bool:
    """Whether an argument is a URL."""
    return name.startswith(("http://", "https://"))


def read_file(name: str) -> bytes:
    """The bytes of a file, inflated when it is gzipped.

    Raises:
        ReadError: ``not_found``, ``unreadable`` (a directory, no permission, broken gzip), ``too_large``.
    """
    path = Path(name)
    try:
        if path.stat().st_size > MAX_FILE:
            raise ReadError(f"larger than {MAX_FILE >> 20} MB", reason="too_large", key=name)
        body = path.read_bytes()
        return body if not body.startswith(b"\x1f\x8b") else _inflated(name)
    except FileNotFoundError:
        raise ReadError("there is no such file", reason="not_found", key=name) from None
    except OSError as error:
        raise ReadError(error.strerror or str(error), reason="unreadable", key=name) from None
    except (EOFError, zlib.error) as error:
        raise ReadError(f"broken gzip: {error}", reason="unreadable", key=name) from None


def _inflated(name: str) -> bytes:
    with gzip.open(name) as file:
        body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise ReadError(f"inflates to more than {MAX_FILE >> 20} MB", reason="too_large", key=name)
    return body


_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|meta|title|script|div|p|table|article|h[1-6])[\s>]", re.IGNORECASE)


def _content_type(body: bytes) -> str:
    """What the bytes are, whatever the file is called."""
    if b"%PDF-" in body[:1024]:
        return "application/pdf"
    start = body[:4096].replace(b"\0", b"")  # of UTF-16 its letters remain
    is_html = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") or _MARKUP.search(start)
    return "text/html" if is_html else "text/plain"


def _is_near(url: str) -> bool:
    """Whether an address names this machine or a private network by number: then who typed it means it."""
    import ipaddress
    from urllib.parse import urlsplit

    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _fetch(url: str) -> Page:
    import asyncio

    from monitor.fetch import HttpFetcher, proxies_of
    from monitor.system.clock import SystemClock

    proxies = proxies_of(os.environ.get("MONITOR_FETCH_PROXY", ""), os.environ)
    ca_file = os.environ.get("MONITOR_FETCH_CA_FILE", "")

    async def get() -> Page | FetchFailure:
        near = _is_near(url)
        async with HttpFetcher(
            clock=SystemClock(), contact="", allow_private=near, ca_file=ca_file, proxies=proxies
        ) as fetcher:
            return await fetcher.fetch(url)

    answer = asyncio.run(get())
    if isinstance(answer, FetchFailure):
        raise ReadError(answer.detail or answer.reason, reason=answer.reason, key=url)
    return answer


def read_document(name: str, sandbox: Sandbox) -> Article | Report:
    """The article or report in a file or at an address.

    Raises:
        ReadError: with a short reason code, for what cannot be had or is neither.
    """
    if is_address(name):
        page = _fetch(name)
    else:
        body = read_file(name)
        page = Page(url=name, status=200, content_type=_content_type(body), body=body)
    return read_any(page, sandbox)


def read_any(page: Page, sandbox: Sandbox) -> Article | Report:
    """The article or report in a page, by what its bytes are."""
    kind = _content_type(page.body)
    if kind == "application/pdf" or page.url.lower().endswith(".pdf"):  # a page saved as a report is refused as what it is
        from monitor.extraction.pdf.report import read_report

        return read_report(page.body, page.url, sandbox=sandbox)
    if kind == "text/plain" and "html" not in page.content_type:
        page = replace(page, content_type="text/plain")
    from monitor.extraction.html.pages import read_page

    return read_page(page, sandbox=sandbox)
