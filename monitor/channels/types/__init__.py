"""The kinds of channels: every module here declares one as `TYPE`, and knows none of the others. Another is another module."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from monitor.channels.channel_type import ChannelType


@cache
def channel_types() -> tuple[ChannelType, ...]:
    """Every kind, in the order of their modules' names; last the one that takes what is nobody else's."""
    found: list[ChannelType] = [import_module(f"{__name__}.{module.name}").TYPE for module in iter_modules(__path__)]
    return tuple(sorted(found, key=lambda kind: kind.claims is None and not kind.schemes))
