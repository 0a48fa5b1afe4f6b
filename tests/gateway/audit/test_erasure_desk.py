"""What the desk keeps about a family goes with the person; a row that must stay loses words and family."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from gateway.commands import erase as cli_erase
from gateway.commands.files import CommandError
from gateway.errors import DeclarationError
from gateway.store.engine import SERVING_ROLES
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose
from gateway.usecases.families.requesting import NewRequest, request_access
from gateway.usecases.intake.intake import rejected_row_binding
from gateway.usecases.subjects.erased_list import add_to_list, read_list
from gateway.usecases.telling.notifying import raise_notices
from tests.gateway.audit.erased_world import erase
from tests.gateway.northvale_world import CONTEXT

AISHA, KELLY, LEANNE = ("S1", "Aisha Cole"), ("S2", "Kelly Marsh"), ("S1", "Leanne Cole")


def asked(northvale, family, reason):
    new = NewRequest("early_help", ("education.attendance",), reason, family_id=family)
    return request_access(northvale.wiring, CONTEXT, northvale.reader("W201"), new).request_id


def reason_of(northvale, request):
    row = northvale.sql("SELECT sealed_reason FROM desk.access_request WHERE request_id = :r", r=request)[0]
    return northvale.wiring.custody.field.unseal(bytes(row.sealed_reason), request.bytes).decode()


def test_notices_about_a_child_go_and_other_childrens_stay(northvale):
    raise_notices(northvale.wiring)
    family = northvale.family_id(*AISHA)
    mine = northvale.count("SELECT count(*) FROM desk.notice WHERE family_id = :f", f=family)
    others = northvale.count("SELECT count(*) FROM desk.notice WHERE family_id <> :f", f=family)
    erase(northvale, family)
    assert mine > 0
    assert northvale.count("SELECT count(*) FROM desk.notice") == others


def test_a_request_goes_and_one_about_somebody_else_loses_the_name(northvale):
    kelly, leanne = northvale.family_id(*KELLY), northvale.family_id(*LEANNE)
    asked(northvale, kelly, "her attendance has fallen")
    kept = asked(northvale, leanne, "said that Kelly Marsh would know")
    untouched = asked(northvale, leanne, "her own attendance")
    erase(northvale, kelly)
    assert {row.request_id for row in northvale.sql("SELECT request_id FROM desk.access_request")} == {kept, untouched}
    assert "Kelly" not in reason_of(northvale, kept)
    assert reason_of(northvale, untouched) == "her own attendance"


def test_a_declaration_ends_and_an_emergencys_stays_without_words_or_family(northvale):
    family = northvale.family_id(*KELLY)
    declared = northvale.declare("W201", "early_help", family_id=family)
    emergency = northvale.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="Kelly Marsh")
    other = northvale.declare("W201", "early_help", family_id=northvale.family_id(*LEANNE))
    erase(northvale, family)
    left = {row.declaration_id: row for row in northvale.sql("SELECT * FROM desk.declaration")}
    assert declared not in left
    assert other in left
    assert (left[emergency].family_id, bytes(left[emergency].sealed_reason)) == (None, b"")
    assert northvale.count("SELECT count(*) FROM desk.emergency WHERE declaration_id = :d", d=emergency) == 1
    # Without a family it must not be good for any.
    with pytest.raises(DeclarationError):
        northvale.open("W210", emergency, northvale.family_id(*LEANNE))


def test_a_reason_given_for_anothers_family_loses_the_name_in_the_log_too(northvale):
    new = NewDeclaration("early_help", "ask Kelly Marsh who minds them", family_id=northvale.family_id(*LEANNE))
    declare_purpose(northvale.wiring, CONTEXT, northvale.reader("W201"), new)
    erase(northvale, northvale.family_id(*KELLY))
    assert northvale.count("SELECT count(*) FROM audit.opening WHERE fields::text LIKE '%Kelly Marsh%'") == 0


def test_a_row_handed_back_goes_where_it_names_the_erased_or_bears_their_key(northvale):
    wiring, batch = northvale.wiring, northvale.built.batches["s9-schools-attendance.csv"].batch_id
    source, key = next(iter(northvale.person(*KELLY)["keys"].items()))
    housing = northvale.sql(
        "SELECT b.batch_id FROM desk.batch b JOIN hearth.source s USING (source_no) WHERE s.name = :s LIMIT 1", s=source
    )[0].batch_id
    northvale.sql("DELETE FROM desk.rejected_row")
    rows = [
        (batch, 9001, {"a": "Marsh", "b": "KELLY"}), (batch, 9002, {"a": "Marsh", "b": "Jayden"}),
        (housing, 9003, {"a": key, "b": ""}), (batch, 9004, {"a": "Somebody", "b": "else"}),
    ]  # fmt: skip
    for number, row, cells in rows:
        sealed = wiring.custody.field.seal(json.dumps(cells).encode(), rejected_row_binding(number, row))
        northvale.sql("INSERT INTO desk.rejected_row VALUES (:b, :n, :s, now() + interval '1 day')",
                      b=number, n=row, s=sealed)  # fmt: skip
    erase(northvale, northvale.family_id(*KELLY))
    left = {row.row_number for row in northvale.sql("SELECT row_number FROM desk.rejected_row")}
    assert left == {9002, 9004}


@pytest.fixture
def run(northvale, monkeypatch, tmp_path):
    """Runs the command on this copy, with a data folder of its own; gives exit status and output."""
    built, keys = northvale.built, tmp_path / "var" / "keys"
    shutil.copytree(built.settings.keys_dir, keys)
    for role in SERVING_ROLES:
        (keys / f"{role}.password").write_text(built.cluster.passwords[role])
        (keys / f"{role}.password").chmod(0o600)
    name = northvale.wiring.database.base.database
    address = f"postgresql:///{name}?host={built.cluster.server.socket_dir}"
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", address)
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(tmp_path / "var"))

    def run_command(*arguments):
        result = CliRunner().invoke(cli_erase.app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    return run_command


def test_the_command_erases_again_whom_a_list_names(northvale, run, tmp_path):
    family, person = northvale.family_id(*KELLY), northvale.person_id(*KELLY)
    rows = northvale.sql(
        "SELECT r.key_digest FROM hearth.source_record r JOIN hearth.link l USING (record_id) WHERE l.person_id = :p",
        p=person,
    )
    copy = tmp_path / "copy"
    add_to_list(copy, [bytes(row.key_digest) for row in rows])
    status, said = run("--reapply", "--list", copy)
    assert (status, ": 1 persons erased again" in said) == (0, True)
    assert str(family) not in said
    assert northvale.count("SELECT count(*) FROM hearth.person WHERE person_id = :p", p=person) == 0


def test_the_command_erases_nobody_by_itself(run, tmp_path):
    with pytest.raises(CommandError, match="two officers"):
        run()
    with pytest.raises(CommandError, match="cannot be read"):
        run("--reapply", "--list", tmp_path / "missing")


def test_a_list_is_private_sorted_and_tells_nothing_of_when(tmp_path):
    path = tmp_path / "erased-keys"
    add_to_list(path, [b"\x02" * 32])
    add_to_list(path, [b"\x01" * 32, b"\x02" * 32])
    assert path.read_text().split() == ["01" * 32, "02" * 32]
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_list(path) == {b"\x01" * 32, b"\x02" * 32}
