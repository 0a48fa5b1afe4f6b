"""Corrections, retractions, disputes and retention."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0026_corrections.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
