"""Facts that know the feed they came by."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0028_fact_keys.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
