"""The tables of what is read: sources, their polls and links, pages, articles, what those say, and what waits for a person."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from monitor.store.metadata import id_column, metadata
from monitor.store.utc_datetime import UTCDateTime

#: Said by the index of what waits, and by who asks for it.
WAITING = text("state = 'waiting'")

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("validators", JSON, nullable=False),
    Column("cursor", Text, nullable=False, default=""),
    Column("polled_before", Boolean, nullable=False, default=False),
    Column("last_success", UTCDateTime),
    Column("next_due_at", UTCDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("reason", String, nullable=False, default=""),
    Column("moved_to", Text, nullable=False, server_default=""),  # where its latest answer came from, redirected for good
    Column("declared", String(16), nullable=False, server_default=""),  # how it was declared when it was asked last
)

polls = Table(
    "polls",
    metadata,
    id_column(),
    Column("source", ForeignKey("sources.name"), nullable=False),
    Column("polled_at", UTCDateTime, nullable=False),
    Column("links", Integer, nullable=False),
    Column("new_links", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("newest", UTCDateTime),
    Column("not_modified", Boolean, nullable=False),
    Column("reason", String, nullable=False, default=""),
    Column("status", Integer),
    Column("fingerprint", String(16), nullable=False, server_default=""),  # of the answer's bytes
    Column("age", Integer),  # seconds that caches had kept it
    Index("ix_polls_source_polled_at", "source", "polled_at"),
)

captures = Table(
    "captures",
    metadata,
    id_column(),
    Column("url", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content_type", String, nullable=False, default=""),
    Column("retrieved", UTCDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib
    UniqueConstraint("url", "sha256"),
)

articles = Table(
    "articles",
    metadata,
    id_column(),
    Column("url", Text, nullable=False),
    Column("canonical_url", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("form", String, nullable=False),  # article | report
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published", Date),
    Column("retrieved", UTCDateTime),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("outlet", String, nullable=False),
    Column("source", String, nullable=False, default=""),
    Column("source_class", String, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("reason", String, nullable=False, default=""),
    Column("classifier_version", String, nullable=False, default=""),
    Column("background", JSON, nullable=False),
    UniqueConstraint("canonical_url", "sha256"),
    Index("ix_articles_sha256", "sha256"),
    Index("ix_articles_recorded_at", "recorded_at"),
)

links = Table(
    "links",
    metadata,
    id_column(),
    Column("canonical_url", Text, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("source", ForeignKey("sources.name"), nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    Column("published", UTCDateTime),
    Column("first_seen", UTCDateTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("state", String, nullable=False),  # new | read | given_up | passed_over
    Column("retry_at", UTCDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("reason", String, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("article", ForeignKey("articles.id")),
    Column("host", String, nullable=False, server_default=""),  # whose queue it stands in
    Column("deaths", Integer, nullable=False, server_default="0"),  # processes that it cost
    Column("reader", String(32), nullable=False, server_default=""),  # who looks into it now
    Column("begun_at", UTCDateTime),  # since when
    Column("tried_at", UTCDateTime),  # when it was read or tried last
    Column("edition", String(16), nullable=False, server_default=""),  # of its entry: its id and dates, as last announced
    Column("readings", Integer, nullable=False, server_default="0"),  # how often it was read
    Index("ix_links_waiting", "retry_at", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

judgements = Table(
    "judgements",
    metadata,
    id_column(),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),
    Column("urn", String, nullable=False, index=True),
    Column("area", String, nullable=False),
    Column("rating", String, nullable=False),
    Column("previous", String),
    Column("previous_year", Integer),
    Column("tier", String, nullable=False),
    Column("frame", String, nullable=False),
    Column("page", Integer),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("in_title", Boolean, nullable=False),
    Column("quote", Text, nullable=False),
    Column("classifier_version", String, nullable=False),
)

rejections = Table(
    "rejections",
    metadata,
    id_column(),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("in_title", Boolean, nullable=False),
    Column("quote", Text, nullable=False),
)

#: What the classifier was too unsure of to tell anybody: each claim of a page once, whatever number of times it is read.
review_items = Table(
    "review_items",
    metadata,
    id_column(),
    Column("article", ForeignKey("articles.id"), nullable=False, index=True),  # the page's newest text in which it stands
    Column("canonical_url", Text, nullable=False),  # of the page
    Column("urn", String, nullable=False),
    Column("area", String, nullable=False),
    Column("rating", String, nullable=False),
    Column("probability", Float, nullable=False),
    Column("previous", String),
    Column("previous_year", Integer),
    Column("tier", String, nullable=False),
    Column("frame", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("in_title", Boolean, nullable=False),
    Column("quote", Text, nullable=False),
    Column("reports_inspection", Boolean, nullable=False),
    Column("classifier_version", String, nullable=False),
    Column("state", String, nullable=False),  # waiting | accepted | rejected | settled
    Column("reason", String, nullable=False, default=""),  # why nobody need decide on it
    Column("came_at", UTCDateTime, nullable=False),
    Column("decided_at", UTCDateTime),
    Column("decided_by", String, nullable=False, default=""),
    UniqueConstraint("canonical_url", "urn", "area", "rating"),
    Index("ix_review_items_waiting", "came_at", sqlite_where=WAITING, postgresql_where=WAITING),
)
