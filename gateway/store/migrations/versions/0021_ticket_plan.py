"""Opening a ticket by a plan that does not depend on what the planner believes."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0021_ticket_plan.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
