"""Partners who push one person at the same moment, over HTTP, while the worker links: one person, nothing lost.

The same while a run over everything goes on beside it.
"""

import csv
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from gateway import clock
from gateway.jobs.worker import run_linkage_worker
from gateway.usecases.linking.linking import link_everything
from tests.gateway.served import served

HOME = {"line1": "6 Tanner's Yard", "line3": "Northvale", "postcode": "NV8 6AB", "uprn": ""}
WHO = {"surname": "Quillfeather", "dob": "13/04/1952"}
FILES = (
    ("library-members", "libraries", "LB97001",
     WHO | {"borrower_no": "LB97001", "forename": "Zenobia", "address": "6 Tanner's Yard; Northvale",
            "postcode": "NV8 6AB", "phone": "", "email": ""}),
    ("police-nominals", "police", "N4997901",
     WHO | HOME | {"nominal_ref": "N4997901", "forename1": "Zenobia", "pnc_id": "", "cro": "", "sex": "F"}),
    ("housing-tenancies", "housing", "T297901",
     WHO | HOME | {"person_ref": "T297901", "tenancy_ref": "BW397901", "forename": "Zenobia", "sex": "F",
                   "phone": ""}),
)  # fmt: skip


def body_of(northvale, feed, changed):
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    first = next(csv.DictReader(io.StringIO((northvale.built.folder / entry["file"]).read_text("utf-8-sig"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, first, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(first | changed)
    return text.getvalue().encode()


def until(northvale, stop):
    for _ in range(600):
        waiting = "SELECT count(*) FROM desk.batch WHERE linked_at IS NULL AND state = 'accepted'"
        if not northvale.count(waiting):
            return
        stop.wait(0.1)


@pytest.mark.parametrize("beside", [False, True])
def test_three_partners_at_the_same_moment_tell_of_one_person(northvale, beside):
    wiring, stop, nights = replace(northvale.wiring, clock=clock.utc_now), threading.Event(), []
    work = [threading.Thread(target=run_linkage_worker, args=(wiring, stop))]
    if beside:
        work.append(threading.Thread(target=lambda: nights.append(link_everything(wiring))))
    with served(northvale, wiring) as gateway:

        def push(job):
            number, feed, changed = job
            sent = {"Test-Caller": feed, "Content-Type": "text/csv", "Idempotency-Key": f"{feed}-{number}"}
            path = f"/v1/feeds/{feed}/batches"
            return gateway.client.post(path, content=body_of(northvale, feed, changed), headers=sent)

        try:
            for each in work:
                each.start()
            # Each sends its file twice, under two keys, as a system does that tries again.
            jobs = [(number, feed, changed) for feed, _, _, changed in FILES for number in (1, 2)]
            with ThreadPoolExecutor(len(jobs)) as crowd:
                answers = list(crowd.map(push, jobs))
            until(northvale, stop)
        finally:
            stop.set()
            for each in work:
                each.join(60)
        receipts = [
            gateway.client.get(f"/v1/batches/{one.json()['batch_id']}", headers={"Test-Caller": feed}).json()
            for one, (_, feed, _) in zip(answers, jobs, strict=True)
        ]

    assert {answer.status_code for answer in answers} == {httpx.codes.ACCEPTED}
    assert {(one["outcome"], one["accepted"], one["rejected"]) for one in receipts} == {("accepted", 1, 0)}
    assert len(nights) == beside
    records = [northvale.record_id(source, key) for _, source, key, _ in FILES]
    current = northvale.sql(
        "SELECT person_id FROM hearth.link WHERE record_id = ANY (:records) AND superseded_at IS NULL", records=records
    )
    assert (len(current), len(set(current))) == (len(FILES), 1)
    # What came twice stands once.
    doubled = "SELECT count(*) FROM (SELECT FROM hearth.fact WHERE record_id = ANY (:records) GROUP BY fact_key HAVING"
    assert northvale.count(f"{doubled} count(*) > 1) twice", records=records) == 0
    jobs_done = northvale.sql("SELECT DISTINCT status FROM jobs.procrastinate_jobs WHERE queue_name = 'linkage'")
    assert "failed" not in {status for (status,) in jobs_done}
