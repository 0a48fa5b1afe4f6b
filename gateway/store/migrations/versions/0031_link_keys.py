"""One record linked as it comes."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0031_link_keys.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
