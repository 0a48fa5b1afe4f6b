"""Cosignatures of witnesses."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0014_witnesses.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
