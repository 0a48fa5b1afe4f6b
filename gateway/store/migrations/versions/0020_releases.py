"""Subject reports: handles, and releases that two officers decide."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0020_releases.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
