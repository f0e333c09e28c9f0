"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store import schema

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("retrieved", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_class", sa.String(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("classifier_version", sa.String(), nullable=False),
        sa.Column("background", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("canonical_url", "sha256", name=op.f("uq_articles_canonical_url_sha256")),
    )
    op.create_index("ix_articles_recorded_at", "articles", ["recorded_at"], unique=False)
    op.create_index("ix_articles_sha256", "articles", ["sha256"], unique=False)
    op.create_table(
        "captures",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("retrieved", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("url", "sha256", name=op.f("uq_captures_url_sha256")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("change_set", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("slack", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("not_before", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("mentioned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("target", "change_set", name=op.f("uq_deliveries_target_change_set")),
    )
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state IN ('held', 'sending', 'committing', 'uncertain', 'failed')"),
        postgresql_where=sa.text("state IN ('held', 'sending', 'committing', 'uncertain', 'failed')"),
    )
    op.create_index("ix_deliveries_target_created", "deliveries", ["target", "created"], unique=False)
    op.create_table(
        "facts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_facts")),
    )
    op.create_table(
        "inspections",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("published", sa.Date(), nullable=False),
        sa.Column("fieldwork_start", sa.Date(), nullable=True),
        sa.Column("fieldwork_end", sa.Date(), nullable=True),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("combined_care", sa.Boolean(), nullable=False),
        sa.Column("outlets", sa.JSON(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("updated_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inspections")),
    )
    op.create_index(op.f("ix_inspections_urn"), "inspections", ["urn"], unique=False)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("expires", schema.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("validators", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("polled_before", sa.Boolean(), nullable=False),
        sa.Column("last_success", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("digest_from", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_target"), "subscriptions", ["target"], unique=False)
    op.create_table(
        "suspensions",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("hard_bounces", sa.Integer(), nullable=False),
        sa.Column("suspended_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_suspensions")),
    )
    op.create_table(
        "accounts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("inspection", sa.String(), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=True),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("source_class", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published", sa.Date(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("previous", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("framework", sa.String(), nullable=False),
        sa.Column("fieldwork_start", sa.Date(), nullable=True),
        sa.Column("fieldwork_end", sa.Date(), nullable=True),
        sa.Column("combined_care", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_accounts_article")),
        sa.ForeignKeyConstraint(["inspection"], ["inspections.key"], name=op.f("fk_accounts_inspection")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_inspection"), "accounts", ["inspection"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("inspection", sa.String(), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=True),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.String(), nullable=False),
        sa.Column("source_class", sa.String(), nullable=False),
        sa.Column("old_published", sa.Date(), nullable=True),
        sa.Column("old_year", sa.Integer(), nullable=True),
        sa.Column("reported", sa.String(), nullable=True),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("silent", sa.String(), nullable=False),
        sa.Column("recorded_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_changes_article")),
        sa.ForeignKeyConstraint(["inspection"], ["inspections.key"], name=op.f("fk_changes_inspection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("key", name=op.f("uq_changes_key")),
    )
    op.create_index(op.f("ix_changes_inspection"), "changes", ["inspection"], unique=False)
    op.create_index(op.f("ix_changes_recorded_at"), "changes", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_changes_urn"), "changes", ["urn"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_journal_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_delivery"), "journal", ["delivery"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("urn", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("previous_year", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("frame", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("classifier_version", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_judgements_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
    )
    op.create_index(op.f("ix_judgements_article"), "judgements", ["article"], unique=False)
    op.create_index(op.f("ix_judgements_urn"), "judgements", ["urn"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("first_seen", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("retry_at", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_links_article")),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name=op.f("fk_links_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("canonical_url", name=op.f("uq_links_canonical_url")),
    )
    op.create_index(
        "ix_links_waiting",
        "links",
        ["retry_at"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("polled_at", schema.UTCDateTime(timezone=True), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("new_links", sa.Integer(), nullable=False),
        sa.Column("undated", sa.Integer(), nullable=False),
        sa.Column("newest", schema.UTCDateTime(timezone=True), nullable=True),
        sa.Column("not_modified", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["sources.name"], name=op.f("fk_polls_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index("ix_polls_source_polled_at", "polls", ["source", "polled_at"], unique=False)
    op.create_table(
        "rejections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("in_title", sa.Boolean(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_rejections_article")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
    )
    op.create_index(op.f("ix_rejections_article"), "rejections", ["article"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=True),
        sa.Column("created", schema.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["change"], ["changes.id"], name=op.f("fk_alerts_change")),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_alerts_delivery")),
        sa.ForeignKeyConstraint(["subscription"], ["subscriptions.name"], name=op.f("fk_alerts_subscription")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("change", "subscription", name=op.f("uq_alerts_change_subscription")),
    )
    op.create_index(op.f("ix_alerts_delivery"), "alerts", ["delivery"], unique=False)
    op.create_index(
        "ix_alerts_waiting",
        "alerts",
        ["subscription"],
        unique=False,
        sqlite_where=sa.text("delivery IS NULL"),
        postgresql_where=sa.text("delivery IS NULL"),
    )
    op.create_table(
        "tellings",
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["change"], ["changes.id"], name=op.f("fk_tellings_change")),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_tellings_delivery")),
        sa.PrimaryKeyConstraint("change", "target", name=op.f("pk_tellings")),
    )
    op.create_index(op.f("ix_tellings_delivery"), "tellings", ["delivery"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_tellings_delivery"), table_name="tellings")
    op.drop_table("tellings")
    op.drop_index(
        "ix_alerts_waiting",
        table_name="alerts",
        sqlite_where=sa.text("delivery IS NULL"),
        postgresql_where=sa.text("delivery IS NULL"),
    )
    op.drop_index(op.f("ix_alerts_delivery"), table_name="alerts")
    op.drop_table("alerts")
    op.drop_index(op.f("ix_rejections_article"), table_name="rejections")
    op.drop_table("rejections")
    op.drop_index("ix_polls_source_polled_at", table_name="polls")
    op.drop_table("polls")
    op.drop_index(
        "ix_links_waiting", table_name="links", sqlite_where=sa.text("state = 'new'"), postgresql_where=sa.text("state = 'new'")
    )
    op.drop_table("links")
    op.drop_index(op.f("ix_judgements_urn"), table_name="judgements")
    op.drop_index(op.f("ix_judgements_article"), table_name="judgements")
    op.drop_table("judgements")
    op.drop_index(op.f("ix_journal_delivery"), table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_changes_urn"), table_name="changes")
    op.drop_index(op.f("ix_changes_recorded_at"), table_name="changes")
    op.drop_index(op.f("ix_changes_inspection"), table_name="changes")
    op.drop_table("changes")
    op.drop_index(op.f("ix_accounts_inspection"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("suspensions")
    op.drop_index(op.f("ix_subscriptions_target"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_table("sources")
    op.drop_table("leases")
    op.drop_index(op.f("ix_inspections_urn"), table_name="inspections")
    op.drop_table("inspections")
    op.drop_table("facts")
    op.drop_index("ix_deliveries_target_created", table_name="deliveries")
    op.drop_index(
        "ix_deliveries_open",
        table_name="deliveries",
        sqlite_where=sa.text("state IN ('held', 'sending', 'committing', 'uncertain', 'failed')"),
        postgresql_where=sa.text("state IN ('held', 'sending', 'committing', 'uncertain', 'failed')"),
    )
    op.drop_index(
        "ix_deliveries_due",
        table_name="deliveries",
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.drop_table("deliveries")
    op.drop_table("captures")
    op.drop_index("ix_articles_sha256", table_name="articles")
    op.drop_index("ix_articles_recorded_at", table_name="articles")
    op.drop_table("articles")
