"""An erasure reads what words about somebody are found by under a ticket; no entry gets a leaf of another's."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0042_words_by_ticket.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
