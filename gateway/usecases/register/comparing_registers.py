"""Two register folders, or the register in force and a draft, and every difference between them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agreements.difference import Difference, differences
from agreements.difference_words import Names
from agreements.drafts import as_if_in_force
from agreements.lifecycle import RegisterDocuments
from agreements.register import Register, compile_register
from gateway.usecases.register.exporting_register import documents_to_export


@dataclass(frozen=True, slots=True)
class Folder:
    """A register's folder with that of its signatures and events; without it every document is a draft."""

    register: Path
    signed: Path | None = None
    overlay: Path | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, and what the things that differ are called."""

    differences: tuple[Difference, ...]
    names: Names


def compare_folders(before: Folder, after: Folder, now: datetime, as_from: datetime) -> Comparison:
    """Every difference. Drafts count as if in force: `before` all along, `after` from `as_from` (aware) on.

    Raises `AgreementFileError` for a folder that holds no register.
    """
    documents = _documents(before, now)
    first = documents if before.signed else as_if_in_force(documents, as_from, None)
    old, new = compile_register(first), draft_register(after, first, now, as_from)
    return Comparison(differences(old, new), Names.of(old, new))


def draft_register(draft: Folder, current: RegisterDocuments, now: datetime, as_from: datetime) -> Register:
    """Compile a draft as if it came into force at `as_from`; a folder with signatures as those say."""
    documents = _documents(draft, now)
    return compile_register(documents if draft.signed else as_if_in_force(documents, as_from, current))


def _documents(folder: Folder, now: datetime) -> RegisterDocuments:
    return documents_to_export(folder.register, folder.signed, now, folder.overlay)
