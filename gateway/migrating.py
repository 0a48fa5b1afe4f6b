"""Bring the database to the present schema."""

from contextlib import ExitStack

from sqlalchemy import make_url

from gateway.building import RunningDatabase, ensure_keys, load_signed_register, running_database
from gateway.custody import load_custody
from gateway.settings import Settings
from gateway.store.engine import SERVING_ROLES
from gateway.store.migrate import create_database, create_roles, migrate


def run_migrate(settings: Settings, running: RunningDatabase | None = None) -> None:
    """Bring the database to the present schema; create roles and database where they are missing."""
    ensure_keys(settings)
    with ExitStack() as stack:
        running = running or stack.enter_context(running_database(settings))
        custody = load_custody(settings.keys_dir, SERVING_ROLES)
        url = make_url(running.admin_url)
        server = url.set(database="postgres").render_as_string(hide_password=False)
        create_roles(server, custody.role_passwords)
        create_database(server, str(url.database))
        register = load_signed_register(settings)
        migrate(running.admin_url, register.vocabulary.sources)
