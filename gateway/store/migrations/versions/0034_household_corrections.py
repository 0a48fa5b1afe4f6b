"""Stewards correct who belongs to a household."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0034_household_corrections.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
