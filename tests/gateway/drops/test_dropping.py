"""Files put down over SFTP: each is taken once, whole, as its partner's; what is no file of theirs is not."""

import gzip
import io
import json
import os
import re
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.port import translate_row
from adapters.registry import FEEDS
from gateway.demo.switching_on import switch_everything_on
from gateway.drops.folder import WatchedFolder
from gateway.drops.rules import DropFolder, read_drop_folders
from gateway.errors import ConfigurationError
from gateway.store.errors import DatabaseUnavailableError
from gateway.usecases.intake import dropping
from gateway.usecases.intake.dropping import look_at, look_at_folders
from gateway.usecases.intake.mending_documents import records_of
from tests.gateway.batches.school import CONTEXT

HEADER = "tenancy_ref,person_ref,as_at,balance,weeks,stage"
BATCHES = "SELECT * FROM desk.batch WHERE sender = 'drop:brightwater-sftp' ORDER BY received_at, batch_id"
FACTS = "SELECT count(*) FROM hearth.fact f JOIN desk.batch b USING (batch_id) WHERE b.sender = 'drop:brightwater-sftp'"


@pytest.fixture
def rules(tmp_path, northvale):
    folder = tmp_path / "sftp"
    folder.mkdir()
    northvale.clock.now += timedelta(hours=2)  # what is put down now is old enough by this clock
    return DropFolder.model_validate(
        {
            "name": "brightwater", "folder": folder, "agency": northvale.partner("housing-arrears").agency,
            "client": "brightwater-sftp",
            "files": [
                {"match": "arrears-*.csv*", "feed": "housing-arrears"},
                {"match": "police-*.csv", "feed": "police-occurrences"},
            ],
        }
    )  # fmt: skip


@pytest.fixture
def arrears(northvale):
    """One row of arrears, with this balance."""
    tenancy = northvale.scenes["S2"]["tenancy_ref"]
    person = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    day = f"{northvale.built.now:%Y-%m-%d}"
    return lambda balance, *more: "\n".join(
        [HEADER, f"{tenancy},{person},{day},{balance},11,NOSP", *more, ""]
    ).encode()  # fmt: skip


def places(rules, place):
    """Names in each folder of a place."""
    return [sorted(one.name for one in inner.iterdir()) for inner in sorted((rules.folder / place).iterdir())]


def told(rules, place, name):
    (found,) = (rules.folder / place).glob(f"*/{name}")
    return json.loads(found.read_text())


def test_a_file_becomes_a_batch_of_the_folder_s_partner_and_lies_with_its_receipt(northvale, rules, arrears):
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))

    looked = look_at(northvale.wiring, rules)
    again = look_at(northvale.wiring, rules)

    assert (looked.taken, looked.refused, again.taken) == (1, 0, 0)
    (batch,) = northvale.sql(BATCHES)
    assert (batch.feed, batch.state, batch.agency) == ("housing-arrears", "accepted", rules.agency)
    assert places(rules, "taken") == [["arrears-1.csv", "receipt.json", "receipt.jws"]]
    receipt = told(rules, "taken", "receipt.json")
    assert (receipt["batch_id"], receipt["accepted"], receipt["receipt"]) == (
        str(batch.batch_id), 1, str(batch.receipt_entry)
    )  # fmt: skip
    assert not (rules.folder / "arrears-1.csv").exists()


def test_a_rule_says_what_a_file_means_by_rows_that_are_not_in_it(northvale, rules, arrears):
    full = rules.files[0].model_copy(update={"mode": "full"})
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))

    look_at(northvale.wiring, rules.model_copy(update={"files": (full,)}))

    assert [one.mode for one in northvale.sql(BATCHES)] == ["full"]


def test_bad_rows_come_back_beside_the_file(northvale, rules, arrears):
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00", "T1,,yesterday,x,,"))

    look_at(northvale.wiring, rules)

    assert places(rules, "taken") == [["arrears-1.csv", "errors.csv", "receipt.json", "receipt.jws"]]
    (sheet,) = (rules.folder / "taken").glob("*/errors.csv")
    assert "how_to_fix" in sheet.read_text()
    assert sheet.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(("feed", "ending"), [("schools-pupils", "json"), ("schools-ctf", "xml")])
def test_bad_records_come_back_in_the_format_they_came_in(northvale, rules, feed, ending):
    profile = FEEDS[feed].profile
    switch_everything_on(northvale.wiring, CONTEXT, [feed])
    schools = rules.model_copy(
        update={
            "agency": northvale.partner(feed).agency, "client": "mill-lane-sftp",
            "files": (rules.files[0].model_copy(update={"match": "roll-*", "feed": feed}),),
        }
    )  # fmt: skip
    born = re.search(r'(?<=<DOB>)[0-9-]+|(?<="DOB": ")[0-9-]+', profile.example_file)
    name = f"roll-1.{ending}"
    (rules.folder / name).write_text(profile.example_file.replace(born[0], "2012-02-31", 1))

    assert look_at(northvale.wiring, schools).taken == 1

    assert places(rules, "taken") == [[f"errors.{ending}", "receipt.json", "receipt.jws", name]]
    (document,) = (rules.folder / "taken").glob(f"*/errors.{ending}")
    mended = document.read_bytes().replace(b"2012-02-31", born[0].encode())
    rows = [translate_row(FEEDS[feed], row) for row in records_of(FEEDS[feed], io.BytesIO(mended))]
    assert [bool(row.records) and not row.errors for row in rows] == [True]


def test_a_file_that_is_refused_whole_lies_with_the_reason(northvale, rules):
    (rules.folder / "arrears-1.csv").write_bytes(b"this,is,another,file\n1,2,3,4\n")

    assert look_at(northvale.wiring, rules).refused == 1
    assert "arrears-1.csv" in places(rules, "refused")[0]
    assert told(rules, "refused", "reason.json")["code"]


@pytest.mark.parametrize("packed", [True, False])
def test_gzip_is_unpacked_and_what_is_not_gzip_is_refused(northvale, rules, arrears, packed):
    content = arrears("1210.00")
    (rules.folder / "arrears-1.csv.gz").write_bytes(gzip.compress(content) if packed else content)

    looked = look_at(northvale.wiring, rules)

    assert (looked.taken, looked.refused) == ((1, 0) if packed else (0, 1))


def test_a_file_of_another_agency_s_feed_is_refused(northvale, rules):
    (rules.folder / "police-1.csv").write_bytes(b"occurrence_no\n1\n")

    assert look_at(northvale.wiring, rules).refused == 1
    assert told(rules, "refused", "reason.json")["code"] == "forbidden"
    assert northvale.sql(BATCHES) == []


def test_names_of_no_feed_links_pipes_and_foreign_files_are_refused_and_never_read(northvale, rules, arrears, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_bytes(arrears("1.00"))
    (rules.folder / "holiday.csv").write_bytes(b"x")
    (rules.folder / "arrears-link.csv").symlink_to(secret)
    os.link(secret, rules.folder / "arrears-hard.csv")
    os.mkfifo(rules.folder / "arrears-pipe.csv")
    (rules.folder / "arrears-folder.csv").mkdir()
    denied = northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'")

    looked = look_at(northvale.wiring, rules)

    reasons = {
        path.parent.name: json.loads(path.read_text())["code"] for path in rules.folder.glob("refused/*/reason.json")
    }
    assert (looked.taken, looked.refused) == (0, 5)
    assert sorted(reasons.values()) == ["drop-name-unknown", *["drop-not-a-file"] * 4]
    assert secret.exists()
    assert northvale.sql(BATCHES) == []
    assert northvale.count("SELECT count(*) FROM audit.entry WHERE event_class = 'denied'") == denied + 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
def test_a_file_of_another_account_is_refused(northvale, rules, arrears):
    path = rules.folder / "arrears-1.csv"
    path.write_bytes(arrears("1210.00"))
    os.chown(path, 12345, -1)

    assert look_at(northvale.wiring, rules).refused == 1
    assert told(rules, "refused", "reason.json")["code"] == "drop-foreign-owner"


def test_what_is_too_large_is_refused_unread(northvale, rules, monkeypatch):
    with (rules.folder / "arrears-1.csv").open("wb") as file:
        file.truncate((rules.max_file_mib << 20) + 1)

    assert look_at(northvale.wiring, rules).refused == 1
    assert told(rules, "refused", "reason.json")["code"] == "drop-too-large"


def test_a_bomb_is_refused_without_filling_anything(northvale, rules):
    small = northvale.wiring.settings.model_copy(update={"max_body_mib": 2})
    (rules.folder / "arrears-1.csv.gz").write_bytes(gzip.compress(b"\0" * (64 << 20)))

    looked = look_at(replace(northvale.wiring, settings=small), rules)

    assert (looked.taken, looked.refused) == (0, 1)
    assert told(rules, "refused", "reason.json")["code"] == "payload-too-large"
    spool = northvale.wiring.settings.spool_folder
    assert not spool.exists() or not list(spool.glob("*.part"))


def test_a_file_counts_once_it_is_whole(northvale, rules, arrears):
    northvale.clock.now -= timedelta(hours=2)
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))
    (rules.folder / "arrears-2.csv.part").write_bytes(arrears("1.00"))
    (rules.folder / ".arrears-3.csv").write_bytes(arrears("1.00"))
    os.utime(rules.folder / "arrears-1.csv", (0, 0))  # whoever keeps the times of a file says nothing of its end
    with_marker = rules.model_copy(update={"complete": "marker"})

    too_young = look_at(northvale.wiring, rules)
    without = look_at(northvale.wiring, with_marker)
    (rules.folder / "arrears-1.csv.done").touch()
    marked = look_at(northvale.wiring, with_marker)
    (rules.folder / "arrears-2.csv.part").rename(rules.folder / "arrears-2.csv")
    renamed = look_at(northvale.wiring, rules.model_copy(update={"complete": "rename"}))

    assert [one.taken for one in (too_young, without, marked, renamed)] == [0, 0, 1, 1]
    left = sorted(one.name for one in rules.folder.iterdir())
    assert left == [".arrears-3.csv", "refused", "taken", "taking"]


@pytest.mark.parametrize("step", ["receive_batch", "put_beside", "move"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_the_file_is_taken_exactly_once(northvale, rules, arrears, monkeypatch, step, when):
    """By SIGKILL, in a process of its own: not one line of ours runs after it."""
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))
    owner = dropping if step == "receive_batch" else WatchedFolder
    real = getattr(owner, step)

    def dies(*given, **named):
        if when == "after":
            real(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        # Connections of the parent are not touched: the child opens its own.
        northvale.wiring.database.engines.clear()
        monkeypatch.setattr(owner, step, dies)
        try:
            look_at(northvale.wiring, rules)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)

    look_at(northvale.wiring, rules)

    assert len(northvale.sql(BATCHES)) == 1
    assert northvale.count(FACTS) == 1
    assert places(rules, "taken") == [["arrears-1.csv", "receipt.json", "receipt.jws"]]


def test_the_same_content_on_another_day_is_another_push(northvale, rules, arrears):
    for balance in ("1210.00", "1300.00", "1210.00"):
        (rules.folder / "arrears-1.csv").write_bytes(arrears(balance))
        look_at(northvale.wiring, rules)
        northvale.clock.now += timedelta(minutes=1)

    assert [one.facts_new for one in northvale.sql(BATCHES)] == [1, 1, 1]


def test_a_large_file_waits_until_the_worker_has_taken_it(northvale, rules, arrears, monkeypatch):
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))
    real = dropping.receive_batch
    unfinished = []

    def slowly(*given):
        batch = real(*given)
        unfinished.append(batch)
        batch.state = "validating"
        return batch

    monkeypatch.setattr(dropping, "receive_batch", slowly)
    first = look_at(northvale.wiring, rules)
    waiting = places(rules, "taking")
    monkeypatch.undo()
    second = look_at(northvale.wiring, rules)

    assert (first.waiting, first.taken, second.taken) == (1, 0, 1)
    assert waiting == [["arrears-1.csv", "batch.json"]]
    assert places(rules, "taking") == []
    assert places(rules, "taken") == [["arrears-1.csv", "batch.json", "receipt.json", "receipt.jws"]]


def test_while_the_database_is_down_nothing_moves(northvale, rules, arrears, monkeypatch):
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))

    def down(*_):
        raise DatabaseUnavailableError("the database cannot be reached")

    monkeypatch.setattr(dropping, "receive_batch", down)
    (looked,) = look_at_folders(northvale.wiring, [rules])

    assert looked.problem == "drop-folder-failed"
    assert (rules.folder / "arrears-1.csv").exists()


def test_a_folder_that_is_a_link_or_is_not_there_stops_no_other(northvale, rules, arrears, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(rules.folder)
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))
    others = [rules.model_copy(update={"folder": folder}) for folder in (link, Path("/nowhere/at/all"))]

    looked = look_at_folders(northvale.wiring, [*others, rules])

    assert [one.problem for one in looked] == ["drop-folder-missing", "drop-folder-missing", None]
    assert looked[2].taken == 1


def test_what_was_taken_is_forgotten_in_time(northvale, rules, arrears):
    (rules.folder / "arrears-1.csv").write_bytes(arrears("1210.00"))
    look_at(northvale.wiring, rules)
    northvale.clock.now += timedelta(days=rules.keep_days, hours=1)

    assert look_at(northvale.wiring, rules).forgotten == 1
    assert places(rules, "taken") == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("schema: drops/2\nfolders: []\n", "schema"),
        ("schema: drops/1\nfolders: [{name: a-b, folder: here, agency: a_b, client: c, files: []}]\n", "folder"),
        ("schema: drops/1\nfolders: [{name: a-b}]\n", "folder"),
        ("- 1\n", "strict YAML"),
    ],
)
def test_a_file_of_folders_that_is_wrong_names_the_place(tmp_path, text, named):
    path = tmp_path / "drops.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=named):
        read_drop_folders(path)
