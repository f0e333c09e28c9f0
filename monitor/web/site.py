"""What routes work with: the record, the monitor's condition, and what was said before of an unchanged record."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import Request, Response

from monitor import __version__
from monitor.app.installed import program
from monitor.ports import Clock
from monitor.web.pages import rendered
from monitor.web.queries.recipients import RecipientCounter
from monitor.web.queries.record import Record, RecordCache

if TYPE_CHECKING:
    from monitor.app.daemon import Health
    from monitor.domain.review import ReviewItem
    from monitor.web.sign_in import SignIn
    from monitor.web.state import OperatorStore
    from monitor.web.status import Status
    from monitor.web.work import Work

#: What is kept of answers, bytes, and how many of them.
MAX_KEPT_BYTES, MAX_KEPT = 16_000_000, 512
#: Smaller bodies are sent as they are.
_MIN_GZIP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A representation of something public, made once for everybody who asks for it."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    zipped: bytes = b""  #: the body in gzip, where that is shorter


def html(template: str, **values: object) -> Made:
    """A page of a template; see `pages.rendered`."""
    return Made(body=rendered(template, **values).encode())


class AnswerCache:
    """Answers by version and address; who was not asked for longest goes first. Nothing that is one person's comes in here."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, ...], Made] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._making: dict[tuple[str, ...], threading.Lock] = {}
        self._record = ""

    def keep_to(self, record: str) -> None:
        """Let go of every answer that was made of another record: nobody asks for it again, and it holds memory."""
        with self._lock:
            if record != self._record:
                self._record, self._size = record, 0
                self._held.clear()

    def held(self, key: tuple[str, ...]) -> Made | None:
        """What is held under a key, if anything is."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def get(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """What is held under a key, else what `make` makes; it is made once, however many ask for it meanwhile."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = _zipped(make())
                self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
            return made

    def _keep(self, key: tuple[str, ...], made: Made) -> None:
        with self._lock:
            self._held[key] = made
            self._size += len(made.body) + len(made.zipped)
            while len(self._held) > MAX_KEPT or self._size > MAX_KEPT_BYTES:
                _, gone = self._held.popitem(last=False)
                self._size -= len(gone.body) + len(gone.zipped)


def _zipped(made: Made) -> Made:
    if len(made.body) < _MIN_GZIP:
        return made
    short = gzip.compress(made.body, 6, mtime=0)
    return Made(body=made.body, media_type=made.media_type, headers=made.headers, zipped=short)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Everything that a route may ask. One for an application."""

    record: RecordCache
    status: Callable[[], Status]  #: what is watched and how it goes; blocking
    health: Callable[[], Health]
    work: Callable[[], Work]  #: how the work goes on; blocking
    clock: Clock
    public_url: str = ""
    message_days: int = 400  #: after so many days what a message said is forgotten
    ended_days: int = 28  #: and the address of who left
    contact: str = ""  #: whom readers turn to
    metrics_token: str = ""  #: of whatever may read the numbers
    operator_token: str = ""  #: of who may read the numbers; empty: nobody may
    sign_in: SignIn | None = None  #: of who may see the operator's pages; None: nobody may
    operator: OperatorStore | None = None  #: what those pages show and do
    if_accepted: Callable[[ReviewItem], Sequence[str]] = lambda _item: ()  #: what would come of it, line by line
    recipients: RecipientCounter | None = None  #: how many readers would get a change; None: that is not told
    names: frozenset[str] | None = None  #: that visitors may call the site by; None: any
    fresh_for: float = 0.0  #: how old the word of the store may be that nothing changed, seconds
    answers: AnswerCache = field(default_factory=AnswerCache)

    @property
    def base(self) -> str:
        """The path at which a proxy shows the site, without a slash at its end."""
        return urlsplit(self.public_url).path.rstrip("/")

    def origin(self, request: Request) -> str:
        """Where the site is, for addresses that are read elsewhere: in feeds, in downloads. Without a slash at its end."""
        return self.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"

    def respond(
        self, request: Request, make: Callable[[Record], Made], *, version: str = "", record: Record | None = None
    ) -> Response:
        """What `make` makes of the record, or that nothing changed since the visitor asked last (304).

        An answer is kept until the record changes or the day ends, for everybody who asks for the same address. `version` is
        of whatever else it depends on; `record` is that of now where somebody has it already. Raises what `make` raises; that
        is not kept.
        """
        record = record or self.record.current()
        mark = self._mark(record, request) + version
        key = (mark, request.url.path, request.url.query)
        self.answers.keep_to(f"{record.version} {record.as_of}")
        return _conditional(request, mark, lambda: self.answers.get(key, lambda: make(record)))

    def at_once(self, request: Request) -> Response | None:
        """What `respond` gives, where it can be given without asking the store or making anything; else None."""
        record = self.record.recent(self.fresh_for) if request.method in {"GET", "HEAD"} else None
        if record is None:
            return None
        mark = self._mark(record, request)
        held = self.answers.held((mark, request.url.path, request.url.query))
        return _conditional(request, mark, lambda: held) if held else None

    def _mark(self, record: Record, request: Request) -> str:
        """What all answers have in common that are right at the same time."""
        return f"{__version__} {program()} {record.version} {record.as_of} {self.origin(request)} "

    def respond_now(self, request: Request, made: Made) -> Response:
        """What was made for this request alone, or that it is what the visitor has (304): marked by what is in it."""
        return _conditional(request, made.body, lambda: _zipped(made))


def _conditional(request: Request, mark: str | bytes, made: Callable[[], Made]) -> Response:
    """An answer that is the same while its mark is, or that the visitor has it (304)."""
    tag = f'W/"{hashlib.sha256(mark.encode() if isinstance(mark, str) else mark).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    answer = made()
    headers |= answer.headers
    body = answer.body
    if answer.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        body = answer.zipped
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=answer.media_type, headers=headers)


def _is_known(said: str, tag: str) -> bool:
    """Whether ``If-None-Match`` names a tag; weak comparison, as RFC 9110 has it for this header."""
    known = {each.strip().removeprefix("W/") for each in said.split(",")}
    return "*" in known or tag.removeprefix("W/") in known
