"""The tables: one schema for SQLite and PostgreSQL. What may happen only once is a unique key here, not an ``if`` elsewhere.

Those of what is read are in `read_tables`; here are those of what is believed, and of who is told.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from monitor.store.metadata import id_column, metadata
from monitor.store.read_tables import (
    WAITING,
    articles,
    captures,
    judgements,
    links,
    polls,
    rejections,
    review_items,
    sources,
)
from monitor.store.utc_datetime import UTCDateTime

__all__ = [
    "HEAD",
    "IN_FORCE",
    "OPEN",
    "PENDING",
    "WAITING",
    "UTCDateTime",
    "alerts",
    "articles",
    "attestations",
    "bodies",
    "captures",
    "changes",
    "deliveries",
    "facts",
    "inspections",
    "journal",
    "judgements",
    "leases",
    "links",
    "metadata",
    "notifications",
    "polls",
    "rejections",
    "returns",
    "review_items",
    "sources",
    "standing_alarms",
    "subscriptions",
    "suspensions",
]

#: The newest migration. `open_store` compares it with the database's own row before it imports any migration machinery.
HEAD = "0010"

inspections = Table(
    "inspections",
    metadata,
    Column("key", String, primary_key=True),
    Column("urn", String, nullable=False, index=True),
    Column("framework", String, nullable=False),
    Column("published", Date, nullable=False),
    Column("fieldwork_start", Date),
    Column("fieldwork_end", Date),
    Column("trust", String, nullable=False),
    Column("combined_care", Boolean, nullable=False),
    Column("outlets", JSON, nullable=False),
    Column("ratings", JSON, nullable=False),
    Column("url", Text, nullable=False, default=""),
    Column("updated_at", UTCDateTime, nullable=False),
)

attestations = Table(
    "accounts",
    metadata,
    Column("key", String, primary_key=True),
    Column("inspection", ForeignKey("inspections.key"), nullable=False, index=True),
    Column("article", ForeignKey("articles.id")),  # empty for what the shipped history says
    Column("urn", String, nullable=False),
    Column("outlet", String, nullable=False),
    Column("source_class", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("published", Date, nullable=False),
    Column("ratings", JSON, nullable=False),
    Column("previous", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("framework", String, nullable=False),
    Column("fieldwork_start", Date),
    Column("fieldwork_end", Date),
    Column("combined_care", Boolean, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    id_column(),
    Column("key", String, nullable=False, unique=True),
    Column("inspection", ForeignKey("inspections.key"), nullable=False, index=True),
    Column("article", ForeignKey("articles.id")),
    Column("urn", String, nullable=False, index=True),
    Column("area", String, nullable=False),
    Column("old", String),
    Column("new", String, nullable=False),  # empty when it is withdrawn
    Column("kinds", JSON, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("outlet", String, nullable=False),
    Column("source_class", String, nullable=False),
    Column("old_published", Date),
    Column("old_year", Integer),
    Column("reported", String),
    Column("old_shared", String),  # care leavers: the grade before, shared with children in care
    Column("conflict", Text, nullable=False, default=""),
    Column("silent", String, nullable=False, default=""),  # why it was recorded without alerting anyone; empty when it alerts
    Column("recorded_at", UTCDateTime, nullable=False, index=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("name", String, primary_key=True),
    Column("origin", String, nullable=False),  # config | self-service
    Column("channel", String, nullable=False),
    Column("target", String, nullable=False, index=True),
    Column("definition", JSON, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("confirmed_at", UTCDateTime),
    Column("token", String(64), nullable=False, default=""),  # SHA-256 of the secret that its links carry
    Column("digest_from", UTCDateTime),  # what was announced before is in an earlier digest
    Column("ended_at", UTCDateTime),
    Column("ended_reason", String, nullable=False, default=""),
)
#: Of subscriptions: those that have not ended.
IN_FORCE = subscriptions.c.ended_at.is_(None)

#: What partial indexes cover: the working set stays small however many settled deliveries there are. A query that is to use
#: one has to say the same words; a value that is bound later is not recognised (by PostgreSQL in a prepared statement).
PENDING = text("state = 'pending'")
OPEN = text("state IN ('held', 'sending', 'committing', 'uncertain', 'failed')")

#: What a message says, the same for everybody whom it is sent to; frozen.
bodies = Table(
    "bodies",
    metadata,
    id_column(),
    Column("subject", Text, nullable=False),
    Column("forms", JSON, nullable=False),  # by name of the form
    Column("headers", JSON, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    Column("purpose", String, nullable=False),  # change | confirmed | corrected | digest | test | notice | operator
    Column("channel", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("target", String, nullable=False),
    Column("change_set", String(64), nullable=False),
    Column("body", ForeignKey("bodies.id"), index=True),  # empty when its reader was erased
    Column("footers", JSON, nullable=False),  # what this person alone gets, by name of the form, frozen like the body
    Column("headers", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("attempt", Integer, nullable=False, default=0),
    Column("owner", String, nullable=False, default=""),
    Column("epoch", Integer, nullable=False, default=0),
    Column("not_before", UTCDateTime, nullable=False),
    Column("lease_until", UTCDateTime),
    Column("created", UTCDateTime, nullable=False),
    Column("settled_at", UTCDateTime),
    Column("mentioned_in", String(32)),  # of an uncertain one: the delivery that tells this person of the doubt
    Column("provider_ref", String),  # what the provider calls it, where updates can be put below it
    Column("unplanned", Integer, nullable=False, server_default="0"),  # tries out of turn: they make no wait longer
    Column("planned_for", UTCDateTime),  # it is tried out of turn: when it would have been tried anyway
    Column("tries_until", UTCDateTime),  # then it is given up
    UniqueConstraint("target", "change_set"),
    Index("ix_deliveries_due", "not_before", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_deliveries_open", "state", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_deliveries_created", "created"),
)

alerts = Table(
    "alerts",
    metadata,
    id_column(),
    Column("change", ForeignKey("changes.id"), nullable=False),
    Column("subscription", ForeignKey("subscriptions.name"), nullable=False),
    Column("delivery", ForeignKey("deliveries.id"), index=True),  # empty while it waits for a digest
    Column("because", Text, nullable=False, default=""),  # why the change is for this subscription
    Column("days_late", Integer, nullable=False, default=0),  # between its publication and its being seen
    Column("created", UTCDateTime, nullable=False),
    UniqueConstraint("change", "subscription"),
    Index(
        "ix_alerts_waiting", "subscription", sqlite_where=text("delivery IS NULL"), postgresql_where=text("delivery IS NULL")
    ),
)

#: A person is told a change once, whatever number of subscriptions match it.
notifications = Table(
    "tellings",
    metadata,
    Column("change", ForeignKey("changes.id"), primary_key=True),
    Column("target", String, primary_key=True),
    Column("delivery", ForeignKey("deliveries.id"), index=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("expires", UTCDateTime, nullable=False),
)

#: Every move of a delivery, for audit: who moved it, from where to where, why.
journal = Table(
    "journal",
    metadata,
    id_column(),
    Column("at", UTCDateTime, nullable=False),
    Column("delivery", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("before", String, nullable=False),
    Column("after", String, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("owner", String, nullable=False, default=""),
    Column("attempt", Integer, nullable=False, default=0),
)

#: Small named values of the state itself (which boot wrote it last, whether sending is off).
facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

#: Mail that came back, once each: a bounce, a delay, a complaint about a message that was sent.
returns = Table(
    "returns",
    metadata,
    id_column(),
    Column("delivery", ForeignKey("deliveries.id"), nullable=False),
    Column("key", String(64), nullable=False),  # of the mail that came back
    Column("kind", String, nullable=False),
    Column("code", String, nullable=False, default=""),
    Column("counted", Boolean, nullable=False),  # against the address
    Column("received_at", UTCDateTime, nullable=False),
    UniqueConstraint("delivery", "key"),
)

#: What the operator should look at, and what was said of it; a restart says nothing twice.
standing_alarms = Table(
    "standing_alarms",
    metadata,
    Column("about", String, primary_key=True),  # a source, a channel, the outbox ...
    Column("name", String, primary_key=True),  # what is the matter
    Column("message", Text, nullable=False),
    Column("weight", Integer, nullable=False),  # how many of it: more is news
    Column("since", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("told_at", UTCDateTime),
    Column("told_weight", Integer, nullable=False),
    Column("delivery", ForeignKey("deliveries.id")),  # that told of it
)

#: Addresses that refused for good; three hard bounces or one complaint stop all mail to one.
suspensions = Table(
    "suspensions",
    metadata,
    Column("target", String, primary_key=True),
    Column("hard_bounces", Integer, nullable=False, default=0),
    Column("suspended_at", UTCDateTime),
    Column("reason", String, nullable=False, default=""),
    Column("reinstated_at", UTCDateTime),  # what came back before counts no more
)
