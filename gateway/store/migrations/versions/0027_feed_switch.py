"""Feeds that are switched on, watched, and told of."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0027_feed_switch.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
