"""The certificate of a register: what was proved of it, by which provers, of exactly which documents and events.

It names the register, its vocabulary and its promises by their hashes; so it is stale as soon as a document, a list
or a life-cycle event is another. It says nothing that cannot be proved again, and needs no signature.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from agreements.document import Clause
from agreements.invariants import invariants_hash, promises_of
from agreements.lifecycle import RegisterDocuments
from agreements.register import Register

FILE = "certificate.json"

Judged = Literal["holds", "broken"]


class Judgement(Clause):
    """What each prover says of one promise. A certificate of a whole proof has no counterexample."""

    invariant: str
    says: str
    exact: Judged
    z3: Judged
    counterexample: dict[str, object] | None = None


class Certificate(Clause):
    """certificate.json of the signed folder. Hashes are SHA-256 in hexadecimal; `at` is when it was proved."""

    schema_: Literal["hearthgate/certificate/1"] = Field(alias="schema")
    register_version: str
    vocabulary: str
    invariants: str
    provers: tuple[str, ...]
    at: AwareDatetime
    judgements: tuple[Judgement, ...]


def certificate_problem(
    certificate: Certificate, documents: RegisterDocuments, register: Register
) -> tuple[str, str, str] | None:
    """Return the member at fault, what is wrong and what to do; `None` where everything promised is proved."""
    again = "prove the register again: hearthgate agreements prove"
    if certificate.register_version != register.version:
        return "register_version", "it is of other documents or events than these", again
    if certificate.vocabulary != register.vocabulary.hash:
        return "vocabulary", "it is of another list of sources or items", again
    if certificate.invariants != invariants_hash(documents):
        return "invariants", "it is of other promises than these", again
    if len(set(certificate.provers)) <= 1:
        return "provers", "it does not name two provers", again
    judged = {one.invariant: one for one in certificate.judgements}
    for promise in promises_of(documents):
        one = judged.get(promise.name)
        if one is None or one.exact != "holds" or one.z3 != "holds":
            return promise.name, "this promise is not proved by both provers", "mend the documents and prove them again"
    return None
