"""Seals of checkpoints and tickets; indexes for reading the log."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0008_records.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
