"""Uploads that can be resumed."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0024_uploads.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
