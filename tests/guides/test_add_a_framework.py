"""docs/how_to_add_a_framework.md, followed: its rows in a copy of the package, and an article and a report taken through it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.guides.guide import Copy, Guide

GUIDE = Guide.named("how_to_add_a_framework.md")
AREA = GUIDE.part("## 1. Does the area exist?").block("python")
EDITIONS = GUIDE.part("## 2. One table").block("toml")
MODEL, TABLE = "monitor/domain/model.py", "monitor/tables/frameworks.toml"
#: The page's rows as they stand there, and with another label and another framework.
VARIANTS = {
    "as the page has it": ("the experiences and progress of children who need family help", "ILACS"),
    "another label and framework": ("how well families get family help early", "RENEWED"),
}

RUN = '''
import json, sys
from datetime import UTC, date, datetime
from pathlib import Path

import monitor
from monitor.classifier import classify
from monitor.domain.frameworks import edition
from monitor.domain.history import history
from monitor.domain.model import Area, Article, ClassifierResult
from monitor.domain.subscription_keys import subscription_from_table
from monitor.extraction.pdf.report import parse
from monitor.store import open_store

label, folder = sys.argv[1:3]
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
store.record(report, ClassifierResult(), link=None, baseline=False, now=now)
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


@pytest.fixture(scope="module", params=VARIANTS)
def variant(request: pytest.FixtureRequest) -> tuple[str, str]:
    return VARIANTS[request.param]


@pytest.fixture(scope="module")
def outcome(variant: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the copy with the page's rows says of an article and of a report."""
    label, framework = variant
    copy = Copy(tmp_path_factory.mktemp("copy"))
    (of_page,) = [word for word in AREA.split('"') if len(word) > 40]
    row = "    " + AREA.strip().replace(of_page, label) + "\n"
    copy.insert(MODEL, row, before='    HELP_AND_PROTECTION = "help_and_protection"')
    ended, added = EDITIONS.split("\n\n")
    table = copy.path(TABLE)
    before, last = table.read_text().rsplit("\n\n", 1)
    assert {line for line in ended.splitlines() if not line.startswith("last_day")} == set(last.splitlines())
    table.write_text(f"{before}\n\n{ended}\n\n{added.replace('ILACS', framework)}")
    answer = copy.says(RUN, label, str(copy.folder))
    assert Path(answer["package"]).is_relative_to(copy.folder)
    return answer


def test_the_record_is_read_as_before(outcome: Mapping[str, Any]) -> None:
    assert outcome["shipped"] == 488


def test_its_reports_are_read(outcome: Mapping[str, Any], variant: tuple[str, str]) -> None:
    (name,) = [line.split('"')[1] for line in EDITIONS.split("\n\n")[1].splitlines() if line.startswith("name")]
    assert (outcome["framework"], outcome["edition"]) == (variant[1], name)
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
