"""What a ticket admits is read through a view of its row, not through a function for each of its columns."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0040_ticket_views.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
