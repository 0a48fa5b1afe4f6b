"""A card says what its entry says, however many members a list has."""

import pytest
from sqlalchemy import text

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
