"""A message as it is sent: a subject, headers, and what it says in each form. Rendered once, and never made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One rendered message. A channel takes the form that it understands; every message has ``text``."""

    subject: str
    forms: Mapping[str, str] = field(default_factory=dict, hash=False)  #: by name of a `messages.forms.Form`
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """The plain-text form; empty when its reader was erased."""
        return self.forms.get("text", "")

    @property
    def html(self) -> str:
        """The form for mail programs that show pages; empty without one."""
        return self.forms.get("html", "")
