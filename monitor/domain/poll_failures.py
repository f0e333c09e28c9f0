"""Why a source does not answer, in words: a row a reason of `FetchFailure`, with what to do where there is something to do."""

from __future__ import annotations

#: Reason -> what is the matter. Reasons that come from reading what was answered say so themselves.
WORDS = {
    "dns": "its name cannot be looked up; is there a network, and is the address spelt right?",
    "unreachable": "no connection to it; is there a network, or does it take a proxy?",
    "refused": "it refuses the connection; is its address right?",
    "proxy": "the proxy cannot be reached, or refuses; see `proxy` under [fetch] in monitor.toml",
    "timeout": "it did not answer in time",
    "tls": "its certificate is not trusted, or it speaks no TLS that we do",
    "reset": "it broke the connection off",
    "incomplete": "it broke off in the middle of its answer",
    "protocol": "what it answers is no HTTP",
    "headers_too_large": "the headers of its answer are too large",
    "too_large": "its answer is too large",
    "encoding": "it answers in an encoding that was not asked for",
    "bad_url": "its address is one that cannot be asked for; is it right?",
    "blocked_address": "it is on a private network, and allow_private in monitor.toml is off",
    "robots": "its robots.txt forbids it; ask the publisher",
    "unauthorised": "it wants a login",
    "forbidden": "it refuses us (403); set contact in monitor.toml, and ask the publisher",
    "not_found": "there is nothing at its address (404); has it moved?",
    "gone": "it is gone for good (410); look for its new address",
    "rate_limited": "it is asked too often (429); lengthen its interval",
    "challenge": "it wants to see a browser; ask the publisher",
    "server_error": "it is out of order",
    "unexpected_status": "it answers with a status that is no answer",
    "interstitial": "a consent page, a login or a wall stands in its place",
    "selectors": "its selectors find nothing on the page",
    "not_a_feed": "what it answers is no feed",
    "elsewhere": "what it lists leads to other sites; if its articles are there now, add them to its `sites`",
    "fault": "a fault in the monitor; the log has it",
}


def failure_words(reason: str) -> str:
    """What the reason code of a failed poll means, with the code behind it; the bare code where there is no row."""
    return f"{WORDS[reason]} ({reason})" if reason in WORDS else reason.replace("_", " ")
