"""The demo: its parts by themselves, and once the whole of it as a person starts it, with a small borough."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.demo import pages
from gateway.demo.partner_systems import INCIDENTS
from gateway.demo.pushing import Pushed, in_waves, judge, table_of_feeds
from gateway.demo.readers import Answer, Page, is_named
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import check_ports_free, demo_settings
from gateway.demo.steps import DemoError, Play

ROOT = Path(__file__).resolve().parents[3]
_LONGEST = 420
REFUSED = {"dwp-benefits", "electoral-register"}
"""At the door: the programme of benefit records is not confirmed (P10), and no purpose may use the register (P9)."""
PULLED = "police-incidents-psdm"
"""Comes by a pull alone, in the scene of further ways in: no generated file is of this feed."""
SENT_AGAIN = "police-street"
"""Pushed, and put into the watched folder in the same scene: its file is taken twice and stored once."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def ports(monkeypatch):
    gateway, provider = free_port(), free_port()
    monkeypatch.setenv("HEARTHGATE_PORT", str(gateway))
    monkeypatch.setenv("HEARTHGATE_OIDC_ISSUER", f"http://127.0.0.1:{provider}")
    return gateway, provider


def written(**changes):
    file = {
        "feed": "housing-arrears", "file": "housing-arrears.csv", "rows": 10, "bad_rows": 2, "expected_accepted": 8,
        "flagged_rows": 0, "bad_by_code": {"handling-refused": 1, "date-invalid": 1}, "uncovered_columns": ["religion"],
    }  # fmt: skip
    return {**file, **changes}


def batch(**changes):
    counts = {"rows": 10, "accepted": 8, "rejected": 1, "refused": 1, "flagged": 0, "columns_not_kept": ["religion"]}
    return {**counts, "code": None, **changes}


def page(profile=None, hits=()):
    family = None if profile is None else Answer(200, profile, "b")
    return Page(Answer(200, {"hits": list(hits), "receipt": {"entry": "1"}, "at": "now"}, "a"), family)


class TestPlay:
    def test_a_step_with_one_claim_that_does_not_hold_names_that_claim_alone(self):
        play = Play("S0", "a scene")
        play.act("look", "both", {"this": True, "that": False})
        assert not play.ok
        assert play.steps[0].as_json()["got"] == "not so: that"

    def test_a_scene_without_a_step_has_not_held(self):
        assert not Play("S0", "never played").ok


class TestPushed:
    def test_counts_as_written_hold(self):
        play = Play("push", "")
        judge(play, [Pushed(written(), batch())], frozenset())
        assert play.ok

    @pytest.mark.parametrize(
        "changed",
        [
            {"accepted": 7}, {"rows": 9}, {"rejected": 2}, {"refused": 0}, {"flagged": 1}, {"columns_not_kept": []},
            {"code": "push-failed", "message": "no"},
        ],
    )  # fmt: skip
    def test_any_count_that_differs_fails_the_feed(self, changed):
        play = Play("push", "")
        judge(play, [Pushed(written(), batch(**changed))], frozenset())
        assert not play.ok

    def test_a_column_that_the_feed_does_not_know_may_go_by_its_place(self):
        play = Play("push", "")
        judge(play, [Pushed(written(), batch(columns_not_kept=["column 9, unknown to this feed"]))], frozenset())
        assert play.ok

    def test_a_feed_that_must_be_refused_at_the_door_fails_when_it_is_taken(self):
        play = Play("push", "")
        judge(play, [Pushed(written(), batch())], frozenset({"housing-arrears"}))
        assert not play.ok

    def test_a_feed_refused_at_the_door_holds_with_nothing_read(self):
        refused = batch(rows=0, accepted=0, rejected=0, refused=0, columns_not_kept=[], code="supply-not-agreed")
        play = Play("push", "")
        judge(play, [Pushed(written(), refused)], frozenset({"housing-arrears"}))
        assert play.ok

    def test_a_feed_that_nobody_could_switch_on_is_refused_at_the_door_too(self):
        off = batch(rows=0, code="push-failed", message="the gateway answered 403: This feed is off: nothing is taken")
        play = Play("push", "")
        judge(play, [Pushed(written(), off)], frozenset({"housing-arrears"}))
        assert play.ok
        judge(play, [Pushed(written(), off)], frozenset())
        assert not play.ok

    def test_the_table_has_a_line_for_every_feed_even_one_that_was_never_read(self):
        off = batch(code="push-failed", message="This feed is off")
        files = [written(format="csv"), written(format="xml"), written(feed="electors", format="csv", rows=7)]
        found = {"housing-arrears": {"rows": 20, "items": ["housing.arrears"]}}
        table = table_of_feeds(found, files, [Pushed(files[0], batch()), Pushed(files[2], off)])
        assert (table["housing-arrears"]["formats"], table["housing-arrears"]["rows_in_files"]) == (["csv", "xml"], 20)
        assert (table["electors"]["rows"], table["electors"]["rows_in_files"]) == (0, 7)
        assert table["electors"]["refused_because"] == ["This feed is off"]

    def test_the_feeds_that_must_change_nothing_come_last(self):
        files = [{"feed": feed, "file": feed} for feed in ("refuge", "housing", "council_tax", "police", "skipped")]
        waves = in_waves(files, str, frozenset({"skipped"}))
        assert [[file["feed"] for file in wave] for wave in waves] == [
            ["council_tax"],
            ["housing"],
            ["refuge", "police"],
        ]


class TestBefore:
    def test_receipts_and_coverage_may_differ(self):
        before, play = Before(), Play("S3", "")
        before.keep("officer", "somebody", page({"family_id": "f", "items_shown": 3, "coverage": ["to Monday"]}))
        before.compare(
            play, "officer", "somebody", page({"family_id": "f", "items_shown": 3, "coverage": ["to today"]})
        )
        assert play.ok

    def test_one_item_more_is_found_and_its_member_named(self):
        before, play = Before(), Play("S3", "")
        before.keep("officer", "somebody", page({"family_id": "f", "items_shown": 3}))
        before.compare(play, "officer", "somebody", page({"family_id": "f", "items_shown": 4}))
        assert not play.ok
        assert "differs in items_shown" in play.steps[0].got

    def test_members_in_another_order_are_not_byte_equal(self):
        before, play = Before(), Play("S3", "")
        before.keep("officer", "somebody", page({"family_id": "f", "members": ["a", "b"]}))
        before.compare(play, "officer", "somebody", page({"family_id": "f", "members": ["b", "a"]}))
        assert not play.ok

    def test_two_pages_that_were_both_not_there_prove_nothing(self):
        before, play = Before(), Play("S3", "")
        before.keep("officer", "somebody", page())
        before.compare(play, "officer", "somebody", page())
        assert not play.ok

    def test_a_hit_more_is_found(self):
        before, play = Before(), Play("S10", "")
        before.keep("officer", "somebody", page(hits=[{"family_id": "f"}]))
        before.compare_hits(play, "officer", "somebody", page(hits=[{"family_id": "f"}, {"family_id": "g"}]), "it")
        assert not play.ok


class TestPages:
    def test_lines_of_the_role_are_drawn_together_and_others_stay(self):
        lines = [
            "Your role does not include health information. This does not mean there is any.",
            "Location protected: call the desk",
            "Your role does not include police information. This does not mean there is any.",
        ]
        assert pages.withheld({"withheld": [{"sentence": line} for line in lines]}) == [
            "Location protected: call the desk",
            "Your role does not include: health, police. This does not mean there is any.",
        ]

    def test_capitals_and_a_title_are_the_same_name_and_another_birth_date_is_not(self):
        person = {"forename": "Joanne", "surname": "Pickering", "dob": "1979-10-02"}
        identity = {"names": [{"value": "MS JOANNE PICKERING"}], "birth_dates": [{"value": "1979-10-02"}]}
        assert is_named(identity, person)
        assert not is_named(identity, {**person, "dob": "1979-02-10"})


@pytest.mark.usefixtures("ports")
class TestSettingUp:
    def test_a_port_that_is_taken_is_named(self, ports):
        with socket.create_server(("127.0.0.1", ports[1])), pytest.raises(DemoError, match=str(ports[1])):
            check_ports_free(demo_settings("main"))

    def test_another_database_is_not_touched(self, monkeypatch):
        monkeypatch.setenv("HEARTHGATE_DATABASE_URL", "postgresql://127.0.0.1/theirs")
        with pytest.raises(DemoError, match="HEARTHGATE_DATABASE_URL"):
            demo_settings("main")

    def test_an_unknown_register_is_refused(self):
        with pytest.raises(DemoError, match="main or sandbox"):
            demo_settings("other")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


@pytest.mark.slow
def test_a_small_borough_is_played_to_its_end_and_ctrl_c_leaves_no_process(ports, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    command = [sys.executable, "-m", "gateway", "demo", "--people", "60", "--seed", "11"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as errors:
        demo = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=errors)
        try:
            deadline = time.monotonic() + _LONGEST
            while b"Serving until Ctrl-C" not in (tmp_path / "out").read_bytes():
                assert demo.poll() is None, (tmp_path / "out").read_text()[-4000:]
                assert time.monotonic() < deadline
                time.sleep(0.3)
            demo.send_signal(signal.SIGINT)
            status = demo.wait(timeout=60)
        finally:
            if demo.poll() is None:
                demo.terminate()
                demo.wait(timeout=60)
    told = json.loads((tmp_path / "build" / "demo.json").read_text())
    failed = [
        (name, step["step"], step["got"]) for name, steps in told["scenes"].items() for step in steps if not step["ok"]
    ]
    assert failed == []
    assert (status, told["ok"], told["people"], told["seed"]) == (0, True, 60, 11)
    _agrees_with_the_files(told, tmp_path / "build" / "demo-data" / "files")
    _names_nobody((tmp_path / "err").read_text() + json.dumps(told["feeds"]) + json.dumps(told["counts"]))
    for port in ports:
        with socket.create_server(("127.0.0.1", port)):
            pass


def _agrees_with_the_files(told, files):
    for feed, file in (("housing-arrears", "housing-arrears.csv"), ("council-tax", "council-tax.csv")):
        assert told["feeds"][feed]["rows"] == rows_of(files / file)
    manifest = json.loads((files / "manifest.json").read_text())["files"]
    generated = {one["feed"] for one in manifest}
    assert PULLED not in generated
    assert set(told["feeds"]) == generated | {PULLED}
    for feed in generated:
        found, written = told["feeds"][feed], [one for one in manifest if one["feed"] == feed]
        times = 0 if feed in REFUSED else 2 if feed == SENT_AGAIN else 1
        assert found["rows_in_files"] == sum(one["rows"] for one in written)
        assert found["rows"] == times * found["rows_in_files"]
        assert found["accepted"] == times * sum(one["expected_accepted"] for one in written)
        assert found["formats"] == sorted({one["format"] for one in written})
    assert told["counts"]["rows_accepted"] == sum(one["accepted"] for one in told["feeds"].values())
    _agrees_with_what_was_pulled(told["feeds"][PULLED])
    for feed in REFUSED:
        assert told["feeds"][feed]["items"] == []
        assert told["feeds"][feed]["refused_because"]
    assert told["log"]["verified"]
    assert told["receipts"]["verified"] == told["receipts"]["files"] > 0


def _agrees_with_what_was_pulled(found):
    """Each incident is a row, and of it are kept a name, a date of birth and that the person was a victim."""
    kept = ["crime.victim", "identity.birth_date", "identity.name"]
    assert (found["files"], found["rows"], found["accepted"]) == (1, INCIDENTS, INCIDENTS)
    assert (found["rejected"], found["refused"], found["flagged"]) == (0, 0, 0)
    assert (found["items"], found["facts_new"]) == (kept, INCIDENTS * len(kept))
    assert (found["formats"], found["rows_in_files"]) == ([], 0)


def _names_nobody(text):
    for name in ("Cole", "Marsh", "Nair", "Haven House", "Pickering"):
        assert name not in text
