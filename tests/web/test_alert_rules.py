"""The rules for Prometheus and the dashboard for Grafana: what they ask for is there, and each alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from monitor.web.routes.operations import METRICS
from tests.conftest import ROOT

DEPLOY = ROOT / "docs" / "deploy"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())["groups"] for rule in group["rules"]
]
TESTS = yaml.safe_load((DEPLOY / "prometheus-alerts-test.yml").read_text())["tests"]
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]
EXPRESSIONS += [each["definition"] for each in DASHBOARD["templating"]["list"] if "definition" in each]
KNOWN = {metric.name for metric in METRICS}
#: Prometheus makes it of every scrape.
MADE_BY_PROMETHEUS = {"up"}


def asked_for(expression: str) -> set[str]:
    """The metrics that an expression names: words that no bracket of a function follows, outside of what stands in braces."""
    bare = re.sub(r"\{[^}]*\}|\"[^\"]*\"|\[[^\]]*\]|\b(?:by|without|on|ignoring) *\([^)]*\)", "", expression)
    words = set(re.findall(r"\b[a-z_]+\b(?! *\()", bare))
    return words - {"or", "and", "unless", "by", "job", "instance"}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_that_is_asked_for_is_there(expression: str) -> None:
    asked = asked_for(expression)
    assert asked
    assert asked - KNOWN - MADE_BY_PROMETHEUS == set()


def test_every_metric_is_shown_somewhere() -> None:
    shown = {name for target in EXPRESSIONS for name in asked_for(target)}
    assert KNOWN - shown == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do_and_is_tested(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    text = (ROOT / page).read_text()
    assert anchor == rule["alert"].lower()
    chapter = re.search(rf"^### {rule['alert']}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert chapter and len(chapter[1].split()) > 30
    assert rule["labels"]["severity"] in {"page", "ticket"}
    tried = [each for test in TESTS for each in test["alert_rule_test"] if each["alertname"] == rule["alert"]]
    assert [bool(each.get("exp_alerts")) for each in tried].count(True) >= 1
    assert not all(each.get("exp_alerts") for each in tried), "nobody tried that it stays silent"


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here")
@pytest.mark.parametrize("command", [("check", "prometheus-alerts.yml"), ("test", "prometheus-alerts-test.yml")])
def test_prometheus_takes_the_rules_and_finds_them_right(command: tuple[str, str]) -> None:
    said = subprocess.run(["promtool", command[0], "rules", DEPLOY / command[1]], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_dashboard_is_one_that_can_be_imported() -> None:
    assert DASHBOARD["schemaVersion"] >= 39
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    variables = {each["name"] for each in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource", "job", "instance"}
    sources = [panel["datasource"] for panel in PANELS] + [
        target["datasource"] for panel in PANELS for target in panel["targets"]
    ]
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources), (
        "no data source of one installation"
    )
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD)))
    assert used <= variables


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        taken |= cells
