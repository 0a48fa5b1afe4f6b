"""A running gateway for the examples of the contract: what the names in braces of an example stand for in it.

`{token_of_W401}` is a token of that worker, `{token_of_<feed>}` one of the machine that pushes the feed; any other name
in braces is a method of the stage, which makes what it gives.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from gateway import clock
from gateway.identity.assertion import token_form
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import generate_es256_key, public_jwks
from gateway.usecases.telling.notifying import raise_notices
from gateway.usecases.watching.watching_feeds import watch_feeds
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import Northvale
from tests.gateway.served import Served, served
from tests.gateway.subjects.reports import pass_an_hour

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "openapi/examples").glob("*.json"))}
CLIENT = "northvale-police-feeds"
PLACE = re.compile(r"\{(\w+)\}")
_TOKEN = re.compile(r"Bearer \{token_of_([\w-]+)\}")


@dataclass(frozen=True)
class Stage:
    """A running gateway over a Northvale of its own, and what the names in braces stand for in it."""

    northvale: Northvale
    gateway: Served
    assertion: str

    def declaration_id(self) -> object:
        return self.gateway.declare("W401", "home_education")

    def family_id(self) -> object:
        return self.northvale.family_id("S1", "Aisha Cole")

    def batch_id(self) -> object:
        return self.northvale.built.batches["s9-schools-attendance.csv"].batch_id

    def record_batch_id(self) -> object:
        """A file of JSON with a record that cannot be taken."""
        record = {"UPN": "T990210220108", "Surname": "Ashdown", "Forename": "Marnie", "DOB": "2017-02-31"}
        headers = {
            "Authorization": "Bearer {token_of_schools-pupils}", "Content-Type": "application/json",
            "Idempotency-Key": "records-2026-11-16",
        }  # fmt: skip
        sent = {"method": "POST", "path": "/v1/feeds/schools-pupils/batches", "headers": headers}
        return self.send({**sent, "body": {"value": [record]}}).json()["batch_id"]

    def waiting_batch_id(self) -> object:
        """A full file of two pupils: it would withdraw all others of the agency's, so it waits."""
        pushed = EXAMPLES["push-file"]["request"]
        headers = {**pushed["headers"], "Idempotency-Key": "full-2026-11-16"}
        return self.send({**pushed, "headers": headers, "path": f"{pushed['path']}?mode=full"}).json()["batch_id"]

    def notice_id(self) -> object:
        self.notices_raised()
        asked = "SELECT notice_id FROM desk.notice WHERE family_id = :family"
        return self.northvale.sql(asked, family=self.family_id())[0].notice_id

    def entry_id(self) -> object:
        """The entry of a search, with its proof made."""
        found = self.gateway.search("W401", self.declaration_id(), self.northvale.person("S1", "Aisha Cole"))
        drain(self.northvale.wiring.database, self.northvale.wiring.log_signer)
        return found.json()["receipt"]["entry"]

    def entry_searched(self) -> None:
        self.entry_id()

    def client_assertion(self) -> object:
        return self.assertion

    def emergency_id(self) -> object:
        self.emergency_opened()
        return self.northvale.sql("SELECT emergency_id FROM desk.emergency")[0].emergency_id

    def emergency_opened(self) -> None:
        """Once: an example that says what came before has it already."""
        if not self.northvale.sql("SELECT emergency_id FROM desk.emergency"):
            family = str(self.northvale.family_id("S2", "Kelly Marsh"))
            self.gateway.declare("W210", "early_help", family_id=family, break_glass=True, at_risk="The mother")

    def emergency_not_justified(self) -> None:
        example = EXAMPLES["answer-emergency"]["request"]
        self.send({**example, "body": {**example["body"], "justified": False}})

    def map_taken(self) -> None:
        pass_an_hour(self.northvale)

    def release_asked(self) -> None:
        self.send(EXAMPLES["ask-for-release"]["request"])

    def release_id(self) -> object:
        self.release_asked()
        return self.northvale.sql("SELECT release_id FROM desk.subject_release")[0].release_id

    def notices_raised(self) -> None:
        raise_notices(self.northvale.wiring)

    def purpose_refused(self) -> None:
        self.send(EXAMPLES["declare-purpose"]["request"] | {"headers": {"Authorization": "Bearer {token_of_W502}"}})

    def review_id(self) -> object:
        """An item that was raised, with what it is about in the log's tree."""
        if not self.northvale.sql("SELECT review_id FROM desk.review_item"):
            self.purpose_refused()
        drain(self.northvale.wiring.database, self.northvale.wiring.log_signer)
        return self.northvale.sql("SELECT review_id FROM desk.review_item")[0].review_id

    def worker_asked(self) -> None:
        self.send(EXAMPLES["ask-worker"]["request"])

    def access_requested(self) -> None:
        self.send(EXAMPLES["request-access"]["request"])

    def access_request_id(self) -> object:
        self.access_requested()
        return self.northvale.sql("SELECT request_id FROM desk.access_request")[0].request_id

    def granted_request_id(self) -> object:
        """A request about a family that there is, as the data protection officer answered it."""
        family = str(self.northvale.family_id("S2", "Kelly Marsh"))
        asked = EXAMPLES["request-access"]["request"]
        taken = self.send({**asked, "body": {**asked["body"], "family_id": family}}).json()["access_request_id"]
        answered = EXAMPLES["answer-access-request"]["request"]
        assert self.send({**answered, "path": f"/v1/access-requests/{taken}/answer"}).status_code == httpx.codes.OK
        return taken

    def erasure_asked(self) -> None:
        self.send(EXAMPLES["ask-erasure"]["request"])

    def erasure_id(self) -> object:
        self.erasure_asked()
        return self.northvale.sql("SELECT erasure_id FROM desk.erasure")[0].erasure_id

    def hold_placed(self) -> None:
        self.send(EXAMPLES["place-hold"]["request"])

    def hold_id(self) -> object:
        self.hold_placed()
        return self.northvale.sql("SELECT hold_id FROM desk.legal_hold")[0].hold_id

    def other_family_id(self) -> object:
        return self.northvale.family_id("S4", "Tyler Boateng")

    def attendance_declaration_id(self) -> object:
        return self.gateway.declare("W402", "attendance")

    def fact_ref(self) -> object:
        """What the attendance officer's page calls the suspension."""
        page = self.gateway.family("W402", UUID(str(self.attendance_declaration_id())), str(self.other_family_id()))
        shown = [one for one in page.json()["events"] if one["item"] == "education.exclusion"]
        return shown[0]["ref"]

    def fact_disputed(self) -> None:
        """Once: an example that says what came before has it already."""
        if not self.northvale.sql("SELECT dispute_id FROM hearth.dispute"):
            self.send(EXAMPLES["dispute-fact"]["request"])

    def dispute_id(self) -> object:
        self.fact_disputed()
        return self.northvale.sql("SELECT dispute_id FROM hearth.dispute")[0].dispute_id

    def dispute_answered(self) -> None:
        self.send(EXAMPLES["answer-task"]["request"])

    def correction_id(self) -> object:
        self.dispute_answered()
        asked = "SELECT notice_id FROM desk.correction_notice WHERE viewer = 'W402'"
        return self.northvale.sql(asked)[0].notice_id

    def switch_proposed(self) -> None:
        self.send(EXAMPLES["propose-switch"]["request"])

    def switch_id(self) -> object:
        self.switch_proposed()
        return self.northvale.sql("SELECT switch_id FROM desk.feed_switch WHERE state = 'proposed'")[0].switch_id

    def feeds_watched(self) -> None:
        """Forty days on, when nothing has come since."""
        self.northvale.clock.now += timedelta(days=40)
        watch_feeds(self.northvale.wiring)

    def alert_id(self) -> object:
        self.feeds_watched()
        return self.northvale.sql("SELECT alert_id FROM desk.feed_alert WHERE agency = 'northvale_police'")[0].alert_id

    def webhook_added(self) -> None:
        self.send(EXAMPLES["add-webhook"]["request"])

    def webhook_id(self) -> object:
        self.webhook_added()
        return self.northvale.sql("SELECT webhook_id FROM desk.webhook")[0].webhook_id

    def upload_id(self) -> object:
        if not self.northvale.sql("SELECT upload_id FROM desk.upload"):
            self.send(EXAMPLES["begin-upload"]["request"])
        return self.northvale.sql("SELECT upload_id FROM desk.upload")[0].upload_id

    def records_doubted(self) -> None:
        """Once, and a second after linkage: what was one person's must have been so for a while."""
        if not self.northvale.sql("SELECT doubt_id FROM hearth.match_doubt"):
            self.northvale.clock.now += timedelta(seconds=1)
            self.send(EXAMPLES["doubt-person"]["request"])

    def match_review_id(self) -> object:
        self.records_doubted()
        asked = "SELECT review_id FROM hearth.link_review WHERE reason = 'doubted' ORDER BY review_id"
        return self.northvale.sql(asked)[0].review_id

    def match_decided(self) -> None:
        self.send(EXAMPLES["decide-match"]["request"])

    def match_decision_id(self) -> object:
        self.match_decided()
        return self.northvale.sql("SELECT decision_id FROM hearth.match_decision")[0].decision_id

    def parted_family_id(self) -> object:
        """Whose record it was decided of, and whose it is not."""
        self.match_decided()
        return self.northvale.sql(
            "SELECT p.family_id FROM hearth.match_decision d JOIN hearth.link l USING (record_id)"
            " JOIN hearth.person p USING (person_id) WHERE l.superseded_at IS NULL"
        )[0].family_id

    def household_id(self) -> object:
        person = self.northvale.person_id("S1", "Aisha Cole")
        homes = "SELECT household_id FROM hearth.household_member WHERE person_id = :person ORDER BY 1"
        return self.northvale.sql(homes, person=person)[0].household_id

    def household_corrected(self) -> None:
        if not self.northvale.sql("SELECT correction_id FROM hearth.household_correction"):
            self.send(EXAMPLES["correct-household"]["request"])

    def household_correction_id(self) -> object:
        self.household_corrected()
        return self.northvale.sql("SELECT correction_id FROM hearth.household_correction")[0].correction_id

    def breach_id(self) -> object:
        self.match_decided()
        return self.northvale.sql("SELECT breach_id FROM hearth.mixed_profile")[0].breach_id

    def send(self, request: Mapping[str, Any]) -> httpx.Response:
        """Send the request of an example, with what its names stand for."""
        headers = dict(request["headers"])
        if token := _TOKEN.fullmatch(headers.pop("Authorization", "")):
            headers["Test-Caller"] = token[1]
        headers = {name: self.filled(value) for name, value in headers.items()}
        body = request.get("body")
        sent: dict[str, Any] = {"content": self.filled(body)} if isinstance(body, str) else {"json": body}
        return self.gateway.client.request(
            request["method"], self.filled(request["path"]), headers=headers, **(sent if body is not None else {})
        )

    def filled(self, text: str) -> str:
        return PLACE.sub(lambda place: str(getattr(self, place[1])()), text)


BEFORE: Mapping[str, Callable[[Stage], None]] = {
    "list-notices": Stage.notices_raised,
    "list-reviews": Stage.purpose_refused,
    "list-review-questions": Stage.worker_asked,
    "answer-review": Stage.worker_asked,
    "list-access-requests": Stage.access_requested,
    "list-emergencies": Stage.emergency_opened,
    "lift-suspension": Stage.emergency_not_justified,
    "make-subject-report": Stage.map_taken,
    "list-releases": Stage.release_asked,
    "list-erasures": Stage.erasure_asked,
    "list-holds": Stage.hold_placed,
    "list-disputes": Stage.fact_disputed,
    "list-tasks": Stage.fact_disputed,
    "list-corrections": Stage.dispute_answered,
    "list-household-corrections": Stage.household_corrected,
    "list-matches": Stage.records_doubted,
    "list-breaches": Stage.match_decided,
    "list-feed-alerts": Stage.feeds_watched,
    "list-webhooks": Stage.webhook_added,
    "search-log": Stage.entry_searched,
    "export-log": Stage.entry_searched,
}


@contextmanager
def staged(northvale: Northvale) -> Iterator[Stage]:
    """The stage, served until the block ends."""
    key = generate_es256_key()
    partner = {"agency": "northvale_police", "jwks": public_jwks(key), "scopes": ["batches:read", "feeds:push"]}
    # Messages of the examples go to a network for documentation (RFC 5737), as if it were one of the council's own.
    settings = northvale.wiring.settings.model_copy(update={"webhook_networks": "203.0.113.0/24"})
    wiring = replace(northvale.wiring, settings=settings, clients=ClientRegistry.from_document({CLIENT: partner}))
    address = f"{wiring.settings.public_url}/oauth/token"
    form = token_form(key, CLIENT, address, now=wiring.clock(), jti=str(clock.new_opaque_id()))
    with served(northvale, wiring) as gateway:
        yield Stage(northvale, gateway, form["client_assertion"])
