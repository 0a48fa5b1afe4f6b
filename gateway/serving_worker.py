"""Run the process that works off jobs."""

from gateway.building import build_wiring, running_database
from gateway.jobs.worker import run_linkage_worker
from gateway.settings import Settings
from gateway.supervising import spare_what_stays, stop_on_signal
from gateway.telemetry import configure_logging


def run_worker(settings: Settings, *, beside_parent: bool = False) -> None:
    """Work off jobs until told to stop, or until the parent is gone."""
    configure_logging()
    with stop_on_signal(beside_parent=beside_parent) as stop, running_database(settings) as running:
        wiring = build_wiring(settings, running)
        spare_what_stays()
        run_linkage_worker(wiring, stop)
