"""Run the processes of the log: the one that sequences, the one that gathers cosignatures."""

from gateway import clock
from gateway.building import log_signer, open_database, running_database
from gateway.custody import load_custody
from gateway.jobs.cosigning import run_cosigner
from gateway.jobs.recalling import recall_newest
from gateway.jobs.sequencer import run_sequencer
from gateway.operator_parts import OperatorParts, operator_parts
from gateway.policy_file import cosigning_policy
from gateway.settings import Settings
from gateway.store.engine import SERVING_ROLES
from gateway.supervising import stop_on_signal
from gateway.telemetry import configure_logging
from gateway.usecases.log.restoring import guard_of


def run_sequencer_process(settings: Settings, *, beside_parent: bool = False) -> None:
    """Turn entries into leaves until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, running_database(settings) as running:
        custody = load_custody(settings.keys_dir, SERVING_ROLES)
        parts = OperatorParts(settings, open_database(running, custody), custody)
        recall_newest(parts)
        run_sequencer(parts.database, log_signer(custody, settings), clock.utc_now, stop, guard=guard_of(parts))


def run_cosign_process(settings: Settings, *, beside_parent: bool = False) -> None:
    """Gather cosignatures until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, operator_parts(settings) as parts:
        run_cosigner(parts, cosigning_policy(settings, log_signer(parts.custody, settings).verifier()), stop)
