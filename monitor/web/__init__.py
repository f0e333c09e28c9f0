"""The monitor's pages: health for machines, status for people."""

from monitor.web.app import create_app

__all__ = ["create_app"]
