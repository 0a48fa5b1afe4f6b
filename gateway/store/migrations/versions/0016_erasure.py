"""Lawful erasure."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0016_erasure.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
