"""What stewards decide about matches."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0032_match_decisions.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
