"""Run the process that takes batches: apart from the worker, so that linkage neither slows it nor fills its memory."""

from gateway.building import build_wiring, running_database
from gateway.jobs.taking import run_intake_worker
from gateway.settings import Settings
from gateway.supervising import spare_what_stays, stop_on_signal
from gateway.telemetry import configure_logging


def run_intake(settings: Settings, *, beside_parent: bool = False) -> None:
    """Take batches until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, running_database(settings) as running:
        wiring = build_wiring(settings, running)
        spare_what_stays()
        run_intake_worker(wiring, stop)
