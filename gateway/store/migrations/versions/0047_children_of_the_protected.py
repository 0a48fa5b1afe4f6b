"""Where the child of somebody protected went since is protected as well."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0047_children_of_the_protected.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
