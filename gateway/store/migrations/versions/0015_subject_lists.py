"""Lists of entries about each subject, and the hourly map over them."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0015_subject_lists.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
