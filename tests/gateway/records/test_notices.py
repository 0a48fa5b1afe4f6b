"""Scene S1: the school is told before the next school day; unread at nine it goes to the deputy."""

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.errors import NotFoundError
from gateway.usecases.feeds.working_days import next_school_morning
from gateway.usecases.telling.notifying import NoticesRaised, escalate_notices, raise_notices
from gateway.usecases.telling.reading_notices import my_notices, open_notice
from tests.gateway.northvale_world import CONTEXT

LONDON = ZoneInfo("Europe/London")
LEAD, DEPUTY, OTHER_LEAD, MASH_MANAGER = "S101", "S102", "S105", "W103"


@pytest.fixture
def raised(northvale):
    raise_notices(northvale.wiring)
    return northvale


def notice_of(northvale, person, scene="S1"):
    (row,) = northvale.sql(
        "SELECT * FROM desk.notice WHERE family_id = :family AND escalates_to_role IS NOT NULL",
        family=northvale.family_id(scene, person),
    )
    return row


def listed(northvale, worker):
    return {one.notice_id: one for one in my_notices(northvale.wiring, CONTEXT, northvale.reader(worker))}


def opened(northvale, worker, notice_id):
    return open_notice(northvale.wiring, CONTEXT, northvale.reader(worker), notice_id)


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def test_the_school_of_that_day_is_told_although_the_pupil_has_left_since(raised):
    notice = notice_of(raised, "Aisha Cole")

    assert notice.recipient_agency == "northvale_schools"
    assert notice.recipient_role == "school_safeguarding_lead"
    assert notice.recipient_unit == raised.staff[LEAD]["school_urn"]
    assert notice.read_by == next_school_morning(raised.clock.now)


def test_a_roll_that_has_ended_since_still_says_where_the_pupil_was(northvale):
    """Without the weekly returns, which name a school and no dates."""
    northvale.sql(
        "DELETE FROM hearth.fact USING hearth.item WHERE fact.item_no = item.item_no"
        " AND item.name = 'education.enrolment' AND valid_from IS NULL"
    )
    raise_notices(northvale.wiring)

    assert notice_of(northvale, "Aisha Cole").recipient_unit == northvale.staff[LEAD]["school_urn"]


def test_a_pupil_who_was_on_no_roll_that_day_is_nobodys_notice(northvale):
    northvale.sql(
        "DELETE FROM hearth.fact USING hearth.item WHERE fact.item_no = item.item_no"
        " AND item.name = 'education.enrolment'"
    )

    assert raise_notices(northvale.wiring) == NoticesRaised(0, 0)


def test_the_notice_names_the_pupil_and_the_incident_of_october_and_nothing_older(raised):
    shown = opened(raised, LEAD, notice_of(raised, "Aisha Cole").notice_id)
    incident_day = raised.clock.now.date() - timedelta(days=38)

    assert "Cole" in shown.pupil.names[0].value
    assert [one.at[:10] for one in shown.incidents] == [incident_day.isoformat()]
    assert [one.role for one in shown.incidents] == ["child present"]
    assert shown.incidents[0].values["child_present"] is True
    assert "2019" not in repr(asdict(shown))
    assert "Darren" not in repr(asdict(shown))
    assert shown.family_id is None
    assert shown.advice


def test_what_lies_behind_the_window_raises_nothing_and_is_not_shown(northvale):
    northvale.clock.now += timedelta(days=62 - 38 + 1)
    raise_notices(northvale.wiring)

    family = northvale.family_id("S1", "Aisha Cole")
    assert not northvale.count("SELECT count(*) FROM desk.notice WHERE family_id = :family", family=family)


def test_raising_again_raises_nothing_and_writes_no_entry(raised):
    before = entries(raised)

    assert raise_notices(raised.wiring) == NoticesRaised(0, 0)
    assert entries(raised) == before


def test_a_child_who_was_taken_for_another_of_the_school_is_told_of_once_they_are_parted(raised):
    notice = notice_of(raised, "Aisha Cole")
    # As it stands where the incident was on the page of the other, who goes on under the handle of that page.
    raised.sql(
        "UPDATE desk.notice SET family_id = :other WHERE notice_id = :notice",
        other=raised.family_id("S4", "Tyler Boateng"), notice=notice.notice_id,
    )  # fmt: skip

    assert raise_notices(raised.wiring) == NoticesRaised(1, 0)
    again = notice_of(raised, "Aisha Cole")
    assert (again.recipient_unit, again.read_at) == (notice.recipient_unit, None)
    assert "Cole" in opened(raised, LEAD, again.notice_id).pupil.names[0].value
    assert raise_notices(raised.wiring) == NoticesRaised(0, 0)


def test_a_notice_under_an_earlier_handle_of_the_child_is_that_childs(raised):
    raised.sql(
        "INSERT INTO hearth.person (person_id, family_id, created_at, redirect_to, retired_at)"
        " VALUES (:old, :old, now(), :person, now())",
        old=raised.wiring.mint(), person=raised.person_id("S1", "Aisha Cole"),
    )  # fmt: skip
    raised.sql(
        "UPDATE desk.notice SET family_id = p.family_id FROM hearth.person p"
        " WHERE p.redirect_to = :person AND notice_id = :notice",
        person=raised.person_id("S1", "Aisha Cole"), notice=notice_of(raised, "Aisha Cole").notice_id,
    )  # fmt: skip

    assert raise_notices(raised.wiring) == NoticesRaised(0, 0)


def test_every_notice_is_one_entry_in_the_same_transaction(northvale):
    before = entries(northvale)
    done = raise_notices(northvale.wiring)

    assert done.told > 0
    assert entries(northvale) - before == done.told + done.referred
    assert northvale.count("SELECT count(*) FROM desk.notice") == done.told + done.referred


def test_the_lead_of_another_school_sees_and_opens_nothing(raised):
    notice = notice_of(raised, "Aisha Cole")

    assert notice.notice_id not in listed(raised, OTHER_LEAD)
    with pytest.raises(NotFoundError):
        opened(raised, OTHER_LEAD, notice.notice_id)


def test_an_unread_notice_goes_to_the_deputy_at_nine_and_not_a_second_before(raised):
    notice = notice_of(raised, "Aisha Cole")
    assert notice.read_by.astimezone(LONDON).time() == time(9)

    raised.clock.now = notice.read_by - timedelta(seconds=1)
    assert escalate_notices(raised.wiring) == 0
    assert notice.notice_id not in listed(raised, DEPUTY)
    with pytest.raises(NotFoundError):
        opened(raised, DEPUTY, notice.notice_id)

    raised.clock.now = notice.read_by
    waiting = raised.count("SELECT count(*) FROM desk.notice WHERE escalates_to_role IS NOT NULL")
    before = entries(raised)
    assert escalate_notices(raised.wiring) == waiting
    assert entries(raised) - before == waiting
    assert escalate_notices(raised.wiring) == 0
    assert listed(raised, DEPUTY)[notice.notice_id].state == "overdue"
    assert notice.notice_id in listed(raised, LEAD)


def test_a_notice_that_was_read_in_time_never_reaches_the_deputy(raised):
    notice = notice_of(raised, "Aisha Cole")
    opened(raised, LEAD, notice.notice_id)

    raised.clock.now = notice.read_by + timedelta(hours=1)
    escalate_notices(raised.wiring)
    assert notice.notice_id not in listed(raised, DEPUTY)
    assert listed(raised, LEAD)[notice.notice_id].state == "read"


def test_opening_leaves_an_authorisation_and_an_outcome_and_a_refusal_one_entry(raised):
    notice = notice_of(raised, "Aisha Cole")
    before = entries(raised)
    opened(raised, LEAD, notice.notice_id)
    assert entries(raised) - before == 2

    with pytest.raises(NotFoundError):
        opened(raised, DEPUTY, notice.notice_id)
    assert entries(raised) - before == 3


def test_a_notice_read_late_still_says_what_it_was_about(raised):
    notice = notice_of(raised, "Aisha Cole")
    raised.clock.now += timedelta(days=30)

    assert len(opened(raised, LEAD, notice.notice_id).incidents) == 1


def test_a_list_of_notices_holds_no_name_and_no_family(raised):
    shown = repr([asdict(one) for one in listed(raised, LEAD).values()])

    assert "Cole" not in shown
    assert str(raised.family_id("S1", "Aisha Cole")) not in shown


def test_an_uncertain_match_goes_to_the_person_whom_the_agreement_names(northvale):
    person = northvale.person_id("S1", "Aisha Cole")
    northvale.sql(
        "UPDATE hearth.link SET band = 2 WHERE person_id = :person AND superseded_at IS NULL AND record_id IN"
        " (SELECT record_id FROM hearth.source_record JOIN hearth.source USING (source_no) WHERE name = 'police')",
        person=person,
    )
    done = raise_notices(northvale.wiring)
    family = northvale.family_id("S1", "Aisha Cole")
    (task,) = northvale.sql("SELECT * FROM desk.notice WHERE family_id = :family", family=family)

    assert done.referred >= 1
    assert (task.recipient_role, task.read_by) == ("mash_manager", northvale.clock.now + timedelta(hours=2))
    assert task.notice_id not in listed(northvale, LEAD)
    taken = opened(northvale, MASH_MANAGER, task.notice_id)
    assert (taken.family_id, taken.pupil, taken.incidents) == (family, None, ())


def test_a_second_school_that_claims_the_pupil_gets_no_notice_and_a_person_looks(northvale):
    """A row pushed by another school must not draw a police notice away from the pupil's own."""
    other = northvale.staff[OTHER_LEAD]["school_urn"]
    northvale.sql(
        "INSERT INTO hearth.fact SELECT gen_random_uuid(), sha256(f.fact_key), f.record_id, f.source_no, f.item_no,"
        " jsonb_set(f.value, '{urn}', to_jsonb(CAST(:urn AS text))), '2026-10-01', NULL, f.happened_at, f.nature,"
        " f.subject_role, f.handling, f.disputed, f.tombstone, sha256(f.content_digest), f.batch_id, f.agreement,"
        " f.recorded_at FROM hearth.fact f JOIN hearth.item i USING (item_no) JOIN hearth.link l USING (record_id)"
        " WHERE i.name = 'education.enrolment' AND f.valid_to IS NOT NULL AND l.person_id = :person",
        urn=other,
        person=northvale.person_id("S1", "Aisha Cole"),
    )
    raise_notices(northvale.wiring)
    family = northvale.family_id("S1", "Aisha Cole")
    tasks = northvale.sql("SELECT * FROM desk.notice WHERE family_id = :family", family=family)

    assert {task.recipient_role for task in tasks} == {"mash_manager"}
    assert not {task.notice_id for task in tasks} & (
        listed(northvale, LEAD).keys() | listed(northvale, OTHER_LEAD).keys()
    )


def test_linkage_itself_may_not_ask_where_children_were_present(northvale):
    for role in ("hg_link", "hg_read", "hg_search", "hg_desk", "hg_intake"):
        held = northvale.count(
            "SELECT has_function_privilege(:role, 'hearth.notice_candidates(date)', 'EXECUTE')::int", role=role
        )
        assert held == 0


@pytest.mark.parametrize(
    ("raised_at", "read_by"),
    [
        ("2026-10-14 23:10", "2026-10-15 09:00"),
        ("2026-10-15 02:00", "2026-10-15 09:00"),
        ("2026-10-15 09:00", "2026-10-16 09:00"),
        ("2026-10-16 21:00", "2026-10-19 09:00"),
        ("2026-10-24 12:00", "2026-10-26 09:00"),
        ("2026-03-28 12:00", "2026-03-30 09:00"),
    ],
)
def test_the_next_school_morning_is_nine_in_london_on_a_weekday(raised_at, read_by):
    here = datetime.fromisoformat(raised_at).replace(tzinfo=LONDON)

    assert next_school_morning(here.astimezone(UTC)).astimezone(LONDON).isoformat(" ", "minutes")[:16] == read_by
