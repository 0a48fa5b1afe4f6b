"""A ticket is whole when it is issued: nothing is added to it afterwards."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0009_ticket_whole.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
