"""The one error of this package: a register that may not be used."""

from typing import ClassVar

from concept_model.errors import DataSharingError


class AgreementFileError(DataSharingError):
    """A document of the register is malformed, unsigned or contradictory; the register is not loaded.

    Names file, line (0 where the fault has no line), clause, what is wrong and what to do about it.
    """

    code: ClassVar[str] = "agreement-file-invalid"

    def __init__(self, file: str, line: int, clause: str, problem: str, *, remedy: str) -> None:
        self.file = file
        self.line = line
        self.clause = clause
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{file}:{line}: {clause}: {problem}; {remedy}")
