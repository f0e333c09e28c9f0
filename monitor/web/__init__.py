"""The monitor's pages: health for machines, status for people."""

from monitor.web.asgi import Entrypoint

__all__ = ["Entrypoint"]
