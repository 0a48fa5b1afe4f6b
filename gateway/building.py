"""Join the parts: from settings to a working `Wiring`. Any doubt stops the start, with the file and the remedy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy import make_url

from adapters.port import Feed
from adapters.registry import FEEDS
from adapters.tabular import load_mappings
from agreements.certificate import FILE as CERTIFICATE
from agreements.certificate import certificate_problem
from agreements.errors import AgreementFileError
from agreements.loader import load_register
from agreements.register import Register, compile_register
from agreements.signed_folder import read_certificate
from audit.keys import SignerKey
from gateway import clock
from gateway.custody import Custody, create_keys, load_custody
from gateway.errors import ConfigurationError
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key, load_private_key, save_private_key
from gateway.identity.oidc import OidcProvider, OidcSettings
from gateway.review.rules import load_rules
from gateway.settings import Settings
from gateway.store import embedded
from gateway.store.engine import SERVING_ROLES, Database, database, embedded_url
from gateway.usecases.watching.watching_feeds_calendar import load_calendar
from gateway.wiring import Wiring

ADMIN = "hg_admin"
_TOKEN_KEY = "access-token.pem"  # noqa: S105 - the name of a file
_PROVIDER_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class RunningDatabase:
    """The database of this process: its address for the roles, and for migrations."""

    url: str
    admin_url: str


def ensure_keys(settings: Settings) -> list[str]:
    """Create every key and password that is missing; return what was made."""
    made = create_keys(settings.keys_dir, (*SERVING_ROLES, ADMIN))
    path = settings.keys_dir / _TOKEN_KEY
    if not path.exists():
        save_private_key(generate_es256_key(), path)
        made.append("access-token")
    return made


@contextmanager
def running_database(settings: Settings) -> Iterator[RunningDatabase]:
    """The database, started here if it is the embedded one and does not run yet; stopped only if started here."""
    password = (settings.keys_dir / f"{ADMIN}.password").read_text()
    if settings.database_url is not None:
        admin = make_url(settings.database_url).set(drivername="postgresql+psycopg", username=ADMIN, password=password)
        yield RunningDatabase(settings.database_url, admin.render_as_string(hide_password=False))
        return
    server = embedded.start(settings.data_dir, password)
    try:
        url = embedded_url(server.socket_dir)
        admin = make_url(url).set(username=embedded.ADMIN_ROLE, password=password)
        yield RunningDatabase(url, admin.render_as_string(hide_password=False))
    finally:
        server.stop()


def load_signed_register(settings: Settings) -> Register:
    """Load, verify and compile the council's documents as they stand now. Raises `AgreementFileError`.

    A register whose certificate is missing, stale or not of a whole proof is not used at all.
    """
    documents = load_register(
        settings.register_dir, settings.signed_dir, clock.utc_now(), settings.register_overlay_dir
    )
    certificate = read_certificate(settings.signed_dir)
    register = compile_register(documents)
    problem = certificate_problem(certificate, documents, register)
    if problem is not None:
        clause, wrong, remedy = problem
        raise AgreementFileError(CERTIFICATE, 0, clause, wrong, remedy=remedy)
    return register


def load_feeds(settings: Settings) -> dict[str, Feed]:
    """Built-in feeds and those of the mapping files."""
    mapped = load_mappings(settings.feeds_dir) if settings.feeds_dir.is_dir() else {}
    clash = FEEDS.keys() & mapped.keys()
    if clash:
        message = f"a mapping file takes the name of a built-in feed: {', '.join(sorted(clash))}"
        raise ConfigurationError(message)
    return {**FEEDS, **mapped}


def log_signer(custody: Custody, settings: Settings) -> SignerKey:
    """The key that signs checkpoints and promises, under the log's name."""
    return SignerKey(settings.log_origin, custody.log.current.secret)


def build_wiring(settings: Settings, running: RunningDatabase, register: Register | None = None) -> Wiring:
    """Join everything a use case works with."""
    # Read again whenever accesses are reviewed, so that an officer's change holds at once; found out here, not then.
    load_rules(settings.review_file)
    load_calendar(settings.calendar_file)
    custody = load_custody(settings.keys_dir, SERVING_ROLES)
    return Wiring(
        settings=settings,
        database=open_database(running, custody),
        custody=custody,
        log_signer=log_signer(custody, settings),
        register=register or load_signed_register(settings),
        feeds=load_feeds(settings),
        clients=load_clients(settings),
        token_keys=TokenKeys(load_private_key(settings.keys_dir / _TOKEN_KEY)),  # type: ignore[arg-type]  # written as EC
        provider=OidcProvider(oidc_settings(settings), httpx.Client(timeout=_PROVIDER_TIMEOUT)),
        clock=clock.utc_now,
        mint=clock.new_id,
        mint_opaque=clock.new_opaque_id,
    )


def open_database(running: RunningDatabase, custody: Custody) -> Database:
    """The database as the roles see it."""
    return database(running.url, custody.role_passwords)


def oidc_settings(settings: Settings) -> OidcSettings:
    """How the provider knows this gateway."""
    return OidcSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect_uri=f"{settings.public_url}/sign-in/return",
        audience=settings.public_url,
    )


def load_clients(settings: Settings) -> ClientRegistry:
    """Partner clients; none where the file is not there yet."""
    path = settings.client_registry
    if not path.exists():
        return ClientRegistry({})
    try:
        return ClientRegistry.from_document(json.loads(path.read_text()))
    except ValueError:
        message = f"{path.name} is not JSON; restore it"
        raise ConfigurationError(message) from None
