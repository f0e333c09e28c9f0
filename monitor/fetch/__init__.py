"""One polite HTTP client for everything the monitor reads. The only package that imports httpx."""

from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import Limits

__all__ = ["HttpFetcher", "Limits"]
