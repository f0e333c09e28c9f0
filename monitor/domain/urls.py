"""One name for one article: folds the addresses under which outlets serve the same page.

The canonical form is a key for telling articles apart, not an address to fetch: mirrors, AMP, mobile and print variants, and
tracking parameters are folded away. Pure; every rule is a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from monitor.domain.web_address import ascii_host, normal, parse

#: Parameters that say how a reader arrived or how the page is dressed, never which page it is.
_NOISE_NAMES_WORDS = (
    "fbclid gclid dclid gbraid wbraid msclkid twclid igshid mc_cid mc_eid yclid _ga _gl ref_src referrer "
    "cmpid ito icid ocid sfmc_id mkt_tok xtor smid sharetype s_campaign source src amp "
    "print printable outputtype output mode jsessionid phpsessid replytocom comment-page traffic_source"
)
_NOISE_NAMES = frozenset(_NOISE_NAMES_WORDS.split())
_NOISE_PREFIXES = ("utm_", "at_", "ns_", "pk_", "mtm_", "hsa_", "__twitter", "wt.", "itm_", "oly_")
_ARRIVALS = frozenset(
    {"", "rss", "feed", "atom", "twitter", "x", "facebook", "fb", "email", "newsletter", "home", "homepage", "share"}
)
#: Of the noisy names, those that do name a page when their value is not one of these.
_NOISE_VALUES = {
    "amp": {"", "1", "true"},
    "print": {"", "1", "true", "y", "yes"},
    "printable": {"", "1", "true"},
    "output": {"amp", "print", "1"},
    "outputtype": {"amp"},
    "mode": {"print", "amp"},
    "source": _ARRIVALS,
    "src": _ARRIVALS,
}
#: Words for a way of arriving on one site, and for the number of the article on another.
_AMBIGUOUS = frozenset({"ref", "cmp", "campaign", "share", "spm", "trk", "view_mode", "format_view"})

_ENDINGS = frozenset(
    {"co.uk", "org.uk", "ac.uk", "ltd.uk", "me.uk", "plc.uk", "net.uk"}
)  #: what a fold must leave a name before
_HOST_PREFIXES = ("www.", "amp.", "m.", "mobile.", "wp.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One variant of one site: a pattern over ``host/path``, what it becomes, and a pair that proves it."""

    name: str
    pattern: re.Pattern[str]
    becomes: str
    example: tuple[str, str]


FOLDS = (
    Fold(
        name="BBC hosts",
        pattern=re.compile(r"^(?:feeds\.bbci\.co\.uk|bbc\.com|news\.bbc\.co\.uk|feeds\.bbc\.co\.uk)/(?=news/|sport/|article)"),
        becomes="bbc.co.uk/",
        example=("https://feeds.bbci.co.uk/news/articles/c1wyp0zd03no", "https://bbc.co.uk/news/articles/c1wyp0zd03no"),
    ),
    Fold(
        name="BBC AMP",
        pattern=re.compile(r"^bbc\.co\.uk/news/amp/"),
        becomes="bbc.co.uk/news/",
        example=("https://www.bbc.co.uk/news/amp/uk-england-leeds-1", "https://bbc.co.uk/news/uk-england-leeds-1"),
    ),
    Fold(
        name="Mark Allen print pages",
        pattern=re.compile(r"^([^/]*cypnow\.co\.uk|communitycare\.co\.uk)/print_article/"),
        becomes=r"\1/",
        example=("https://www.cypnow.co.uk/print_article/cyp/news/1/x?print=true", "https://cypnow.co.uk/cyp/news/1/x"),
    ),
    Fold(
        name="Mark Allen old and new articles",
        pattern=re.compile(r"^(cypnow\.co\.uk|communitycare\.co\.uk)/(?:news/article|other/article|content/other)/"),
        becomes=r"\1/content/news/",
        example=("https://www.cypnow.co.uk/news/article/a-b", "https://cypnow.co.uk/content/news/a-b"),
    ),
    Fold(
        name="GOV.UK print pages",
        pattern=re.compile(r"^gov\.uk/(.+)/print$"),
        becomes=r"gov.uk/\1",
        example=("https://www.gov.uk/guidance/x/print", "https://gov.uk/guidance/x"),
    ),
    Fold(
        name="Newsquest mirrors",
        pattern=re.compile(r"^mh-v\d+\.([a-z0-9.-]+)/"),
        becomes=r"\1/",
        example=("https://mh-v5.bournemouthecho.co.uk/news/1.x", "https://bournemouthecho.co.uk/news/1.x"),
    ),
    Fold(
        name="Google's AMP cache",
        pattern=re.compile(r"^[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]/(?:s/)?(?:www\.|amp\.|m\.)?"),
        becomes="",
        example=(
            "https://www-example-co-uk.cdn.ampproject.org/c/s/www.example.co.uk/news/a",
            "https://example.co.uk/news/a",
        ),
    ),
    Fold(
        name="AMP path",
        pattern=re.compile(r"(/[^/]+?)(?:/amp|\.amp|/amp\.html)$"),
        becomes=r"\1",
        example=("https://example.co.uk/2024/05/story/amp/", "https://example.co.uk/2024/05/story"),
    ),
    Fold(
        name="AMP folder",
        pattern=re.compile(r"^([^/]+)/amp/(?=.)"),
        becomes=r"\1/",
        example=("https://example.co.uk/amp/news/story", "https://example.co.uk/news/story"),
    ),
    Fold(
        name="print path",
        pattern=re.compile(r"(/[^/]+?)/print$"),
        becomes=r"\1",
        example=("https://example.co.uk/news/story/print/", "https://example.co.uk/news/story"),
    ),
    Fold(
        name="index page",
        pattern=re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$"),
        becomes="",
        example=("https://example.gov.uk/news/story/index.html", "https://example.gov.uk/news/story"),
    ),
)


def _is_noise(name: str, value: str, *, named: bool) -> bool:
    """Whether a parameter says nothing of which page it is; of some that is only so where the path `named` one."""
    key = name.lower()
    if key.startswith(_NOISE_PREFIXES):
        return True
    if key in _AMBIGUOUS:
        return named or value.lower() in _ARRIVALS
    if key not in _NOISE_NAMES:
        return False
    values = _NOISE_VALUES.get(key)
    return values is None or value.lower() in values


def _fold_host(host: str) -> str:
    changed = True
    while changed:
        changed = False
        for prefix in _HOST_PREFIXES:
            rest = host.removeprefix(prefix)
            if rest != host and "." in rest and rest not in _ENDINGS:
                host, changed = rest, True
    return host


def _fold_path(place: str) -> str:
    """Apply the rows to ``host/path`` until nothing moves (bounded: a row may free another, never for ever)."""
    for _ in range(8):
        before = place
        for fold in FOLDS:
            place = fold.pattern.sub(fold.becomes, place, count=1)
        host, slash, path = place.partition("/")
        place = _fold_host(host) + slash + path.rstrip("/")
        if place == before:
            break
    return place


def canonical(url: str) -> str:
    """The key of an article's address: https, no ``www.``, no tracking, one form for all variants.

    Idempotent. An address that is not http(s) or cannot be parsed comes back as it is.
    """
    address = parse(url)
    if address is None:
        return url
    host = address.host.rstrip(".")
    path = re.sub(r"/{2,}", "/", re.sub(r";jsessionid=[^/?]*", "", address.path, flags=re.IGNORECASE))
    path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    place = _fold_path(_fold_host(host) + "/" + path.strip("/"))
    host, _, path = place.partition("/")
    named = _names_a_page(path)
    pairs = parse_qsl(address.query[1:], keep_blank_values=True, errors="surrogateescape")
    query = sorted((name, value) for name, value in pairs if not _is_noise(name, value, named=named))
    netloc = host if address.port in ("", "80", "443") else f"{host}:{address.port}"
    return urlunsplit(("https", netloc, f"/{path}", urlencode(query, errors="surrogateescape"), ""))


def _names_a_page(path: str) -> bool:
    """Whether a path tells one page of its site from the others, as ``news/8-words-of-a-headline`` and ``story/123`` do."""
    last = path.rstrip("/").rpartition("/")[2].lower()
    stem = re.sub(r"\.(?:s?html?|php\d?|aspx?|cfm|jsp|do)$", "", last)
    if stem != last and not re.search(r"\d|[-_]", stem):
        return False  # show.php: what it shows is in the query
    return bool(re.search(r"\d{3,}|[^-_\W]+[-_][^-_\W]+[-_]", stem))


_BARE_SCHEME = re.compile(r"https?:(?![/\\\\])", re.IGNORECASE)
_HOST = re.compile(r"www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#]|$)", re.IGNORECASE)


def absolute(link: str, base: str) -> str:
    """`link` as an absolute http(s) URL seen from `base`, or an empty string (``javascript:``, ``data:``, nonsense).

    Spelt as browsers send it: spaces, letters beyond ASCII, backslashes and dots are made what servers know. A link that begins
    with the name of a host ("www.example.org/story") is meant as an address and would be read as a path.
    """
    text = link.strip()
    if not text:
        return ""
    seen_from = parse(base)
    own = seen_from.host.removeprefix("www.") if seen_from else ""
    bare = _BARE_SCHEME.sub("", text)
    if _HOST.match(bare) or (own and re.match(rf"(?:www\.)?{re.escape(own)}/", bare, re.IGNORECASE)):
        text = f"//{bare}"
    return normal(text, base)


def registrable(url: str) -> str:
    """The site that `url` belongs to: ``example.co.uk`` of ``https://news.example.co.uk/x``. Empty when there is no host.

    Knows the two-level endings of the United Kingdom and otherwise takes the last two labels: it tells outlets apart, it does
    not guard cookies.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    host = (host if host.isascii() else ascii_host(host)).rstrip(".").removeprefix("www.")
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit():
        return host  # an address of a machine has no labels to take
    second = {"co", "gov", "org", "ac", "nhs", "police", "ltd", "plc", "me", "net", "sch"}
    take = 3 if len(labels) > 2 and labels[-1] == "uk" and labels[-2] in second else 2
    return ".".join(labels[-take:])


def queue_of(url: str) -> str:
    """Whose queue a page stands in: its site, all hosts of it together; of a machine without a name its address and port."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    named = "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()
    return registrable(url) if named else parts.netloc
