"""What the operator is told: alarms that began, still stand or ended, and what to do about each. Names no recipient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.domain.calendar import moment_words
from monitor.domain.operator_alarms import ActiveAlarm
from monitor.messages.disarm import quoted
from monitor.messages.notice import Notice, Purpose
from monitor.messages.sanitize import link, listed, sanitize

#: Name of an alarm -> what it is in a subject, and what a person can do.
_WORDS = {
    "blind": ("answers with no list of articles", "_look"),
    "failing": ("cannot be read", "_look"),
    "never": ("have never answered", "Put `url` right in sources.toml, or the network; `monitor sources test NAME` tries one."),
    "unpolled": ("is not polled", "_log"),
    "empty": ("lists nothing", "_look"),
    "shrunk": ("lists far less than usual", "_look"),
    "undated": ("lists items without dates", "_look"),
    "thin": ("has articles of few words", "_look"),
    "stale": ("shows nothing new", "_look"),
    "frozen": ("repeats itself", "_look"),
    "cached": ("answers from an old cache", "_look"),
    "moved": ("has moved", "Change its `url` in sources.toml."),
    "elsewhere": ("lists only other sites", "If its articles are there now, add them to its `sites` in sources.toml."),
    "uncertain": (
        "has messages in doubt",
        "`monitor outbox list --only uncertain`; ask the recipient, then `monitor outbox retry` or `drop`.",
    ),
    "held": ("holds messages", "`monitor outbox list --only held`; then `monitor outbox release` or `drop`."),
    "failed": ("has messages that were refused", "`monitor outbox list --only failed` says why."),
    "stuck": ("does not move", "Look at the log; restart the monitor if that does not help."),
    "off": ("is switched off", "`monitor outbox resume` once you know that no other monitor sends."),
    "refused": ("is refused", "Put its address, password or token right; `monitor test-alert` tries it."),
    "unreachable": (
        "cannot be reached",
        "Messages wait and are tried again for three days; `monitor test-alert` tries it now.",
    ),
    "suspended": (
        "are left alone",
        "`monitor subscribers list` says which and why; put the addresses right, then `monitor subscribers reinstate`.",
    ),
    "mailbox": ("cannot be fetched", "Put the address of [returned] in monitor.toml right; `monitor returned` tries it."),
    "unbelieved": (
        "is reported otherwise than told",
        "Read the article; `monitor sources test ADDRESS` says what the record makes of it.",
    ),
    "no_overall_grade": ("reports an overall grade", "Read the article: which areas does it mean?"),
    "space": ("is nearly full", "Free some space: nothing is lost, but nothing can be recorded."),
}
_HINTS = {
    "_look": "Look at its page in a browser; `monitor sources test {about}` shows what it lists now.",
    "_log": "Look at the log; restart the monitor if that does not help.",
}
_HINTS_OF_HOSTS = {"_look": "Look at its pages in a browser.", "_log": _HINTS["_log"]}
#: Said where an address was made one that nobody presses.
_BROKEN = " (Addresses are broken up here, so that nobody presses them; the status page has them whole.)"
_WHY = "You run the monitor: [operator] in monitor.toml names this channel."
#: What alarms are about that is several things.
_PLURAL = frozenset({"subscribers", "sources"})
_MAX_QUOTE = 300
#: More than this in one message and nobody reads it.
_MAX_LINES = 40


def operator_notice(
    identity: str, now: datetime, *, firing: Sequence[ActiveAlarm] = (), ended: Sequence[ActiveAlarm] = (), page: str = ""
) -> Notice:
    """The notice of alarms that are `firing` (new, more, or still standing) and that `ended`; `page` is the status page."""
    lines = [_line_of(each) for each in firing[:_MAX_LINES]]
    if len(firing) > _MAX_LINES:
        lines.append(f"And {len(firing) - _MAX_LINES} more: see the status page.")
    lines += [_ended(each) for each in ended[:_MAX_LINES]]
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.OPERATOR,
        title=f"Operator notice: {_title(firing, ended)}",
        words=tuple(lines),
        action=link(page),
        action_words="Open the status page" if link(page) else "",
        reasons=(f"{_WHY} An alarm is told once, and when it ends.",),
    )


def trial_notice(identity: str, now: datetime, *, page: str = "") -> Notice:
    """A notice to try the way to the operator with. It tells of nothing."""
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.OPERATOR,
        title="TEST: operator notice",
        words=("This is a test: alarms of the monitor come this way. Nothing is the matter.",),
        action=link(page),
        action_words="Open the status page" if link(page) else "",
        reasons=(_WHY,),
    )


def canary_notice(identity: str, now: datetime, *, page: str = "") -> Notice:
    """The weekly proof that alarms would come this way. It tells of nothing."""
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.OPERATOR,
        title="TEST: the weekly test of this way to you",
        words=(
            "This is a test, as it comes every week: the monitor runs, and what it has to tell you would come this way.",
            "Nothing is the matter. When this message stays away one Monday, look whether the monitor runs: `monitor doctor`.",
        ),
        action=link(page),
        action_words="Open the status page" if link(page) else "",
        reasons=(f'{_WHY} canary = "off" in [operator] ends this weekly test.',),
    )


def _subject_of(each: ActiveAlarm) -> str:
    whole = {"outbox", "disk", "returned mail", *_PLURAL}
    return f"the {each.about}" if each.about in whole else each.about if " " in each.about else f"source {each.about}"


def _title(firing: Sequence[ActiveAlarm], ended: Sequence[ActiveAlarm]) -> str:
    if len(firing) == 1 and not ended:
        what = _WORDS.get(firing[0].name, ("needs a look", ""))[0]
        return sanitize(f"{_subject_of(firing[0])} {what}")
    if not firing and len(ended) == 1:
        return sanitize(f"{_subject_of(ended[0])} {'are' if ended[0].about in _PLURAL else 'is'} well again")
    parts = [f"{len(firing)} to look at"] if firing else []
    return listed([*parts, *([f"{len(ended)} well again"] if ended else [])])


def _line_of(each: ActiveAlarm) -> str:
    hint = _WORDS.get(each.name, ("", ""))[1]
    hint = _HINTS.get(hint, hint).format(about=each.about) if " " not in each.about else _HINTS_OF_HOSTS.get(hint, hint)
    again = each.told_at is not None and each.weight <= each.told_weight and not each.lost
    still = f" It has been so since {each.since:%d %b %Y}." if again else ""
    said = quoted(each.message, _MAX_QUOTE)
    whole = "" if said == sanitize(each.message, _MAX_QUOTE) else _BROKEN
    return sanitize(f"{each.about}: {said}.{still} {hint}{whole}")


def _ended(each: ActiveAlarm) -> str:
    until = each.ended_at or each.seen_at
    return sanitize(f"Well again: {each.about}: {quoted(each.message, _MAX_QUOTE)} (until {moment_words(until)}).")
