"""Sign, activate and prove a whole register at once, as the demonstration and tests do. Private keys are not written.

A council in operation signs document by document with `signing.sign_document`; its keys stay with the parties.
"""

import json
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agreements.certificate import FILE as CERTIFICATE
from agreements.loader import digests_of, load_register, parties_of, read_register_files
from agreements.proof import certificate_of, prove
from agreements.signing import Signatory, Signature, SignatureFile, public_key_text, sign_document

ACTIVATED_BY = ("Information governance lead", "Senior information risk owner")


def enact_register(folder: Path, signed: Path, at: datetime, overlay: Path | None = None) -> None:
    """Sign every agreement of a folder for every party with fresh keys, activate it at an instant (aware) and prove it.

    Writes keys.json, lifecycle.json, signatures/ and certificate.json into `signed`, which the gateway then reads. What
    is not proved has no certificate: `hearthgate agreements prove` says why.
    """
    files = read_register_files(folder, overlay)
    digests, parties = digests_of(files), parties_of(files)
    agencies = sorted({party for group in parties.values() for party in group})
    keys = {agency: Ed25519PrivateKey.generate() for agency in agencies}
    (signed / "signatures").mkdir(parents=True, exist_ok=True)
    public = {agency: public_key_text(key) for agency, key in keys.items()}
    _write(signed / "keys.json", {"keys": public})
    for document, (digest, superseded) in digests.items():
        predecessor = digests[superseded][0] if superseded else None
        signatures = tuple(
            _signed(document, (digest, predecessor), party, at, keys[party]) for party in parties[document]
        )
        file = SignatureFile(document=document, digest=digest, predecessor=predecessor, signatures=signatures)
        _write(signed / "signatures" / f"{document}.sig.json", file.model_dump(mode="json"))
    events = [
        {"document": document, "event": "activated", "at": at.isoformat(), "by": list(ACTIVATED_BY)}
        for document in digests
    ]
    _write(signed / "lifecycle.json", {"events": events})
    proof = prove(load_register(folder, signed, at, overlay))
    if proof.whole:
        _write(signed / CERTIFICATE, certificate_of(proof, at).model_dump(mode="json", by_alias=True))


def _signed(
    document: str, digests: tuple[str, str | None], party: str, at: datetime, key: Ed25519PrivateKey
) -> Signature:
    signatory = Signatory(party=party, name="Authorised signatory", office="Senior information risk owner")
    return sign_document(document, digests[0], digests[1], signatory, at, key)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
