"""A register's promises proved, each told on one line; what is proved may be certified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agreements.certificate import FILE, Certificate, certificate_problem
from agreements.counterexample import in_words
from agreements.drafts import as_if_in_force
from agreements.errors import AgreementFileError
from agreements.invariants import REGISTER_WIDE
from agreements.lifecycle import RegisterDocuments
from agreements.loader import load_register, read_register_files
from agreements.proof import Proof, Verdict, certificate_of, prove
from agreements.register import Register, compile_register
from agreements.signed_folder import read_certificate
from agreements.strict_yaml import YamlFile


@dataclass(frozen=True, slots=True)
class ProvedRegister:
    """A proof, what it is of, and the files in which the promises stand."""

    proof: Proof
    documents: RegisterDocuments
    register: Register
    files: Mapping[str, YamlFile]

    def lines(self) -> list[str]:
        """One line a promise: that it is proved, or its place, the case in which it does not hold and what to do."""
        return [self._line(verdict) for verdict in self.proof.verdicts]

    def certificate(self, at: datetime) -> Certificate | None:
        """The certificate of a whole proof, made at an instant (aware); `None` where something is not proved."""
        return certificate_of(self.proof, at) if self.proof.whole else None

    def certificate_fault(self, signed: Path) -> AgreementFileError | None:
        """Why the gateway would refuse the certificate that the signed folder holds, or `None`."""
        try:
            found = certificate_problem(read_certificate(signed), self.documents, self.register)
        except AgreementFileError as fault:
            return fault
        if found is None:
            return None
        clause, problem, remedy = found
        return AgreementFileError(FILE, 0, clause, problem, remedy=remedy)

    def _line(self, verdict: Verdict) -> str:
        promise = verdict.promise
        if verdict.proved:
            return f"proved by both: {promise.name}: {promise.says}"
        file, line, clause = self._place(promise.name)
        case = verdict.counterexample
        told = "no case can be shown"
        remedy = "mend the clauses it speaks of, or the promise"
        if case is not None:
            engine = "the engine does so" if case.confirmed else "the engine does not do so: report this"
            does = "would never see nor be referred" if promise.form == "never_silent" else "by"
            told = f"{in_words(case, self.register)}, {does} {case.clause}; {engine}"
            remedy = f"amend {case.clause}, forbid it, or amend the promise"
        if verdict.exact != verdict.z3:
            judged = {True: "holds", False: "does not hold"}
            told = f"the provers differ: exact says it {judged[verdict.exact]}, z3 says it {judged[verdict.z3]}; {told}"
            remedy = "do not use this register; report this line"
        return str(AgreementFileError(file, line, clause, f"not so: “{promise.says}” {told}", remedy=remedy))

    def _place(self, name: str) -> tuple[str, int, str]:
        place, _, identifier = name.rpartition("/")
        for file in self.files.values():
            reference = f"{file.content.get('id')}@{file.content.get('version')}"
            if place == reference or (place == REGISTER_WIDE and file.name == "invariants.yaml"):
                written = file.content.get("invariants")
                for number, one in enumerate(written if isinstance(written, list) else []):
                    if one.get("id") == identifier:
                        path = ("invariants", number)
                        return file.name, file.line_of(path), file.clause_of(path)
        return "register", 0, name


def prove_register(folder: Path, signed: Path | None, now: datetime, overlay: Path | None = None) -> ProvedRegister:
    """Prove what a register promises. Raises `AgreementFileError` where it cannot be loaded.

    Without `signed`, every version is judged as if all its parties had signed it and it stood from its first day on.
    """
    documents = load_register(folder, signed, now, overlay)
    if signed is None:
        documents = as_if_in_force(documents, now, None)
    register = compile_register(documents)
    return ProvedRegister(prove(documents, register), documents, register, read_register_files(folder, overlay))
