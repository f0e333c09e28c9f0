"""An official report whose first download is not what it is later: tried again, and given up with an alarm only in the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.app.runtime import Reader
from monitor.domain.model import Link, SourceClass
from monitor.domain.schedule import PASSING
from monitor.extraction.sandbox import Sandbox
from monitor.ports import Page, ReadError
from tests.extraction.pdf_files import pdf
from tests.pipeline.fakes import FakeSource

ADDRESS = "https://council.test/report.pdf"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as child:
        yield child


WHOLE = pdf(["A report of something else. " * 40] * 6)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (WHOLE[: len(WHOLE) // 2], "damaged"),
        (WHOLE[:-40], "damaged"),
        (b"%PDF-1.7\n", "damaged"),
        (b"", "not_a_pdf"),
        (b"<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>", "not_a_pdf"),
        (b"<html><body><article>" + b"<p>We are sorry, the service has a fault today.</p>" * 30 + b"</article>", "not_a_pdf"),
        (b"Service busy", "not_a_pdf"),
    ],
)
@pytest.mark.parametrize("address", [ADDRESS, "https://files.ofsted.gov.uk/v1/file/50012345"])
def test_what_stands_in_a_reports_place_is_tried_again(sandbox: Sandbox, body: bytes, reason: str, address: str) -> None:
    source = FakeSource(source_class=SourceClass.OFFICIAL)
    page = Page(url=address, status=200, content_type="application/pdf", body=body)
    with pytest.raises(ReadError) as caught:
        Reader(sandbox)(page, Link(source="gazette", url=address, canonical_url=address), source)
    assert caught.value.reason == reason
    assert reason in PASSING


def test_a_whole_file_that_is_no_report_is_not(sandbox: Sandbox) -> None:
    page = Page(url=ADDRESS, status=200, content_type="application/pdf", body=WHOLE)
    with pytest.raises(ReadError) as caught:
        Reader(sandbox)(
            page, Link(source="x", url=ADDRESS, canonical_url=ADDRESS), FakeSource(source_class=SourceClass.OFFICIAL)
        )
    assert caught.value.reason == "not_a_report"
    assert caught.value.reason not in PASSING
