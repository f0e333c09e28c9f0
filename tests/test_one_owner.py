"""What one module alone knows, and all others ask it for: docs/adr/0015-one-owner.md lists them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULES = sorted((ROOT / "monitor").rglob("*.py"))
#: What is known, a pattern of the code that knows it, and the modules in which that may stand: the owner, and others with the
#: reason why.
OWNERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "dates of frameworks",
        r"\bdate\((?:19|20)\d\d\b",
        {
            "monitor/commands/options.py": "the days that anybody can mean",
            "monitor/domain/forecast.py": "the first inspection that a forecast is tried on",
            "monitor/domain/schedule.py": "any Monday and any Sunday",
            "monitor/messages/sample.py": "an inspection to show",
        },
    ),
    (
        "which areas shared a grade",
        r"\bArea\.(?:CARE_LEAVERS|CHILDREN_IN_CARE)\b",
        {"monitor/domain/frameworks.py": "", "monitor/extraction/pdf/gradings.py": "how reports name the two"},
    ),
    ("the alert window", r"(?i)alert_window.{0,30}timedelta\(", {"monitor/domain/ledger.py": ""}),
    ("when fieldwork began", r"_SINCE_FIELDWORK", {"monitor/domain/attestation.py": ""}),
    (
        "the outlet of Ofsted's own reports",
        r"'Ofsted'",
        {
            "monitor/domain/model.py": "",
            "monitor/messages/headline.py": "whose word it is, in a subject",
            "monitor/messages/inspection_view.py": "whose word it is",
        },
    ),
    ("the time zone", r"ZoneInfo\(|Europe/London", {"monitor/domain/calendar.py": ""}),
    (
        "names of months",
        r"(?i)\b(?:february|august|december)\b",
        {
            "monitor/domain/calendar.py": "",
            "monitor/tables/time_expressions.py": "phrases, written out as all are",
            "monitor/commands/label_session.py": "an example",
            "monitor/commands/named.py": "an example",
            "monitor/commands/alerts.py": "an example",
            "monitor/messages/sample.py": "an example",
        },
    ),
    ("how a day is written", r"%B|%b %H|%d %b", {"monitor/messages/operator.py": ""}),
    (
        "units of time",
        r"\b(?:86400|604800)\b",
        {"monitor/domain/durations.py": "", "monitor/polling.py": "", "monitor/web/pages.py": ""},
    ),
    ("waits that double", r"float\(2 \*\*", {"monitor/domain/schedule.py": ""}),
    ("Retry-After", r"(?i)max_delay|retry-after.*date", {"monitor/domain/retry_after.py": ""}),
    ("a machine's names for itself", r"'::1'", {"monitor/domain/web_address.py": ""}),
    (
        "who is reached",
        r"\.casefold\(\)\}",
        {"monitor/domain/mailboxes.py": "", "monitor/domain/operator_alarms.py": "operators are kept apart from readers"},
    ),
    (
        "which rating is lower",
        r"\.rank (?:[<>]|==|!=|-) |(?:[<>]=?|==|!=) \w+(?:\.\w+)*\.rank\b",
        {
            "monitor/domain/movement.py": "",
            "monitor/domain/ledger.py": "whether two are alike",
            "monitor/domain/waiting_times.py": "authorities that are inspected alike",
        },
    ),
)


@cache
def code_of(module: Path) -> str:
    """A module without its docstrings and comments."""
    tree = ast.parse(module.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize(("fact", "pattern", "places"), OWNERS, ids=[row[0] for row in OWNERS])
def test_each_fact_has_one_owner(fact: str, pattern: str, places: dict[str, str]) -> None:
    known = {str(module.relative_to(ROOT)) for module in MODULES if re.search(pattern, code_of(module))}
    assert known == set(places), fact  # a place that knows it no more is taken from the row
