"""What can be wrong with a log or with what it hands out. No message holds a value from an entry."""

from typing import ClassVar


class AuditError(Exception):
    """Root of every audit error. `code` is stable; the text names files, positions, fields and rules only."""

    code: ClassVar[str] = "audit-error"


class ProofError(AuditError):
    """A Merkle proof does not prove what it claims."""

    code: ClassVar[str] = "proof-invalid"


class NoteError(AuditError):
    """A signed note or a note key is malformed, wrongly signed, or signed by nobody we know."""

    code: ClassVar[str] = "note-invalid"


class CheckpointError(NoteError):
    """The text of a note is not a checkpoint, or not one of the log that was expected."""

    code: ClassVar[str] = "checkpoint-invalid"


class EmptyRootError(CheckpointError):
    """A checkpoint of no leaves bears another root than that of the empty tree."""


class WitnessError(CheckpointError):
    """Fewer known witnesses have cosigned a checkpoint than the one who checks demands."""

    code: ClassVar[str] = "witnesses-missing"

    def __init__(self, found: int, needed: int) -> None:
        super().__init__(f"only {found} of {needed} needed witnesses have cosigned")
        self.found = found
        self.needed = needed


class EntryError(AuditError):
    """An entry breaks a rule of the log; `field` names the field."""

    code: ClassVar[str] = "entry-invalid"

    def __init__(self, field: str, problem: str) -> None:
        """`problem` is a fixed sentence without a value from the entry."""
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class OpeningError(EntryError):
    """An opening (salt and value) does not fit the commitment that the leaf holds for its field."""

    code: ClassVar[str] = "opening-invalid"


class ReceiptError(AuditError):
    """A promise or a tlog-proof file is malformed, or speaks of another entry."""

    code: ClassVar[str] = "receipt-invalid"


class WitnessRefusalError(AuditError):
    """A witness does not cosign. `status` is that of the HTTP answer, `size` the tree size that a 409 gives."""

    code: ClassVar[str] = "witness-refused"

    def __init__(self, status: int, problem: str, size: int | None = None) -> None:
        super().__init__(f"{status}: {problem}")
        self.status = status
        self.problem = problem
        self.size = size


class PolicyError(AuditError):
    """A witness policy breaks a rule of its format; `line` counts from 1, 0 is the whole file."""

    code: ClassVar[str] = "policy-invalid"

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}" if line else problem)
        self.line = line


class ForkError(AuditError):
    """A file that should prove a fork of the log does not prove one."""

    code: ClassVar[str] = "fork-unproved"


class RestoreError(AuditError):
    """A declared restore is malformed, contradicts itself, or is not one that a witness may accept."""

    code: ClassVar[str] = "restore-invalid"

    def __init__(self, problem: str) -> None:
        super().__init__(f"declared restore: {problem}")


class ExportError(AuditError):
    """An export is incomplete, altered or contradicts itself; says in which file, at which leaf, in which field."""

    code: ClassVar[str] = "export-invalid"

    def __init__(self, file: str, problem: str, index: int | None = None, field: str | None = None) -> None:
        """`file` is relative to the export; `index` is the leaf index, counted from 0."""
        where = file
        if index is not None:
            where += f", leaf {index}"
        if field is not None:
            where += f", field {field}"
        super().__init__(f"{where}: {problem}")
        self.file = file
        self.problem = problem
        self.index = index
        self.field = field


class SubjectPackError(AuditError):
    """The proof of a subject report is malformed, altered or not whole; says in which list, at which line."""

    code: ClassVar[str] = "subject-pack-invalid"

    def __init__(self, place: str, problem: str) -> None:
        """`place` is `pack`, `list 2`, or `list 2, line 5`, counted from 1; `problem` a fixed sentence."""
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem
