"""Pages into documents, and documents into judgements: the two stages of the pipeline that look into a page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.domain.calendar import london_day
from monitor.domain.model import ClassifierResult, Link, Report, SourceClass
from monitor.pipeline import Document
from monitor.ports import Page, ReadError, Source

if TYPE_CHECKING:
    from monitor.extraction.sandbox import Sandbox


class Reader:
    """Pages into articles and reports, by what their bytes are, in a child process that can be killed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __call__(self, page: Page, link: Link, source: Source | None) -> Document:
        """The article or report of a page. Raises ReadError for what is neither."""
        listed = london_day(link.published) if link.published else None
        if b"%PDF-" in page.body[:1024]:
            from monitor.extraction.pdf.report import read_report

            if source and source.source_class is not SourceClass.OFFICIAL:
                # Anybody can put a file that looks like a report on a page. Only Ofsted's own confirms.
                raise ReadError("a report that is not from an official source", reason="unofficial_report", key=page.url)
            return read_report(page.body, page.url, sandbox=self._sandbox, published=listed)
        if source and source.source_class is SourceClass.OFFICIAL and _names_a_file(page.url, link.url):
            # An error page in a report's place, with status 200: the report is there another time.
            raise ReadError("a page stands in the report's place", reason="not_a_pdf", key=page.url)
        from monitor.extraction.html.pages import read_page

        return read_page(
            page,
            source.outlet if source else "",
            source_class=source.source_class if source else SourceClass.PRESS,
            published=listed,
            first_published=source is not None and source.lists_first_published,
            title=link.title,
            sandbox=self._sandbox,
        )


def _names_a_file(*urls: str) -> bool:
    """Whether one of these is the address of a report, which is a PDF: by its ending, or by where Ofsted keeps them."""
    paths = [urlsplit(url) for url in urls]
    return any(each.path.lower().endswith(".pdf") or each.hostname == "files.ofsted.gov.uk" for each in paths)


def classify_document(document: Document, alert: float | None = None, review: float | None = None) -> ClassifierResult:
    """What a document says: of an article what the classifier finds, of a report the grades in its table.

    `alert` and `review` are other thresholds than those of the classifier's weights.
    """
    if isinstance(document, Report):
        from monitor.extraction.pdf.version import version

        return ClassifierResult(judgements=document.judgements, relevant=True, classifier_version=version())
    from monitor.classifier import Thresholds, classify

    cut = Thresholds.of(alert=alert, review=review)
    return classify(document.title, document.text, published=document.published, cut=cut)
