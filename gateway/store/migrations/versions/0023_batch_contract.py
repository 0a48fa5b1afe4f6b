"""The contract of a batch: modes, coverage, versions, waiting, mending."""

from pathlib import Path

from alembic import op

from gateway.store.scripts import run_script

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0023_batch_contract.sql"


def upgrade() -> None:
    run_script(op.get_bind(), _SQL.read_text())
