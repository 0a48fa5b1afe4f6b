"""Whom what a reader may see can put onto one page."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0049_who_may_stand_together.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
