"""Linkage keeps the stewards' queue in line with what it finds: pairs leave it, and their reasons change."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0043_waiting_pairs.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
