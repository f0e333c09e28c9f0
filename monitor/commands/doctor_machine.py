"""What `monitor doctor` sees of the machine and of the configuration itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from monitor.commands.doctor_finding import Finding, Subject
from monitor.postmaster.findings import Level

_PACKAGE = "ofsted-rating-monitor"
#: Where containers put secrets: readable by all who are in there.
_MOUNTED = "/run/secrets/"


def of_configuration(subject: Subject) -> Iterator[Finding]:
    """Everything that `monitor check` says."""
    for problem in subject.problems:
        where = f"{problem.file}:{problem.line}" if problem.line else problem.file
        place = " ".join(part for part in (where, problem.table, problem.key) if part)
        yield Finding(level=Level.ERROR, about="configuration", says=problem.message, remedy=f"{place}; then `monitor check`")
    if subject.problems:
        return
    from monitor.commands.surprises import warnings_in

    yield Finding(level=Level.OK, about="configuration", says=f"{subject.settings.config} can be used")
    for each in warnings_in(subject.settings, subject.environ, subject.channels):
        if each.file:  # those without are about the operator; see `of_operator`
            where = f"{each.file}:{each.line}" if each.line else each.file
            place = " ".join(part for part in (where, each.table, each.key) if part)
            yield Finding(level=Level.WARNING, about="configuration", says=each.message, remedy=place)


def of_operator(subject: Subject) -> Iterator[Finding]:
    """Whether anybody hears of it when something is the matter, or when nothing runs any more."""
    page, settings = "docs/runbook.md, “Let the monitor come to you”", subject.settings
    if not settings.operator:
        says = "nobody is told of alarms"
        yield Finding(level=Level.WARNING, about="operator", says=says, remedy=f"[operator] channels in monitor.toml; {page}")
    elif len({way.channel for way in settings.operator}) < 2:
        says = "alarms have one way to you: when that fails, you do not hear of it"
        remedy = f"a second channel in [operator] channels of monitor.toml; {page}"
        yield Finding(level=Level.NOTE, about="operator", says=says, remedy=remedy)
    if not settings.heartbeat_url_env:
        says = "nobody hears of it when the monitor is dead"
        remedy = "heartbeat_url_env in [monitor] of monitor.toml; docs/runbook.md, “A sign of life”"
        yield Finding(level=Level.WARNING, about="heartbeat", says=says, remedy=remedy)


def of_secrets(subject: Subject) -> Iterator[Finding]:
    """Files with addresses of channels that others can read."""
    for table in subject.settings.channels:
        file = Path(str(table.values.get("url_file", "")))
        if table.values.get("url_file") and file.is_file() and file.stat().st_mode & 0o077:
            if str(file).startswith(_MOUNTED):
                continue
            says = f"{file}, the address of [channel.{table.name}], can be read by other users of this machine"
            yield Finding(level=Level.WARNING, about="files", says=says, remedy=f"`chmod 600 {file}`")


def of_libraries(_subject: Subject) -> Iterator[Finding]:
    """Whether what is installed is what the monitor was made for."""
    try:
        wanted = [each for each in metadata.requires(_PACKAGE) or [] if "extra ==" not in each]
    except metadata.PackageNotFoundError:
        wanted = []
    wrong = [words for each in wanted if (words := unsatisfied(each))]
    remedy = "install from the lock: `make`, or `pip install --require-hashes -r requirements.lock`"
    for words in wrong:
        yield Finding(level=Level.ERROR, about="libraries", says=words, remedy=remedy)
    if not wrong:
        version = ".".join(map(str, sys.version_info[:3]))
        yield Finding(level=Level.OK, about="libraries", says=f"Python {version} and {len(wanted)} packages as wanted")


def unsatisfied(requirement: str) -> str:
    """What is wrong with a package that has to be there, ``httpx<1,>=0.28``; empty for nothing."""
    found = re.match(r"([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)", requirement)
    if found is None:
        return ""
    name, bounds = found[1], [each.strip(" ()") for each in found[2].split(",") if each.strip(" ()")]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is missing"
    for bound in bounds:
        sign, number = re.match(r"([<>=!~]+)\s*(\S+)", bound).groups()  # type: ignore[union-attr]  # our own pyproject
        there, wanted = _numbers(version), _numbers(number)
        if (sign == ">=" and there < wanted) or (sign == "<" and there >= wanted):
            return f"{name} is {version}, and {sign}{number} is wanted"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version.partition("+")[0])[:3])


def of_time_zone(_subject: Subject) -> Iterator[Finding]:
    """Whether the machine knows when it is what time in London."""
    from monitor.domain.calendar import london

    try:
        zone = london()
    except Exception as error:  # noqa: BLE001  # zoneinfo raises several kinds
        says = f"the time in London is not known here: {error}"
        yield Finding(level=Level.ERROR, about="time zone", says=says, remedy="`pip install tzdata`, or tzdata of your system")
        return
    yield Finding(level=Level.OK, about="time zone", says=f"{zone.key} is known")


def of_fonts(_subject: Subject) -> Iterator[Finding]:
    """Whether pictures have words."""
    from monitor.web.charts.picture import FontMissingError, font_family

    try:
        family = font_family()
    except FontMissingError:
        remedy = "`apt-get install fonts-dejavu-core`, or any other font"
        yield Finding(level=Level.WARNING, about="fonts", says="pictures (PNG) cannot be made: there is no font", remedy=remedy)
        return
    yield Finding(level=Level.OK, about="fonts", says=f"pictures are written in {family}")
