"""Text that may hold the address of a service, without what in it opens a door: people put addresses into the wrong places."""

from __future__ import annotations

import re

#: An account before a host; ``PASSWORD`` is what our own examples say.
_ACCOUNT = re.compile(r"(?<=://)(?![^\s'\"@]*:PASSWORD@)[^\s'\"/@]*:[^\s'\"]*@")
_PARAMETER = re.compile(
    r"([?&](?:api[-_]?key|key|(?:access[-_]?|auth[-_]?)?token|secret|password|passwd|pass|pwd|sig|signature|code)=)[^\s&#'\"]+",
    re.IGNORECASE,
)
_HOOK = re.compile(r"(hooks\.slack(?:-gov)?\.com/services/)[\w/-]+", re.IGNORECASE)


def masked(text: str) -> str:
    """`text` with ``...`` for accounts, keys and tokens in addresses."""
    if "://" not in text:
        return text
    return _HOOK.sub(r"\1...", _PARAMETER.sub(r"\1...", _ACCOUNT.sub("...@", text)))
