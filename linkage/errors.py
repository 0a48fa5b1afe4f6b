"""What can go wrong in linkage; messages never hold a person's data."""

from typing import ClassVar

from concept_model.errors import DataSharingError


class LinkageError(DataSharingError):
    """Linkage was asked something that has no answer: a record id twice, a minted id that was used before."""

    code: ClassVar[str] = "linkage-invalid"
