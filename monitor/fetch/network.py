"""Connects only where `addresses` allows, checked on the very address that is connected to.

A check before the request can be passed with one DNS answer and betrayed with the next; here the resolved address is checked
and then dialled, so redirects, rebinding and literal addresses all meet the same rule.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import cache
from typing import TypeVar

from monitor.fetch.addresses import refuse_address
from monitor.fetch.failures import FetchError

_Protocol = TypeVar("_Protocol", bound=asyncio.Protocol)
_MOST_ADDRESSES = 4


async def dial(
    host: str, port: int, make: type[_Protocol], *, tls: ssl.SSLContext | None, allow_private: bool, seconds: float
) -> _Protocol:
    """Connect to the first permitted address of `host` and return the protocol that `make` made for it.

    TLS verifies the host's name, not the address. `seconds` are for the name, and for each of at most four addresses.
    Raises `FetchError`: ``dns``, ``blocked_address``, ``refused``, ``timeout``, ``tls``, ``unreachable``.
    """
    loop = asyncio.get_running_loop()
    addresses = await _resolve(host, port, seconds)
    refusals = [refuse_address(address, allow_private=allow_private) for address in addresses]
    # One refused address condemns the name: an honest site has no inner address among its answers.
    if bad := next((refusal for refusal in refusals if refusal), ""):
        raise FetchError("blocked_address", f"{host}: {bad}")
    failure = FetchError("dns", f"{host} has no address")
    for address in addresses[:_MOST_ADDRESSES]:
        try:
            async with asyncio.timeout(seconds):
                _, protocol = await loop.create_connection(make, address, port, ssl=tls, server_hostname=host if tls else None)
        except TimeoutError:
            failure = FetchError("timeout", f"{host}: no connection within {seconds:g} s")
        except ssl.SSLError as error:
            raise FetchError("tls", f"{host}: {error}") from error
        except ConnectionRefusedError as error:
            failure = FetchError("refused", f"{host}: {error}")
        except OSError as error:
            failure = FetchError("unreachable", f"{host}: {error}")
        else:
            return protocol
    raise failure


async def _resolve(host: str, port: int, seconds: float) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            # As bytes: for a text the interpreter first loads its tables of international names (10 ms).
            found = await loop.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise FetchError("timeout", f"{host}: no answer from DNS") from error
    except (OSError, UnicodeError) as error:
        raise FetchError("dns", f"{host}: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def shared_ssl_context(ca_file: str = "") -> ssl.SSLContext:
    """The one TLS context of the process (26 ms to build); `ca_file` replaces the shipped authorities."""
    import certifi  # only when the first https page is asked for

    context = ssl.create_default_context(cafile=ca_file or certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
