"""The image and the compose file: what they promise of every container, as any compose reads it, and what they let through."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.settings import ENVIRONMENT
from tests.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MONITORS = {name: service for name, service in SERVICES.items() if name.startswith("monitor")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
#: What each set of containers has, by the profile that starts it.
PROFILES = {
    "": {"monitor"},
    "postgres": {"monitor", "database"},
    "scale": {"monitor", "monitor-2", "database", "dask-scheduler", "dask-worker"},
}
#: Variables that the program looks at and that do not come from outside, with the reason.
OF_THE_IMAGE = {
    "MONITOR_CONFIG": "the folder is a mount of the compose file",
    "MONITOR_STATE": "the folder is the volume",
    "MONITOR_LISTEN": "the ports and the health check know it",
    "PATH": "the image's",
    "NOTIFY_SOCKET": "systemd's",
    "SSL_CERT_FILE": "a path of the machine outside, which is not in the container",
    "PYTHONPATH": "set for the reading process, not read",
    "ORT_DISABLE_TELEMETRY": "set, not read",
}


def of_profile(profile: str) -> set[str]:
    return {name for name, service in SERVICES.items() if not service.get("profiles") or profile in service["profiles"]}


@cache
def read_by_the_code() -> set[str]:
    """Every variable that the package asks the environment for, by name."""
    found = set(ENVIRONMENT)
    for text in (module.read_text() for module in (ROOT / "monitor").rglob("*.py")):
        for node in ast.walk(ast.parse(text)) if re.search(r"environ|_ENV\b|key_env", text) else ():
            if isinstance(node, ast.Call) and "environ" in ast.unparse(node):
                asked: list[ast.expr] = node.args
            elif isinstance(node, ast.Subscript) and "environ" in ast.unparse(node.value):
                asked = [node.slice]
            elif isinstance(node, ast.Assign | ast.AnnAssign) and re.search(r"_ENV\b|key_env", ast.unparse(node)):
                asked = [node.value] if node.value else []
            else:
                continue
            words = [each.value for each in asked if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            found |= {word for word in words if re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", word)}
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_starts_what_it_is_for(profile: str) -> None:
    assert of_profile(profile) == PROFILES[profile]
    for name in of_profile(profile):
        assert set(SERVICES[name].get("depends_on", {})) <= of_profile(profile), "waits for what is not started"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "userns_mode"} & set(service)
    assert "/tmp" in service["tmpfs"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["pids_limit"] <= 512
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}, "a log that grows for ever fills the disk"
    user = service.get("user", re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1])
    assert user not in {"root", "0"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_whether_it_is_well(name: str) -> None:
    own = SERVICES[name].get("healthcheck", {}).get("test")
    if own is None:
        assert "build" in SERVICES[name]
        assert not SERVICES[name].get("entrypoint"), "the image's check is of the monitor"
        assert re.search(r"^HEALTHCHECK .*\n\s+CMD .*/healthz", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_reached_from_outside_but_the_monitors_page_on_this_machine(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert all(str(port).startswith("127.0.0.1:") for port in ports)
    assert bool(ports) == (name in MONITORS)


def test_a_scheduler_of_dask_and_its_workers_hold_no_secret_and_reach_nobody() -> None:
    for name in ("dask-scheduler", "dask-worker"):
        assert "environment" not in SERVICES[name]
        assert SERVICES[name]["networks"] == ["dask"]
        assert not [volume for volume in SERVICES[name].get("volumes", []) if not volume.endswith(":ro")]
    assert COMPOSE["networks"]["dask"] == {"internal": True}


def test_monitors_share_no_folder_that_is_written() -> None:
    written = [volume for service in MONITORS.values() for volume in service["volumes"] if not volume.endswith(":ro")]
    assert len(written) == len(set(written)) == len(MONITORS)
    assert {volume.partition(":")[0] for volume in written} <= set(COMPOSE["volumes"])
    assert len({port for service in MONITORS.values() for port in service["ports"]}) == len(MONITORS)


def test_a_second_monitor_never_runs_on_a_state_or_a_key_of_its_own() -> None:
    from monitor.domain.database_address import checked_database_address
    from monitor.ports import ConfigError
    from monitor.settings.secret import links_key

    values = SERVICES["monitor-2"]["environment"]
    unset = {name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value) for name, value in values.items() if value}
    assert set(unset) == {"MONITOR_DATABASE_URL", "MONITOR_LINKS_KEY"}
    with pytest.raises(ValueError, match="not a database address"):
        checked_database_address(unset["MONITOR_DATABASE_URL"])
    with pytest.raises(ConfigError):
        links_key(unset)


def test_a_database_that_no_monitor_was_told_of_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "docker-entrypoint.sh").write_text("#!/bin/sh\necho started $1\n")
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)
    command = [word.replace("$$", "$") for word in SERVICES["database"]["entrypoint"]]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    refused = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (64, "")
    assert "MONITOR_DATABASE_URL" in refused.stderr
    told = {"PATH": path, "MONITOR_DATABASE_URL": "postgresql://monitor@database/monitor"}
    assert subprocess.run(command, env=told, capture_output=True, text=True, check=True).stdout == "started postgres\n"


def test_an_old_compose_understands_it() -> None:
    """Version 1.29 knows `env_file` as a name or a list of names, which must exist, and nothing newer than its specification."""
    for service in SERVICES.values():
        assert "env_file" not in service  # a file that must exist is one that a fresh clone has not
        assert not {"develop", "pull_policy", "models", "provider", "gpus", "attach", "annotations"} & set(service)
        assert all(set(wait) == {"condition"} for wait in service.get("depends_on", {}).values())
    assert not re.search(r"\$\{\w+:\+|\$\{\w+\+", (ROOT / "docker-compose.yml").read_text())


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="no docker-compose here; the tests above hold what it would say")
@pytest.mark.parametrize("profile", PROFILES)
def test_compose_takes_every_profile(profile: str) -> None:
    chosen = ["--profile", profile] if profile else []
    environment = {"PATH": os.environ["PATH"], "MONITOR_CONTACT": "a@b.example", "PGPASSWORD": "x$y"}
    done = subprocess.run(
        ["docker-compose", *chosen, "config"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    services = yaml.safe_load(done.stdout)["services"]
    assert PROFILES[profile] <= set(services)  # old ones print those of other profiles, too
    assert services["monitor"]["environment"]["MONITOR_CONTACT"] == "a@b.example"
    assert services["monitor"]["environment"]["MONITOR_MAIL_URL"] is None, "what is not set is not passed on as empty"
    if "database" in services:
        assert services["database"]["environment"]["POSTGRES_PASSWORD"].replace("$$", "$") == "x$y"


def test_no_value_of_a_secret_is_written_down() -> None:
    for name in MONITORS:
        given = {key: value for key, value in SERVICES[name]["environment"].items() if value is not None}
        assert all(re.fullmatch(r"\$\{\w+:-missing-in-\.env\}", value) for value in given.values())
    assert SERVICES["database"]["environment"]["POSTGRES_PASSWORD"] == "${PGPASSWORD:-}"


@pytest.mark.parametrize("name", MONITORS)
def test_every_variable_that_the_code_reads_reaches_the_container(name: str) -> None:
    read = read_by_the_code()
    assert {"MONITOR_DROP_TOKEN", "MONITOR_FETCH_PROXY", "HTTPS_PROXY", "GUARDIAN_API_KEY", "MONITOR_LINKS_KEY"} <= read
    assert read - set(MONITORS[name]["environment"]) - set(OF_THE_IMAGE) == set()


@pytest.mark.parametrize("name", MONITORS)
def test_every_secret_that_the_configuration_speaks_of_reaches_the_container(name: str) -> None:
    text = "".join(file.read_text() for file in (ROOT / "config").glob("*.toml"))
    named = set(re.findall(r'_env\s*=\s*"(\w+)"', text))
    assert named
    assert named - set(MONITORS[name]["environment"]) == set()


def test_the_base_image_is_the_one_that_gets_updates() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(set(images)) == 1
    assert "@sha256:" not in images[0]


def test_the_image_is_made_for_every_processor() -> None:
    assert not re.search(r"x86|amd64|aarch64|arm64|--platform", re.sub(r"^#.*$", "", DOCKERFILE, flags=re.MULTILINE))
    assert "--only-binary :all:" in DOCKERFILE, "a package without a wheel would need a compiler"


def test_the_image_has_what_archives_need_and_copies_what_there_is() -> None:
    assert "requirements-backfill.lock" in DOCKERFILE
    lock = (ROOT / "requirements-backfill.lock").read_text()
    assert all(re.search(rf"^{package}==", lock, re.MULTILINE) for package in ("dask", "distributed", "fastwarc", "psycopg"))
    copied = [word for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()]
    assert copied
    ignored = set((ROOT / ".dockerignore").read_text().split())
    assert [name for name in copied if not (ROOT / name).exists() or name in ignored] == []


def test_whoever_runs_the_image_is_named_by_number() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001"]
    assert "--uid 10001" in DOCKERFILE
