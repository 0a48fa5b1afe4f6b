"""Of somebody protected no earlier version tells a place that a later one has ended; and how long a mark counts."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0050_versions_of_places.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
