"""Records are found or made under ids that intake proposes; a fact costs less to index."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0039_proposed_records.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
