"""A refuge's mark outlasts another address; where somebody went in the weeks before it is protected too."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0046_before_protection.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
