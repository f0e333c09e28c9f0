"""What the client allows a server to do to us, and itself to do to a server."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.web_address import LOOPBACK

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds. The defaults are the product's; tests and operators narrow or widen them."""

    page_bytes: int = 5 * MEBIBYTE  #: real pages: largest of 181 measured was 1.5 MB
    pdf_bytes: int = 8 * MEBIBYTE  #: the largest report so far has 0.8 MB
    header_bytes: int = 64 * 1024
    read_timeout: float = 15.0  #: silence between two reads
    connect_timeout: float = 10.0
    deadline: float = 60.0  #: the whole fetch, redirects included; a drip of one byte a second passes every per-read timeout
    redirects: int = 5
    connections: int = 8  #: the pool's cost per request grows with what is open (6 times from 1 to 50)
    per_host: int = 2
    burst: int = 10  #: requests a host may get at once ...
    delay: float = 10.0  #: ... before they come one in so many seconds
    robots_age: float = 24 * 3600.0  #: how long a robots.txt is believed
    exempt_hosts: frozenset[str] = LOOPBACK  #: our own: no waiting there
