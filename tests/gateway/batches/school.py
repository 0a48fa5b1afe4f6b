"""Rolls of a school as tests push them, and what the store holds of them."""

import csv
import io
from datetime import timedelta

from adapters.registry import FEEDS
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.caller import PartnerCaller
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.conftest import NOW

FEED = "schools-roll"
PROFILE = FEEDS[FEED].profile
NAMES = [column.name for column in PROFILE.columns]
CONTEXT = RequestContext("11111111-1111-4111-8111-111111111111")
LATER = NOW + timedelta(days=60)
MILL_LANE = PartnerCaller("mill-lane", "northvale_schools", frozenset({"feeds:push"}), LATER)
CHURCH_ROAD = PartnerCaller("church-road", "northvale_schools", frozenset({"feeds:push"}), LATER)
FULL = BatchContract(Mode.FULL)
TOMBSTONE = BatchContract(Mode.TOMBSTONE)
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(number):
    """A UPN with its check letter (DfE: weights 2 to 13, modulo 23)."""
    digits = f"990102{number:06d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(2, 14), strict=True))
    return f"{_LETTERS[total % 23]}{digits}"


def pupil(number, **cells):
    named = {"upn": upn(number), "surname": f"Surname{number}", "forename": f"Forename{number}"}
    return {"dob": "2015-03-04", "school_urn": "990102", **named, **cells}


def pupils(*numbers):
    return [pupil(number) for number in numbers]


def sheet(rows, names=NAMES):
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def push(wiring, rows, contract=None, *, caller=MILL_LANE, key=None, feed=FEED):
    body = rows if isinstance(rows, bytes) else sheet(rows)
    switch_everything_on(wiring, CONTEXT, [feed])
    named = key or f"{abs(hash((body, contract, caller)))}"
    return receive_batch(wiring, CONTEXT, caller, Push(feed, body, "csv", named, contract or BatchContract()))


def standing(admin, item="identity.name"):
    """How many facts of an item stand."""
    with admin.begin() as connection:
        return connection.exec_driver_sql(
            "SELECT count(*) FROM (SELECT DISTINCT ON (f.fact_key) f.tombstone FROM hearth.fact f"
            " JOIN hearth.item i USING (item_no) WHERE i.name = %s"
            " ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v WHERE NOT v.tombstone",
            (item,),
        ).scalar_one()


def count(admin, statement):
    with admin.begin() as connection:
        return connection.exec_driver_sql(statement).scalar_one()
