"""Random invariants over the random registers of `generator`."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from agreements.document import Invariant
from agreements.lifecycle import AdmittedSuccession
from agreements.periods import start_of_day
from agreements.request import STATES
from tests.agreements.generator import AGENCIES, DAY, GROUPS, ITEMS, PURPOSES, ROLES, SOURCES, register, seeded

FAMILIES = tuple(f"{agency}_{role}" for agency in AGENCIES for role in ROLES)
FORMS = ("never", "only_if", "break_glass_never_opens", "never_silent")


def some(values, least=1, most=3):
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


def recipients():
    named = st.fixed_dictionaries({"agency": st.sampled_from((*AGENCIES, "*")), "roles": st.just("*") | some(ROLES)})
    return st.lists(named, max_size=1)


@st.composite
def invariants(draw, number=0):
    form = draw(st.sampled_from(FORMS))
    selector = {
        "families": draw(some(FAMILIES, least=0, most=2)),
        "recipients": draw(recipients()),
        "except_recipients": draw(recipients()),
        "purposes": draw(st.just("*") | some(PURPOSES)),
        "directions": draw(st.just("*") | some(("view", "search", "match"))),
        "sources": draw(st.just("*") | some(SOURCES)),
        "data": draw(st.just(["*"]) | some((*ITEMS, *GROUPS))),
        "exclude": draw(some(ITEMS, least=0)),
        "states": draw(some(STATES, most=2)) if form == "only_if" or (form == "never" and draw(st.booleans())) else [],
    }
    under = "register" if form == "never_silent" else draw(st.sampled_from(("register", "register", "this_agreement")))
    content = {"id": f"I{number}", "says": "a random promise", form: selector, "under": under}
    return Invariant.model_validate(content)


@st.composite
def promising_registers(draw):
    """A register that makes random promises, some of them in an agreement, and may have a succession."""
    documents = register(seeded(draw(st.integers(0, 2**32))), most=draw(st.integers(1, 4)))
    if draw(st.integers(0, 3)) == 0:
        old, new = draw(st.permutations(AGENCIES))[:2]
        at = start_of_day(DAY + timedelta(days=draw(st.integers(-2, 3))))
        documents = replace(documents, successions=(AdmittedSuccession("S", "s", old, new, at),))
    made = [draw(invariants(number)) for number in range(6)]
    first = documents.agreements[0]
    own = first.document.model_copy(update={"invariants": tuple(made[:3])})
    wide = tuple(one for one in made[3:] if one.under == "register")
    return replace(documents, invariants=wide, agreements=(replace(first, document=own), *documents.agreements[1:]))
