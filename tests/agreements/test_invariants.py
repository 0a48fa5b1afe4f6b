"""The charter's `never` promises, on the compiled form: whatever the states, relationship, band and break-glass."""

import pytest

from agreements.cells import Groundwork
from agreements.loader import load_register
from agreements.patterns import expand_items
from agreements.recipients import roles_meant
from agreements.request import Direction
from tests.agreements.northvale import NOW, REGISTER, SANDBOX


@pytest.fixture(scope="module", params=[None, SANDBOX], ids=["main", "sandbox"])
def promised(request, signed):
    documents = load_register(REGISTER, signed, NOW, overlay=request.param)
    return Groundwork(documents), [
        promise for one in documents.agreements for promise in one.document.invariants if promise.never is not None
    ]


@pytest.fixture(params=["main", "sandbox"])
def register(request, northvale, sandbox):
    return northvale if request.param == "main" else sandbox


def reachable(rules):
    """Cells that some permit under a key could release once the prohibitions that always bite are taken off."""
    mask = 0
    for permit in rules.permits:
        mask |= permit.mask
    for bar in rules.bars:
        if bar.limit is None and bar.unconditional:
            mask &= ~bar.mask
    return mask


def test_no_promise_of_the_charter_can_be_broken(promised, register):
    ground, promises = promised
    assert len(promises) == 3

    for promise in promises:
        never = promise.never
        agencies = ground.documents.agencies
        readers = set(roles_meant(never.recipients, agencies))
        for agency in agencies.agencies:
            readers |= {(agency.id, role.id) for role in agency.roles if set(role.families) & set(never.families)}
        everyone = not never.families and not never.recipients
        forbidden = ground.vocabulary.mask(ground.vocabulary.sources, expand_items(never.data))
        checked = 0
        for key, rules in register.index.items():
            if (everyone or key[:2] in readers) and (never.purposes == "*" or key[2] in never.purposes):
                checked += 1
                assert not reachable(rules) & forbidden, (promise.id, key)
        assert checked


def test_former_names_are_for_matching_alone(register):
    forbidden = register.vocabulary.mask(register.vocabulary.sources, ["identity.former_name"])

    for key, rules in register.index.items():
        assert bool(reachable(rules) & forbidden) is (key[3] == Direction.MATCH and key[1] == "data_steward")
