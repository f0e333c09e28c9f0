"""The monitor's pages: health for machines, status for people."""

from monitor.web.front import Front

__all__ = ["Front"]
