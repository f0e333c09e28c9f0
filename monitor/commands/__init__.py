"""One module a command: ``add_parser(subparsers)`` declares it, ``run(args) -> int`` does it.

The table below is all that ``monitor --help`` needs, so that help does not wait for any command's imports. A module that
holds several commands has one row for each and tells them apart with ``set_defaults(run=...)`` or by ``args.command``.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A command's name, the module of this package that holds it, the heading it is listed under, and one line on it."""

    name: str
    module: str
    group: str
    summary: str


COMMANDS = (
    Command("run", "run", "Watch", "start the monitor: poll, read, compare, alert; serves its page"),
    Command("once", "once", "Watch", "one cycle and exit (for cron), also as of a past day"),
    Command("check", "check", "Watch", "check all configuration; say what is wrong and where"),
    Command("doctor", "doctor", "Watch", "everything that is wrong here, on one screen, and what to do"),
    Command("reload", "reload", "Watch", "have the running monitor read its configuration again"),
    Command("demo", "demo", "Watch", "see it work in 20 seconds, without a network"),
    Command("state", "state", "Watch", "the state as a whole: copy it to another database"),
    Command("outbox", "outbox", "Alerts", "what waits, went out, failed or is in doubt; retry, release, drop"),
    Command("review", "review", "Alerts", "what is too uncertain to be told: accept or reject it"),
    Command("returned", "returned", "Alerts", "mail that came back: bounces and complaints, noted at their messages"),
    Command("subscribers", "subscribers", "Alerts", "who is subscribed; add, pause, end, export, delete, reinstate"),
    Command("operator-password", "operator_password", "Alerts", "the hash of a password, for whoever signs in at /operator"),
    Command("who", "alerts", "Alerts", "who was told of a change; without one, the newest changes"),
    Command("why", "alerts", "Alerts", "why a subscription was told of a change, or was not"),
    Command("test-alert", "alerts", "Alerts", "send a message marked TEST through a channel"),
    Command("history", "history", "Record", "every inspection of an authority, area by area, with its changes"),
    Command("replay", "replay", "Record", "the past once more: counts, or what a subscriber would have been told"),
    Command("record", "record", "Record", "import and export official inspections as CSV"),
    Command("reconcile", "reconcile", "Record", "compare what Ofsted lists with what is known, both ways"),
    Command("backfill", "backfill", "Record", "read archives of news to rebuild history, on all cores or a cluster"),
    Command("sources", "sources", "Sources", "what is watched; try a source or an address; which have gone blind"),
    Command("reclassify", "reclassify", "Read", "what today's rules would find in every article kept; changes nothing"),
    Command("read", "read", "Read", "title, date and text of a page as it is read"),
    Command("classify", "classify", "Read", "what an article or report says: judgements with their evidence"),
    Command("explain", "explain", "Read", "why it says so: each sentence, what was found, what was rejected"),
    Command("label", "label", "Read", "put right what an article was read as, to report a misreading"),
    Command("score", "score", "Read", "how right it is about labelled articles"),
)

#: Other names for commands, so that habits from elsewhere work.
ALIASES = {"start": "run", "validate": "check"}
