"""A dispute is over the version that somebody was shown, and asks of no other."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0053_disputes_by_version.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
