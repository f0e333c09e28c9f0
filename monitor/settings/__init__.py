"""Loads and checks ``config/*.toml`` and the ``MONITOR_*`` environment; knows no concrete source, channel or store.

Sources and channels stay tables here, checked as far as all kinds agree: what only one kind knows is checked where it is
built, and comes back as a `Problem` through `Table.problem`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.domain.addressees import subscriptions_from_table
from monitor.domain.ledger import ALERT_WINDOW
from monitor.domain.operator_alarms import Receiver
from monitor.domain.spelling import did_you_mean
from monitor.domain.subscriptions import Subscription, SubscriptionError
from monitor.settings.keys import (
    Key,
    address,
    certificates,
    check,
    database,
    duration,
    flag,
    from_environment,
    host_names,
    logins,
    one_of,
    pause,
    probability,
    proxy,
    text,
    variable,
    variable_of,
    ways,
    web_url,
    whole,
)
from monitor.settings.tables import Problem, SettingsError, Table, read_tables

__all__ = ["ENVIRONMENT", "SECTIONS", "Problem", "Settings", "SettingsError", "Table", "examine", "load"]

_MONITOR = (
    Key(name="contact", read=text, default=""),
    Key(name="listen", read=address, default=("127.0.0.1", 8321)),
    Key(name="public_url", read=web_url, default=""),
    Key(name="hosts", read=host_names, default=()),
    Key(name="database_url", read=database, default=""),
    Key(name="self_service", read=text, default=""),
    Key(name="heartbeat_url_env", read=variable, default=""),
    Key(name="alert_window", read=duration, default=ALERT_WINDOW),
    Key(name="group_wait", read=pause, default=timedelta(seconds=30)),
    Key(name="most_an_hour", read=whole(1, 1000), default=10),
    Key(name="alert_from", read=probability),
    Key(name="review_from", read=probability),
    Key(name="log_level", read=one_of("debug", "info", "warning", "error"), default="info"),
    Key(name="log_format", read=one_of("text", "json"), default="text"),
)
_FETCH = (
    Key(name="deadline", read=duration, default=timedelta(seconds=60)),
    Key(name="allow_private", read=flag, default=False),
    Key(name="robots", read=flag, default=True),
    Key(name="concurrency", read=whole(1, 8), default=4),
    Key(name="proxy", read=proxy, default=""),
    Key(name="ca_file", read=certificates, default=""),
)
_OPERATOR = (
    Key(name="channels", read=ways, default=()),
    Key(name="logins", read=logins, default=MappingProxyType({})),
    Key(name="canary", read=one_of("weekly", "off"), default="weekly"),
)
_BACKUP = (
    Key(name="folder", read=text, default=""),
    Key(name="keep", read=whole(0, 1000), default=7),
)
_RETURNED = (
    Key(name="url_env", read=variable, default=""),
    Key(name="url_file", read=text, default=""),
    Key(name="ca_file", read=text, default=""),
    Key(name="interval", read=duration, default=timedelta(minutes=5)),
    Key(name="authserv_id", read=text, default=""),
)
_RETENTION = (
    Key(name="messages", read=duration, default=timedelta(days=400)),
    Key(name="ended", read=duration, default=timedelta(days=28)),
)
#: What is asked of a source's table here; its kind knows the rest.
_SOURCE = (
    Key(name="name", read=text, required=True),
    Key(name="enabled", read=flag, default=True),
)
#: The tables of `monitor.toml`, whose keys the environment may override.
SECTIONS = {
    "monitor": _MONITOR,
    "fetch": _FETCH,
    "operator": _OPERATOR,
    "returned": _RETURNED,
    "backup": _BACKUP,
    "retention": _RETENTION,
}
#: Every variable of the environment that is looked at, whatever the configuration says. Others it names itself (`url_env`).
ENVIRONMENT = frozenset(
    {
        "MONITOR_CONFIG",
        "MONITOR_STATE",
        "MONITOR_DROP_TOKEN",
        "MONITOR_METRICS_TOKEN",
        "MONITOR_OPERATOR_TOKEN",
        "MONITOR_LINKS_KEY",
    }
) | {variable_of(section, key) for section, keys in SECTIONS.items() for key in keys}
_FILES = {
    "monitor.toml": ("[monitor]", "[fetch]", "[operator]", "[returned]", "[backup]", "[retention]"),
    "sources.toml": ("[[source]]",),
    "channels.toml": ("[channel.NAME]",),
    "subscriptions.toml": ("[[subscription]]", "[[test]]"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator decided, checked. Secrets are not in here: channels look theirs up when they are built."""

    config: Path
    state: Path
    contact: str
    listen: tuple[str, int]
    public_url: str  #: where readers reach the page; empty: at `listen`
    hosts: tuple[str, ...]  #: names that the site answers to beside that of `public_url` and this machine's
    self_service: str  #: the mail channel by which people may subscribe themselves; empty: they may not
    heartbeat_url_env: str  #: the environment variable with the address that is asked for while all is well; empty: none
    database_url: str
    alert_window: timedelta  #: an inspection published longer ago is recorded, never alerted
    group_wait: timedelta  #: how long a message waits for further news for the same person
    most_an_hour: int  #: messages that a person gets at once; what comes after them goes out as one
    alert_from: float | None  #: how likely a judgement must be to be reported; None: as the weights say
    review_from: float | None  #: and how likely for a person to be asked
    log_level: str
    log_format: str
    fetch_deadline: timedelta
    allow_private: bool  #: may sources be on private networks?
    robots: bool
    concurrency: int  #: pages fetched at once
    proxy: str = field(repr=False)  #: that pages are asked for through; "direct": none; empty: the environment's
    ca_file: str  #: certificate authorities to trust beside the usual ones, when pages are fetched
    operator: tuple[Receiver, ...]  #: who is told of alarms: the first way, and another where that one fails
    logins: Mapping[str, str] = field(repr=False)  #: who may sign in at /operator: name -> Argon2 hash of the password
    canary: bool  #: whether a test alert goes to the operator every week, by each of their ways
    backup_folder: Path  #: where the daily backup of SQLite goes
    backup_keep: int  #: how many are kept; 0: none is made
    messages_kept: timedelta  #: what a message said is forgotten so long after it was settled
    ended_kept: timedelta  #: and the address of who subscribed here, so long after they left
    returned: Table | None  #: ``[returned]``, checked: where the mailbox of returned mail is; None without one
    returned_interval: timedelta
    sources: tuple[Table, ...]  #: also the ones that are not enabled: they have to be right as well
    channels: tuple[Table, ...]
    subscriptions: tuple[Subscription, ...]
    subscription_tables: tuple[Table, ...]  #: as written; of a `to` with several addresses the first has the table's name
    routing_tests: tuple[Table, ...]  #: "given this change, expect these subscriptions", as written
    broken: frozenset[str] = frozenset()  #: names of files with a problem: what is missing from them may be in them

    @property
    def thresholds(self) -> tuple[float | None, float | None]:
        """From which probability judgements are reported, and from which a person is asked."""
        return self.alert_from, self.review_from

    @property
    def status_url(self) -> str:
        """Where operators see how the monitor is; empty where readers are told of no address."""
        return f"{self.public_url.rstrip('/')}/sources" if self.public_url else ""

    @property
    def page_url(self) -> str:
        """Where the monitor's page is."""
        host, port = self.listen
        return self.public_url or f"http://{'localhost' if host in {'0.0.0.0', '::'} else host}:{port}/"  # noqa: S104


def _doubled(tables: Iterable[Table]) -> list[Problem]:
    """A problem for each table whose name was taken by an earlier one."""
    seen: dict[str, Table] = {}
    problems: list[Problem] = []
    for table in tables:
        if table.name and table.name in seen:
            where = f"line {seen[table.name].line} of {seen[table.name].file}"
            problems.append(table.problem("name", f"{table.name!r} is already the name of the one at {where}"))
        seen.setdefault(table.name, table)
    return problems


def _belongs(table: Table, headings: tuple[str, ...]) -> bool:
    return any(table.heading == h or ("NAME" in h and table.heading.startswith(h.split("NAME")[0])) for h in headings)


def _read_files(folder: Path) -> tuple[list[Table], list[Problem]]:
    """Every table of every file that belongs where it is; the rest as problems."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for file, headings in _FILES.items():
        try:
            found = read_tables(folder / file)
        except SettingsError as error:
            problems += error.problems
            continue
        for table in found:
            if _belongs(table, headings):
                tables.append(table)
            else:
                key = "" if table.heading else ", ".join(table.values)
                problems.append(table.problem(key, _stranger(table.heading, headings)))
    return tables, problems


def _stranger(heading: str, headings: tuple[str, ...]) -> str:
    """What is wrong with a heading that a file does not have, and what was meant."""
    name, here = heading.strip("[]"), f"this file holds {' and '.join(headings)}"
    if not heading:
        return f"a key outside any table; {here}"
    if f"[[{name}]]" in headings:
        return f"write [[{name}]], with two brackets: there may be several"
    if f"[{name}]" in headings:
        return f"write [{name}], with one bracket: there is only one"
    if "[channel.NAME]" in headings and name == "channel":
        return "give it a name, by which subscriptions call it: [channel.NAME]"
    if "[channel.NAME]" in headings and name.startswith("channel."):
        return "write [channel.NAME], with one bracket: there is only one of each name"
    for file, others in _FILES.items():
        if _belongs(Table(file=file, heading=heading), others) or f"[[{name}]]" in others:
            return f"belongs into {file}; {here}"
    return f"unknown table{did_you_mean(heading, headings) or f'; {here}'}"


def _section(tables: list[Table], heading: str, keys: tuple[Key, ...], environ: Mapping[str, str]) -> Any:
    """A single table checked, with the environment's word last."""
    name = heading.strip("[]")
    written = next((t for t in tables if t.heading == heading), Table(file="monitor.toml", heading=heading))
    values, problems = check(written, keys)
    override = Table(file="environment", heading=heading, values=from_environment(environ, name, keys))
    chosen, more = check(override, keys)
    return {**values, **{key: chosen[key] for key in override.values if key in chosen}}, [*problems, *more]


def _mailbox(tables: list[Table], values: Mapping[str, object]) -> Table | None:
    """The ``[returned]`` table with its checked values; None where neither the file nor the environment has one."""
    written = next((t for t in tables if t.heading == "[returned]"), None)
    if written is None and not (values["url_env"] or values["url_file"]):
        return None
    return replace(written or Table(file="environment", heading="[returned]"), values=values)


def _unknown_ways(operator: Iterable[Receiver], names: list[str]) -> list[Problem]:
    """Ways to the operator that lead nowhere."""
    there = f"; channels: {', '.join(names) or 'none'}"
    return [
        Problem(
            file="monitor.toml",
            table="[operator]",
            key="channels",
            message=f"there is no [channel.{way.channel}]{did_you_mean(way.channel, names)}{there}",
        )
        for way in operator
        if way.channel not in names
    ]


def _self_service(
    general: Mapping[str, Any], names: Sequence[str] | None, config: Path, wrong: Collection[str]
) -> list[Problem]:
    """What people need to subscribe themselves: a channel to confirm by, and an address that the link in its mail leads to.

    Nothing more is said of the keys that are `wrong` as they are.
    """
    wanted = general["self_service"]
    if not wanted:
        return []
    messages = []
    if names is not None and wanted not in names:
        messages.append(f"there is no [channel.{wanted}]{did_you_mean(wanted, names)}; channels: {', '.join(names) or 'none'}")
    if not general["public_url"] and "public_url" not in wrong:
        messages.append(
            'needs public_url = "https://...", the address by which readers reach the page: links in mail lead there'
        )
    where = str(config / "monitor.toml")
    return [Problem(file=where, table="[monitor]", key="self_service", message=message) for message in messages]


def _thresholds(general: Mapping[str, Any], config: Path) -> list[Problem]:
    """What is reported is surer than what a person is asked about."""
    alert, review = general["alert_from"], general["review_from"]
    if alert is None or review is None or review <= alert:
        return []
    message = f"{review:g} is above alert_from = {alert:g}: nothing would be reviewed; write one that is below it"
    return [Problem(file=str(config / "monitor.toml"), table="[monitor]", key="review_from", message=message)]


def _subscriptions(tables: list[Table], names: Sequence[str] | None) -> tuple[list[Subscription], list[Problem]]:
    """The subscriptions, each with a channel that is among the `names`; with any channel where nobody knows them."""
    subscriptions: list[Subscription] = []
    problems: list[Problem] = []
    for table in tables:
        try:
            found = subscriptions_from_table(table.values)
        except SubscriptionError as error:
            problems.append(table.problem(error.key, error.message))
            continue
        subscriptions += found
        channel = found[0].channel
        if names is not None and channel not in names:
            hint = did_you_mean(channel, names)
            message = f"there is no [channel.{channel}]{hint}; channels: {', '.join(names) or 'none'}"
            problems.append(table.problem("channel", message))
    return subscriptions, problems


def _check_folder(config: Path) -> None:
    if not config.is_dir():
        message = "there is no such folder; `--config DIR` or MONITOR_CONFIG says where the configuration is"
        raise SettingsError((Problem(file=str(config), message=message),))


def _by_heading(tables: Sequence[Table]) -> dict[str, list[Table]]:
    """The tables of each heading that a file may have."""
    return {heading: [t for t in tables if _belongs(t, (heading,))] for heads in _FILES.values() for heading in heads}


def examine(config: Path, state: Path, environ: Mapping[str, str] | None = None) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a folder of TOML files and an environment (default: the process's), and everything wrong with them.

    What is wrong is left out of the settings, or has its default. Raises SettingsError only when there is no such folder.
    """
    environ = os.environ if environ is None else environ
    _check_folder(config)
    tables, problems = _read_files(config)
    broken = frozenset(Path(problem.file).name for problem in problems)
    of = _by_heading(tables)
    general, more = _section(tables, "[monitor]", _MONITOR, environ)
    fetch, even_more = _section(tables, "[fetch]", _FETCH, environ)
    returned, wrong_mailbox = _section(tables, "[returned]", _RETURNED, environ)
    problems += more + even_more + wrong_mailbox
    operator, wrong_operator = _section(tables, "[operator]", _OPERATOR, environ)
    backup, wrong_backup = _section(tables, "[backup]", _BACKUP, environ)
    retention, wrong_retention = _section(tables, "[retention]", _RETENTION, environ)
    problems += wrong_operator + wrong_backup + wrong_retention
    checked = [(table, check(table, _SOURCE, open_ended=True)[1]) for table in of["[[source]]"]]
    problems += [problem for _, found in checked for problem in found]
    channels = tuple(of["[channel.NAME]"])
    # Where the file of the channels is broken, what is said of them cannot be judged.
    names = None if "channels.toml" in broken else [channel.name for channel in channels]
    subscriptions, wrong = _subscriptions(of["[[subscription]]"], names)
    problems += wrong + _doubled(of["[[source]]"]) + _doubled(of["[[subscription]]"])
    problems += _thresholds(general, config)
    problems += _self_service(general, names, config, {problem.key for problem in problems if problem.table == "[monitor]"})
    if names is not None:
        problems += _unknown_ways(operator["channels"], names)
    settings = Settings(
        config=config,
        state=state,
        **general,
        fetch_deadline=fetch["deadline"],
        allow_private=fetch["allow_private"],
        robots=fetch["robots"],
        concurrency=fetch["concurrency"],
        proxy=fetch["proxy"],
        ca_file=fetch["ca_file"],
        operator=operator["channels"],
        logins=operator["logins"],
        canary=operator["canary"] == "weekly",
        backup_folder=Path(backup["folder"]) if backup["folder"] else state / "backups",
        backup_keep=backup["keep"],
        messages_kept=retention["messages"],
        ended_kept=retention["ended"],
        returned=_mailbox(tables, returned),
        returned_interval=returned["interval"],
        sources=tuple(table for table, found in checked if not found),
        channels=channels,
        subscriptions=tuple(subscriptions),
        subscription_tables=tuple(of["[[subscription]]"]),
        routing_tests=tuple(of["[[test]]"]),
        broken=frozenset(Path(problem.file).name for problem in problems),
    )
    return settings, tuple(problems)


def load(config: Path, state: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `examine`, where nothing is wrong with them.

    Raises:
        SettingsError: with every problem found, each naming file, line where known, table, key and the nearest valid value.
    """
    settings, problems = examine(config, state, environ)
    if problems:
        raise SettingsError(problems)
    return settings
