"""Of somebody protected, services are judged by the day on which they began."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0051_services_since.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
