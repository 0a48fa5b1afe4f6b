"""Of random registers: before the instant nothing changes; after it the successor is answered as the old body was."""

from dataclasses import replace

import pytest

from agreements.decision import Permit
from agreements.lifecycle import AdmittedSuccession
from agreements.register import compile_register
from tests.agreements.generator import AGENCIES, SOURCES, register, seeded
from tests.agreements.questions import edges, question

HEIR = "heir"
REGISTERS, QUESTIONS = 25, 60


def followed(documents, of, at):
    """The same register in which a new body, with the roles and families of an old one, follows it."""
    old = next(agency for agency in documents.agencies.agencies if agency.id == of)
    agencies = (*documents.agencies.agencies, old.model_copy(update={"id": HEIR}))
    return replace(
        documents,
        agencies=documents.agencies.model_copy(update={"agencies": agencies}),
        successions=(AdmittedSuccession("SUC-T-1", "0", of, HEIR, at),),
    )


def mask(decision):
    return getattr(getattr(decision, "permit", None) or decision, "mask", 0)


@pytest.fixture(params=range(REGISTERS), scope="module")
def situation(request):
    rng = seeded("succession", request.param)
    documents = register(rng)
    instants = sorted(edges(documents))
    of, at = rng.choice(AGENCIES), rng.choice(instants)
    asked = [question(rng, documents, instants)[0] for _ in range(QUESTIONS)]
    return documents, asked, of, at


def test_a_succession_changes_names_and_nothing_else(situation):
    documents, asked, of, at = situation
    plain, cut = compile_register(documents), compile_register(followed(documents, of, at))
    for one in asked:
        later = one.now >= at
        name, stranger = (HEIR, of) if later else (of, HEIR)
        expected = plain.decide(one)
        told = cut.decide(replace(one, agency=name if one.agency == of else one.agency))
        assert type(told) is type(expected)
        assert mask(told) == mask(expected)
        if isinstance(told, Permit):
            assert told.not_after == (expected.not_after if later else min(expected.not_after, at))
        assert mask(cut.decide(replace(one, agency=stranger))) == 0


def test_supply_passes_with_the_source(situation):
    documents, asked, of, at = situation
    plain, cut = compile_register(documents), compile_register(followed(documents, of, at))
    for now in {one.now for one in asked}:
        for source in SOURCES:
            owner = plain.sources[source].owner
            name, stranger = (HEIR, owner) if now >= at and owner == of else (owner, HEIR)
            assert cut.owner_of(source, now) == name
            assert cut.decide_supply(name, source, now).items == plain.decide_supply(owner, source, now).items
            assert not cut.decide_supply(stranger, source, now).items
