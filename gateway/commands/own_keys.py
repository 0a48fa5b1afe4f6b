"""The log's own verifier keys, read from the key file: no database is asked."""

from audit.keys import SignerKey, VerifierKey
from gateway.custody import load_ring
from gateway.settings import Settings


def own_keys(settings: Settings) -> tuple[VerifierKey, ...]:
    """Every version of the log's key, newest first."""
    versions = load_ring(settings.keys_dir, "log").versions
    return tuple(SignerKey(settings.log_origin, version.secret).verifier() for version in reversed(versions))
