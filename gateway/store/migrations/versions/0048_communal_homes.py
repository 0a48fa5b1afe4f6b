"""Which addresses the gazetteer classifies as communal homes."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0048_communal_homes.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
