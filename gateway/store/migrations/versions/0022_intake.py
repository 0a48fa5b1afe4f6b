"""Intake: batches that are worked off from a spool."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0022_intake.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
