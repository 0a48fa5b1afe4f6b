"""Cards: what officers, subject lists and partners find entries by."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0013_cards.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
