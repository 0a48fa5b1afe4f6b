"""Ties between people say of which correction they are."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0038_corrected_ties.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
