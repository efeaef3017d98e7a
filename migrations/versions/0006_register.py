"""The register's tables: who takes care, routing, templates, owners, and the log of deeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)
EMPTY = {"nullable": False, "server_default": sa.text("''")}
# Table, column, and the table it points to.
REFERENCES = (("reports", "assignee_id", "staff"), ("units", "lead_id", "staff"))


def upgrade() -> None:
    for table, column, target in REFERENCES:
        # Said in SQL, since SQLite takes a foreign key only together with its column.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER"
            f" CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
        )
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(
        "ix_reports_assignee",
        "reports",
        ["assignee_id", "id"],
        sqlite_where=sa.text("assignee_id IS NOT NULL"),
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    _create_owners()
    _create_templates()
    _create_rules()
    _create_audit()


def _added() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "reports": (sa.Column("escalated_at", MOMENT, nullable=True),),
        "categories": (sa.Column("working_days", sa.Integer(), nullable=True),),
        "units": (
            sa.Column("email", sa.String(254), **EMPTY),
            sa.Column("archived_at", MOMENT, nullable=True),
        ),
    }


def _create_owners() -> None:
    op.create_table(
        "owners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_owners"),
        sa.UniqueConstraint("name", name="uq_owners_name"),
    )


def _create_templates() -> None:
    op.create_table(
        "reply_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        _reference("reply_templates", "category_id", "categories"),
        sa.PrimaryKeyConstraint("id", name="pk_reply_templates"),
    )
    op.create_index("ix_reply_templates_category_id", "reply_templates", ["category_id"])


def _create_rules() -> None:
    targets = {
        "category_id": "categories",
        "place_id": "places",
        "kind_id": "place_kinds",
        "unit_id": "units",
        "staff_id": "staff",
    }
    op.create_table(
        "routing_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        *(sa.Column(column, sa.Integer(), nullable=column != "unit_id") for column in targets),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("from_time", sa.String(5), nullable=True),
        sa.Column("until_time", sa.String(5), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        *(_reference("routing_rules", column, target) for column, target in targets.items()),
        sa.PrimaryKeyConstraint("id", name="pk_routing_rules"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        _reference("audit_entries", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_staff_id", "audit_entries", ["staff_id"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "subject_id", "id"])
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "id"])


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def downgrade() -> None:
    for table in ("audit_entries", "routing_rules", "reply_templates", "owners"):
        op.drop_table(table)
    op.drop_index("ix_reports_assignee", "reports")
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)
    for table, column, _target in REFERENCES:
        op.drop_column(table, column)
