"""Requests under a law: the law sealed, and the answer."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0011_requests.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
