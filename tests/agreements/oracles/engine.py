"""The product's engine and the reference, asked in the same way and answering in the same shape."""

from agreements.decision import Permit, Refer
from agreements.register import compile_register
from tests.agreements import reference


class Compiled:
    """The product's engine, asked as the gateway asks it."""

    def __init__(self, documents):
        self.register = compile_register(documents)

    def released(self, profile, wanted):
        """For each request {cell: (form, clauses)} of what is released among the cells wanted, and the decision."""
        decisions = self.register.decide_profile(profile) if len(profile) > 1 else [self.register.decide(profile[0])]
        answers = []
        for decision in decisions:
            permit = decision.permit if isinstance(decision, Refer) else decision
            answers.append(
                {
                    cell: (permit.form(*cell), {use.clause for use in permit.uses_of(*cell)})
                    for cell in wanted
                    if isinstance(permit, Permit) and permit.allows(*cell)
                }
            )
        return answers, decisions

    def referred(self, decision):
        """Whom to ask, and for which cells."""
        if not isinstance(decision, Refer):
            return None
        return decision.to, set(self.register.vocabulary.cells(decision.mask))


def by_reference(documents, profile, wanted):
    """What the reference releases, as `Compiled.released` gives it, and whom it refers to."""
    answers = []
    heard = reference.hear(documents, profile)
    for one in heard:
        forms = ((cell, reference.form(one, *cell)) for cell in wanted)
        answers.append({cell: (form, set(reference.permitting(one, *cell))) for cell, form in forms if form})
    return answers, heard
