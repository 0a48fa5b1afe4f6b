"""Appending an entry, in one call."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0012_append.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
