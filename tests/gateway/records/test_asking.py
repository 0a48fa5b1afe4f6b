"""What may I see, and why; why is something shown or not: as the answers go over the wire, and what the log holds."""

import pytest

from agreements.request import Direction
from audit.canonical import parse_canonical
from gateway.usecases.register.permissions import permissions_of, purpose_permissions
from tests.gateway.served import served

WORKER, MASH, RENT, OFFICER, LEAD = "W203", "W101", "B101", "W601", "S101"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def gateway(northvale):
    with served(northvale) as one:
        yield one


def asked(gateway, worker, **question):
    return gateway.client.post("/v1/decisions/explain", json=question, headers={"Test-Caller": worker})


def entry_of(northvale, answer):
    """The opened fields of the entry that an answer's receipt names."""
    asked = "SELECT fields FROM audit.opening WHERE entry_id = :entry"
    (row,) = northvale.sql(asked, entry=answer.json()["receipt"]["entry"])
    return {name: parse_canonical(value.encode()) for name, (_, value) in row.fields.items()}


def items_of(lines):
    return {(part["source"], item) for line in lines for part in line["data"] for item in part["items"]}


def test_a_worker_reads_what_she_may_see_when_and_on_what_it_rests(gateway):
    answer = gateway.client.get("/v1/me/permissions", headers={"Test-Caller": WORKER}).json()

    (early_help,) = [one for one in answer["purposes"] if one["purpose"] == "early_help"]
    attendance = [one for one in early_help["allowed"] if ("schools", "education.attendance") in items_of([one])]
    assert [one["clause"].partition("@")[0] for one in attendance] == ["ISA-NV-2026-014"]
    assert "the allocated worker" in attendance[0]["where"]
    assert "the person agreed to help" in attendance[0]["where"]
    assert attendance[0]["gateways"]
    assert attendance[0]["article_6"] == ["6(1)(e)"]
    assert any("record the reason" in duty for duty in attendance[0]["obligations"])
    assert attendance[0]["until"] > answer["at"]
    assert any("police" in sentence for sentence in answer["never"])


def test_who_is_told_what_they_may_see_leaves_an_entry_about_nobody(northvale, gateway):
    answer = gateway.client.get("/v1/me/permissions", headers={"Test-Caller": WORKER})

    entry = entry_of(northvale, answer)
    assert (entry["who"], entry["purpose"]) == (WORKER, "own_permissions")
    assert not entry.get("household")


@pytest.mark.parametrize("reader", ["northvale_council/mash_worker", "northvale_council/early_help_manager"])
def test_permissions_hold_every_cell_that_the_register_may_permit_and_no_other(northvale, reader):
    """For each direction the items told are exactly those that some permit in force reaches and nothing bars."""
    agency, _, role = reader.partition("/")
    register, now = northvale.wiring.register, northvale.wiring.clock()
    told = permissions_of(register, agency, role, now)

    for purpose in told.purposes:
        for direction in Direction:
            rules = register.index.get((agency, role, purpose.purpose, direction.value))
            mask = barred = 0
            for permit in rules.permits if rules else ():
                mask |= permit.mask if permit.gate.starts <= now < permit.gate.ends else 0
            for bar in rules.bars if rules else ():
                if bar.limit is None and bar.unconditional and bar.starts <= now < bar.ends:
                    barred |= bar.mask
            lines = [one for one in purpose.allowed if direction.value in one.directions]
            cells = {(part.source, item) for one in lines for part in one.data for item in part.items}
            assert cells == set(register.vocabulary.cells(mask & ~barred))


def test_a_purpose_that_is_not_the_readers_is_refused_in_the_words_of_the_role(gateway):
    answer = asked(gateway, "W502", purpose="early_help")

    assert answer.status_code == 200
    assert answer.json()["permitted"] == []
    assert "Family support data cannot be used for fraud work" in answer.json()["refusal"]


def test_a_question_about_a_family_names_the_clauses_of_what_its_page_shows(northvale, gateway):
    declaration, family = gateway.declare(WORKER, "early_help"), northvale.family_id("S3", "Vikram Nair")

    page = gateway.family(WORKER, declaration, family).json()
    why = gateway.explain(WORKER, declaration, family).json()

    blocks = ("circumstances", "events", "interventions", "goals", "professionals")
    facts = [fact for block in blocks for fact in page[block]]
    shown = {(fact["provenance"]["source"], fact["item"]) for fact in facts}
    assert len(shown) > 3
    assert shown <= items_of(why["permitted"])
    assert {one["clause"] for one in why["permitted"]} <= {one["clause"] for one in page["agreements"]}
    withheld = {(one["source"], item) for one in why["withheld"] for item in one["items"]}
    assert not withheld & items_of(why["permitted"])
    assert all(one["message"] for one in why["withheld"])
    assert all(one["change"] for one in why["withheld"])


def test_a_question_about_a_family_can_be_narrowed_to_one_item_of_one_source(northvale, gateway):
    declaration, family = gateway.declare(WORKER, "early_help"), northvale.family_id("S3", "Vikram Nair")

    why = gateway.explain(WORKER, declaration, family, source="police", item="da.risk").json()

    assert why["permitted"] == []
    assert {(one["source"], *one["items"]) for one in why["withheld"] if one["items"]} == {("police", "da.risk")}


def test_a_family_that_does_not_exist_and_one_that_is_not_the_readers_are_one_answer(northvale, gateway):
    declaration = gateway.declare(WORKER, "early_help")
    hidden = gateway.explain(WORKER, declaration, northvale.family_id("S1", "Aisha Cole"))
    absent = gateway.explain(WORKER, declaration, NOBODY)

    assert hidden.status_code == absent.status_code == 404
    told, other = hidden.json(), absent.json()
    assert {name: value for name, value in told.items() if name != "instance"} == {
        name: value for name, value in other.items() if name != "instance"
    }


def test_a_question_about_a_family_needs_a_declared_purpose(northvale, gateway):
    family = str(northvale.family_id("S3", "Vikram Nair"))

    assert asked(gateway, WORKER, family_id=family).status_code == 403


def test_the_authorisation_is_committed_before_a_family_is_explained(northvale, gateway):
    declaration, family = gateway.declare(WORKER, "early_help"), northvale.family_id("S3", "Vikram Nair")

    entry = entry_of(northvale, gateway.explain(WORKER, declaration, family))

    assert (entry["outcome"], entry["household"]) == ("done", str(family))
    tickets = "SELECT count(*) FROM audit.ticket WHERE entry_id = :entry"
    assert northvale.count(tickets, entry=entry["refers_to"]) == 1


def test_an_officer_may_ask_about_an_invented_subject_and_nobody_else(northvale, gateway):
    question = {
        "agency": "northvale_council", "role": "early_help_worker", "purpose": "early_help",
        "relationship": "allocated_worker", "states": {"agreed_to_help": "yes", "restriction": "no"},
    }  # fmt: skip

    answer, refused = (asked(gateway, worker, hypothetical=question) for worker in (OFFICER, WORKER))

    assert answer.json()["decision"] == "permit"
    assert "education.attendance" in answer.json()["permitted"]["schools"]
    assert all(one["legal_gateways"] and one["article_6"] for one in answer.json()["rests_on"])
    assert entry_of(northvale, answer)["purpose"] == "log_oversight"
    assert (refused.status_code, refused.json()["reason"]) == (403, "log-not-for-role")


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({}, 422),
        ({"purpose": "early_help", "family_id": NOBODY}, 422),
        ({"purpose": "early_help", "item": "no.such"}, 422),
        ({"purpose": "early_help", "source": "no_such"}, 404),
        ({"hypothetical": {"agency": "a", "role": "b", "purpose": "c", "person": "d"}}, 422),
    ],
)
def test_a_question_that_is_none_is_refused(gateway, question, status):
    assert asked(gateway, WORKER, **question).status_code == status


def test_a_prohibition_and_its_exception_stand_in_words_beside_what_is_allowed(northvale):
    register, now = northvale.wiring.register, northvale.wiring.clock()
    told = purpose_permissions(register, "northvale_council", "early_help_worker", "early_help", now)

    (restricted,) = [one for one in told.excluded if one.clause.endswith("/X1")]
    assert restricted.when == "never where use of the record is restricted, or where we do not know"
    assert ("schools", "education.attendance") in {(part.source, i) for part in restricted.data for i in part.items}
