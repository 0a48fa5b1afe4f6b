"""A full file without somebody whom it marked as protected does not end the protection."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0044_lasting_protection.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
