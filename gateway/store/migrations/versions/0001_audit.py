"""Audit log and tickets."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0001_audit.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
