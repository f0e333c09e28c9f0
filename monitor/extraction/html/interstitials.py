"""Recognises pages that stand in an article's place with status 200: consent, challenge, login, maintenance, block.

Taking one for an article hides that a source has gone blind; taking an article for one hides the article. So a row needs its
phrase in the page's title or first heading, or in a page with hardly any other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

FEW_WORDS = 150  #: in which a phrase counts
FEW_WORDS_UNDER_TITLE = 400
_LOOK_AT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interstitial:
    """One kind of page and the words that give it away, lower case. `example` is a page's text that must be recognised."""

    name: str
    titles: tuple[str, ...]
    phrases: tuple[str, ...]
    example: str


ROWS = (
    Interstitial(
        name="challenge",
        titles=(
            "just a moment",
            "attention required! | cloudflare",
            "access denied",
            "pardon our interruption",
            "are you a robot",
            "security check",
            "verifying you are human",
            "ddos-guard",
            "request unsuccessful",
        ),
        phrases=(
            "checking your browser before accessing",
            "verify you are human",
            "verifying you are human",
            "enable javascript and cookies to continue",
            "unusual traffic from your computer",
            "complete the captcha",
            "incapsula incident id",
            "you have been blocked",
            "performing security verification",
        ),
        example="Just a moment... Enable JavaScript and cookies to continue",
    ),
    Interstitial(
        name="consent",
        titles=(
            "before you continue",
            "your privacy choices",
            "we value your privacy",
            "cookie consent",
            "privacy settings",
            "we care about your privacy",
            "consent required",
        ),
        phrases=(
            "before you continue to",
            "we and our partners store and/or access information",
            "we value your privacy",
            "manage your cookie preferences to continue",
            "accept all cookies to continue",
            "accept cookies or subscribe",
            "choose to accept advertising cookies",
            "consent or pay",
        ),
        example="We value your privacy. We and our partners store and/or access information on a device. Accept all.",
    ),
    Interstitial(
        name="login",
        titles=(
            "log in",
            "login",
            "sign in",
            "please sign in",
            "please log in",
            "member login",
            "sign in to continue",
            "subscriber login",
            "register to continue",
        ),
        phrases=(
            "please sign in to continue",
            "please log in to continue",
            "you must be logged in",
            "log in to your account",
            "sign in to your account",
            "forgotten your password",
            "forgot your password",
        ),
        example="Sign in to your account. Email address. Password. Forgotten your password? Register",
    ),
    Interstitial(
        name="maintenance",
        titles=(
            "site maintenance",
            "down for maintenance",
            "under maintenance",
            "scheduled maintenance",
            "service unavailable",
            "temporarily unavailable",
            "we'll be back soon",
            "we will be back soon",
            "maintenance mode",
            "be right back",
            "briefly unavailable for scheduled maintenance",
        ),
        phrases=(
            "down for maintenance",
            "undergoing maintenance",
            "scheduled maintenance",
            "temporarily unavailable",
            "we'll be back soon",
            "we will be back soon",
            "technical difficulties",
            "currently unavailable",
        ),
        example="We'll be back soon! The site is undergoing scheduled maintenance.",
    ),
    Interstitial(
        name="not_found",
        titles=(
            "page not found",
            "404 not found",
            "404 error",
            "report not found",
            "page cannot be found",
            "error 404",
        ),
        phrases=(
            "page you are looking for could not be found",
            "page not found",
            "we can't find that page",
            "we couldn't find the page",
            "this page does not exist",
            "page you requested could not be found",
        ),
        example="Page not found. Sorry, the page you are looking for could not be found.",
    ),
    Interstitial(
        name="parked",
        titles=(
            "domain for sale",
            "this domain is for sale",
            "domain parked",
            "account suspended",
            "welcome to nginx",
            "index of",
            "default web site page",
            "apache2 debian default page",
        ),
        phrases=("this domain is for sale", "this account has been suspended", "buy this domain", "domain has expired"),
        example="This domain is for sale! Buy this domain.",
    ),
)

_PARTS = re.compile(r"\s+[|\-–—·»:]\s+")
_MORE_WORDS = 3  #: than its row's that a title has: "Log in to your account", not "Log in, tune out: how teenagers sleep"
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def interstitial_of(titles: Sequence[str], text: str) -> str:
    """The name of the row that a page is an instance of, or an empty string.

    `titles` are the page's title and first heading, `text` all its words, menus included.
    """
    words = " ".join(text[:_LOOK_AT].split()).lower().replace("’", "'")
    count = words.count(" ")
    heads = [_EDGES.sub("", " ".join(title.split()).lower().replace("’", "'")) for title in titles]
    for row in ROWS:
        if count < FEW_WORDS_UNDER_TITLE and any(_is_titled(head, row.titles) for head in heads):
            return row.name
        if count < FEW_WORDS and any(phrase in words for phrase in row.phrases):
            return row.name
    return ""


def _is_titled(head: str, titles: tuple[str, ...]) -> bool:
    """Whether a title is one of a row's: the whole of it, or its first part where the site's name follows."""
    if not head.startswith(titles):
        return False
    parts = (head, _PARTS.split(head, maxsplit=1)[0])
    return any(
        part.startswith(title) and len(part.split()) <= len(title.split()) + _MORE_WORDS for title in titles for part in parts
    )
