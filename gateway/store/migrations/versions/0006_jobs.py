"""Jobs: procrastinate's own schema, in a schema of ours, and the one way to queue linkage."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

from gateway.store.scripts import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parent.parent / "sql" / "0006_jobs.sql"


def upgrade() -> None:
    connection = op.get_bind()
    run_script(connection, "CREATE SCHEMA jobs; SET LOCAL search_path = jobs")
    run_script(connection, SchemaManager.get_schema())
    run_script(connection, "SET LOCAL search_path = public")
    run_script(connection, _SQL.read_text())
