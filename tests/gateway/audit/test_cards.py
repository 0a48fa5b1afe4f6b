"""A card says what its entry says, however many members a list has."""

import pytest
from sqlalchemy import text

from gateway.store.card_checks import CARD_COLUMNS
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.log_book import an_entry, drain, person, write

_CLAUSES = ("early-help@1.2/view", "early-help@1.2/notify", "school@3/view", 'quoted "clause" \\ of @ one/é')
_CARD = text("SELECT agreements, subjects::text[] AS subjects, sources FROM audit.card WHERE entry_id = :entry")
_NAMED = text(
    "SELECT entry_id FROM audit.card WHERE audit.agreement_names(agreements) @> ARRAY[CAST(:name AS text)]"
    " ORDER BY leaf_index"
)


@pytest.mark.parametrize("many", [0, 1, 2, 4])
def test_lists_of_any_length_stand_on_the_card_in_order(wiring, database, admin, many):
    said = {
        "agreements": _CLAUSES[:many], "subjects": tuple(str(person(n)) for n in range(many)),
        "sources": ("school", "housing", "adult_care", "police")[:many],
    }  # fmt: skip
    (entry,) = write(database, an_entry(**said))

    drain(database, wiring.log_signer)

    with admin.begin() as connection:
        card = connection.execute(_CARD, {"entry": entry}).one()
    assert card._asdict() == {name: sorted(values) for name, values in said.items()}


def test_an_entry_is_found_by_clause_version_and_document_of_each_of_its_clauses(wiring, database, admin):
    alone, both, none = write(
        database, an_entry(agreements=_CLAUSES[:1]), an_entry(agreements=(_CLAUSES[2], _CLAUSES[0])), an_entry()
    )
    drain(database, wiring.log_signer)

    def named(name):
        with admin.begin() as connection:
            return connection.execute(_NAMED, {"name": name}).scalars().all()

    for name in ("early-help@1.2/view", "early-help@1.2", "early-help"):
        assert named(name) == [alone, both]
    for name in ("school@3/view", "school@3", "school"):
        assert named(name) == [both]
    assert none not in named("")


def test_a_worker_whom_a_changed_function_keeps_off_every_card_is_found(wiring, database, admin):
    with admin.begin() as connection:
        made = connection.execute(text("SELECT pg_get_functiondef('audit.card_of'::regproc)")).scalar_one()
        changed = made.replace("v ->> 0, v ->> 1,", "v ->> 0, nullif(v ->> 1, 'W104'),")
        assert changed != made
        connection.exec_driver_sql(changed.replace("%", "%%"))
    try:
        (entry,) = write(database, an_entry(who="W104"))
        drain(database, wiring.log_signer)
        verdict = verify_database(wiring)
    finally:
        with admin.begin() as connection:
            connection.exec_driver_sql(made.replace("%", "%%"))

    assert verdict.sentence() == f"audit.card, {entry}: a card is missing, or does not say what leaf and opening say"


@pytest.mark.parametrize("many", [0, 1, 3])
def test_the_verifier_reads_of_an_opening_what_the_sequencer_wrote_on_the_card(wiring, database, many):
    agreements, subjects = _CLAUSES[:many], tuple(str(person(n)) for n in range(many))
    write(database, an_entry(agreements=agreements, subjects=subjects, household=None, role=None, sealed=True))
    drain(database, wiring.log_signer)

    assert verify_database(wiring).finding is None


def test_every_column_of_a_card_is_compared(admin):
    with admin.begin() as connection:
        columns = connection.execute(
            text("SELECT column_name FROM information_schema.columns WHERE table_schema || '.' || table_name = :card"),
            {"card": "audit.card"},
        )
        assert frozenset(columns.scalars()) == CARD_COLUMNS
