"""Review of accesses, and the staff list."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0017_review.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
