"""Entries of several readers appended in one transaction."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0030_append_many.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
