"""Why Apprise could not hand a message over, from what it logs: it returns no reason, and each service words its own.

A refusal that is understood is certain: nothing arrived. So is a connection that never stood. Everything else may have arrived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitor.channels.http import Reply, outcome_of
from monitor.ports import Outcome, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How some services name a refusal: `pattern` finds it in a line, `status` makes an HTTP status of what it found."""

    schemas: frozenset[str]  #: of the address, empty: every service
    pattern: str
    status: Callable[[str], int | None]
    examples: Mapping[str, int]


def _known(statuses: Mapping[str, int]) -> Callable[[str], int | None]:
    """The status of the first pattern that matches a code as a whole."""
    return lambda code: next((status for each, status in statuses.items() if re.fullmatch(each, code)), None)


#: The services' own first: what some of them write would be read as another's status.
FORMS: tuple[Form, ...] = (
    Form(  # https://docs.ntfy.sh: the status with two digits behind it
        schemas=frozenset({"ntfy", "ntfys"}),
        pattern=r"\berror=(\d{5})\b",
        status=lambda code: int(code[:3]),
        examples={
            "Failed to send ntfy notification to topic 't': limit reached: too many requests, error=42901.": 429,
            "Failed to send ntfy notification to topic 't': limit reached: daily message quota reached, error=42908.": 429,
            "Failed to send ntfy notification to topic 't': forbidden, error=40301.": 403,
        },
    ),
    Form(  # Twilio's own codes: 204xx and 205xx end in the status, 21xxx are refusals of what was asked
        schemas=frozenset({"twilio"}),
        pattern=r"\berror=(\d{5,6})\b",
        status=_known({r"20003": 401, r"204\d\d|205\d\d": 0, r"14107|63018": 429, r"21\d{3}": 400}),
        examples={
            "Failed to send Twilio notification to +1: Too many requests, error=20429.": 429,
            "Failed to send Twilio notification to +1: Authenticate, error=20003.": 401,
            "Failed to send Twilio notification to +1: The 'To' number is not a valid phone number., error=21211.": 400,
        },
    ),
    Form(  # Meta's codes: limits of several kinds, tokens, permissions, and refusals of what was asked
        schemas=frozenset({"whatsapp"}),
        pattern=r"\berror=(\d{1,6})\b",
        status=_known({r"4|613|80007|130429|131048|131056": 429, r"0|3|10|190|2\d\d|131005": 401, r"100|13[123]\d{3}": 400}),
        examples={
            "Failed to send WhatsApp notification to +1: Rate limit hit, error=130429.": 429,
            "Failed to send WhatsApp notification to +1: Access token has expired, error=190.": 401,
            "Failed to send WhatsApp notification to +1: Invalid parameter, error=100.": 400,
        },
    ),
    Form(  # words in place of numbers
        schemas=frozenset({"sinch"}),
        pattern=r"\berror=((?:syntax|missing|unsupported|invalid|unknown)_\w+)",
        status=lambda _code: 400,
        examples={"Failed to send Sinch notification to +1: Bad phone number, error=syntax_invalid_parameter_format.": 400},
    ),
    Form(
        schemas=frozenset(),
        pattern=r"\berror=(\d{3})\b",
        status=int,
        examples={
            "Failed to send JSON POST notification: Page not found., error=404.": 404,
            "Failed to send Mattermost notification to channel None: , error=429.": 429,
            "upload: error=413": 413,
        },
    ),
    Form(
        schemas=frozenset({"matrix", "matrixs"}),
        pattern=r"returned error code: (\d{3})\b",
        status=int,
        examples={"upload - media returned error code: 413": 413},
    ),
)
#: What a connection failed for before anything of the message went, as the client library words it.
_NEVER_STOOD = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Failed to establish a new connection|Failed to resolve"
    r"|Name or service not known|Connection refused|No route to host|Network is unreachable|Cannot connect to proxy",
)
_ENCRYPTION = re.compile(r"SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed")
_PASSING = frozenset({408, 425, 429, 503})


def status_in(schema: str, line: str) -> int | None:
    """The HTTP status that a line of a service's log names; None where it names none that we understand."""
    for form in FORMS:
        if form.schemas and schema not in form.schemas:
            continue
        found = re.search(form.pattern, line)
        if found:
            status = form.status(found[1])
            return int(found[1][2:]) if status == 0 else status
    return None


def failure(schema: str, lines: Sequence[str]) -> Outcome:
    """What became of a message that Apprise could not hand over, by the log of that one call."""
    statuses = [status for line in lines if (status := status_in(schema, line)) is not None]
    if statuses and all(300 <= status < 500 or status in _PASSING for status in statuses):
        # Some services are asked twice, for a login and then for the message: while any of it may pass, it is tried again.
        status = next((each for each in statuses if each in _PASSING), statuses[-1])
        return outcome_of(Reply(status=status, body="", headers={}), repeatable=False)
    return Outcome(result=Result.UNCERTAIN, reason="apprise_failed") if statuses else _without_status(lines)


def _without_status(lines: Sequence[str]) -> Outcome:
    """What became of a message to which no service answered."""
    if any(_ENCRYPTION.search(line) for line in lines):
        return Outcome(result=Result.TRANSIENT, reason="tls_failed")
    broken = [line for line in lines if re.match(r"Socket Exception: ", line)]
    if broken and all(_NEVER_STOOD.search(line) for line in broken):
        return Outcome(result=Result.TRANSIENT, reason="unreachable")
    return Outcome(result=Result.UNCERTAIN, reason="apprise_failed")
