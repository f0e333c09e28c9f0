"""The documentation as a site: its pages that the code knows, and its links, on disk and as it is built."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.commands import COMMANDS
from monitor.settings import ENVIRONMENT, SECTIONS
from monitor.settings.keys import variable_of
from monitor.settings.meanings import MEANINGS
from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
LINK = re.compile(r"\]\((?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)


@cache
def site() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / ".ci/site_pages.py"))


def anchors(page: Path) -> set[str]:
    """The names that headings of a page have, as both MkDocs and forges make them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere_on_disk(page: Path) -> None:
    for link in LINK.finditer(FENCED.sub("", page.read_text())):
        if "://" in link["path"] or link["path"].startswith("mailto:"):
            continue
        there = (page.parent / link["path"]).resolve() if link["path"] else page
        assert there.exists(), link[0]
        if link["anchor"] and there.suffix == ".md":
            assert link["anchor"] in anchors(there), link[0]


def test_the_site_builds_strictly_and_asks_nobody(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > 35
    loaded = re.compile(
        r"""<(?:script|img|iframe|source|link(?![^>]*rel=["']?canonical))[^>]*?(?:src|href)=["']?(?:https?:)?//"""
    )
    assert [page.name for page in pages if loaded.search(page.read_text())] == []
    styles = "".join(style.read_text() for style in tmp_path.rglob("*.css"))
    assert not re.search(r"""(?:@import|url\()\s*["']?(?:https?:)?//""", styles)
    # A page that a page names in words is a link in the site.
    assert 'href="promise.html"><code>docs/promise.md</code>' in (tmp_path / "runbook.html").read_text()
    assert (tmp_path / "deploy" / "monitor.service").read_text() == (DOCS / "deploy" / "monitor.service").read_text()


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text()
    made = set(site()["made_pages"]())
    written = {page.relative_to(DOCS).as_posix() for page in DOCS.glob("*.md")}
    named = set(re.findall(r"[\w/]+\.md", yaml.dump(yaml.safe_load(text)["nav"])))
    assert named == made | written


def test_every_command_and_option_is_on_the_page_of_commands() -> None:
    page = site()["commands_page"]()
    assert re.findall(r"^## (\S+) ", page, re.MULTILINE) == [command.name for command in COMMANDS]
    for words in ("`--listen HOST:PORT`", "### subscribers reinstate", "`--as-of YYYY-MM-DD`"):
        assert words in page
    assert not re.search(r"%\(\w+\)s", page)
    assert str(ROOT) not in page, "a default of this machine"


def test_every_setting_is_on_the_page_of_settings() -> None:
    page = site()["settings_page"]()
    for section, keys in SECTIONS.items():
        for key in keys:
            assert f"| `{key.name}`<br>`{variable_of(section, key)}` | " in page
    assert "`MONITOR_ALERT_WINDOW` | An inspection published longer ago is recorded and never alerted. Default: `30d` |" in page
    for name in ENVIRONMENT:
        assert f"`{name}`" in page


def test_every_key_says_what_it_is() -> None:
    from dataclasses import fields

    from monitor.channels import build_channel
    from monitor.channels.types import channel_types
    from monitor.domain.subscriptions import Subscription
    from monitor.sources import SOURCE_TYPES, keys_of

    overriding = {variable_of(section, key) for section, keys in SECTIONS.items() for key in keys}
    channels = {"url_env", "url_file", "url", "on_uncertain"} | {key for kind in channel_types() for key in kind.keys}
    assert all(key in (build_channel.__doc__ or "") for key in ("url_env", "url_file", "on_uncertain"))
    known = {
        **{f"[{section}]": {key.name for key in keys} for section, keys in SECTIONS.items()},
        "[[source]]": {key for kind in SOURCE_TYPES for key in keys_of(kind)},
        "[channel.NAME]": channels,
        "[[subscription]]": {field.name for field in fields(Subscription)},
    }
    assert {heading: set(words) for heading, words in MEANINGS.items() if heading != "environment"} == known
    assert ENVIRONMENT - overriding - set(MEANINGS["environment"]) == set()
    assert [words for rows in MEANINGS.values() for words in rows.values() if not words or words.endswith(".")] == []


def test_links_out_of_the_folder_lead_to_what_is_made_of_them() -> None:
    linked = site()["linked"]
    text = "[All](../monitor/settings/meanings.py#fetch), `docs/promise.md`, [it](../Makefile).\n```\n`docs/promise.md`\n```\n"
    block = "\n```\n`docs/promise.md`\n```\n"
    assert linked(text, "one.md", ["promise.md"]) == (
        f"[All](settings.md#fetch), [`docs/promise.md`](promise.md), [it](files/Makefile).{block}"
    )
    deeper = text.replace("../", "../../")
    assert linked(deeper, "adr/one.md", ["promise.md"]) == (
        f"[All](../settings.md#fetch), [`docs/promise.md`](../promise.md), [it](../files/Makefile).{block}"
    )


def test_a_broken_link_is_not_built(tmp_path: Path) -> None:
    shutil.copytree(DOCS, tmp_path / "docs")
    (tmp_path / "mkdocs.yml").write_text((ROOT / "mkdocs.yml").read_text().replace("hooks: [", f"hooks: [{ROOT}/"))
    (tmp_path / "docs" / "index.md").write_text("[x](nowhere.md) [y](promise.md#no-such-part)")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 1
    assert [name in built.stderr for name in ("nowhere.md", "no-such-part")] == [True, True]
