"""A disputed fact is read under a ticket; tokens are made anew of values that tokens are made of."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0045_values_by_ticket.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
