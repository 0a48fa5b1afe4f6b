"""A register for other people's tools, and the proof that what they are given says the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.loader import load_register
from agreements.periods import EVER
from agreements.register import compile_register


def documents_to_export(
    folder: Path, signed: Path | None, now: datetime, overlay: Path | None = None
) -> RegisterDocuments:
    """Load a register's documents; without `signed` as drafts that nobody has signed. Raises `AgreementFileError`."""
    return load_register(folder, signed, now, overlay)


def differences(documents: RegisterDocuments, again: RegisterDocuments) -> list[str]:
    """What two readings of one register say differently, one line each; none where they release the same cells.

    Drafts release nothing, so the masks are also compared as if every version were signed and in force.
    """
    return [
        *_document_differences(documents, again),
        *_mask_differences(documents, again, "now"),
        *_mask_differences(_in_force(documents), _in_force(again), "once in force"),
    ]


def _document_differences(documents: RegisterDocuments, again: RegisterDocuments) -> Iterator[str]:
    for name in ("agencies", "sources", "purposes", "law", "dpias", "invariants", "now"):
        if getattr(documents, name) != getattr(again, name):
            yield f"{name}: they read back differently"
    before = {admitted.document.reference: admitted for admitted in documents.agreements}
    after = {admitted.document.reference: admitted for admitted in again.agreements}
    for reference in sorted(before.keys() | after.keys()):
        if before.get(reference) != after.get(reference):
            yield f"{reference}: it reads back differently"


def _mask_differences(documents: RegisterDocuments, again: RegisterDocuments, when: str) -> Iterator[str]:
    before, after = compile_register(documents).index, compile_register(again).index
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            agency, role, purpose, direction = key
            yield f"{agency}/{role}, {purpose}, {direction}: other masks {when}"


def _in_force(documents: RegisterDocuments) -> RegisterDocuments:
    return replace(documents, agreements=tuple(_enacted(admitted) for admitted in documents.agreements))


def _enacted(admitted: AdmittedAgreement) -> AdmittedAgreement:
    parties = [party.id for party in admitted.document.parties.controllers]
    return AdmittedAgreement(admitted.document, admitted.digest, (EVER,), dict.fromkeys(parties, (EVER,)))
