import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.checkpoint import parse_checkpoint
from audit.entry import EventClass
from audit.keys import SignerKey
from audit.merkle import leaf_hash
from audit.tlog_proof import verify_proof
from audit.verify import main as verify_offline
from gateway import clock
from gateway.errors import ConfigurationError
from gateway.jobs.asking_witness import FORKED, MALFORMED, REFUSED, ROLLED_BACK, UNREACHABLE, shown_by
from gateway.jobs.cosigning import Cosigner, run_cosigner
from gateway.policy_file import cosigning_policy, read_policy
from gateway.store.errors import DatabaseUnavailableError, TicketRefusedError
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.log_status import log_status
from gateway.usecases.log.partner_packs import write_partner_pack
from gateway.usecases.log.receipts import receipt
from gateway.usecases.log.verifying_log import verify_database
from gateway.witness.serving import running_witness
from gateway.witness.witness import Witness
from tests.audit.grown_log import GrownLog, leaves
from tests.gateway.audit.log_book import CONTEXT, OFFICER, WORKER, an_entry, drain, write
from tests.gateway.audit.witnessed_town import Town
from tests.gateway.witness.partner import a_witness, evidence, request, size_on_disk


@pytest.fixture
def town(wiring, tmp_path):
    with ExitStack() as stack:
        yield Town(wiring, tmp_path, stack)


@contextmanager
def as_operator(admin):
    """What somebody can do who holds the machine: no trigger stops them."""
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection


def alarms(town):
    with town.wiring.database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT o.fields #>> '{detail,1}' AS detail FROM audit.opening o WHERE o.fields #>> '{who,1}' = :who"),
            {"who": '"hearthgate"'},
        )
        return [row.detail for row in rows]


def test_a_receipt_bears_the_cosignatures_of_both_partners_and_verifies_with_their_keys(town, tmp_path, capsys):
    ids = town.grow(5)

    assert town.round() == {"police": None, "health": None}

    view = town.receipt(ids[2])
    assert (view.witnesses, view.quorum, view.unwitnessed_since) == (2, True, None)
    proved = verify_proof(view.proof, town.wiring.log_signer.verifier(), witnesses=town.keys.values())
    assert {one.key for one in proved.witnesses} == set(town.keys.values())
    (tmp_path / "receipt").write_text(view.proof, encoding="utf-8", newline="")
    assert verify_offline(["--policy", str(town.policy_file), str(tmp_path / "receipt")]) == 0
    assert "2 known witness(es)" in capsys.readouterr().out


def test_a_partners_pack_bears_the_cosignatures_too_so_that_its_log_is_everybodys(town, tmp_path, capsys):
    """Without them each partner could be given a log of its own, and no pack passed the policy that checks for that."""
    town.grow(3)
    town.round()
    parts, folder = town.wiring, tmp_path / "pack"
    exported = system_entry(parts, EventClass.EXPORT, parts.clock(), purpose="uses_of_own_data")
    write_partner_pack(parts, parts.log_signer, exported, "northvale_council", folder)

    assert verify_offline(["--policy", str(town.policy_file), str(folder)]) == 0
    assert "2 known witness(es)" in capsys.readouterr().out


def test_a_log_that_grows_is_witnessed_again_and_again_and_each_head_once(town):
    for count in (1, 3, 260, 1):
        town.grow(count)
        assert town.round() == {"police": None, "health": None}
        assert town.round() == {}
    status = log_status(town.wiring)
    assert (status.size, status.witnessed_size, status.unwitnessed_since, status.exposed_seconds) == (265, 265, None, 0)
    assert [one.size for one in status.witnesses] == [265, 265]
    assert status.problems == ()


def test_an_early_receipt_leads_to_the_newest_head_with_the_quorum_and_a_late_one_to_the_newest(town):
    early = town.grow(3)[0]
    town.round()
    late = town.grow(4)[0]

    assert [(view.tree_size, view.witnesses, view.quorum) for view in map(town.receipt, (early, late))] == [
        (3, 2, True),
        (7, 0, False),
    ]
    town.round()
    assert [town.receipt(one).tree_size for one in (early, late)] == [7, 7]


def test_a_log_whose_witness_is_down_goes_on_and_says_since_when(town):
    town.grow()
    town.round()
    town.stop("health")
    entry = town.grow()[0]

    assert town.round() == {"police": None, "health": UNREACHABLE}

    status = log_status(town.wiring)
    assert (status.size, status.witnessed_size) == (2, 1)
    assert status.unwitnessed_since is not None
    assert status.problems == (UNREACHABLE,)
    view = town.receipt(entry)
    assert (view.witnesses, view.quorum, view.unwitnessed_since) == (1, False, status.unwitnessed_since)
    verify_proof(view.proof, town.wiring.log_signer.verifier(), witnesses=town.keys.values())
    assert alarms(town) == []  # a witness that is down accuses nobody

    town.start("health")
    assert town.round() == {"health": None}
    assert town.receipt(entry).witnesses == 2
    assert log_status(town.wiring).problems == ()


def test_the_window_that_is_open_to_whoever_holds_the_machine_is_said_in_seconds(town, wiring_clock):
    wiring_clock.now = clock.utc_now()
    town.grow()
    since = log_status(town.wiring).unwitnessed_since
    wiring_clock.now = since + timedelta(seconds=90)

    status = log_status(town.wiring)

    assert status.exposed_seconds == 90
    town.round()
    assert log_status(town.wiring).exposed_seconds == 0


def test_what_waits_for_the_sequencer_is_counted_with_its_lag(town, wiring_clock):
    write(town.wiring.database, an_entry(), an_entry())
    wiring_clock.now = clock.utc_now() + timedelta(seconds=60)

    status = log_status(town.wiring)

    assert (status.size, status.waiting) == (0, 2)
    assert 59 < status.lag_seconds < 120


def test_without_a_policy_nothing_is_witnessed_and_that_is_said(wiring, database):
    ids = write(database, an_entry())
    drain(database, wiring.log_signer)

    view, status = receipt(wiring, CONTEXT, WORKER, ids[0]), log_status(wiring)

    assert (view.witnesses, view.quorum, status.has_witnesses) == (0, False, False)
    assert view.unwitnessed_since == status.unwitnessed_since is not None


def test_a_quorum_of_any_is_reached_by_one(wiring, tmp_path):
    with ExitStack() as stack:
        town = Town(wiring, tmp_path, stack, quorum="police")
        town.stop("health")
        entry = town.grow()[0]
        town.round()
        view = town.receipt(entry)
        assert (view.witnesses, view.quorum) == (1, True)
        assert log_status(town.wiring).unwitnessed_since is None


def test_a_restarted_cosigner_learns_from_the_witnesses_what_they_know(town):
    town.grow(3)
    town.round()
    town.grow(4)
    again = Cosigner(town.wiring, town.policy)
    assert {answer.problem for answer in again.round()} == {None}
    again.close()
    assert [size_on_disk(town.folder(name), town.settings.log_origin) for name in town.keys] == [7, 7]


class Failing(Cosigner):
    """Loses the database in its first rounds."""

    failed = 0

    def round(self):
        if Failing.failed < 3:
            Failing.failed += 1
            raise DatabaseUnavailableError("lost")
        return super().round()


def test_the_cosigner_goes_on_after_whatever_failed_until_it_is_told_to_stop(town):
    town.grow(3)
    stop = threading.Event()
    thread = threading.Thread(target=run_cosigner, args=(town.wiring, town.policy, stop, 0.02, Failing))
    thread.start()
    deadline = time.monotonic() + 60
    while log_status(town.wiring).witnessed_size < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert Failing.failed == 3
    assert log_status(town.wiring).witnessed_size == 3


def test_two_cosigners_at_once_do_each_other_no_harm(town):
    other = Cosigner(town.wiring, town.policy)
    for _ in range(3):
        town.grow(2)
        town.round()
        assert {answer.problem for answer in other.round()} == {None}
    other.close()
    assert log_status(town.wiring).witnessed_size == 6


def test_a_log_that_was_cut_back_is_found_out_by_its_witnesses_and_that_is_an_entry(town, admin):
    town.grow(3)
    town.grow(4)
    town.round()
    with as_operator(admin) as connection:
        for statement in (
            "DELETE FROM audit.cosignature", "DELETE FROM audit.witnessed", "DELETE FROM audit.witness_state",
            "DELETE FROM audit.checkpoint WHERE tree_size > 3", "DELETE FROM audit.leaf WHERE leaf_index >= 3",
            "DELETE FROM audit.card WHERE leaf_index >= 3",
            "DELETE FROM audit.node WHERE (node_index + 1) * (2 ^ level) > 3", "UPDATE audit.head SET tree_size = 3",
        ):  # fmt: skip
            connection.exec_driver_sql(statement)
    restarted = Cosigner(town.wiring, town.policy)

    assert {answer.problem for answer in restarted.round()} == {ROLLED_BACK}

    assert log_status(town.wiring).problems == (ROLLED_BACK,)
    told = alarms(town)
    assert len(told) == 2  # once for each witness
    assert all(ROLLED_BACK in one for one in told)
    restarted._pause = dict.fromkeys(restarted._pause, 0)
    restarted.round()
    assert len(alarms(town)) == 2
    restarted.close()


def test_a_log_that_went_on_otherwise_is_refused_and_its_witness_can_prove_it(town, admin):
    """The operator lets the witnesses see one tree, then makes another of the same entries and more."""
    other = GrownLog(leaves(5), town.wiring.log_signer)
    for name in town.keys:
        known = Witness(town.folder(name), clock.utc_now)
        known.add_checkpoint(request(other, 0, 5))
    town.grow(7)

    assert town.round() == {"police": FORKED, "health": FORKED}

    assert log_status(town.wiring).problems == (FORKED,)
    assert len(alarms(town)) == 2
    assert len(evidence(town.folder("police"))) == 1


def test_a_witness_that_does_not_know_the_log_is_told_and_accuses_nobody(wiring, tmp_path):
    with ExitStack() as stack:
        town = Town(wiring, tmp_path, stack)
        town.stop("health")
        a_witness(tmp_path / "strange", "health.example/witness", [SignerKey("another.example/log", bytes(32))])
        stack.enter_context(running_witness(tmp_path / "strange", "127.0.0.1", town.ports["health"], clock.utc_now))
        town.grow()
        assert town.round() == {"police": None, "health": REFUSED}
        assert alarms(town) == []


def test_a_cosignature_of_another_key_than_the_policys_counts_for_nothing(wiring, tmp_path):
    with ExitStack() as stack:
        town = Town(wiring, tmp_path, stack)
        town.stop("health")
        a_witness(tmp_path / "impostor", "health.example/witness", [wiring.log_signer])
        stack.enter_context(running_witness(tmp_path / "impostor", "127.0.0.1", town.ports["health"], clock.utc_now))
        entry = town.grow()[0]
        assert town.round() == {"police": None, "health": MALFORMED}
        assert town.receipt(entry).witnesses == 1


def test_a_witness_that_fails_is_asked_more_and_more_seldom(town):
    town.stop("health")
    town.grow()
    asked = 0
    for _ in range(40):
        asked += any(answer.witness.name == "health" for answer in town.cosigner.round())
    assert 3 <= asked <= 7


def test_an_export_bears_the_cosignatures(town, tmp_path, capsys):
    town.grow(300)
    town.round()

    done = export_log(town.wiring, an_entry(), tmp_path / "export")

    assert done.size == 300
    assert verify_offline(["--policy", str(town.policy_file), str(tmp_path / "export")]) == 0
    assert "2 known witness(es)" in capsys.readouterr().out


def test_an_officer_gets_the_same_receipt(town):
    entry = town.grow()[0]
    town.round()
    view = receipt(town.wiring, CONTEXT, OFFICER, entry)
    assert (view.witnesses, view.quorum) == (2, True)
    assert leaf_hash(view.leaf) == leaf_hash(town.receipt(entry).leaf)


@pytest.mark.parametrize(
    ("text_of", "said"),
    [
        (lambda key, _: f"log {key}\nquorum w\n", "line 2"),
        (lambda key, witness: f"log {key}\nwitness w {witness}\nquorum w\n", "no address for w"),
        (lambda _, witness: f"log {OTHER_LOG}\nwitness w {witness} http://127.0.0.1:1\nquorum w\n", "another log"),
    ],
)
def test_a_policy_that_cannot_be_used_stops_the_start_and_says_why(wiring, tmp_path, text_of, said):
    key = a_witness(tmp_path / "police").key.verifier().encode()
    path = tmp_path / "policy"
    path.write_text(text_of(wiring.log_signer.verifier().encode(), key))
    settings = wiring.settings.model_copy(update={"witness_policy": path})
    with pytest.raises(ConfigurationError, match=said):
        cosigning_policy(settings, wiring.log_signer.verifier())
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_policy(settings.model_copy(update={"witness_policy": tmp_path / "absent"}))


OTHER_LOG = SignerKey("another.example/log", bytes(32)).verifier().encode()


def test_the_database_is_verified_with_its_cosignatures_and_every_change_to_them_is_found(town, admin):
    for count in (3, 5):
        town.grow(count)
        town.round()
    assert verify_database(town.wiring).finding is None
    for changed in (
        "UPDATE audit.cosignature SET line = translate(line, 'abcdefgh', 'bcdefgha')",
        "UPDATE audit.cosignature SET signed_at = signed_at - interval '1 hour'",
        "UPDATE audit.cosignature a SET line = b.line FROM audit.cosignature b"
        " WHERE a.vkey = b.vkey AND a.tree_size < b.tree_size",
        "UPDATE audit.cosignature SET vkey = replace(vkey, '+', '+0')",
        "DELETE FROM audit.cosignature WHERE vkey = (SELECT min(vkey) FROM audit.cosignature)",
        "DELETE FROM audit.cosignature",
    ):
        with as_operator(admin) as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE kept AS SELECT * FROM audit.cosignature")
            assert connection.exec_driver_sql(changed).rowcount > 0
        finding = verify_database(town.wiring).finding
        assert finding is not None, changed
        assert finding.column.startswith("audit.cosignature")
        with as_operator(admin) as connection:
            connection.exec_driver_sql("DELETE FROM audit.cosignature")
            connection.exec_driver_sql("INSERT INTO audit.cosignature SELECT * FROM kept")
            connection.exec_driver_sql("DROP TABLE kept")
    assert verify_database(town.wiring).finding is None


def test_no_role_may_change_or_remove_a_cosignature(town):
    town.grow()
    town.round()
    for statement in ("UPDATE audit.cosignature SET line = ''", "DELETE FROM audit.cosignature"):
        with pytest.raises(TicketRefusedError), town.wiring.database.transaction("hg_sequence") as connection:
            connection.execute(text(statement))


def test_what_the_witnesses_show_can_be_had_after_all_else_was_lost(town):
    town.grow(4)
    town.round()
    town.stop("health")

    shown = shown_by(town.policy.witnesses, [town.wiring.log_signer.verifier()])

    assert [parse_checkpoint(note).size for note in shown] == [4]
    assert shown_by(town.policy.witnesses, [SignerKey("another.example/log", bytes(32)).verifier()]) == []
