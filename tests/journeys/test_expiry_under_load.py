"""An agreement ends at 24:00 Europe/London of its last day while many read: nothing leaves at or after that instant.

The gateway's clock is ahead of the machine's, so that the day's end falls into the run; it stands still until every
reader has been answered. A ticket is held to the database server's clock, too, so the agreement ends at a real midnight
to come, and only the application is ahead.
"""

import itertools
import shutil
import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from agreements.enactment import enact_register
from agreements.loader import load_register
from agreements.register import compile_register
from audit.canonical import parse_canonical
from gateway import clock
from tests.gateway.cluster import REGISTER
from tests.gateway.served import served

READERS, BEFORE, AFTER = 6, timedelta(seconds=2), timedelta(seconds=2)
PATIENCE = 120
LONDON = ZoneInfo("Europe/London")
AGREEMENT = "ISA-NV-2026-014"
WORKER = "W203"


@dataclass(frozen=True)
class Answer:
    """What a reader got, with the gateway's clock just before it was asked and just after it had come."""

    status: int
    body: dict
    asked: datetime
    came: datetime


def ending_on(folder, last_day: date):
    """Northvale's register with early help ending on a day, signed; as of the day before."""
    documents, signed = folder / "register", folder / "signed"
    shutil.copytree(REGISTER, documents)
    path = documents / "agreements" / "early-help.yaml"
    lines = path.read_text().splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("validity:")]
    start = lines[at].partition("from: ")[2].partition(",")[0]
    lines[at] = f"validity: {{from: {start}, to: {last_day}, review: {last_day}, on_review_missed: suspend}}"
    path.write_text("\n".join(lines) + "\n")
    now = clock.utc_now()
    enact_register(documents, signed, now - timedelta(days=200))
    return compile_register(load_register(documents, signed, now))


class Approaching:
    """A clock that stands at an instant until it is let go; from then on it runs as fast as the machine's."""

    def __init__(self, start: datetime):
        self._start, self._since = start, None

    def __call__(self) -> datetime:
        since = self._since
        return self._start if since is None else self._start + (clock.utc_now() - since)

    def go(self):
        self._since = clock.utc_now()


@pytest.fixture
def end():
    """A midnight in London, as an instant; not the next one, which could pass while the test runs."""
    after_tomorrow = clock.utc_now().astimezone(LONDON).date() + timedelta(days=2)
    return datetime.combine(after_tomorrow, time(), LONDON).astimezone(UTC)


@pytest.fixture
def ahead(northvale, tmp_path, end):
    """Northvale under a register in which early help ends at `end`, its clock standing `BEFORE` that instant."""
    register = ending_on(tmp_path, (end - timedelta(seconds=1)).astimezone(LONDON).date())
    return replace(northvale.wiring, register=register, clock=Approaching(end - BEFORE))


def read_until(gateway, reading, until, answered, answers):
    """Read one family again and again, as one browser does; `reading` is the clock, the declaration and the family."""
    now, declaration, family = reading
    with httpx.Client(base_url=str(gateway.client.base_url), timeout=60) as client:

        def read():
            asked = now()
            got = client.get(f"/v1/families/{family}", headers=gateway.headers(WORKER, declaration))
            answers.append(Answer(got.status_code, got.json(), asked, now()))
            return asked

        read()
        answered.wait(PATIENCE)
        while read() < until:
            pass


def released(answer: Answer) -> datetime:
    """The instant that an answer with data was released at: its receipt's, and never before it was asked."""
    return datetime.fromisoformat(answer.body["at"])


def outcomes(northvale):
    """Entries that say that something was shown: their event's time and what they showed."""
    rows = [row.fields for row in northvale.sql("SELECT fields FROM audit.opening")]
    opened = [{name: parse_canonical(value.encode()) for name, (_, value) in fields.items()} for fields in rows]
    return [fields for fields in opened if fields.get("phase") == "outcome" and fields.get("items_shown")]


@pytest.mark.slow
def test_nothing_is_released_at_or_after_the_instant_at_which_an_agreement_ends(northvale, ahead, end):
    family = northvale.family_id("S3", "Vikram Nair")
    answers: list[Answer] = []
    with served(northvale, ahead) as gateway:
        declaration = gateway.declare(WORKER, "early_help")
        answered = threading.Barrier(READERS, action=ahead.clock.go)
        work = (gateway, (ahead.clock, declaration, family), end + AFTER, answered, answers)
        readers = [threading.Thread(target=read_until, args=work) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        purposes = gateway.client.get("/v1/me/purposes", headers={"Test-Caller": WORKER}).json()

    with_data = [one for one in answers if one.status == httpx.codes.OK]
    statuses = Counter(one.status for one in answers)
    # The load was real, and both sides of the instant were under it.
    assert len(with_data) >= READERS, statuses
    assert sum(one.asked >= end for one in answers) >= READERS, statuses
    assert all(one.body["items_shown"] > 0 for one in with_data)

    # A request that began before the instant may be answered until it; none that carries data is released after.
    assert max(map(released, with_data)) < end
    assert all(one.asked < end for one in with_data)
    assert {one.status for one in answers if one.asked >= end} == {httpx.codes.FORBIDDEN}
    refused = [one.body for one in answers if one.status == httpx.codes.FORBIDDEN]
    assert {one["reason"] for one in refused} == {"not-in-force"}
    # What was caught between the two is neither: nothing was released.
    assert set(statuses) <= {httpx.codes.OK, httpx.codes.FORBIDDEN, httpx.codes.SERVICE_UNAVAILABLE}
    assert "early_help" not in {one["id"] for one in purposes}

    # The log tells of no release at or after the instant either.
    told = [fields for fields in outcomes(northvale) if fields["purpose"] == "early_help"]
    assert len(told) >= len(with_data)
    assert all(datetime.fromisoformat(str(fields["at"])) < end for fields in told)


@pytest.mark.parametrize(
    "looks_in_time",
    [pytest.param(0, id="after the last commit"), pytest.param(1, id="when the answer is written out")],
)
@pytest.mark.parametrize("asked", ["the family", "why"])
def test_an_answer_that_is_ready_when_the_agreement_ends_is_not_released(
    northvale, ahead, end, looks_in_time, asked
):  # fmt: skip
    """The clock passes the instant once the outcome of the reading is committed, before one look at it or the other."""
    family = northvale.family_id("S3", "Vikram Nair")
    before, looks = end - timedelta(seconds=1), itertools.count()

    def passing():
        return end if outcomes(northvale) and next(looks) >= looks_in_time else before

    with served(northvale, replace(ahead, clock=passing)) as gateway:
        declaration = gateway.declare(WORKER, "early_help")
        read = {"the family": gateway.family, "why": gateway.explain}[asked]
        held_back = read(WORKER, declaration, family)

    assert len(outcomes(northvale)) == 1
    assert held_back.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert held_back.json()["type"].endswith("/permit-ended")
    assert set(held_back.json()) == {"type", "title", "status", "instance", "detail"}
