"""A sign of life to something elsewhere that raises the alarm when it stays away: a dead monitor cannot tell of itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.domain.characters import unquoted
from monitor.ports import Clock, ConfigError, FetchFailure

if TYPE_CHECKING:
    from monitor.fetch import Proxies
    from monitor.settings import Settings

_log = logging.getLogger(__name__)
#: Seconds that the other side may take.
_DEADLINE = 20.0


class Heartbeat:
    """Asks for an address, whose answer does not matter. The address is a secret: it is never logged."""

    def __init__(
        self, url: str, clock: Clock, *, allow_private: bool = False, ca_file: str = "", proxies: Proxies | None = None
    ) -> None:
        self._url = url
        self._clock = clock
        self._allow_private = allow_private
        self._ca_file, self._proxies = ca_file, proxies
        self._failed = False

    async def __call__(self) -> bool:
        """Give one sign; whether it was heard. What goes wrong is logged once until it goes well again."""
        from monitor.fetch import HttpFetcher, Limits, Proxies

        limits = Limits(deadline=_DEADLINE)
        # It is our own account there, not a publisher's page: robots.txt does not speak of it.
        async with HttpFetcher(
            clock=self._clock,
            contact="",
            limits=limits,
            allow_private=self._allow_private,
            robots=False,
            ca_file=self._ca_file,
            proxies=self._proxies or Proxies(),
        ) as fetcher:
            answer = await fetcher.fetch(self._url)
        failed = isinstance(answer, FetchFailure)
        if isinstance(answer, FetchFailure) and not self._failed:
            _log.warning("the heartbeat is not heard: %s", answer.reason)
        self._failed = failed
        return not failed


def build_heartbeat(settings: Settings, clock: Clock, environ: Mapping[str, str]) -> Heartbeat | None:
    """The sign of life that is configured; None without one. Raises ConfigError where its variable is not set."""
    if not settings.heartbeat_url_env:
        return None
    url = unquoted(environ.get(settings.heartbeat_url_env, ""))
    if not url.startswith(("https://", "http://")):
        reason = f"the environment variable {settings.heartbeat_url_env} holds no web address"
        raise ConfigError(reason, key="monitor.toml: [monitor]: heartbeat_url_env")
    from monitor.fetch import proxies_of

    proxies = proxies_of(settings.proxy, environ)
    return Heartbeat(url, clock, allow_private=settings.allow_private, ca_file=settings.ca_file, proxies=proxies)
