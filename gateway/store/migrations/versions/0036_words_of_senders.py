"""Senders of one feed who say the same fact in words of their own."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0036_words_of_senders.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
