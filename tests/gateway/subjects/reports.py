"""Reports for tests: everything sequenced, the hour's map taken, the report made by an officer."""

from datetime import timedelta

from audit.subject_words import Capacity
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.subjects.subject_report import AskedReport, SubjectReport, subject_report
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT, Northvale

OFFICER, DPO = "W601", "W602"


def sequence(northvale: Northvale) -> None:
    """Make leaves of everything that waits."""
    drain(northvale.wiring.database, northvale.wiring.log_signer)


def pass_an_hour(northvale: Northvale) -> None:
    """Sequence, let an hour pass, take its maps."""
    sequence(northvale)
    northvale.clock.now += timedelta(hours=1, minutes=1)
    assert take_due_maps(northvale.wiring)
    sequence(northvale)


def report(northvale: Northvale, handle, capacity=Capacity.SELF, *, officer=OFFICER, **more) -> SubjectReport:
    """A report as an officer makes it."""
    asked = AskedReport(handle, capacity, **more)
    return subject_report(northvale.wiring, CONTEXT, northvale.reader(officer), asked)


def words(made: SubjectReport) -> str:
    """The plain text, unwrapped."""
    return " ".join(made.files["report.txt"].decode().split())
