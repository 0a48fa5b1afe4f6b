"""Break-glass: alerts, the second person, and a right that rests."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0010_emergencies.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
