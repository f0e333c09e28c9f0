"""Changes into messages: pure functions from what happened to the bytes that somebody reads."""

from monitor.messages.notice import Notice, Purpose
from monitor.messages.render import Renderer

__all__ = ["Notice", "Purpose", "Renderer"]
