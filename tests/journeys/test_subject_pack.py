"""S7, S3 and S10: a subject's pack is the same to the byte with and without what is sealed, and no line can go missing.

Clock, ids and salts are fixed, so that whatever differs is there because of the sealed reads.
"""

import json
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from audit.canonical import canonical_json
from audit.encoding import from_base64, to_base64
from audit.errors import AuditError
from audit.keys import SignerKey
from audit.merkle import leaf_hash
from audit.subject_letter import CLOSING
from audit.subject_list import ListKind, extend_list, list_start
from audit.subject_words import Capacity
from audit.verify import verify_path
from audit.verify_export import Trust
from gateway.usecases.subjects.subject_releases import NewRelease, ask_for_release, decide_release
from tests.gateway.northvale_world import CONTEXT, copied
from tests.gateway.subjects.reports import DPO, OFFICER, pass_an_hour, report, sequence, words
from tests.journeys.harwood import Harwood, commit_with_fixed_salts, harwood, harwood_world

WORKER = "W201"
BORN = {"Lee": "1985-02-11", "Noah": "2017-06-19", "Carla": "1988-09-30"}
SEALED = (
    ("W101", "front_door", "Noah", {}), ("W101", "front_door", "Lee", {}), ("W103", "front_door", "Noah", {}),
    ("W301", "section_47", "Noah", {"case_reference": "S47-2026-70"}),
    ("C102", "missing_child", "Noah", {"case_reference": "MP-2026-7"}),
    ("C102", "missing_child", "Noah", {"case_reference": "MP-2026-7"}),
)  # fmt: skip
"""Six reads by the MASH, social work and police."""
AFTER = timedelta(hours=1, minutes=2)
"""When the report is made: within the hour after the map."""


@pytest.fixture(scope="module")
def world(northvale_world):
    with harwood_world(northvale_world) as built:
        yield built


@pytest.fixture(autouse=True)
def fixed(monkeypatch):
    monkeypatch.setattr("gateway.store.ledger.commit_fields", commit_with_fixed_salts)


def look(family: Harwood, worker, purpose, name, more):
    """Search the person and open their family."""
    northvale = family.northvale
    declaration = northvale.declare(worker, purpose, **more)
    person = {"surname": "Dunn" if name == "Carla" else "Harwood", "forename": name, "dob": BORN[name]}
    northvale.search(worker, declaration, person)
    return northvale.open(worker, declaration, family.family(name))


def look_sealed(family: Harwood) -> None:
    """All six, each shown something, with ids counted apart."""
    with family.aside():
        for worker, purpose, name, more in SEALED:
            assert look(family, worker, purpose, name, more).profile.items_shown


def play(family: Harwood, *, sealed: bool, more: bool = False) -> None:
    """The worker looks; what is sealed happens, or not; the worker looks again; the map; both once more."""
    look(family, WORKER, "early_help", "Lee", {})
    if sealed:
        look_sealed(family)
    look(family, WORKER, "early_help", "Noah", {})
    if more:
        look(family, WORKER, "early_help", "Lee", {})
    pass_an_hour(family.northvale)
    family.northvale.clock.now = family.northvale.built.now
    if sealed:
        look_sealed(family)
    look(family, WORKER, "early_help", "Lee", {})
    sequence(family.northvale)
    family.northvale.clock.now = family.northvale.built.now + AFTER


def told(family: Harwood, name="Lee", **asked):
    """The files of a report, its ids counted apart."""
    with family.aside():
        return report(family.northvale, family.family(name), **asked)


@contextmanager
def played(world, *, known=True, **how):
    """A copy in which it was played; not `known`: where police and MASH have told nothing of anybody."""
    with harwood(world) as family:
        if not known:
            for table in ("fact", "search_token"):
                numbers = [family.northvale.wiring.source_number(source) for source in ("police", "mash")]
                family.northvale.sql(f"DELETE FROM hearth.{table} WHERE source_no = ANY (:numbers)", numbers=numbers)  # noqa: S608 - two fixed names
        play(family, **how)
        yield family


def written(folder, made):
    """The report as the command writes it."""
    for name, content in {**made.files, **{f"map-receipts/{n}": c for n, c in made.receipts.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def key_of(northvale) -> str:
    signer: SignerKey = northvale.wiring.log_signer
    return signer.verifier().encode()


def problem(folder, northvale) -> str:
    """What the offline verifier says is wrong, in its one line."""
    with pytest.raises(AuditError) as found:
        verify_path(folder, Trust(key_of(northvale)))
    assert "\n" not in str(found.value)
    return str(found.value)


@pytest.mark.parametrize("name", ["Lee", "Noah", "Carla"])
def test_s7_a_pack_is_byte_equal_with_and_without_the_sealed_reads_and_proves_both_ways(world, tmp_path, name):
    with played(world, sealed=True) as family:
        whole = told(family, name)
        count = family.northvale.count("SELECT count(*) FROM audit.entry")
        key = key_of(family.northvale)
    with played(world, sealed=False) as family:
        without = told(family, name)
        assert count > family.northvale.count("SELECT count(*) FROM audit.entry") + 20

    assert without.files == whole.files
    for place, made in (("with", whole), ("without", without)):
        sentence = verify_path(written(tmp_path / place, made), Trust(key))
        assert "none left out or altered" in sentence
        assert "the log holds its 1 map(s)" in sentence
    assert words(whole).endswith(CLOSING)


def test_s7_nothing_that_is_opened_depends_on_what_police_and_mash_know(world):
    """Under fixed salts the commitments of what is not opened differ; in operation those are random."""
    with played(world, sealed=True) as family:
        whole = told(family)
    with played(world, sealed=False, known=False) as family:
        without = told(family)

    assert opened(whole) == opened(without)
    for name in ("report.txt", "report.html"):
        assert whole.files[name] == without.files[name]


def opened(made):
    """All that a pack says but commitments, and the hashes over them."""
    document = json.loads(made.files["report.json"])
    elements = [one for section in document["sections"] for one in section["elements"]] + document["since"]
    leaves = [json.loads(one["leaf"]) | {"commitments": None} for one in elements]
    return document["report"], leaves, [one["openings"] for one in elements]


def test_s7_a_read_that_may_be_told_makes_a_difference(world):
    with played(world, sealed=False) as family:
        one = told(family)
    with played(world, sealed=False, more=True) as family:
        other = told(family)

    assert len(one.files["report.json"]) < len(other.files["report.json"])
    assert (
        words(other).count("looked at information about you") == words(one).count("looked at information about you") + 1
    )


def test_s7_neither_is_there_a_trace_of_what_the_reads_were_about(world):
    with played(world, sealed=True) as family:
        made = told(family)

    for name in ("report.txt", "report.html"):
        text = made.files[name].decode().casefold()
        for trace in ("mash", "police", "section 47", "missing child", "strategy", "enquiry", "carla", "noah", "grace"):
            assert trace not in text, (name, trace)
    assert words(made).count("in the Early Help team") >= 4


def test_removing_any_one_line_is_found_by_the_offline_verifier(world, tmp_path):
    with played(world, sealed=True) as family:
        made, northvale = told(family), family.northvale
        folder = written(tmp_path / "pack", made)
        verify_path(folder, Trust(key_of(northvale)))
        document = json.loads(made.files["report.json"])
        (section,) = document["sections"]
        assert len(section["elements"]) >= 6
        for number in range(len(section["elements"])):
            # As somebody would who knows the format: the chain is made whole again without the line.
            elements = [one for place, one in enumerate(section["elements"]) if place != number]
            changed = {**document, "sections": [{**section, "elements": rechained(section["person"], elements)}]}
            (folder / "report.json").write_bytes(canonical_json(changed) + b"\n")
            assert "a line is missing or added" in problem(folder, northvale)
        (folder / "report.json").write_bytes(made.files["report.json"])
        for name in ("report.txt", "report.html"):
            lines = made.files[name].splitlines(keepends=True)
            for number in range(len(lines)):
                (folder / name).write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
                assert problem(folder, northvale).startswith(f"{name}: line ")
            (folder / name).write_bytes(made.files[name])
        verify_path(folder, Trust(key_of(northvale)))


def rechained(person, elements):
    head, chained = list_start(person, ListKind.DISCLOSABLE), []
    for element in elements:
        head = extend_list(head, leaf_hash(element["leaf"].encode()))
        assert len(from_base64(element["head"])) == len(head)
        chained.append({**element, "head": to_base64(head)})
    return chained


def test_s7_two_officers_release_what_is_held_back_with_a_proof_of_its_own_and_the_pack_stays_the_same(world, tmp_path):
    with played(world, sealed=True) as family:
        northvale, before = family.northvale, told(family)
        with family.aside():
            asked = ask_for_release(
                northvale.wiring,
                CONTEXT,
                northvale.reader(OFFICER),
                NewRelease(family.family("Lee"), "court", "Order 7"),
            )
            decide_release(
                northvale.wiring, CONTEXT, northvale.reader(DPO), asked.release_id, approved=True, reason="In order"
            )
        released = told(family, release_id=asked.release_id)

        assert told(family).files == before.files
        said = words(released)
        assert "two officers decided that this list may be given to the court" in said
        assert "A MASH worker in the MASH team at Northvale Council looked at information about you" in said
        assert "early help worker" not in said
        assert said.endswith(CLOSING)
        sentence = verify_path(written(tmp_path, released), Trust(key_of(northvale)))
        assert sentence.startswith("report on sealed entries")


def test_s7_for_noah_lee_is_answered_as_a_parent_by_decision_and_noah_himself_by_his_own_route(world):
    with played(world, sealed=True) as family:
        decision = {"decided_by": "Head of children's services", "decided_on": date(2026, 11, 20)}
        as_parent = told(family, "Noah", capacity=Capacity.PARENT, **decision)
        himself = told(family, "Noah")

    assert "information about the child" in words(as_parent)
    assert words(as_parent).count("They did this to") == words(himself).count("They did this to") > 0
    assert "MASH" not in words(as_parent)


def test_the_other_parent_is_told_of_hers_alone(world):
    with played(world, sealed=True) as family:
        assert words(told(family, "Carla")).count("There is nothing in this list.") == 2


@pytest.mark.parametrize(
    ("scene", "name", "sealed", "disclosable"),
    [
        ("S3", "Vikram Nair", [("W101", "front_door", "Rohan Nair"), ("H101", "refuge_support", "Priya Nair")], "W203"),
        ("S10", "Joanne Pickering", [("W502", "council_tax_fraud", "Joanne Pickering")], None),
    ],
    ids=["S3 Vikram", "S10 the fraud officer"],
)
def test_s3_and_s10_who_must_not_be_told_of_are_in_no_byte(northvale_world, scene, name, sealed, disclosable):
    def made(*, with_sealed):
        with copied(northvale_world) as northvale:
            family = Harwood(northvale)
            if with_sealed:
                with family.aside():
                    for worker, purpose, person in sealed:
                        declaration = northvale.declare(worker, purpose)
                        assert northvale.search(worker, declaration, northvale.person(scene, person)).hits
                        northvale.open(worker, declaration, northvale.family_id(scene, person))
            if disclosable:
                declaration = northvale.declare(disclosable, "early_help")
                northvale.search(disclosable, declaration, northvale.person(scene, name))
            pass_an_hour(northvale)
            with family.aside():
                return report(northvale, northvale.family_id(scene, name))

    whole, without = made(with_sealed=True), made(with_sealed=False)

    assert whole.files == without.files
    assert ("made a search" in words(whole)) is (disclosable is not None)
