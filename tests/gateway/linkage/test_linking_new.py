"""A record is linked as it comes: to whom a run over everything would link it, by what may be compared alone."""

import csv
import io
import threading
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from gateway.jobs.worker import run_linkage_worker
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new, relink
from tests.gateway.audit.erased_world import erase

FEED = "library-members"
KINDS = ("records-new", "records-moved", "persons-merged", "persons-parted", "persons-gone")


@pytest.fixture
def members(northvale):
    """The library's members, as it sent them."""
    text = (northvale.built.folder / "library-members.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    # One whom others know, and with a day of birth.
    return [row for row in rows if all(row[name] for name in ("borrower_no", "dob", "address", "forename"))]


def sent(northvale, rows, key):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return northvale.push(FEED, stream.getvalue().encode(), key)


def person_of(northvale, borrower):
    record = northvale.record_id("libraries", borrower)
    found = northvale.sql(
        "SELECT person_id FROM hearth.link WHERE record_id = :record AND superseded_at IS NULL", record=record
    )
    return found[0].person_id if found else None


def keys_of(northvale, borrower):
    record = northvale.record_id("libraries", borrower)
    return northvale.count("SELECT count(*) FROM hearth.link_key WHERE record_id = :record", record=record)


def differences(northvale):
    found = link_everything(northvale.wiring).differences
    return {kind: found[kind] for kind in KINDS if found[kind]}


def test_a_new_record_joins_its_person_and_a_run_over_everything_agrees(northvale, members):
    known = members[0]
    batch = sent(northvale, [known | {"borrower_no": "LB999001"}], "one")

    linked = link_new(northvale.wiring)

    assert (linked.records, linked.left) == (1, False)
    assert linked.looked_at < 60
    assert person_of(northvale, "LB999001") == person_of(northvale, known["borrower_no"])
    assert northvale.count(
        "SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NOT NULL", id=batch.batch_id
    )
    assert differences(northvale) == {}


def test_a_stranger_founds_a_person_and_a_second_record_of_hers_joins_it(northvale, members):
    stranger = members[0] | {
        "borrower_no": "LB999002", "surname": "Quillfeather", "forename": "Zenobia", "dob": "03/04/1951",
        "address": "999 Kestrel Close; Northvale", "phone": "", "email": "",
    }  # fmt: skip
    sent(northvale, [stranger], "first")
    link_new(northvale.wiring)
    alone = person_of(northvale, "LB999002")
    persons = northvale.count(
        "SELECT count(*) FROM hearth.link WHERE person_id = :id AND superseded_at IS NULL", id=alone
    )
    sent(northvale, [stranger | {"borrower_no": "LB999003", "forename": "Zenobea"}], "second")
    link_new(northvale.wiring)

    assert persons == 1
    assert person_of(northvale, "LB999003") == alone
    assert differences(northvale) == {}


def test_a_record_that_says_it_is_somebody_else_leaves_and_its_old_key_finds_it_no_more(northvale, members):
    known = members[0]
    before = person_of(northvale, known["borrower_no"])
    other = known | {"surname": "Quillfeather", "forename": "Zenobia", "dob": "03/04/1951", "phone": "", "email": ""}
    sent(northvale, [other | {"address": "999 Kestrel Close; Northvale"}], "changed")

    link_new(northvale.wiring)

    assert person_of(northvale, known["borrower_no"]) != before
    sent(northvale, [known | {"borrower_no": "LB999004"}], "again")
    link_new(northvale.wiring)
    assert person_of(northvale, "LB999004") != person_of(northvale, known["borrower_no"])
    assert differences(northvale) == {}


def test_persons_keep_their_ids_and_the_log_says_what_was_combined(northvale, members):
    rows = [row | {"borrower_no": f"LB9991{number:02}"} for number, row in enumerate(members[:12])]
    before = {row["borrower_no"]: person_of(northvale, row["borrower_no"]) for row in members}
    entries = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'combination'")
    sent(northvale, rows, "twelve")

    linked = link_new(northvale.wiring)

    assert linked.records == 12
    assert {borrower: person_of(northvale, borrower) for borrower in before} == before
    assert northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'combination'") == entries + 1
    assert differences(northvale) == {}


@pytest.mark.parametrize("at_once", [1, 3, 200])
def test_households_are_those_of_a_run_over_everything(northvale, members, monkeypatch, at_once):
    monkeypatch.setattr("gateway.usecases.linking.linking_new_homes._TOGETHER", at_once)
    rows = [row | {"borrower_no": f"LB9992{number:02}"} for number, row in enumerate(members[:12])]
    # Some move in with others, of whom some move themselves.
    moved = [row | {"address": rows[number // 2]["address"]} for number, row in enumerate(members[12:20])]
    sent(northvale, rows + moved, "homes")
    assert not link_new(northvale.wiring).left
    homes, kin = homes_and_kin(northvale)

    link_everything(northvale.wiring)

    assert (homes, kin) == homes_and_kin(northvale)
    assert len(homes) > 100


def homes_and_kin(northvale):
    """Who lives together and when, and who is tied to whom; of two homes of the same people either may keep an id."""
    homes = defaultdict(set)
    for row in northvale.sql("SELECT household_id, person_id, valid_from, valid_to FROM hearth.household_member"):
        homes[row.household_id].add((row.person_id, row.valid_from, row.valid_to))
    ties = {(row.person_id, row.other_id) for row in northvale.sql("SELECT person_id, other_id FROM hearth.kin")}
    return Counter(map(frozenset, homes.values())), ties


def test_a_file_without_anything_to_compare_is_met_without_a_run(northvale, members):
    entries = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'combination'")
    batch = sent(northvale, [members[0] | {"loans": "77"}], "loans")

    assert link_new(northvale.wiring).records == 0
    assert northvale.count(
        "SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NOT NULL", id=batch.batch_id
    )
    assert northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'combination'") == entries


def waiting(northvale):
    rows = northvale.sql("SELECT task_name FROM jobs.procrastinate_jobs WHERE status = 'todo' ORDER BY 1")
    return [row.task_name for row in rows]


@pytest.mark.parametrize(
    "earlier", ["UPDATE hearth.link_base SET made_with = 'other cells'", "UPDATE hearth.link_base SET model = '{}'"]
)
def test_where_other_things_may_be_compared_than_were_nothing_is_linked_until_everything_is(
    northvale, members, earlier
):
    sent(northvale, [members[0] | {"borrower_no": "LB999005"}], "one")
    northvale.sql(earlier)

    linked = link_new(northvale.wiring)

    assert linked.left
    assert person_of(northvale, "LB999005") is None
    assert "link_everything" in waiting(northvale)
    link_everything(northvale.wiring)
    assert person_of(northvale, "LB999005") == person_of(northvale, members[0]["borrower_no"])


def test_without_an_agreement_on_linkage_a_record_has_no_keys_and_meets_nobody(northvale, members):
    from gateway.usecases.linking import linking, linking_new  # noqa: PLC0415 - the one place where no agreement is in force

    record = members[0] | {"borrower_no": "LB999006"}
    with pytest.MonkeyPatch.context() as patch:
        for module in (linking, linking_new):
            patch.setattr(module, "matching_mask", lambda *_: 0)
        link_everything(northvale.wiring)
        assert northvale.count("SELECT count(*) FROM hearth.link_key") == 0
        sent(northvale, [record], "one")
        link_new(northvale.wiring)
        assert keys_of(northvale, "LB999006") == 0

    assert person_of(northvale, "LB999006") not in {None, person_of(northvale, members[0]["borrower_no"])}


def test_what_is_kept_is_sealed_and_hashed(northvale, members):
    names = {row["surname"].encode() for row in members} | {row["surname"].lower().encode() for row in members}
    kept = northvale.sql("SELECT sealed, digest FROM hearth.link_record")

    assert len(kept) == northvale.count("SELECT count(*) FROM hearth.source_record WHERE subject_kind = 'person'")
    assert not any(name in bytes(row.sealed) for row in kept for name in names)


def test_what_is_forgotten_of_a_record_takes_its_keys_along(northvale, members):
    borrower = members[0]["borrower_no"]
    record = northvale.record_id("libraries", borrower)
    assert keys_of(northvale, borrower) > 0
    with northvale.admin.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE hearth.fact DISABLE TRIGGER USER")
        connection.exec_driver_sql("ALTER TABLE hearth.fact ENABLE TRIGGER forget_compared")
        connection.exec_driver_sql("ALTER TABLE hearth.link_key DISABLE TRIGGER USER")
        connection.exec_driver_sql("ALTER TABLE hearth.link_record DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE hearth.fact SET value = '{}' WHERE record_id = %s", (record,))

    assert keys_of(northvale, borrower) == 0
    assert northvale.count("SELECT count(*) FROM hearth.link_record WHERE record_id = :id", id=record) == 0


def test_too_many_records_are_left_to_a_run_over_everything(northvale, members, monkeypatch):
    few(monkeypatch, 2)
    sent(northvale, [row | {"borrower_no": f"LB9993{number:02}"} for number, row in enumerate(members[:3])], "three")
    small = sent(northvale, [members[5] | {"borrower_no": "LB999399"}], "small")

    linked = link_new(northvale.wiring)

    assert linked.left
    assert linked.records == 1
    assert person_of(northvale, "LB999399") == person_of(northvale, members[5]["borrower_no"])
    assert person_of(northvale, "LB999300") is None
    assert northvale.count(
        "SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NOT NULL", id=small.batch_id
    )
    assert "link_everything" in waiting(northvale)


def few(monkeypatch, most):
    monkeypatch.setattr("gateway.usecases.linking.linking_new.MOST_RECORDS", most)
    monkeypatch.setattr("gateway.usecases.linking.linking_new.ONE_IN", 1_000_000)


def test_a_long_file_that_says_little_of_who_anybody_is_is_linked_as_it_comes(northvale, members, monkeypatch):
    few(monkeypatch, 2)
    rows = [row | {"loans": "77"} for row in members[:9]] + [members[9] | {"borrower_no": "LB999310"}]
    sent(northvale, rows, "ten")

    linked = link_new(northvale.wiring)

    assert (linked.records, linked.left) == (1, False)
    assert person_of(northvale, "LB999310") == person_of(northvale, members[9]["borrower_no"])


def test_of_many_records_more_may_be_new_than_of_few(northvale, members, monkeypatch):
    monkeypatch.setattr("gateway.usecases.linking.linking_new.MOST_RECORDS", 2)
    records = northvale.count("SELECT records FROM hearth.link_base")
    monkeypatch.setattr("gateway.usecases.linking.linking_new.ONE_IN", records // 4)
    sent(northvale, [row | {"borrower_no": f"LB9994{number:02}"} for number, row in enumerate(members[:4])], "four")

    linked = link_new(northvale.wiring)

    assert (linked.records, linked.left) == (4, False)


def test_a_hub_that_too_many_records_lead_to_is_left_as_well(northvale, members, monkeypatch):
    monkeypatch.setattr("gateway.usecases.linking.linking_new._LEAST_BOUND", 1)
    monkeypatch.setattr("gateway.usecases.linking.linking_new._MOST_NEAR", 0)
    sent(northvale, [members[0] | {"borrower_no": "LB999007"}], "one")

    assert link_new(northvale.wiring).left
    assert person_of(northvale, "LB999007") is None
    assert differences(northvale) == {"records-new": 1}


def test_two_at_once_wait_for_each_other(northvale, members):
    sent(northvale, [members[0] | {"borrower_no": "LB999008"}], "one")
    assert link_new(northvale.wiring).records == 1
    assert link_new(replace(northvale.wiring)).records == 0


def test_a_decision_is_gone_by_for_the_records_concerned_alone(northvale, members):
    known = members[0]["borrower_no"]
    record = northvale.record_id("libraries", known)
    before = person_of(northvale, known)
    northvale.sql("UPDATE hearth.link SET superseded_at = recorded_at WHERE record_id = :record", record=record)

    linked = relink(northvale.wiring, [record])

    assert (linked.records, linked.left) == (1, False)
    assert person_of(northvale, known) == before


def test_the_worker_links_what_a_file_brought_without_a_run_over_everything(northvale, members):
    batch = sent(northvale, [members[0] | {"borrower_no": "LB999009"}], "one")
    stop = threading.Event()
    working = threading.Thread(target=run_linkage_worker, args=(northvale.wiring, stop))
    working.start()
    try:
        for _ in range(600):
            if northvale.count(
                "SELECT count(*) FROM desk.batch WHERE batch_id = :id AND linked_at IS NOT NULL", id=batch.batch_id
            ):
                break
            stop.wait(0.1)
    finally:
        stop.set()
        working.join(30)

    assert person_of(northvale, "LB999009") == person_of(northvale, members[0]["borrower_no"])
    done = northvale.sql(
        "SELECT task_name FROM jobs.procrastinate_jobs WHERE status = 'succeeded' AND queue_name = 'linkage'"
    )
    assert {row.task_name for row in done} == {"link_new"}


def test_a_file_that_names_somebody_who_was_erased_is_linked_and_nobody_stands_for_them(northvale):
    (tie, *_) = northvale.sql(
        "SELECT CAST(f.value ->> 'other' AS uuid) AS other, f.batch_id, p.family_id FROM hearth.fact f"
        " JOIN hearth.item i USING (item_no) JOIN hearth.link l ON l.record_id = CAST(f.value ->> 'other' AS uuid)"
        " JOIN hearth.person p USING (person_id) WHERE i.name = 'family.relationship' ORDER BY 1, 2"
    )
    erase(northvale, tie.family_id)
    northvale.sql("UPDATE desk.batch SET linked_at = NULL WHERE batch_id = :batch", batch=tie.batch_id)

    linked = link_new(northvale.wiring)

    assert (linked.records > 0, linked.left) == (True, False)
    assert northvale.count("SELECT count(*) FROM hearth.link WHERE record_id = :other", other=tie.other) == 0
