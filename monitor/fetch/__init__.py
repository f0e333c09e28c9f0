"""One polite HTTP client for everything the monitor reads. The only package that imports httpx."""

from __future__ import annotations

import importlib.util
import sys

# An import that is bound to fail is made to fail at once (None in sys.modules does that); both libraries do without.
# httpx brings a command line of its own that imports half of rich: 0.1 s of every start.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # typeshed knows modules only
if importlib.util.find_spec("sniffio") is None:
    # httpcore tries again several times a request, and each time the whole path is searched: 0.7 ms.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

from monitor.fetch.client import HttpFetcher  # noqa: E402
from monitor.fetch.limits import Limits  # noqa: E402
from monitor.fetch.proxies import Proxies, proxies_of  # noqa: E402

__all__ = ["HttpFetcher", "Limits", "Proxies", "proxies_of"]
