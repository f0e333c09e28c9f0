"""The manifests of docs/kubernetes.md: they parse, and promise of a pod what the compose file promises of a container."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import yaml

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "kubernetes.md").read_text()
DOCUMENTS: list[dict[str, Any]] = [
    yaml.safe_load(dedent(text)) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
]
SET, SERVICE = DOCUMENTS[:2]
POD: dict[str, Any] = SET["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["monitor"]


def test_a_pod_is_as_hardened_as_a_container() -> None:
    user = re.search(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert user
    assert POD["securityContext"]["runAsUser"] == POD["securityContext"]["fsGroup"] == int(user[1])
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["automountServiceAccountToken"] is False
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": COMPOSE["cap_drop"]},
    }
    assert CONTAINER["resources"]["limits"]["memory"] == "1Gi"
    assert COMPOSE["mem_limit"] == "1g"


def test_it_is_given_what_the_image_needs() -> None:
    mounted = {mount["mountPath"]: mount["name"] for mount in CONTAINER["volumeMounts"]}
    assert set(mounted) == {"/app/config", "/app/state", "/tmp"}
    claimed = {claim["metadata"]["name"] for claim in SET["spec"]["volumeClaimTemplates"]}
    assert set(mounted.values()) == claimed | {volume["name"] for volume in POD["volumes"]}
    (port,) = CONTAINER["ports"]
    assert f"EXPOSE {port['containerPort']}" in (ROOT / "Dockerfile").read_text()
    assert POD["terminationGracePeriodSeconds"] == int(COMPOSE["stop_grace_period"].rstrip("s"))


def test_names_agree() -> None:
    labels = SET["spec"]["template"]["metadata"]["labels"]
    assert SET["spec"]["selector"]["matchLabels"] == SERVICE["spec"]["selector"] == labels
    assert SET["spec"]["serviceName"] == SERVICE["metadata"]["name"]
    assert SERVICE["spec"]["ports"][0]["targetPort"] == CONTAINER["ports"][0]["name"]


def test_a_pod_that_should_be_looked_at_is_not_cut_off() -> None:
    assert "readinessProbe" not in CONTAINER
    assert {CONTAINER[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe")} == {"/healthz"}
