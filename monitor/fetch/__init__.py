"""One polite HTTP client for everything the monitor reads. The only package that imports h11."""

from __future__ import annotations

from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import Limits

__all__ = ["HttpFetcher", "Limits"]
