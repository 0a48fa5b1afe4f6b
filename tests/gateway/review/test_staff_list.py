import json

import pytest
from sqlalchemy import text

from audit.entry import EventClass
from gateway.usecases.families.search_tokens import phone_tokens, place_tokens
from gateway.usecases.log.entries import system_entry
from gateway.usecases.people.loading_staff import load_staff

HEADER = "worker_ref,agency,role,team,line_manager,hours,leave,surname,birth_date,postcode,uprn,phone"
ROWS = (
    "V1,northvale_council,early_help_worker,Early Help 1,V2,mon-fri 08:00-18:00,2026-11-02/2026-11-06,Quillfeather,"
    "1987-03-09,NV3 1ZQ,990000777123,07700 900456",
    "V2,northvale_council,early_help_manager,Early Help 1,,,,Underlake,1970-01-31,,,",
)
PERSONAL = ("quillfeather", "1987-03-09", "nv3 1zq", "nv31zq", "990000777123", "07700", "900456", "underlake")


@pytest.fixture
def load(wiring):
    def run(*rows, header=HEADER):
        content = "\n".join((header, *rows)).encode()
        return load_staff(wiring, content, lambda detail: entry_of(wiring, detail))

    return run


def entry_of(wiring, detail):
    return system_entry(wiring, EventClass.CONFIGURATION, wiring.clock(), purpose="log_oversight", detail=detail)


def everything(admin):
    """Every row of every table as text: what somebody finds who reads the whole database."""
    with admin.begin() as connection:
        tables = connection.execute(
            text("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                 " WHERE schemaname IN ('audit', 'desk', 'hearth', 'jobs')")
        ).scalars().all()  # fmt: skip
        return "\n".join(
            row
            for table in tables
            for row in connection.execute(text(f"SELECT t::text FROM {table} t")).scalars()  # noqa: S608 - our tables
        ).casefold()


def test_a_staff_list_is_loaded_whole_and_nothing_personal_stays_readable(load, admin, wiring):
    done = load(*ROWS)

    assert (done.agency, done.loaded, done.forgotten, done.problems) == ("northvale_council", 2, 0, ())
    held = everything(admin)
    assert "early help 1" in held
    assert not [value for value in PERSONAL if value in held]
    with admin.begin() as connection:
        kinds = connection.execute(
            text("SELECT kind, count(*) FROM hearth.staff_token WHERE worker_ref = 'V1' GROUP BY kind")
        )
        assert dict(kinds.all()) == {"surname": 1, "birth-date": 1, "postcode": 1, "uprn": 1, "phone": 1}


def test_loading_is_an_entry_with_its_count_and_agency(load, admin):
    load(*ROWS)

    with admin.begin() as connection:
        fields = connection.execute(text("SELECT fields FROM audit.opening")).scalar_one()
    assert json.loads(fields["detail"][1])["row_count"] == 2
    assert json.loads(fields["detail"][1])["recipient_agency"] == "northvale_council"
    assert json.loads(fields["purpose"][1]) == "log_oversight"


def test_a_new_list_replaces_the_old_and_forgets_who_has_left(load, admin):
    load(*ROWS)
    done = load(ROWS[1])

    assert (done.loaded, done.forgotten) == (1, 1)
    with admin.begin() as connection:
        assert connection.execute(text("SELECT worker_ref FROM desk.staff")).scalars().all() == ["V2"]
        held = connection.execute(text("SELECT DISTINCT worker_ref FROM hearth.staff_token")).scalars().all()
    assert held == ["V2"]


def test_whoever_is_on_another_agencys_list_is_named_until_that_list_is_loaded_without_them(load, admin):
    load(*ROWS)
    elsewhere = [row.replace("northvale_council", "brightwater_homes") for row in ROWS]

    done = load(elsewhere[0].replace("V1", "V9"), elsewhere[1])

    assert [(one.row, one.column) for one in done.problems] == [(2, "worker_ref")]
    assert "another agency's list" in done.problems[0].message
    with admin.begin() as connection:
        agencies = connection.execute(text("SELECT DISTINCT agency FROM desk.staff")).scalars().all()
        assert agencies == ["northvale_council"]
        assert connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one() == 1
    load(ROWS[0])
    assert load(elsewhere[1]).loaded == 1


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        ((ROWS[0], ROWS[0]), 2, "worker_ref"),
        ((ROWS[0].replace("early_help_worker", ""),), 1, "role"),
        ((ROWS[0].replace("mon-fri 08:00-18:00", "nine to five"),), 1, "hours"),
        ((ROWS[0].replace("2026-11-06", "2026-10-06"),), 1, "leave"),
        ((ROWS[0].replace("1987-03-09", "9 March 1987"),), 1, "birth_date"),
        ((f"{ROWS[0]},more",), 1, ""),
        ((ROWS[0].replace("Early Help 1", "Early\x00Help"),), 1, "team"),
        ((ROWS[0], ROWS[1].replace("northvale_council", "brightwater_homes")), 0, "agency"),
        ((), 0, "agency"),
    ],
)
def test_a_wrong_row_is_named_by_its_number_and_nothing_is_loaded(load, admin, rows, row, column):
    done = load(*rows)

    assert [(one.row, one.column) for one in done.problems] == [(row, column)]
    assert done.loaded == 0
    told = " ".join(one.message for one in done.problems).casefold()
    assert not [value for value in PERSONAL if value in told]
    with admin.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM desk.staff")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM audit.entry")).scalar_one() == 0


def test_a_column_that_is_not_asked_for_is_refused(load):
    done = load(f"{ROWS[0]},Union rep", header=f"{HEADER},notes")

    assert done.loaded == 0
    assert "leave it out" in done.problems[0].message
    assert "notes" not in done.problems[0].message


def test_a_number_and_a_property_have_one_token_however_they_are_written():
    assert phone_tokens("+44 7700 900456") == phone_tokens("07700 900456") == phone_tokens("(07700) 900-456")
    assert place_tokens("000990000777123") == place_tokens("990000777123")
    assert phone_tokens("") == place_tokens("") == place_tokens("none") == frozenset()
