"""The compose file, as any compose reads it, and what it lets through."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.conftest import ROOT

SERVICE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["monitor"]


def test_an_old_compose_understands_it() -> None:
    """Version 1.29 knows `env_file` as a name or a list of names, which must exist, and nothing newer than its specification."""
    files = SERVICE.get("env_file", [])
    assert all(isinstance(each, str) for each in ([files] if isinstance(files, str) else files))
    assert files == []  # a file that must exist is one that a fresh clone has not
    assert not {"develop", "pull_policy", "models", "provider", "gpus", "attach", "annotations"} & set(SERVICE)


def test_no_value_of_a_secret_is_written_down() -> None:
    assert [each for each in SERVICE["environment"] if "=" in each] == []


def test_every_secret_that_the_configuration_speaks_of_reaches_the_container() -> None:
    named = {name for file in (ROOT / "config").glob("*.toml") for name in re.findall(r'_env\s*=\s*"(\w+)"', file.read_text())}
    assert named
    assert named - set(SERVICE["environment"]) == set()


def test_the_base_image_is_the_one_that_gets_updates() -> None:
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(set(images)) == 1
    assert "@sha256:" not in images[0]
