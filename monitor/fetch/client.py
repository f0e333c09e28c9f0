"""The HTTP client: conditional, counted, patient, and never surprised into raising by what a server does."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import httpx

from monitor.domain.web_address import normal
from monitor.fetch.addresses import refuse_url
from monitor.fetch.cookies import Cookies
from monitor.fetch.failures import failure, from_exception, from_status, is_unanswered
from monitor.fetch.limits import Limits
from monitor.fetch.network import GuardedTransport, LateTransport, ProxiedTransport, shared_ssl_context
from monitor.fetch.per_host import PerHost
from monitor.fetch.politeness import Politeness
from monitor.fetch.proxies import Proxies, Proxy
from monitor.fetch.response_body import BodyRefusedError, read_body
from monitor.fetch.robots import Robots, parse_robots
from monitor.ports import Clock, FetchFailure, Page, Validators

#: The client logs every address at INFO; some carry a key.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

PRODUCT = "OfstedRatingMonitor"
_REDIRECTS = (301, 302, 303, 307, 308)
_MOVED = (301, 308)
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"
_NONE = Validators()
_NO_PROXIES = Proxies()
_DRAINED = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redirect:
    """An intermediate answer: where to go next, and whether the page moved there for good."""

    url: str
    lasting: bool


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One fetch with its redirects: the seconds that it still has, and the cookies that were set on the way."""

    left: float
    cookies: Cookies = field(default_factory=Cookies)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A robots.txt as last read, with when (loop time) it must be read again."""

    robots: Robots
    until: float
    failure: FetchFailure | None = None


class HttpFetcher:
    """Implements `ports.Fetcher`. One per process; close it, or use it as an async context manager.

    `contact` (an address or URL) goes into the User-Agent. `allow_private` admits loopback and private networks and odd ports:
    for tests, the demo, and a source inside the operator's own network. `ca_file` names
    certificate authorities to trust beside the usual ones. `proxies` say which requests go through one.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        contact: str,
        limits: Limits | None = None,
        allow_private: bool = False,
        robots: bool = True,
        ca_file: str = "",
        proxies: Proxies = _NO_PROXIES,
    ) -> None:
        self._clock = clock
        self._limits = limits = limits or Limits()
        self._allow_private = allow_private
        self._politeness = Politeness(self._limits)
        self._robots_on = robots
        self._robots, self._robots_locks = PerHost[_Known](), PerHost[asyncio.Lock]()
        agent = f"{PRODUCT}/1 (+{contact})" if contact else f"{PRODUCT}/1"
        self._headers = {
            "User-Agent": agent.encode("ascii", "replace").decode(),  # a name in another alphabet must not end every request
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip",
            "Accept-Language": "en-GB,en;q=0.8",
        }
        timeout = httpx.Timeout(limits.read_timeout, connect=limits.connect_timeout, pool=None)
        self._extensions = {"timeout": timeout.as_dict()}
        # The transports without a client over them: we follow redirects ourselves, and remember no cookie and no password.
        self._proxies, self._proxied = proxies, dict[Proxy, httpx.AsyncBaseTransport]()
        self._ca_file = ca_file
        self._transports: dict[str, httpx.AsyncBaseTransport] = {
            "http": GuardedTransport(limits, allow_private=allow_private),
            "https": LateTransport(
                lambda: GuardedTransport(limits, allow_private=allow_private, context=shared_ssl_context(ca_file))
            ),
        }

    async def __aenter__(self) -> HttpFetcher:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for transport in (*self._transports.values(), *self._proxied.values()):
            await transport.aclose()

    def _transport(self, url: httpx.URL) -> httpx.AsyncBaseTransport:
        """What `url` is asked through."""
        proxy = self._proxies.of(str(url))
        if proxy is None:
            return self._transports[url.scheme]
        if proxy not in self._proxied:
            context = shared_ssl_context(self._ca_file)
            self._proxied[proxy] = ProxiedTransport(self._limits, proxy, allow_private=self._allow_private, context=context)
        return self._proxied[proxy]

    async def fetch(self, url: str, validators: Validators = _NONE) -> Page | FetchFailure:
        """GET `url`, conditionally when validators are given. Never raises for what a server or network does.

        Redirects are followed within the limits; `Page.url` is where they led and `Page.moved_to` is set when every hop was
        permanent. Waiting for one's turn does not count towards the deadline; everything else does.
        """
        start = target = (normal(url) or url).split("#", 1)[0]
        if refusal := refuse_url(target, allow_private=self._allow_private):
            return failure(url, "bad_url", f"{target[:200]}: {refusal}")
        lasting, visit = True, _Visit(left=self._limits.deadline)
        seen = {(target, "")}
        for _ in range(self._limits.redirects + 1):
            answer = await self._permitted(target, validators, visit)
            if isinstance(answer, FetchFailure):
                return replace(answer, url=url)
            if isinstance(answer, Page):
                moved = answer.url if lasting and target != start else ""
                return replace(answer, moved_to=moved)
            if refusal := refuse_url(answer.url, allow_private=self._allow_private):
                return failure(url, "redirect_refused", f"{answer.url[:200]}: {refusal}")
            if urlsplit(target).scheme == "https" and urlsplit(answer.url).scheme == "http":
                return failure(url, "redirect_refused", f"from https down to {answer.url[:200]}")
            once = (answer.url, visit.cookies.header(answer.url))  # to the same address with another cookie is no loop
            if once in seen:
                return failure(url, "redirect_loop", answer.url)
            seen.add(once)
            if urlsplit(answer.url).netloc != urlsplit(target).netloc:
                validators = _NONE  # another site's validators mean nothing here
            target, lasting = answer.url, lasting and answer.lasting
        return failure(url, "redirect_loop", f"more than {self._limits.redirects} redirects")

    async def _permitted(self, url: str, validators: Validators, visit: _Visit) -> Page | FetchFailure | _Redirect:
        """GET one URL if the site's robots.txt lets us."""
        if self._robots_on:
            known = await self._rules(url)
            if known.failure is not None:
                return known.failure
            if not known.robots.allows(url):
                return failure(url, "robots", "the site's robots.txt asks us not to")
        return await self._get(url, validators, visit)

    async def _get(self, url: str, validators: Validators, visit: _Visit) -> Page | FetchFailure | _Redirect:
        async with self._politeness.turn(urlsplit(url).hostname or ""):
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(visit.left):
                    try:
                        return await self._exchange(url, validators, visit)
                    except httpx.RemoteProtocolError as error:
                        if not is_unanswered(error):
                            raise
                        # A kept connection may be closed in the moment that it is used: that says nothing of the site.
                        return await self._exchange(url, validators, visit)
            except TimeoutError:
                return failure(url, "deadline", f"not finished within {self._limits.deadline:g} s")
            except BodyRefusedError as refused:
                return failure(url, refused.reason, refused.detail)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
                return from_exception(url, error)
            finally:
                visit.left -= asyncio.get_running_loop().time() - began

    async def _exchange(self, url: str, validators: Validators, visit: _Visit) -> Page | FetchFailure | _Redirect:
        asked_with = _as_sent(self._headers | _conditions(validators) | {"Cookie": visit.cookies.header(url)})
        request = httpx.Request("GET", url, headers=asked_with, extensions=self._extensions)
        response = await self._transport(request.url).handle_async_request(request)
        async with aclosing(response):
            if sum(len(name) + len(value) + 4 for name, value in response.headers.raw) > self._limits.header_bytes:
                return failure(url, "headers_too_large", f"more than {self._limits.header_bytes} bytes of headers")
            headers = dict(response.headers.items())
            status = response.status_code
            if status in _REDIRECTS and headers.get("location"):
                await _beginning(response)
                visit.cookies.take(url, (value for name, value in response.headers.raw if name.lower() == b"set-cookie"))
                target = normal(headers["location"], url).split("#", 1)[0] or headers["location"]
                return _Redirect(url=target, lasting=status in _MOVED and target != url)
            if status == 304:
                await _beginning(response)
                return self._not_modified(url, validators, headers)
            if status not in (200, 203):
                return from_status(url, status, headers, await _beginning(response), self._clock.now())
            limit = self._limits.pdf_bytes if _is_pdf(url, headers) else self._limits.page_bytes
            if headers.get("content-length", "").isdigit() and int(headers["content-length"]) > limit:
                return failure(url, "too_large", f"{headers['content-length']} bytes announced")
            body = await read_body(response.aiter_raw(), encoding=headers.get("content-encoding", ""), limit=limit)
        return Page(
            url=url,
            status=status,
            content_type=headers.get("content-type", ""),
            body=body,
            validators=_validators(response),
            headers=headers,
            retrieved=self._clock.now(),
        )

    def _not_modified(self, url: str, validators: Validators, headers: dict[str, str]) -> Page | FetchFailure:
        if validators == _NONE:
            return failure(url, "unexpected_304", "a 304 to a question that was not asked", status=304)
        return Page(
            url=url,
            status=304,
            content_type=headers.get("content-type", ""),
            body=b"",
            validators=validators,
            headers=headers,
            retrieved=self._clock.now(),
        )

    async def _rules(self, url: str) -> _Known:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        loop = asyncio.get_running_loop()
        async with self._robots_locks.get_or_make(origin, asyncio.Lock):
            known = self._robots.get(origin)
            if known is None or known.until <= loop.time():
                known = await self._ask_robots(origin, loop.time())
                self._robots.keep(origin, known, size=known.robots.size)
                self._politeness.set_delay(parts.hostname or "", known.robots.delay)
        return known

    async def _ask_robots(self, origin: str, now: float) -> _Known:
        """Read a site's robots.txt. No such file allows everything; a site that cannot answer is left alone for a while."""
        visit = _Visit(left=self._limits.deadline)
        answer = await self._get(f"{origin}/robots.txt", _NONE, visit)
        for _ in range(self._limits.redirects):
            if not isinstance(answer, _Redirect) or refuse_url(answer.url, allow_private=self._allow_private):
                break
            answer = await self._get(answer.url, _NONE, visit)
        if isinstance(answer, Page):
            return _Known(robots=parse_robots(answer.body, PRODUCT), until=now + self._limits.robots_age)
        if isinstance(answer, FetchFailure) and answer.status is None and answer.reason not in ("too_large", "encoding"):
            return _Known(robots=Robots(), until=now, failure=answer)  # no contact at all: ask again next time
        if isinstance(answer, FetchFailure) and answer.reason in ("server_error", "rate_limited"):
            return _Known(robots=Robots(), until=now, failure=replace(answer, reason=f"robots_{answer.reason}"))
        return _Known(robots=Robots(), until=now + self._limits.robots_age)


def _as_sent(headers: dict[str, str]) -> dict[bytes, bytes]:
    """Headers as bytes: what a server gave us goes back as it came, whatever letters it used."""
    return {name.encode("ascii"): value.encode("latin-1") for name, value in headers.items() if value}


def _validators(response: httpx.Response) -> Validators:
    """What to ask with next time, byte for byte; what is too long to keep, or cannot be sent, is not kept."""
    raw = {name.lower(): value for name, value in response.headers.raw}

    def kept(name: bytes, most: int) -> str:
        value = raw.get(name, b"").decode("latin-1")
        return value if len(value) <= most and _is_sendable(value) else ""

    return Validators(etag=kept(b"etag", 500), last_modified=kept(b"last-modified", 100))


def _is_sendable(value: str) -> bool:
    return all(" " <= char <= "\xff" and char != "\x7f" for char in value)


def _conditions(validators: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in conditions.items() if _is_sendable(value)}


def _is_pdf(url: str, headers: dict[str, str]) -> bool:
    return "pdf" in headers.get("content-type", "").lower() or urlsplit(url).path.lower().endswith(".pdf")


async def _beginning(response: httpx.Response) -> bytes:
    """The first kilobytes of a body that does not matter, to tell a challenge from a refusal; nothing when compressed.

    A short body is read to its end, so that the connection can be used again.
    """
    start = b""
    size = 0
    try:
        async for chunk in response.aiter_raw():
            start = start or chunk[:4096]
            size += len(chunk)
            if size > _DRAINED:
                break
    except httpx.HTTPError:
        return start
    return b"" if response.headers.get("content-encoding", "").strip() else start
