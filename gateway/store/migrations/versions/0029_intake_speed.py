"""Taking a batch faster."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0029_intake_speed.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
