"""Feeds worked with from a page."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0033_feed_desk.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
