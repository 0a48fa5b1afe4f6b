"""Reads that cost less."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0037_audited_reads.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
