"""What people are told where there is no answer: why, and where to go from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.domain.authorities import by_urn, find, nearest
from monitor.messages.sanitize import sanitize
from monitor.web.queries.change_filter import FilterError, Pair, is_ignored

#: Characters of what somebody may have meant.
_MAX_LIKELY = 120
#: What a link says, and its address below the site.
NextStep = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadEnd:
    """A page that has not what was asked for."""

    title: str
    words: tuple[str, ...]
    next_steps: tuple[NextStep, ...] = ()  #: on from here
    operator: tuple[str, ...] = ()  #: what whoever runs the monitor can do about it


_LATEST, _COUNCILS = ("Latest changes", "/"), ("Find a council", "/authorities")
_BY_STATUS = {
    401: DeadEnd(
        title="Please sign in",
        words=("This page is for whoever runs the monitor.",),
        next_steps=(("Sign in", "/operator/sign-in"),),
    ),
    403: DeadEnd(title="This was not asked for here", words=("It was sent from a page of another site, so nothing was done.",)),
    404: DeadEnd(
        title="There is no such page",
        words=("Its address may have been mistyped or cut off.",),
        next_steps=(_LATEST, _COUNCILS),
    ),
    405: DeadEnd(
        title="That cannot be done here", words=("This address answers another kind of request.",), next_steps=(_LATEST,)
    ),
}
_NO_LOGIN = DeadEnd(
    title="Nobody can sign in here yet",
    words=("Here whoever runs this monitor sees what waits to be sent and what waits for a person. No account is set up.",),
    next_steps=(("How each source is", "/sources"), _LATEST),
    operator=(
        "Type monitor operator-password: it asks for a password and prints its hash.",
        'Put that, with a name before it, into monitor.toml, below [operator]: logins = ["anna: $argon2id$..."]',
        "Start the monitor again. Until then the commands monitor outbox and monitor review do the same.",
    ),
)
#: Pages that are there on other installations.
_NOT_SET_UP = {
    "/subscribe": DeadEnd(
        title="Nobody can subscribe by mail here yet",
        words=("There are other ways to hear of every change, without an address and without an account:",),
        next_steps=(
            ("A feed for your news reader (Atom)", "/feeds/changes.atom"),
            ("A calendar of publications (iCalendar)", "/feeds/publications.ics"),
            ("A calendar of expected reports (iCalendar)", "/feeds/forecast.ics"),
            ("Only some councils or kinds of change: choose them, and take the feed of that list", "/"),
            ("One council: its page has its own feed", "/authorities"),
        ),
        operator=(
            "Set up a channel that sends mail, in channels.toml.",
            "In monitor.toml, below [monitor], say where readers reach this site and which channel it is: "
            'public_url = "https://monitor.council.example/" and self_service = "mail"',
            "monitor check says whether all is there; then start the monitor again.",
        ),
    ),
    "/operator": _NO_LOGIN,
    "/operator/sign-in": _NO_LOGIN,
}


def dead_end(path: str, status: int, *, is_asked: bool) -> DeadEnd | None:
    """What to say of an address that was answered with a status; None where the status says it all.

    `is_asked`: whether it was only asked for, and nothing sent to it.
    """
    if is_asked and status in {403, 404} and path in _NOT_SET_UP:
        return _NOT_SET_UP[path]
    if status == 404 and path.startswith("/changes/"):
        return _no_change(path.removeprefix("/changes/"))
    if status == 404 and path.startswith("/authorities/"):
        return _no_council(path.removeprefix("/authorities/"))
    return _BY_STATUS.get(status)


def _no_change(key: str) -> DeadEnd:
    council = by_urn().get(key.partition(":")[0])
    of_it = ((f"All inspections and changes of {council.display_name}", f"/authorities/{council.code}"),) if council else ()
    return DeadEnd(
        title="No change has this address",
        words=("It may have been mistyped or cut off. A change keeps its address for good, whatever becomes of it.",),
        next_steps=(*of_it, _LATEST, _COUNCILS),
    )


def _no_council(name: str) -> DeadEnd:
    """A name instead of a code is understood: people guess addresses."""
    said = name.replace("-", " ").replace("_", " ").replace("+", " ")[:100]
    meant = dict.fromkeys([found.display_name] if (found := find(said)) else nearest(said))
    likely = tuple((each, f"/authorities/{who.code}") for each in meant if (who := find(each)))
    return DeadEnd(
        title="No council has this code",
        words=(
            "Pages of councils are found by their GSS code, as in /authorities/E08000035.",
            *(("Did you mean one of these?",) if likely else ()),
        ),
        next_steps=(*likely, ("All councils", "/authorities")),
    )


def misunderstood(error: FilterError, path: str, pairs: Iterable[Pair]) -> DeadEnd:
    """Parameters that mean nothing: each by its name, with what is allowed, and the address that was meant."""
    next_steps: list[NextStep] = []
    if error.problems.keys() <= {name[:60] for name, _ in error.meant}:
        kept = [error.meant.get((name, value.strip()), (name, value.strip())) for name, value in pairs]
        instead = [(name, value) for name, value in kept if value and not is_ignored(name)]
        likely = sanitize(", ".join(value.replace("_", " ") for _, value in error.meant.values()), _MAX_LIKELY)
        next_steps.append((f"Did you mean {likely}?", f"{path}?{urlencode(instead, errors='replace')}"))
    next_steps.append(("Without any filter", path))
    return DeadEnd(
        title="That cannot be understood",
        words=tuple(f"{name}: {words}" for name, words in error.problems.items()),
        next_steps=tuple(next_steps),
    )
