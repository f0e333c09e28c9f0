"""One name for one article: folds the addresses under which outlets serve the same page.

The canonical form is a key for telling articles apart, not an address to fetch: mirrors, AMP, mobile and print variants, and
tracking parameters are folded away. Pure; every rule is a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

#: Parameters that say how a reader arrived or how the page is dressed, never which page it is.
_NOISE_NAMES_WORDS = (
    "fbclid gclid dclid gbraid wbraid msclkid twclid igshid mc_cid mc_eid yclid _ga _gl ref ref_src referrer cmp "
    "cmpid cid ito icid ocid spm sfmc_id mkt_tok xtor smid sharetype share s_campaign campaign source src amp "
    "print printable outputtype output view_mode mode format_view jsessionid phpsessid sid replytocom comment-page "
    "trk traffic_source"
)
_NOISE_NAMES = frozenset(_NOISE_NAMES_WORDS.split())
_NOISE_PREFIXES = ("utm_", "at_", "ns_", "pk_", "mtm_", "hsa_", "__twitter", "wt.", "itm_", "oly_")
#: Of the noisy names, those that do name a page when their value is not one of these.
_NOISE_VALUES = {
    "amp": {"", "1", "true"},
    "print": {"", "1", "true", "y", "yes"},
    "printable": {"", "1", "true"},
    "output": {"amp", "print", "1"},
    "outputtype": {"amp"},
    "mode": {"print", "amp"},
    "source": {"rss", "feed", "twitter", "facebook", "email", "newsletter"},
    "src": {"rss", "feed", "twitter", "facebook", "email", "newsletter"},
    "sid": set(),
    "cid": set(),
}

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


def _is_noise(name: str, value: str) -> bool:
    key = name.lower()
    if key.startswith(_NOISE_PREFIXES):
        return True
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
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        return url
    if parts.scheme.lower() not in ("http", "https") or not host:
        return url
    path = re.sub(r"/{2,}", "/", re.sub(r";jsessionid=[^/?]*", "", parts.path, flags=re.IGNORECASE))
    path = quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")
    place = _fold_path(_fold_host(host) + "/" + path.strip("/"))
    host, _, path = place.partition("/")
    query = sorted(
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_noise(name, value)
    )
    netloc = host if port in (None, 80, 443) else f"{host}:{port}"
    return urlunsplit(("https", netloc, f"/{path}", urlencode(query), ""))


def absolute(link: str, base: str) -> str:
    """`link` as an absolute http(s) URL seen from `base`, or an empty string (``javascript:``, ``data:``, nonsense).

    Feeds hand over all of those as links, and a reader that follows them follows them anywhere.
    """
    text = "".join(char for char in link.strip() if char not in "\r\n\t")
    if not text:
        return ""
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    if not usable or any(char < " " or char in "\\\x7f" for char in url):
        return ""
    return url.replace(" ", "%20")


def registrable(url: str) -> str:
    """The site that `url` belongs to: ``example.co.uk`` of ``https://news.example.co.uk/x``. Empty when there is no host.

    Knows the two-level endings of the United Kingdom and otherwise takes the last two labels: it tells outlets apart, it does
    not guard cookies.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
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
