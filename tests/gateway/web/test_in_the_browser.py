"""Every page in Debian's Chromium, at a desk's and a phone's width: axe finds nothing, the console stays silent.

Each is opened once and judged at both widths. What it says is said at both, and what is clicked can be clicked at both.

`HEARTHGATE_TEST_PICTURES=1` leaves a picture of each in `build/pages`.
"""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.gateway.web.serving import Served, browser_like, sequenced, sign_in

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "build" / "pages" if os.environ.get("HEARTHGATE_TEST_PICTURES") else None
CHROMIUM = shutil.which("chromium")
# Of what passed the names of the rules are enough: to describe each element of it takes longer than to judge it.
ASKED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
JUDGED = """async asked => {
    const found = await axe.run(asked);
    return {violations: found.violations, passed: found.passes.length};
}"""
DESK, PHONE = 1280, 375
FLAGS = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: python -m gateway.web.vendor"),
]


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser, who looks at every page that they come to as at a desk and as on a phone."""

    def __init__(self, chromium, served: Served, *, scripts: bool = True):
        self.context = chromium.new_context(viewport={"width": DESK, "height": 900}, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.served, self.width = served, DESK
        self.messages: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        # Its own value would be sent here, which takes longer than to read it there.
        self.axe = f"{AXE.read_text()};null"

    def go(self, path: str):
        self.page.goto(f"{self.served.url}{path}")

    def widths(self):
        """Each width in turn. It begins with the one there is, and ends with the other."""
        yield self.width
        self.width = DESK if self.width == PHONE else PHONE
        self.page.set_viewport_size({"width": self.width, "height": 900})
        yield self.width

    def follow(self, locator):
        """Click what leads to another page, where it could be clicked at the other width, and wait for that page."""
        before = self.width
        for width in self.widths():
            if width == before:
                locator.click(trial=True)
            else:
                with self.page.expect_event("load"):
                    locator.click()

    def sign_in(self, worker: str):
        """Come to the start page as a worker who has signed in: the walk there is `walk_in`'s."""
        self.context.clear_cookies()
        with browser_like(self.served) as client:
            assert sign_in(client, self.served, worker).is_success
            kept = [{"name": one.name, "value": one.value, "url": self.served.url} for one in client.cookies.jar]
        self.context.add_cookies(kept)
        self.go("/")

    def walk_in(self, worker: str):
        """Sign in on the pages of the identity provider."""
        email = self.served.email(worker)
        self.go("/sign-in")
        self.page.check(f"input[value='{email}']")
        self.follow(self.page.get_by_role("button"))
        while not self.page.url.startswith(self.served.url):
            from_app = "authenticator" in self.page.locator("h1").inner_text()
            self.page.fill("#code", self._code(email, "authenticator" if from_app else "code"))
            self.follow(self.page.get_by_role("button"))
        self.messages.clear()

    def _code(self, email: str, place: str) -> str:
        """The code that was sent or that the app shows, which has none left after some sign-ins within a minute."""
        while True:
            letters = self.page.request.get(f"{self.served.issuer}/outbox.json").json()
            code = next(one for one in letters if one["email"] == email)[place]
            if code is not None:
                return code
            self.page.wait_for_timeout(500)

    def declare(self, purpose: str):
        self.go("/purpose")
        self.page.check(f"input[name=purpose][value={purpose}]")
        self.page.fill("#reason", "To decide what help to offer")
        self.follow(self.page.get_by_role("button", name="Continue"))

    def search(self, person, **changed):
        asked = {**person, **changed}
        self.go("/search")
        self.page.fill("#family_name", asked["surname"])
        self.page.fill("#given_name", asked["forename"])
        for part, value in zip(("year", "month", "day"), asked["dob"].split("-"), strict=True):
            self.page.fill(f"#birth_date_{part}", value)
        self.follow(self.page.get_by_role("button", name="Search"))

    def look(self, name: str):
        """Let axe judge; the page may not scroll sideways, the console say nothing, nor one width say what another not.

        Axe is sent once: it stays with the page.
        """
        self.page.evaluate(self.axe)
        texts = {self._judged(name) for _ in self.widths()}
        assert len(texts) == 1, (name, texts)
        # The browser itself reports a status of 400 and above as an error of the resource.
        said = [text for text in self.messages if "the server responded with a status of" not in text]
        assert said == [], (name, said)

    def _judged(self, name: str) -> str:
        """What is said below the head, whose links are folded on a phone, at the width there is; its spaces as one."""
        if SHOTS is not None:
            self.page.screenshot(path=SHOTS / str(self.width) / f"{name}.png", full_page=True)
        found = self.page.evaluate(JUDGED, ASKED)
        faults = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
        assert faults == [], (name, self.width, faults)
        assert found["passed"] > 15
        overflow = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, (name, self.width, overflow)
        return " ".join(self.page.locator("main").inner_text().split())


@pytest.fixture
def visitor(chromium, served):
    one = Visitor(chromium, served)
    yield one
    one.context.close()


def test_a_stranger_sees_the_start_and_is_asked_to_sign_in(visitor):
    visitor.go("/")
    visitor.look("stranger-start")
    visitor.go("/search")
    assert visitor.page.locator("h1").inner_text() == "Sign in first"
    visitor.look("stranger-search")
    visitor.go("/nowhere")
    visitor.look("stranger-not-found")


def test_a_mash_worker_finds_aisha_and_sees_the_whole_picture(visitor, served):
    aisha = served.northvale.person("S1", "Aisha Cole")
    visitor.walk_in("W101")
    visitor.look("mash-start")
    visitor.go("/purpose")
    visitor.look("mash-purpose")
    visitor.follow(visitor.page.get_by_role("button", name="Continue"))
    assert visitor.page.get_by_role("alert").is_visible()
    visitor.look("mash-purpose-errors")
    visitor.declare("front_door")
    visitor.look("mash-search")
    visitor.search(aisha)
    visitor.look("mash-found")
    visitor.follow(visitor.page.get_by_role("link", name="Aisha Cole"))
    text = visitor.page.locator("main").inner_text()
    assert "Alder Court" in text
    assert "Mill Lane" in text
    assert "Newest" in text
    visitor.look("mash-family")
    visitor.search(aisha, surname="Nobodyofthatname", forename="")
    assert "This is not proof that nothing happened." in visitor.page.locator("main").inner_text()
    visitor.look("mash-nothing-found")
    visitor.go("/families/00000000-0000-4000-8000-000000000000")
    visitor.look("mash-no-such-family")
    visitor.go("/log")
    assert "This attempt is recorded." in visitor.page.locator("main").inner_text()
    visitor.look("mash-log-refused")
    visitor.follow(visitor.page.get_by_role("button", name="Sign out"))
    visitor.look("mash-signed-out")


def test_a_rent_officer_sees_arrears_and_nothing_else_of_kelly(visitor, served):
    kelly = served.northvale.person("S2", "Kelly Marsh")
    visitor.sign_in("B101")
    visitor.declare("tenancy_management")
    visitor.search(kelly)
    visitor.follow(visitor.page.get_by_role("link", name="Kelly Marsh"))
    text = visitor.page.locator("main").inner_text()
    assert "£1,210" in text
    assert "epress" not in text
    visitor.look("rent-family")
    visitor.page.emulate_media(media="print")
    assert not any(visitor.page.locator("h1").is_visible() for _ in visitor.widths())
    assert "so that the print is on record" in visitor.page.locator("body").inner_text()
    visitor.page.emulate_media(media="screen")
    visitor.follow(visitor.page.get_by_role("button", name="Print this page"))
    assert "You may print this copy now" in visitor.page.locator("main").inner_text()
    visitor.page.emulate_media(media="print")
    assert visitor.page.locator("h1").is_visible()
    assert "Printed by Sheila Bramhall, Rent officer, Brightwater Homes" in visitor.page.locator("body").inner_text()
    assert "for: Manage a tenancy" in visitor.page.locator(".hg-print-only").inner_text()
    assert not visitor.page.get_by_role("button", name="Sign out").is_visible()
    visitor.look("rent-family-printed")
    visitor.page.emulate_media(media="screen")
    visitor.follow(visitor.page.locator("a[href^='/receipts/']"))
    visitor.page.wait_for_timeout(1000)
    visitor.page.reload()
    assert visitor.page.locator("h1").inner_text() == "Your receipt"
    visitor.look("rent-receipt")


def test_an_early_help_manager_is_offered_break_glass_in_plain_words(visitor, served):
    visitor.sign_in("W210")
    visitor.go("/purpose")
    text = visitor.page.locator("main").inner_text()
    assert "Open this now if someone may be hurt." in text
    assert "Told now: MASH manager and Information governance officer." in text
    visitor.look("manager-purpose")
    visitor.follow(visitor.page.get_by_role("button", name="Open now"))
    visitor.look("manager-emergency-errors")
    visitor.page.fill("#family", str(served.northvale.family_id("S2", "Kelly Marsh")))
    visitor.page.fill("#at_risk", "The mother")
    visitor.page.fill("#emergency_reason", "She says that he is at the door")
    visitor.follow(visitor.page.get_by_role("button", name="Open now"))
    assert "Emergency access." in visitor.page.locator("header").inner_text()
    visitor.look("manager-emergency-family")
    visitor.page.emulate_media(media="print")
    assert "Printing is off while access is for an emergency." in visitor.page.locator("body").inner_text()
    assert not any(visitor.page.locator("h1").is_visible() for _ in visitor.widths())


def test_an_officer_is_told_of_an_emergency_and_answers(visitor, served):
    family = served.northvale.family_id("S2", "Kelly Marsh")
    served.northvale.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="The mother")
    visitor.sign_in("W601")
    visitor.go("/emergencies")
    visitor.look("officer-emergencies")
    visitor.follow(visitor.page.get_by_role("button", name="Answer").first)
    visitor.look("officer-emergencies-errors")


def test_a_worker_reads_what_she_may_see_and_why(visitor):
    visitor.sign_in("W203")
    visitor.go("/purpose")
    visitor.follow(visitor.page.get_by_role("link", name="What you may see, and why"))
    visitor.look("worker-permissions")
    visitor.page.get_by_text("What this purpose leaves out").first.click()
    assert "This does not mean there is any." in visitor.page.locator("main details").first.inner_text()
    visitor.look("worker-permissions-left-out")


def test_a_fraud_officer_who_forces_a_purpose_is_refused_in_words(visitor):
    visitor.sign_in("W502")
    visitor.go("/purpose")
    visitor.look("fraud-purpose")
    visitor.page.evaluate("document.querySelector('input[name=purpose]').value = 'early_help'")
    visitor.page.locator("input[name=purpose]").check()
    visitor.page.fill("#reason", "To look at a single-person discount")
    visitor.follow(visitor.page.get_by_role("button", name="Continue"))
    assert "Family support data cannot be used for fraud work." in visitor.page.locator("main").inner_text()
    visitor.look("fraud-refused")


def test_a_school_business_manager_sends_a_file_and_gets_bad_rows_back_in_words(visitor, served):
    visitor.sign_in("S103")
    visitor.go("/batches")
    visitor.look("school-files")
    visitor.follow(visitor.page.get_by_role("button", name="Send"))
    visitor.look("school-files-errors")
    visitor.page.select_option("#feed", "schools-attendance")
    visitor.page.set_input_files("#file", served.northvale.built.folder / "s9-schools-attendance.csv")
    visitor.follow(visitor.page.get_by_role("button", name="Send"))
    visitor.page.wait_for_url("**/batches/*-*")
    text = visitor.page.locator("main").inner_text()
    assert "We took 205 rows and hand back 7 rows." in text
    assert "You sent 5 columns we are not allowed to take. We did not keep them. You did nothing wrong." in text
    visitor.look("school-batch")
    visitor.go("/batches")
    visitor.page.select_option("#feed", "schools-attendance")
    other = {"name": "other.csv", "mimeType": "text/csv", "buffer": b"pupil;week\n1;2\n"}
    visitor.page.set_input_files("#file", other)
    visitor.follow(visitor.page.get_by_role("button", name="Send"))
    visitor.look("school-batch-refused")
    visitor.follow(visitor.page.get_by_role("link", name="See its columns and download a template"))
    assert visitor.page.get_by_role("heading", name="Columns").is_visible()


def test_a_privacy_officer_sees_how_her_data_was_used_and_asks_about_one_person(visitor, served):
    northvale = served.northvale
    sequenced(served)
    northvale.sql("UPDATE audit.card SET recorded_at = recorded_at - interval '1 month' WHERE leaf_index = 0")
    northvale.sql(
        "INSERT INTO desk.partner_use"
        " SELECT date_trunc('month', now() - interval '1 month'), 'brightwater_homes', purpose, accesses, now()"
        " FROM (VALUES ('early_help', 41), ('homelessness', 12), ('attendance', 2)) AS counted (purpose, accesses)"
        " ON CONFLICT DO NOTHING"
    )
    visitor.sign_in("B105")
    visitor.go("/uses")
    visitor.look("partner-uses")
    assert (
        "Together: Help a pupil attend school; Support a family through early help"
        in visitor.page.locator("main").inner_text()
    )
    visitor.follow(visitor.page.get_by_role("button", name="Ask"))
    visitor.look("partner-uses-errors")
    visitor.page.select_option("#source", "housing")
    visitor.page.fill("#key", served.northvale.person("S2", "Kelly Marsh")["keys"]["housing"])
    visitor.page.fill("#reason", "The tenant asked us who was shown her account")
    visitor.follow(visitor.page.get_by_role("button", name="Ask"))
    assert "There is nothing that we may tell you." in visitor.page.locator("main").inner_text()
    visitor.look("partner-uses-person")
    # The log is looked at by others after us: its card says again what its leaf says.
    northvale.sql("UPDATE audit.card SET recorded_at = recorded_at + interval '1 month' WHERE leaf_index = 0")


def test_an_officer_reads_the_log_and_verifies_it(visitor):
    visitor.sign_in("W601")
    visitor.go("/log")
    visitor.look("officer-log")
    visitor.page.get_by_text("Search the log").click()
    visitor.page.fill("#worker", "W601")
    visitor.look("officer-log-form")
    visitor.follow(visitor.page.get_by_role("button", name="Search"))
    visitor.look("officer-log-search")
    visitor.page.fill("#until_day", "32")
    visitor.follow(visitor.page.get_by_role("button", name="Search"))
    assert visitor.page.input_value("#worker") == "W601"
    assert "Nothing was looked for." in visitor.page.locator("main").inner_text()
    visitor.look("officer-log-errors")
    visitor.page.fill("#until_day", "")
    visitor.follow(visitor.page.get_by_role("button", name="Search"))
    with visitor.page.expect_download() as taken:
        visitor.page.get_by_role("button", name="Sheet (CSV)").click()
    assert taken.value.path().read_text().startswith("\ufeffat,entry,leaf,")
    visitor.follow(visitor.page.locator("td a").first)
    visitor.look("officer-entry")
    visitor.go("/log")
    visitor.follow(visitor.page.get_by_role("button", name="Verify the whole log"))
    assert "The log is whole" in visitor.page.locator("main").inner_text()
    visitor.look("officer-verdict")


def test_a_family_is_found_and_opened_without_javascript(chromium, served):
    aisha = served.northvale.person("S1", "Aisha Cole")
    visitor = Visitor(chromium, served, scripts=False)
    visitor.walk_in("W101")
    visitor.declare("front_door")
    visitor.search(aisha)
    visitor.follow(visitor.page.get_by_role("link", name="Aisha Cole"))
    assert visitor.page.locator("h1").inner_text() == "Family of Aisha Cole"
    visitor.context.close()
