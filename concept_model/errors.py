"""Root of every error of ours, and the errors of the concept model itself."""

from typing import ClassVar


class DataSharingError(Exception):
    """Anything of ours that goes wrong. `code` is stable; the message never holds a person's data."""

    code: ClassVar[str] = "internal"


class ConceptError(DataSharingError):
    """A concept cannot be built from what was given."""

    code: ClassVar[str] = "concept-invalid"


class IdentifierError(ConceptError):
    """Text that does not have the shape of the identifier it claims to be."""

    code: ClassVar[str] = "identifier-invalid"


class UnknownItemError(ConceptError):
    """A data item that the register of items does not hold."""

    code: ClassVar[str] = "item-unknown"
