"""One polite HTTP client for everything the monitor reads. The only package that speaks HTTP to the outside world."""

from __future__ import annotations

from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import Limits

__all__ = ["HttpFetcher", "Limits"]
