"""What `monitor doctor` sees of the state: its database, its files, its disk, and what in it waits for a person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from monitor.commands.doctor_finding import Finding, Subject
from monitor.commands.plural import number_of
from monitor.domain.calendar import moment_words
from monitor.domain.database_address import shown_database_address
from monitor.ports import SourceState
from monitor.postmaster.findings import Level
from monitor.store.examination import Condition, StateFacts

#: Bytes: below the first the next commit may fail, below the second it is time to see to it.
_NO_SPACE, _LITTLE_SPACE = 64 << 20, 512 << 20
_FEW_FILES = 1000
_SECRET_FILES = ("monitor.db", "sent.journal", "links.key")
_RUNBOOK = "docs/runbook.md"
_SILENT = f"`monitor sources test NAME`; {_RUNBOOK}, “When is a source silent?”"
#: What to do about an alarm, by its name.
_REMEDIES = {
    "uncertain": "`monitor outbox list --only uncertain`, ask the recipients, then `monitor outbox retry ID` or `drop ID`",
    "held": "`monitor outbox list --only held`, then `monitor outbox release ID` or `drop ID`",
    "failed": "`monitor outbox list --only failed`, put the address right, then `monitor outbox retry ID`",
    "stuck": "`monitor outbox list --only pending` says why; does the monitor run?",
    "suspended": "`monitor subscribers list` says why; then `monitor subscribers reinstate ADDRESS`, or correct it",
    "complaints": f"`monitor outbox list`; {_RUNBOOK}, “an alarm about complaints”",
    "refused": f"`monitor test-alert NAME`; {_RUNBOOK}, “mail does not arrive”",
    "unreachable": f"`monitor test-alert NAME`; {_RUNBOOK}, “mail does not arrive”",
    "moved": "change its `url` in config/sources.toml",
    "elsewhere": "add the other site to its `sites` in config/sources.toml",
    "given_up": "`monitor sources test URL` tries the page again",
    "canary": "`monitor test-alert --operator` tries every way; `monitor outbox list` says what became of the test",
    "backup": f"free some space, or name another folder in [backup] of monitor.toml; {_RUNBOOK}, “Backup”",
    "crowded": "give it `keywords` or a narrower `url` in config/sources.toml, or `enabled = false`",
}
_OLD_BACKUP = timedelta(days=3)
#: Failed polls in a row that are no hiccup.
_FAILURES = 3


def of_state(subject: Subject) -> Iterator[Finding]:
    """The database itself, and whether sending is on."""
    facts = subject.facts
    if facts is None:
        yield Finding(
            level=Level.ERROR, about="state", says="the database did not answer in time", remedy=_unreachable(subject)
        )
        return
    level, says, remedy = _condition(subject, facts)
    yield Finding(level=level, about="state", says=says, remedy=remedy)
    if facts.off:
        remedy = f"`monitor outbox list`, then `monitor outbox resume`; {_RUNBOOK}, “Backup”"
        yield Finding(level=Level.ERROR, about="state", says=f"nothing is sent: {facts.off}", remedy=remedy)
    if facts.condition is Condition.FINE and not facts.checked and not subject.settings.database_url:
        says = "is too large to be checked for damage in a moment"
        yield Finding(level=Level.NOTE, about="state", says=says, remedy="`monitor check` checks all of it")


def _condition(subject: Subject, facts: StateFacts) -> tuple[Level, str, str]:
    from monitor.app.runtime import database_url

    where, words = shown_database_address(database_url(subject.settings)), facts.words
    restore = f"stop the monitor, then `monitor state restore BACKUP`; {_RUNBOOK}, “Backup”"
    said = {
        Condition.FINE: (Level.OK, f"{where} is sound", ""),
        Condition.MISSING: (Level.OK, f"there is none yet at {where}; the first start makes it", ""),
        Condition.EMPTY: (Level.OK, f"{where} is empty; the first start fills it", ""),
        Condition.OLDER: (Level.OK, f"{where} has schema {facts.version}; the next start brings it to {facts.current}", ""),
        Condition.FOREIGN: (
            Level.ERROR,
            f"{where} is no database of the monitor's: another program's file, or none at all",
            "move it away, or name another folder with --state or MONITOR_STATE",
        ),
        Condition.NEWER: (
            Level.ERROR,
            f"{where} was written by a newer version of the monitor (schema {facts.version}, this one knows {facts.current})",
            "install that version again, or go back as docs/releasing.md says",
        ),
        Condition.DAMAGED: (Level.ERROR, f"{where} is damaged ({words})", restore),
        Condition.HELD: (
            Level.ERROR,
            f"another program holds {where}, and lets nobody else read it",
            f"end that program: `fuser {where}` names it",
        ),
        Condition.UNREACHABLE: (Level.ERROR, f"{where} cannot be opened: {words}", _unreachable(subject)),
    }
    return said[facts.condition]


def _unreachable(subject: Subject) -> str:
    if subject.settings.database_url:
        return "is the server up, does it let this machine in, is MONITOR_DATABASE_URL right?"
    return f"`ls -l {subject.state}`: the monitor's user must own the folder and its files"


def of_files(subject: Subject) -> Iterator[Finding]:
    """Who can read and write what lies in the state folder, and how much room is left."""
    folder = subject.state
    if not folder.exists():
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        owner = "the monitor's user"
        says, remedy = f"{folder} cannot be written by this user", f"`chown -R` it to {owner}, or run this as {owner}"
        yield Finding(level=Level.ERROR, about="files", says=says, remedy=remedy)
    yield from _of_permissions(folder)
    free = shutil.disk_usage(folder).free
    if free < _LITTLE_SPACE:
        level = Level.ERROR if free < _NO_SPACE else Level.WARNING
        says = f"only {free >> 20} MB are free where the state is"
        yield Finding(level=level, about="disk", says=says, remedy=f"free some space; {_RUNBOOK}, “the disk is full”")
    room = os.statvfs(folder)
    if room.f_files and room.f_favail < _FEW_FILES:
        says = f"only {room.f_favail} more files can be made where the state is (no inodes)"
        yield Finding(level=Level.ERROR, about="disk", says=says, remedy="remove files that nobody needs from that disk")


def _of_permissions(folder: Path) -> Iterator[Finding]:
    for name in _SECRET_FILES:
        file = folder / name
        if not file.exists():
            continue
        if not file.is_file():  # Docker makes a folder of what was to be mounted and was not there
            remedy = "stop the monitor, move it away, and put back what belongs there, or start without it"
            yield Finding(level=Level.ERROR, about="files", says=f"{file} is no file", remedy=remedy)
            continue
        if not os.access(file, os.R_OK | os.W_OK):
            says = f"{file} cannot be read and written by this user"
            yield Finding(level=Level.ERROR, about="files", says=says, remedy=f"`chown` {file} to the monitor's user")
        if file.stat().st_mode & 0o077:
            says = f"{file} can be read by other users of this machine; it holds addresses or keys"
            yield Finding(level=Level.WARNING, about="files", says=says, remedy=f"`chmod 600 {file}`")


def of_sources(subject: Subject) -> Iterator[Finding]:
    """Sources that are blind, fail, or have never answered."""
    facts = subject.facts
    if facts is None or facts.condition is not Condition.FINE:
        return
    named = _watched(subject)
    said = set()
    for (about, name), message in sorted(facts.standing.items()):
        if about in named or about == "sources" or about.startswith("host "):
            said.add(about)
            remedy = _REMEDIES.get(name, _SILENT.replace("NAME", about) if about in named else _SILENT)
            yield Finding(level=Level.ERROR, about=f"source {about}", says=message, remedy=remedy)
    yield from _of_failing({name: state for name, state in sorted(facts.sources.items()) if name in named - said}, said)


def _watched(subject: Subject) -> set[str]:
    """Names of the sources that are polled."""
    return {table.name for table in subject.settings.sources if table.values.get("enabled", True)}


def _of_failing(states: Mapping[str, SourceState], said: Collection[str]) -> Iterator[Finding]:
    """Sources that fail, and of which no alarm has been `said`."""
    if "sources" not in said:
        yield from _of_never([name for name, state in states.items() if state.failures and not state.last_success])
    for name, state in states.items():
        if state.last_success and state.failures >= _FAILURES:
            says = f"failed {state.failures} times in a row; it last answered {moment_words(state.last_success)}"
            yield Finding(level=Level.WARNING, about=f"source {name}", says=says, remedy=_SILENT.replace("NAME", name))


def _of_never(names: Sequence[str]) -> Iterator[Finding]:
    """Sources that have never answered: they have few causes, or one."""
    if len(names) == 1:
        remedy = _SILENT.replace("NAME", names[0])
        yield Finding(level=Level.ERROR, about=f"source {names[0]}", says="has never answered", remedy=remedy)
    elif names:
        some = ", ".join(names[:4]) + (" ..." if len(names) > 4 else "")
        remedy = f"is there a network, a proxy? `monitor sources test {names[0]}` says what one answers"
        says = f"{number_of(len(names), 'source')} never answered: {some}"
        yield Finding(level=Level.ERROR, about="sources", says=says, remedy=remedy)


def of_outbox(subject: Subject) -> Iterator[Finding]:
    """Messages that a person should see to, and what channels and addresses say."""
    for alarm in subject.facts.alarms if subject.facts else ():
        if alarm.name == "off":
            continue  # the state says so
        level = Level.ERROR if alarm.urgent else Level.WARNING
        remedy = _REMEDIES.get(alarm.name, "`monitor outbox list`")
        if alarm.about.startswith("channel "):
            remedy = remedy.replace("NAME", alarm.about.removeprefix("channel "))
        yield Finding(level=level, about=alarm.about, says=alarm.message, remedy=remedy)


def of_reviews(subject: Subject) -> Iterator[Finding]:
    """What waits for a person to accept or reject."""
    waiting = subject.facts.reviews if subject.facts else 0
    if waiting:
        says = f"{number_of(waiting, 'judgement waits', 'judgements wait')} for a person; nobody is told before"
        remedy = "`monitor review list`, then `accept` or `reject`; docs/how_to_review.md"
        yield Finding(level=Level.WARNING, about="review", says=says, remedy=remedy)


def of_jumps(subject: Subject) -> Iterator[Finding]:
    """Whether the clock was set, or is behind what the state remembers."""
    facts = subject.facts
    if facts is None:
        return
    if facts.jump:
        says = f"the clock was set by {facts.jump.total_seconds():+.0f} seconds since the monitor saw it last"
        remedy = "nothing need be done: waits follow it; `timedatectl` says whether it is kept right"
        yield Finding(level=Level.NOTE, about="clock", says=says, remedy=remedy)
    newest = max((each.last_success for each in facts.sources.values() if each.last_success), default=None)
    if newest is not None and newest - subject.clock.now() > timedelta(minutes=2):
        says = f"the clock is behind: a source was polled {moment_words(newest)}, which is yet to come"
        remedy = f"set it (`timedatectl`); {_RUNBOOK}, “the clock is wrong”"
        yield Finding(level=Level.ERROR, about="clock", says=says, remedy=remedy)


def of_backups(subject: Subject) -> Iterator[Finding]:
    """How old the newest backup is, where the monitor makes them."""
    from monitor.app.housekeeping import last_backup

    settings, facts = subject.settings, subject.facts
    if settings.database_url or facts is None or facts.condition is Condition.MISSING:
        return
    folder, last = settings.backup_folder, last_backup(settings.backup_folder, subject.clock.now())
    remedy = f"`monitor state backup`; then keep one on another disk ({_RUNBOOK}, “Backup”)"
    if last is None:
        why = " and none is made by itself ([backup] keep = 0)" if not settings.backup_keep else ""
        says = f"there is none in {folder}{why}"
        yield Finding(level=Level.WARNING, about="backup", says=says, remedy=remedy)
    elif subject.clock.now() - last > _OLD_BACKUP:
        age = (subject.clock.now() - last).days
        says = f"the newest in {folder} is {age} days old"
        yield Finding(level=Level.WARNING, about="backup", says=says, remedy=f"look at the log for why; {remedy}")
    else:
        yield Finding(level=Level.OK, about="backup", says=f"the newest is of {moment_words(last)}")
