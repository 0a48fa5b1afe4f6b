"""What tests of pulling share: a source that fits a simulator, with its key or secret on disk."""

from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet

from gateway.identity.keys import generate_es256_key, public_jwks, save_private_key
from gateway.pull.sources import PullSource
from tests.simulators.pds import Pds
from tests.simulators.policing import Policing
from tests.simulators.service import Service


def source_of(service: Service, folder: Path, **changes: Any) -> PullSource:
    """A source that pulls from a simulator, signing in with a key unless `sign_in` says otherwise."""
    given: dict[str, Any] = {
        "name": "a-pull", "client": service.client, "token_address": f"{service.address}/token",
        "sign_in": "private_key_jwt", "requests_per_second": 100, "burst": 100, "timeout_seconds": 0.5,
        "patience_seconds": 20, "page_size": 2,
    }  # fmt: skip
    if isinstance(service, Pds):
        given |= {"feed": "health-pds", "kind": "pds", "address": service.base}
    if isinstance(service, Policing):
        given |= {
            "feed": "police-incidents-psdm", "kind": "json-api", "address": service.base, "resource": "incidents"
        }  # fmt: skip
    given |= changes
    if given["sign_in"] == "private_key_jwt":
        path = folder / f"{given['name']}.pem"
        if not path.exists():
            key = generate_es256_key()
            save_private_key(key, path)
            service.keys = KeySet.import_key_set(public_jwks(key))
        given.setdefault("key_file", path)
    else:
        path = folder / "secret"
        path.touch(mode=0o600)
        path.write_text(service.secret + "\n")
        given.setdefault("secret_file", path)
    return PullSource.model_validate(given)
