"""After an erasure nobody finds the erased in the log, however much they know: an attacker with every dictionary.

`ATTACK=whole` tries every guess under every salt and field, which takes minutes; otherwise guesses meet the salts of
the entries that an erasure has touched, and the very values that were erased meet every salt that is left.
"""

import os
from collections import defaultdict

import pytest

from audit.entry import COMMITTED_FIELDS, EventClass
from gateway.errors import GatewayError
from gateway.operator_parts import OperatorParts, operator_entry
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose
from gateway.usecases.families.requesting import NewRequest, request_access
from gateway.usecases.linking.linking_differences import KINDS
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.verifying_log import verify_database
from gateway.usecases.telling.notifying import raise_notices
from tests.gateway.audit.erased_world import erase, finish
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.served import served
from tests.journeys.dictionary import (
    canonical_forms,
    found_committed,
    found_hashed,
    found_plain,
    guessable_salts,
    read_export,
)

ERASED = (("S1", "Aisha Cole"), ("S2", "Kelly Marsh"))
LIVING = ("S4", "Tyler Boateng")
REASONS = ("Quokkabrook flat is damp, ring Kelly Marsh", "Wren at the gate of Aisha Cole said yesterdaymorning")
WHOLE = os.environ.get("ATTACK") == "whole"


def act(northvale):
    """Everybody is searched, read, asked for, refused, noticed and opened in an emergency, some by name in words."""
    wiring = northvale.wiring
    with served(northvale) as gateway:
        for scene, name in (*ERASED, LIVING):
            family = northvale.family_id(scene, name)
            for worker, purpose in (("W101", "front_door"), ("W201", "early_help"), ("B101", "tenancy_management")):
                declared = gateway.declare(worker, purpose)
                gateway.search(worker, declared, northvale.person(scene, name))
                gateway.family(worker, declared, family)
            gateway.declare("W210", "early_help", family_id=str(family), break_glass=True, at_risk=name)
    for reason, (scene, name) in zip(REASONS, ERASED, strict=True):
        family = northvale.family_id(scene, name)
        new = NewDeclaration("early_help", reason, family_id=family, case_reference="EH-20260000113")
        declared = declare_purpose(wiring, CONTEXT, northvale.reader("W201"), new).declaration_id
        for look in (
            lambda declared=declared, family=family: northvale.open("W201", declared, family),
            lambda family=family, reason=reason: request_access(
                wiring, CONTEXT, northvale.reader("W201"),
                NewRequest("early_help", ("education.attendance",), reason, family_id=family),
            ),
        ):  # fmt: skip
            try:
                look()
            except GatewayError:
                continue
    raise_notices(wiring)
    drain(wiring.database, wiring.log_signer)


def scalars(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from scalars(one)
    elif isinstance(value, list):
        for one in value:
            yield from scalars(one)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def said_of(northvale, persons, *, others):
    """Every value that sources hold of some persons, or of all others."""
    rows = northvale.sql(
        "SELECT f.value, f.valid_from, f.valid_to, f.happened_at FROM hearth.fact f"
        " JOIN hearth.link l USING (record_id) WHERE (l.person_id = ANY (:persons)) <> :others",
        persons=persons, others=others,
    )  # fmt: skip
    return {text for row in rows for text in scalars([row.value, *(str(one) for one in row[1:] if one)])}


def dictionary(northvale):
    """Guesses that are true of the erased alone: values, their parts, ids, words."""
    persons = [northvale.person_id(*one) for one in ERASED]
    mine, theirs = said_of(northvale, persons, others=False), said_of(northvale, persons, others=True)
    mine = {part for text in mine for part in (text, *text.split())}
    theirs |= {part for text in theirs for part in text.split()}
    ids = northvale.sql(
        "SELECT l.person_id::text, p.family_id::text, l.record_id::text, f.fact_id::text FROM hearth.link l"
        " JOIN hearth.person p USING (person_id) JOIN hearth.fact f USING (record_id)"
        " WHERE l.person_id = ANY (:persons)",
        persons=persons,
    )  # fmt: skip
    names = [name for _, name in ERASED]
    books = [northvale.person(*one)[key] for one in ERASED for key in ("forename", "surname", "dob")]
    words = {*REASONS, "Quokkabrook", "yesterdaymorning", "EH-20260000113", *names}
    return {
        # A word of the log's own, which it says of every run of linkage, tells nothing of anybody.
        "values": {one for one in mine - theirs if len(one) >= 4 and one.casefold() not in " ".join(KINDS)},
        "names and days": {one for one in (*names, *books) if one not in theirs},
        "ids": {str(one) for row in ids for one in row},
        "words": words,
    }


def exported(northvale, folder, *, openings):
    parts = OperatorParts(northvale.wiring.settings, northvale.wiring.database, northvale.wiring.custody)
    said = operator_entry(parts, EventClass.EXPORT, purpose="log_oversight")
    export_log(parts, said, folder, openings=openings)
    return read_export(folder)


@pytest.fixture
def attacked(northvale, tmp_path):
    """Exports of before and after, and the dictionaries."""
    act(northvale)
    guesses = dictionary(northvale)
    leaves = exported(northvale, tmp_path / "leaves", openings=False)
    before = exported(northvale, tmp_path / "before", openings=True)
    for scene, name in ERASED:
        erase(northvale, northvale.family_id(scene, name))
    assert finish(northvale) == len(ERASED)
    after = exported(northvale, tmp_path / "after", openings=True)
    assert verify_database(northvale.wiring).finding is None
    return guesses, leaves, before, after


def erased_openings(before, after):
    left = {(one.leaf_index, one.field) for one in after.opened}
    return [one for one in before.opened if (one.leaf_index, one.field) not in left]


def by_field(openings):
    values = defaultdict(set)
    for one in openings:
        values[one.field].add(one.value)
    return values


def test_nobody_finds_the_erased_in_what_is_left_of_the_log(attacked):
    guesses, leaves, before, after = attacked
    everything = set().union(*guesses.values())
    gone = erased_openings(before, after)
    touched = {one.leaf_index for one in gone}
    # Values that other entries hold as well (null, an empty list, what is said of somebody else) are no secret.
    known = {(one.field, one.value) for one in after.opened}
    secret = [one for one in gone if (one.field, one.value) not in known]
    assert len(secret) > 50

    # With the openings of before, an attacker finds them: every dictionary, and each value under its own salt.
    for kind, some in guesses.items():
        assert found_plain(before, some), kind
    assert found_plain(before, guesses["words"]) == guesses["words"]
    old = {value for one in secret for value in found_committed(before, [one.salt], {one.field: [one.value]})}
    assert old == {one.value for one in secret}

    # Without them: nothing as it is, hashed, or committed; and a leaf alone never told anything.
    for export in (leaves, after):
        assert found_plain(export, everything) == set()
        assert found_hashed(export, everything) == set()
        assert found_committed(export, guessable_salts(export), by_field(secret)) == set()
    salts = {one.salt for one in after.opened}
    assert found_committed(after, salts, by_field(secret)) == set()
    assert salts.isdisjoint(one.salt for one in gone)
    nearby = salts if WHOLE else {one.salt for one in after.opened if one.leaf_index in touched}
    forms = {form for guess in everything for form in canonical_forms(guess)}
    fields = COMMITTED_FIELDS if WHOLE else ("subjects", "household", "detail")
    assert found_committed(after, nearby, dict.fromkeys(fields, forms)) == set()


def test_the_attack_still_finds_whoever_was_not_erased(attacked, northvale):
    _, leaves, _, after = attacked
    person, family = str(northvale.person_id(*LIVING)), str(northvale.family_id(*LIVING))
    assert found_plain(after, [person, family, "Tyler Boateng"]) >= {person, family}
    assert found_plain(leaves, [person, family]) == set()
    salts = {one.salt for one in after.opened if one.field == "household"}
    assert found_committed(after, salts, {"household": canonical_forms(family)})
