"""The event form: what happened as data, for webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC

from monitor.domain.model import Change
from monitor.messages.notice import Notice, Purpose, by_inspection
from monitor.messages.sanitize import link, sanitize

#: Characters of a sentence as data; nobody's sentence is longer.
_EVIDENCE = 5000


def event(notice: Notice) -> str:
    """JSON of the event; nothing in it is one person's."""
    return json.dumps(event_facts(notice), ensure_ascii=False, sort_keys=True)


def event_facts(notice: Notice) -> Mapping[str, object]:
    """The event as plain values."""
    if notice.purpose is Purpose.OPERATOR:
        return {
            "type": "operator.notice",
            "timestamp": notice.created.astimezone(UTC).isoformat(),
            "data": {"title": notice.title, "words": list(notice.words)},
        }
    return {
        "type": f"rating.{notice.purpose}",
        "timestamp": notice.created.astimezone(UTC).isoformat(),
        "data": {"changes": [change_facts(change) for change in _ordered(notice.changes)]},
    }


def _ordered(changes: Sequence[Change]) -> list[Change]:
    return [change for group in by_inspection(changes) for change in group]


def change_facts(change: Change) -> Mapping[str, object]:
    """One change as plain values."""
    return {
        "key": change.key,
        "authority": change.authority.name,
        "urn": change.authority.urn,
        "gss_code": change.authority.gss_code,
        "region": change.authority.region,
        "area": change.area.value,
        "old": change.old.value if change.old else None,
        "new": change.new.value if change.new else None,
        "old_shared": change.old_shared.value if change.old_shared else None,
        "kinds": sorted(kind.value for kind in change.kinds),
        "trust": change.inspection.trust.value,
        "published": change.inspection.published.isoformat(),
        "evidence": sanitize(change.evidence, _EVIDENCE),
        "outlet": sanitize(change.outlet),
        "url": link(change.url),
        "reported": change.reported.value if change.reported else None,
        "conflict": sanitize(change.conflict) or None,
    }
