"""What a page was known to hold on an earlier day, and what of it was corrected since; no value."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0052_as_known.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
