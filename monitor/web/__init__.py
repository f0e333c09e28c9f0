"""The monitor's pages: health for machines, status for people."""

from monitor.web.asgi import Front

__all__ = ["Front"]
