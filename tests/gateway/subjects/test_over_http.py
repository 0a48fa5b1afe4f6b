"""Subject reports and releases over HTTP, and the page in a browser."""

import json
import shutil
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from audit.verify import verify_path
from audit.verify_export import Trust
from tests.gateway.served import served
from tests.gateway.subjects.reports import DPO, OFFICER, pass_an_hour

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture
def gateway(northvale):
    declaration = northvale.declare("W201", "early_help")
    northvale.search("W201", declaration, northvale.person("S2", "Kelly Marsh"))
    northvale.open("W201", declaration, northvale.family_id("S2", "Kelly Marsh"))
    pass_an_hour(northvale)
    with served(northvale) as one:
        yield one


def post(gateway, worker, path, **body):
    return gateway.client.post(f"/v1/subject-reports{path}", json=body, headers={"Test-Caller": worker})


def test_a_report_over_http_is_the_folder_that_the_verifier_takes(northvale, gateway, tmp_path):
    answer = post(gateway, OFFICER, "", handle=str(northvale.family_id("S2", "Kelly Marsh")))

    assert answer.status_code == httpx.codes.OK
    body = answer.json()
    (tmp_path / "map-receipts").mkdir()
    for name, content in body["files"].items():
        (tmp_path / name).write_text(content)
    for name, content in body["map_receipts"].items():
        (tmp_path / "map-receipts" / name).write_text(content)
    sentence = verify_path(tmp_path, Trust(northvale.wiring.log_signer.verifier().encode()))
    assert "the log holds its 1 map(s)" in sentence
    assert northvale.count("SELECT count(*) FROM audit.entry WHERE entry_id = :id", id=body["entry"]) == 1


def test_two_officers_over_http(northvale, gateway):
    handle = str(northvale.family_id("S2", "Kelly Marsh"))
    asked = post(gateway, OFFICER, "/releases", handle=handle, released_to="court", reason="Order 7").json()
    decision = f"/releases/{asked['release_id']}/decision"

    own = post(gateway, OFFICER, decision, approved=True, reason="In order")
    early = post(gateway, OFFICER, "", handle=handle, release_id=asked["release_id"])
    other = post(gateway, DPO, decision, approved=True, reason="In order")
    again = post(gateway, DPO, decision, approved=False, reason="Not in order")
    late = post(gateway, OFFICER, "", handle=handle, release_id=asked["release_id"])

    assert [one.status_code for one in (own, early, other, again, late)] == [403, 403, 200, 409, 200]
    assert own.json()["reason"] == "release-asked-by-oneself"
    assert early.json()["reason"] == "release-not-approved"
    assert json.loads(late.json()["files"]["report.json"])["list"] == "sealed"


def test_what_may_be_given_to_the_subject_makes_no_report_for_a_parent(northvale, gateway):
    handle = str(northvale.family_id("S2", "Kelly Marsh"))
    asked = post(gateway, OFFICER, "/releases", handle=handle, released_to="subject", reason="Asked in writing").json()
    post(gateway, DPO, f"/releases/{asked['release_id']}/decision", approved=True, reason="In order")
    decided = {"decided_by": "the DPO", "decided_on": "2026-03-02"}
    parent, own = (
        post(gateway, OFFICER, "", handle=handle, release_id=asked["release_id"], **more)
        for more in ({"capacity": "parent", **decided}, {})
    )

    assert (parent.status_code, parent.json()["reason"]) == (403, "release-for-the-subject")
    assert own.status_code == 200


def test_who_is_no_officer_gets_the_same_answer_for_everybody_and_nobody(northvale, gateway):
    known, unknown = str(northvale.family_id("S2", "Kelly Marsh")), "00000000-0000-4000-8000-00000000dead"

    answers = [post(gateway, "W201", "", handle=one) for one in (known, unknown)]

    assert {one.status_code for one in answers} == {403}
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


@pytest.mark.parametrize(
    "body",
    [{}, {"handle": "kelly"}, {"handle": "x", "capacity": "court"}, {"released_to": "press"}],
    ids=["nothing", "no id", "no such capacity", "no such member"],
)
def test_what_is_not_asked_properly_is_not_repeated(gateway, body):
    answer = post(gateway, OFFICER, "", **body)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "kelly" not in answer.text
    assert "press" not in answer.text


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium")
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: python -m gateway.web.vendor")
def test_the_page_reads_well_in_a_browser(northvale, gateway):
    page_text = post(gateway, OFFICER, "", handle=str(northvale.family_id("S2", "Kelly Marsh"))).json()["files"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_content(page_text["report.html"])
        page.evaluate(f"{AXE.read_text()};null")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.locator("h1").inner_text() == "Who looked at information about you"
            assert page.locator("li").count() == 2
            folder = ROOT / "build" / "pages" / str(width)
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / "subject-report.png", full_page=True)
            found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]] == []
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        browser.close()
