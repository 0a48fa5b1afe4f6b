"""Addresses that the gazetteer knows."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0035_address_matches.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
