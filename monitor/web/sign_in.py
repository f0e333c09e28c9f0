"""Who runs the monitor signs in: logins, sessions that end, and how often anybody may try."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.web.rate_limiter import RateLimiter

#: A session ends so long after it began, and so long after it was last used.
MAX_SESSION, MAX_IDLE = timedelta(hours=12), timedelta(hours=2)
#: Sessions held at once; the oldest goes first.
_MAX_SESSIONS = 100
#: A longer password is none: it would only cost time.
_MAX_PASSWORD = 1_000


@dataclass(slots=True, kw_only=True)
class Session:
    """One person, signed in with one browser."""

    account: str
    form_token: str  #: every form of this session carries it; no other site can read it
    began: datetime
    used: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now - self.began >= MAX_SESSION or now - self.used >= MAX_IDLE

    def wrote(self, form_token: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode("utf-8", "replace"))


class TooManyTries(Exception):
    """Somebody tried too often; nothing was checked. `wait` is for how long nothing will be."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries; wait for {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Accounts and their sessions. Sessions are in memory, by the hash of what the browser holds: a restart ends them all."""

    logins: Mapping[str, str]  #: name -> Argon2 hash
    is_password: Callable[[str, str], bool]  #: of a hash, empty for no account; takes equally long either way
    is_secure: bool = False  #: whether the site is reached by https alone
    _sessions: dict[bytes, Session] = field(default_factory=dict)
    _by_visitor: RateLimiter = field(default_factory=RateLimiter)
    _by_account: RateLimiter = field(default_factory=RateLimiter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sign_in(self, account: str, password: str, *, who: str, now: datetime) -> str:
        """Begin a session: the secret that the browser is to hold, empty where account or password are not right.

        Raises `TooManyTries` where the visitor `who` tried too often, or anybody did with this account.
        """
        name = account.strip().casefold()[:100]
        with self._lock:
            for limiter, key in ((self._by_visitor, who), (self._by_account, name)):
                if not limiter.allows(key, now):
                    raise TooManyTries(limiter.wait(key, now))
        known = {each.casefold(): each for each in self.logins}.get(name, "")
        is_right = self.is_password(self.logins.get(known, ""), password[:_MAX_PASSWORD])
        if not (known and is_right):
            return ""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            for old in [old for old, session in self._sessions.items() if session.is_over(now)]:
                del self._sessions[old]
            while len(self._sessions) >= _MAX_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[_hashed(secret)] = Session(account=known, form_token=secrets.token_urlsafe(32), began=now, used=now)
        return secret

    def session(self, secret: str, now: datetime) -> Session | None:
        """The session of a secret, used once more; None where there is none, or it has ended."""
        with self._lock:
            found = self._sessions.get(_hashed(secret)) if secret else None
            if found is not None and found.is_over(now):
                del self._sessions[_hashed(secret)]
                return None
            if found is not None:
                found.used = now
            return found

    def end(self, secret: str) -> None:
        """End the session of a secret, where there is one."""
        with self._lock:
            self._sessions.pop(_hashed(secret), None)

    def end_all(self, account: str) -> None:
        """End every session of an account: also one that somebody else may have got hold of, or left open elsewhere."""
        with self._lock:
            for each in [each for each, session in self._sessions.items() if session.account == account]:
                del self._sessions[each]


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
