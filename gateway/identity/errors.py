"""What can go wrong while finding out who calls. No message holds a token, a key, a claim or a name."""

from enum import StrEnum
from typing import ClassVar

from concept_model.errors import DataSharingError


class Fault(StrEnum):
    """Why a credential was refused: for the audit entry and our own counts, never for the caller."""

    ABSENT = "absent"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm-refused"
    SIGNATURE = "signature-invalid"
    UNKNOWN_KEY = "key-unknown"
    TOKEN_TYPE = "token-type"  # noqa: S105 - a reason code, not a secret
    ISSUER = "issuer"
    AUDIENCE = "audience"
    SUBJECT = "subject"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    LIFE_TOO_LONG = "life-too-long"
    CLAIMS = "claims-invalid"
    NONCE = "nonce"
    REPLAYED = "replayed"
    SIGN_IN_UNKNOWN = "sign-in-unknown"
    PROVIDER_REFUSED = "provider-refused"


class UnauthenticatedError(DataSharingError):
    """We do not know who calls. The sentence is the same for every fault, so that it teaches an attacker nothing."""

    code: ClassVar[str] = "unauthenticated"

    def __init__(self, fault: Fault) -> None:
        """`fault` goes to the audit entry only."""
        super().__init__("the caller is not authenticated")
        self.fault = fault


class ForgedRequestError(DataSharingError):
    """A form came without the token of the session it claims: perhaps another site sent it."""

    code: ClassVar[str] = "request-forged"

    def __init__(self) -> None:
        super().__init__("the form does not belong to this session")


class ProviderUnavailableError(DataSharingError):
    """The identity provider does not answer, or answers what OpenID Connect does not allow."""

    code: ClassVar[str] = "identity-provider-unavailable"


class KeyFileError(DataSharingError):
    """A key that may not be used: unreadable, open to others, too weak, or private where it must be public."""

    code: ClassVar[str] = "key-unusable"


class InsecureOriginError(DataSharingError):
    """An origin without TLS that is not this machine's own loopback address."""

    code: ClassVar[str] = "origin-insecure"
