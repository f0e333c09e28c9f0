"""What the guides promise of rows in tables: a made-up area and edition, and a phrase, all the way.

The rows are put into a copy of the package, which another interpreter runs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

AREA = '    FAMILY_HELP = "family_help", "Family help", "family help", "{label}"\n'
LABELS = {
    "as the others begin": "the experiences and progress of children who need family help",
    "another beginning": "how well families get family help early",
}
EDITION = """
[[edition]]
framework = "RENEWED"
name = "Renewed framework for children and families"
first_day = 2027-09-06
areas = ["leadership", "family_help", "help_and_protection", "children_in_care", "care_leavers"]
"""

RUN = '''
import json, sys
from datetime import UTC, date, datetime
from pathlib import Path

import monitor
from monitor.classifier import classify
from monitor.domain.frameworks import edition
from monitor.domain.history import history
from monitor.domain.model import Area, Article, Reading
from monitor.domain.subscription_keys import subscription_from_table
from monitor.extraction.pdf.report import parse
from monitor.store import open_store

label, folder = sys.argv[1:]
opening = """Inspection of Leeds local authority children's services
Inspection dates: 4 October 2027 to 15 October 2027
Lead inspector: Jo Example, His Majesty's Inspector
Judgement Grade
The impact of leaders on social work practice with children and families Good
{label} Inadequate
The experiences and progress of children who need help and protection Good
The experiences and progress of children in care Good
The experiences and progress of care leavers Good
Leeds is a large city. Plans are written with families in plain words.
""".format(label=label.capitalize())
text = ("Leeds City Council's children's services have been rated inadequate for family help by Ofsted in a report "
        "published today. The impact of leaders was judged good.")
day = date(2027, 11, 29)
now = datetime(2027, 11, 29, 11, tzinfo=UTC)
report = parse([opening, "More of it."], url="https://files.example/1", published=day)
reading = classify("Leeds children's services rated by Ofsted", text, published=day)
wanted = subscription_from_table({"name": "desk", "channel": "console", "to": "desk@reader.test", "areas": ["family_help"]})
store = open_store("sqlite:///" + str(Path(folder) / "m.db"), subscriptions=lambda: [wanted])
article = Article(url="https://paper.example/1", title="Leeds", text=text, published=day, outlet="The Paper")
store.record(article, reading, link=None, baseline=False, now=now)
(alert,) = store.claim(owner="x", now=now, lease=60)
store.record(report, Reading(), link=None, baseline=False, now=now)
(confirmation,) = store.claim(owner="x", now=now, lease=60)
last = max((i for i in store.inspections() if i.authority == report.authority), key=lambda i: i.published)
store.close()
print(json.dumps({
    "package": monitor.__file__,
    "shipped": len(history()),
    "framework": report.framework,
    "edition": edition(date(2027, 10, 4)).name,
    "table": {str(j.area): str(j.rating) for j in report.judgements},
    "read": {str(j.area): str(j.rating) for j in reading.judgements},
    "subjects": [alert.message.subject, confirmation.message.subject],
    "texts": [alert.message.text, confirmation.message.text],
    "ledger": {str(area): str(rating) for area, rating in last.ratings.items()},
}))
'''


def copied(folders: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package."""
    home = folders.mktemp("copy")
    shutil.copytree(ROOT / "monitor", home / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
    return home


def ran(home: Path, program: str, *arguments: str) -> Mapping[str, Any]:
    """What a program says, in JSON, that is run with a copy of the package."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | {"PYTHONPATH": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: Mapping[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module", params=sorted(LABELS))
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the copy with the two rows says of an article and of the report."""
    label = LABELS[request.param]
    home = copied(tmp_path_factory)
    model, table = home / "monitor" / "domain" / "model.py", home / "monitor" / "tables" / "frameworks.toml"
    before = '    HELP_AND_PROTECTION = "help_and_protection"'
    source = model.read_text()
    assert source.count(before) == 1
    model.write_text(source.replace(before, AREA.format(label=label) + before))
    table.write_text(table.read_text() + EDITION)
    answer = ran(home, RUN, label, str(home))
    assert Path(answer["package"]).is_relative_to(home)
    return answer


def test_the_record_is_read_as_before(outcome: Mapping[str, Any]) -> None:
    assert outcome["shipped"] == 488


def test_its_reports_are_read(outcome: Mapping[str, Any]) -> None:
    assert (outcome["framework"], outcome["edition"]) == ("RENEWED", "Renewed framework for children and families")
    assert outcome["table"]["family_help"] == "inadequate"
    assert len(outcome["table"]) == 5


def test_articles_name_it(outcome: Mapping[str, Any]) -> None:
    assert outcome["read"] == {"family_help": "inadequate", "leadership": "good"}


def test_messages_tell_it(outcome: Mapping[str, Any]) -> None:
    alert, confirmation = outcome["subjects"]
    assert alert.startswith("Leeds: family help now inadequate")
    assert confirmation.startswith("Confirmed: Leeds: family help now inadequate")
    assert all("Family help" in text for text in outcome["texts"])
    assert outcome["ledger"] == outcome["table"]


# --- a phrase -------------------------------------------------------------------------------------------------------------

PHRASE = """
import json, sys
from datetime import date
from monitor.classifier import classify
title, text = sys.argv[1:]
print(json.dumps({str(j.area): str(j.rating) for j in classify(title, text, published=date(2026, 11, 2)).judgements}))
"""


def test_the_phrase_of_the_guide_is_read_once_it_is_a_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    guide = (ROOT / "docs" / "how_to_add_a_phrase.md").read_text()
    article = guide.partition("$ cat missed.txt\n")[2].partition("\n$ monitor")[0]
    title, _, text = article.partition("\n\n")
    row = guide.partition("surfaces of `help_and_protection`:\n\n```\n")[2].partition("```")[0]
    home = copied(tmp_path_factory)
    assert ran(home, PHRASE, title, text) == {}
    table = home / "monitor" / "tables" / "areas.py"
    there = '            "help & protection",\n'
    assert table.read_text().count(there) == 1
    table.write_text(table.read_text().replace(there, there + row))
    assert ran(home, PHRASE, title, text) == {"help_and_protection": "inadequate"}
