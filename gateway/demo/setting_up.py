"""Set the demo up: a fresh folder, keys, partners' clients, the register signed and in force, everything running."""

import json
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from agreements.enactment import enact_register
from gateway import clock
from gateway.building import load_signed_register
from gateway.commands.settings import read_settings
from gateway.demo.northvale.generate import SMALLEST, generate
from gateway.demo.provider.parties import RelyingParty
from gateway.demo.provider.serving import running_provider
from gateway.demo.readers import Desk, Trail
from gateway.demo.steps import DemoError
from gateway.demo.witnesses import PartnerWitness, make_witnesses, running_witnesses
from gateway.identity.keys import generate_es256_key, load_private_key, public_jwks, save_private_key
from gateway.push_client import PartnerClient
from gateway.serving import running_gateway
from gateway.settings import Settings
from gateway.store import embedded
from gateway.wiring import Wiring

BUILD = Path("build")
REGISTERS = ("main", "sandbox")
_NORTHVALE = Path(__file__).parent / "northvale"
_NOT_FOR_THE_DEMO = ("database_url", "register_overlay_dir", "lifecycle_dir", "clients_file", "witness_policy")
_KEEPERS = {"northvale_police": ["C101"]}
"""Who answers at a desk for the files of an agency's machine. A school's machine is several schools' here: nobody."""
_IN_FORCE_FOR = timedelta(days=200)
_TIMEOUT = httpx.Timeout(30.0, read=180.0)


@dataclass(frozen=True, slots=True)
class Town:
    """Northvale as generated: its folder, what stands in each file, what a player must know, who works there."""

    folder: Path
    files: list[dict[str, Any]]
    book: dict[str, Any]
    staff: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stand:
    """Everything running: the gateway's wiring (for counting by SQL), partners' clients, and the desk of staff."""

    settings: Settings
    wiring: Wiring
    partners: Mapping[str, PartnerClient]
    desk: Desk
    town: Town
    witnesses: Mapping[str, PartnerWitness]


def demo_settings(register: str) -> Settings:
    """Settings of the demo. Ports come from HEARTHGATE_PORT and HEARTHGATE_OIDC_ISSUER where these are set."""
    if register not in REGISTERS:
        message = f"there is no register of that name; choose {' or '.join(REGISTERS)}"
        raise DemoError(message)
    given = read_settings()
    own = {name for name in _NOT_FOR_THE_DEMO if getattr(given, name) is not None}
    if own:
        names = ", ".join(f"HEARTHGATE_{name.upper()}" for name in sorted(own))
        message = f"the demo brings its own database, register and clients; unset {names}"
        raise DemoError(message)
    return Settings(
        data_dir=(BUILD / "demo-data" / "gateway").resolve(),
        database_url=None,
        register_dir=_NORTHVALE / "register",
        register_overlay_dir=_NORTHVALE / "register-sandbox" if register == "sandbox" else None,
        lifecycle_dir=None,
        clients_file=None,
        feeds_dir=_NORTHVALE / "feeds",
        host="127.0.0.1",
        port=given.port,
        public_url=f"http://127.0.0.1:{given.port}",
        oidc_issuer=f"http://127.0.0.1:{provider_port(given)}",
        cookie_secure=False,
        environment="demo",
        webhook_networks="127.0.0.0/8",
        witness_policy=(BUILD / "demo-data" / "witness-policy").resolve(),
    )


def provider_port(settings: Settings) -> int:
    """The port that the demo's provider listens on."""
    return urlsplit(settings.oidc_issuer).port or 8001


def clear(settings: Settings) -> None:
    """Stop what an earlier demo left running, and delete its folder."""
    check_ports_free(settings)
    if settings.data_dir.exists():
        embedded.discard(settings.data_dir)
    shutil.rmtree(settings.data_dir.parent, ignore_errors=True)
    settings.data_dir.mkdir(parents=True)
    settings.data_dir.parent.chmod(0o700)


def check_ports_free(settings: Settings) -> None:
    """Raise `DemoError` naming every port of ours that something else listens on."""
    wanted = {"gateway": settings.port, "sign-in provider": provider_port(settings)}
    taken = [f"{port} ({name})" for name, port in wanted.items() if not _is_free(port)]
    if taken:
        message = (
            f"something already listens on 127.0.0.1 port {' and '.join(taken)}; stop it, or choose others with "
            "HEARTHGATE_PORT=8100 HEARTHGATE_OIDC_ISSUER=http://127.0.0.1:8101"
        )
        raise DemoError(message)


def make_town(settings: Settings, people: int, seed: int) -> Town:
    """Generate Northvale as of today. Raise `DemoError` for too few people."""
    if people < SMALLEST:
        message = f"Northvale has at least {SMALLEST} people, for its scenes and for others to hide among"
        raise DemoError(message)
    folder = settings.data_dir.parent / "files"
    generate(folder, people, seed, today=clock.utc_now().date())
    return read_town(folder)


def read_town(folder: Path) -> Town:
    """Northvale from its folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    staff = {entry["worker_ref"]: entry for entry in json.loads((folder / "staff.json").read_text())}
    return Town(folder, manifest["files"], json.loads((folder / "scenes.json").read_text()), staff)


def enact(settings: Settings) -> Sequence[str]:
    """Sign and activate the register; give the agencies that own a source."""
    since = clock.utc_now() - _IN_FORCE_FOR
    enact_register(settings.register_dir, settings.signed_dir, since, settings.register_overlay_dir)
    return sorted({source.owner for source in load_signed_register(settings).sources.values()})


def register_clients(settings: Settings, agencies: Sequence[str]) -> dict[str, PartnerClient]:
    """One client an agency: the private key stays in its own folder, the gateway gets the public half."""
    folder = settings.data_dir.parent / "partners"
    folder.mkdir(mode=0o700)
    registry, clients = {}, {}
    for agency in agencies:
        path = folder / f"{agency}.pem"
        save_private_key(generate_es256_key(), path)
        key = load_private_key(path)
        client_id = f"{agency}-feeds"
        registry[client_id] = {
            "agency": agency, "jwks": public_jwks(key), "scopes": ["feeds:push"], "keepers": _KEEPERS.get(agency, []),
        }  # fmt: skip
        clients[agency] = PartnerClient(settings.public_url, client_id, key, clock.utc_now, clock.new_id)
    settings.client_registry.write_text(json.dumps(registry, indent=1) + "\n")
    return clients


@contextmanager
def running(settings: Settings, partners: Mapping[str, PartnerClient], town: Town) -> Iterator[Stand]:
    """The provider, two witnesses, the gateway and its processes; all ended when the block ends."""
    party = RelyingParty(
        client_id=settings.oidc_client_id,
        redirect_uris=frozenset({f"{settings.public_url}/sign-in/return"}),
        audience=settings.public_url,
        signed_out_uris=frozenset({settings.public_url, f"{settings.public_url}/"}),
    )
    with ExitStack() as stack:
        issuer = stack.enter_context(running_provider(town.staff.values(), party=party, port=provider_port(settings)))
        witnesses = make_witnesses(settings, provider_port(settings))
        stack.enter_context(running_witnesses(witnesses))
        wiring = stack.enter_context(running_gateway(settings))
        http = stack.enter_context(httpx.Client(base_url=settings.public_url, timeout=_TIMEOUT, trust_env=False))
        yield Stand(settings, wiring, partners, Desk(http, issuer, party, town.staff, Trail()), town, witnesses)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
