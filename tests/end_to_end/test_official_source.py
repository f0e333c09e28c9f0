"""From Ofsted's site to an alert: a report is listed, found, read and told, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli import main
from monitor.domain.history import history
from tests.extraction import pdf_files, report_pages
from tests.sources.report_site import Site, serving

SUBJECT = "Trafford: leadership and protection now inadequate"


def test_a_report_that_is_published_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trafford = next(i for i in history() if i.key == "80573:2026-06-19")
    title = "Inspection of Trafford local authority \nchildren\u2019s services"
    site = Site()
    for reports in site.reports.values():
        reports[0] = ("1", "Children's services focused visit", "9 May 2023")
    site.publishes("80573", "7", "Children\u2019s services inspection", "3 August 2026")
    site.files["/v1/file/805737"] = pdf_files.pdf(report_pages.ilacs(trafford, title, report_pages.grade_below))
    with serving(site) as address:
        config = tmp_path / "config"
        config.mkdir()
        (config / "monitor.toml").write_text("[fetch]\nallow_private = true\nrobots = false\n")
        (config / "sources.toml").write_text(
            f'[[source]]\nname = "ofsted"\nkind = "ofsted"\noutlet = "Ofsted"\nclass = "official"\nurl = "{address}"\nat_once = 200\n'
        )
        command = ["once", "--as-of", "2026-08-03", "--config", str(config), "--state", str(tmp_path / "state")]
        assert main(command) == 0
        first = capsys.readouterr().out
        assert main(command) == 0
        second = capsys.readouterr().out
    assert first.count(SUBJECT) >= 1
    assert "Confirmed by Ofsted’s own report." in first
    assert "5 of 24 authorities in North West" in " ".join(first.split())
    assert SUBJECT not in second
    assert site.asked.count("/v1/file/805737") == 1
