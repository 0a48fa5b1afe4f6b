"""One file on a page: whoever answers for it confirms it, mends its rows and keeps its receipt; nobody else sees it."""

import csv
import io
import json
import re

import pytest

from gateway.demo.scenes.one_school import mended_sheet
from gateway.identity.clients import RegisteredClient
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.intake import Push, receive_batch
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.web.serving import form_token
from tests.gateway.web.test_in_the_browser import chromium, pytestmark, visitor  # noqa: F401 - fixtures and marks

browser = pytestmark
FEED, FILE = "schools-attendance", "s9-schools-attendance.csv"
ROLL = ("schools-roll", "schools-roll.csv")
KEEPER, COLLEAGUE = "S103", "S101"


class Kept:
    """A directory in which one person answers for the schools' machine."""

    def find(self, _client_id: str) -> RegisteredClient | None:
        return None

    def kept_by(self, agency: str, worker_ref: str) -> frozenset[str]:
        kept = (agency, worker_ref) == ("northvale_schools", KEEPER)
        return frozenset({"client-northvale_schools"}) if kept else frozenset()


@pytest.fixture
def kept(served):
    object.__setattr__(served.wiring, "clients", Kept())
    return served


def pushed(served, key, mode, of=(FEED, FILE)):
    """A file of the schools' machine: the first two rows of one that it sent."""
    feed, file = of
    lines = (served.northvale.built.folder / file).read_text().splitlines()
    body = "".join(f"{line}\r\n" for line in lines[:3]).encode()
    push = Push(feed, body, "csv", key, BatchContract(mode))
    return receive_batch(served.wiring, CONTEXT, served.northvale.partner(feed), push)


def waiting(served, key, of=(FEED, FILE)):
    batch = pushed(served, key, Mode.FULL, of)
    assert batch.state == "waiting"
    return batch


def test_who_answers_for_a_machine_takes_or_gives_up_its_file_that_waits(kept, at_desk):
    batch, client = waiting(kept, "page-1"), at_desk(KEEPER)
    address = f"/batches/{batch.batch_id}"
    assert address in client.get("/batches").text
    page = client.get(address)
    assert "Nothing of it is taken yet. Say whether it is right." in page.text
    assert "The machine client-northvale_schools" in page.text
    assert client.get(f"{address}/receipt.jws").status_code == 404
    token = {"form_token": form_token(page)}
    assert client.post(f"{address}/decision", data=token).status_code == 422
    assert client.post(f"{address}/decision", data={"decision": "give-up"}).status_code == 403
    done = client.post(f"{address}/decision", data={**token, "decision": "give-up"}, follow_redirects=True)
    assert "You gave this file up. Nothing of it was stored." in done.text
    assert client.post(f"{address}/decision", data={**token, "decision": "take"}).status_code == 409

    second = waiting(kept, "page-2", ROLL)
    address = f"/batches/{second.batch_id}"
    taken = client.post(f"{address}/decision", data={**token, "decision": "take"}, follow_redirects=True)
    assert "We took" in taken.text
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", client.get(f"{address}/receipt.jws").text)


def test_a_colleague_who_was_not_named_sees_nothing_of_a_machines_file(kept, at_desk):
    batch = pushed(kept, "page-3", Mode.DELTA)
    for worker in (COLLEAGUE, "C101", "W601"):
        client = at_desk(worker)
        token = form_token(client.get("/"))
        for path in ("", "/errors.csv", "/receipt.jws"):
            assert client.get(f"/batches/{batch.batch_id}{path}").status_code in {403, 404}
        sent = client.post(f"/batches/{batch.batch_id}/decision", data={"form_token": token, "decision": "take"})
        assert sent.status_code in {403, 404}


def test_bad_rows_are_mended_on_the_page_that_hands_them_back(kept, at_desk):
    client = at_desk(KEEPER)
    form = client.get("/batches")
    key = re.search(r'name="sending" value="([^"]+)"', form.text)[1]
    lines = (kept.northvale.built.folder / FILE).read_bytes()
    data = {"form_token": form_token(form), "feed": FEED, "sending": key}
    first = client.post("/batches", data=data, files={"file": ("attendance.csv", lines)}, follow_redirects=True)
    address = first.url.path
    assert "Send the mended rows" in first.text
    assert "comes with empty cells" in first.text
    mended = (kept.northvale.built.folder / kept.northvale.scenes["S9"]["mended_file"]).read_text()
    fixed = mended_sheet(client.get(f"{address}/errors.csv").content.decode("utf-8-sig"), lines.decode(), mended)
    again = {**data, "sending": re.search(r'name="sending" value="([^"]+)"', first.text)[1]}
    again["mends"] = address.rpartition("/")[2]
    none = client.post("/batches", data=again)
    assert (none.status_code, "Choose the file to send" in none.text) == (422, True)
    # One row of the seven first: what waits still is said on both pages, and the row is listed no more.
    head, row, *_ = fixed.splitlines(keepends=True)
    number = next(csv.DictReader(io.StringIO((head + row).decode())))["row"]
    listed = f'govuk-table__cell--numeric">{number}</td>'
    assert listed in first.text
    one = client.post("/batches", data=again, files={"file": ("one.csv", head + row)}, follow_redirects=True)
    assert "We took every row: 1 row." in one.text
    assert f'href="{address}">6 rows of the first file wait to be mended still' in one.text
    rest = client.get(address)
    assert "1 row of those handed back came mended since; 6 rows wait still." in rest.text
    assert listed not in rest.text
    again["sending"] = re.search(r'name="sending" value="([^"]+)"', rest.text)[1]
    done = client.post("/batches", data=again, files={"file": ("mended.csv", fixed)}, follow_redirects=True)
    assert "We took every row: 6 rows." in done.text
    assert "of the first file" not in done.text
    assert "none waits any more" in client.get(address).text


def test_bad_records_of_json_are_mended_on_the_page_as_json(kept, at_desk):
    client = at_desk(KEEPER)
    form = client.get("/batches")
    records = [{"UPN": "T990210220108", "Surname": "Ashdown", "DOB": "2017-02-31"}]
    data = {"form_token": form_token(form), "feed": "schools-pupils"}

    def send(body, page, **more):
        key = re.search(r'name="sending" value="([^"]+)"', page.text)[1]
        return client.post(
            "/batches", data={**data, "sending": key, **more}, files={"file": ("r.json", body)}, follow_redirects=True
        )

    first = send(json.dumps({"value": records}).encode(), form)
    assert "(JSON)" in first.text
    assert "value[0].DOB" in first.text
    address = first.url.path
    document = client.get(f"{address}/errors")
    assert document.headers["content-type"] == "application/json"
    done = send(document.content.replace(b"-02-31", b"-02-28"), first, mends=address.rpartition("/")[2])
    assert "We took every row: 1 row." in done.text


def test_the_pages_in_a_browser(visitor, kept):  # noqa: F811 - the fixture
    batch = waiting(kept, "page")
    visitor.sign_in(KEEPER)
    visitor.go(f"/batches/{batch.batch_id}")
    visitor.look("batch-waiting")
    visitor.follow(visitor.page.get_by_role("button", name="Decide"))
    assert visitor.page.get_by_role("alert").is_visible()
    visitor.look("batch-waiting-errors")
    visitor.page.get_by_label("It is wrong. Take nothing of it").check()
    visitor.follow(visitor.page.get_by_role("button", name="Decide"))
    assert "You gave this file up." in visitor.page.locator("main").inner_text()
    visitor.look("batch-given-up")


test_the_pages_in_a_browser.pytestmark = [*getattr(test_the_pages_in_a_browser, "pytestmark", []), *browser]
del pytestmark
