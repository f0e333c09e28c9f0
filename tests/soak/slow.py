"""Sites that take their time: links that never answer, and a body that comes drop by drop."""

from __future__ import annotations

import asyncio

from tests.soak.site import Site


async def _hang(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<p>")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(1)


class Slow:
    """Two of them, for one alone has half of the places at most."""

    def __init__(self) -> None:
        self.sites = (Site(name="hanging", host="127.0.0.3"), Site(name="dripping", host="127.0.0.4"))

    async def list_hanging(self, links: int = 100) -> None:
        """So many links that never answer, at once."""
        for number in range(links):
            self.sites[0].announce(f"Ofsted story {number}", _hang)

    async def list_dripping(self, links: int = 5) -> None:
        """So many links whose pages come a byte a second."""
        for number in range(links):
            self.sites[1].announce(f"Ofsted story {number}", _drip)
