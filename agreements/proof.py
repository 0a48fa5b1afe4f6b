"""The proof of a register: every promise, judged by two independent provers that must agree.

A difference between the provers is a failure in itself: one of them, or the compiler between them, is wrong.
"""

from dataclasses import dataclass
from datetime import datetime

from agreements import prove_exact, prove_z3
from agreements.certificate import Certificate, Judgement
from agreements.counterexample import Counterexample, confirmed
from agreements.document import Invariant
from agreements.invariants import Promise, invariants_hash, promises_of
from agreements.lifecycle import RegisterDocuments
from agreements.register import Register, compile_register


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each prover says of one promise, and the case it found where it does not hold."""

    promise: Promise
    exact: bool
    z3: bool
    counterexample: Counterexample | None

    @property
    def proved(self) -> bool:
        """Both provers say that it holds."""
        return self.exact and self.z3


@dataclass(frozen=True, slots=True)
class Proof:
    """Verdicts on every promise of one register, named by its hashes."""

    register_version: str
    vocabulary: str
    invariants: str
    verdicts: tuple[Verdict, ...]
    provers: tuple[str, ...] = (prove_exact.VERSION, prove_z3.VERSION)

    @property
    def whole(self) -> bool:
        """Every promise is proved, twice."""
        return all(verdict.proved for verdict in self.verdicts)


def prove(documents: RegisterDocuments, register: Register | None = None, extra: tuple[Invariant, ...] = ()) -> Proof:
    """Prove every promise of checked documents, of all instants. `extra` are further ones of the whole register.

    `register` is what `compile_register` made of the same documents; it is compiled here where it is not given.
    """
    compiled = register or compile_register(documents)
    promises = promises_of(documents, extra)
    exact, solver = prove_exact.ExactProver(compiled), prove_z3.Z3Prover(documents, promises)
    return Proof(
        register_version=compiled.version,
        vocabulary=compiled.vocabulary.hash,
        invariants=invariants_hash(documents),
        verdicts=tuple(_verdict(promise, exact, solver, compiled) for promise in promises),
    )


def _verdict(
    promise: Promise, exact: prove_exact.ExactProver, solver: prove_z3.Z3Prover, register: Register
) -> Verdict:
    enumerated, broken = exact.violation(promise), solver.broken(promise)
    cases = [confirmed(enumerated, promise, register)] if enumerated is not None else []
    if broken and not any(case.confirmed for case in cases):
        model = solver.case(promise)
        cases += [confirmed(model, promise, register)] if model is not None else []
    # The engine has the last word: a case it does not confirm is shown only where there is no better one.
    case = next((case for case in cases if case.confirmed), cases[0] if cases else None)
    return Verdict(promise, exact=enumerated is None, z3=not broken, counterexample=case)


def certificate_of(proof: Proof, at: datetime) -> Certificate:
    """What a proof says, to be stored beside the signatures. `at` (aware) is when it was made."""
    return Certificate(
        schema_="hearthgate/certificate/1",
        register_version=proof.register_version,
        vocabulary=proof.vocabulary,
        invariants=proof.invariants,
        provers=proof.provers,
        at=at,
        judgements=tuple(
            Judgement(
                invariant=verdict.promise.name,
                says=verdict.promise.says,
                exact="holds" if verdict.exact else "broken",
                z3="holds" if verdict.z3 else "broken",
                counterexample=verdict.counterexample.record() if verdict.counterexample else None,
            )
            for verdict in proof.verdicts
        ),
    )
