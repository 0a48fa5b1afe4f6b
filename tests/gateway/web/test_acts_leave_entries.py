"""What each act at the pages leaves in the log: that and no more, with everything an entry must hold."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from audit.entry import EventClass
from tests.gateway.web.serving import browser_like, declare, form_token, sign_in

AUTHORISED, SHOWN, EMPTY = ("authorisation", "pending"), ("outcome", "done"), ("outcome", "nothing-found")
DONE, DENIED = ("single", "done"), ("single", "denied")
ALWAYS = {"network", "node", "software", "retention", "channel", "device"}


class Watch:
    """Gives the entries that came since it was asked last, oldest first, with their opened values."""

    def __init__(self, served):
        self.served = served
        self.known: set = set()
        self()

    def __call__(self):
        with self.served.wiring.database.transaction("hg_desk") as connection:
            rows = connection.execute(
                text("SELECT e.entry_id, e.event_class, o.fields FROM audit.entry e"
                     " JOIN audit.opening o USING (entry_id) WHERE NOT e.entry_id = ANY(:known) ORDER BY e.entry_id"),
                {"known": list(self.known)},
            ).all()  # fmt: skip
        self.known |= {row.entry_id for row in rows}
        return [
            {"entry_id": str(row.entry_id), "event": row.event_class}
            | {name: json.loads(value) for name, (_, value) in row.fields.items()}
            for row in rows
        ]

    def kinds(self):
        return kinds(self())


def kinds(entries):
    return [(one["event"], one["phase"], one["outcome"]) for one in entries]


def of(event, *phases):
    return [(event.value, *phase) for phase in phases]


@pytest.fixture
def watch(served):
    return Watch(served)


def test_a_visit_from_sign_in_to_sign_out_leaves_one_entry_an_act(served, watch):
    client = browser_like(served)
    kelly = served.northvale.person("S2", "Kelly Marsh")
    visit = []

    def left():
        found = watch()
        visit.extend(found)
        return kinds(found)

    assert sign_in(client, served, "B101").status_code == 200
    assert left() == of(EventClass.SIGN_IN, DONE)
    declare(client, "tenancy_management")
    assert left() == of(EventClass.CONFIGURATION, DONE)
    form = {"form_token": form_token(client.get("/search")), "family_name": kelly["surname"]}
    found = client.post("/search", data={**form, "given_name": kelly["forename"]})
    assert left() == of(EventClass.SEARCH, AUTHORISED, AUTHORISED, SHOWN)
    client.post("/search", data={**form, "family_name": "Nobody-of-that-name"})
    assert left() == of(EventClass.SEARCH, AUTHORISED, AUTHORISED, EMPTY)
    family = f"/families/{served.northvale.family_id('S2', 'Kelly Marsh')}"
    assert family in found.text
    page = client.get(family)
    opened = left()
    assert opened == [(opened[0][0], *AUTHORISED), (opened[0][0], *SHOWN)]
    assert opened[0][0] in {EventClass.CONSULTATION, EventClass.DISCLOSURE}
    printed = client.post(f"{family}/print", data={"form_token": form_token(page)})
    assert "You may print this copy now" in printed.text
    assert left() == of(EventClass.PRINT, AUTHORISED, SHOWN)
    receipt = page.text.partition('href="/receipts/')[2].partition('"')[0]
    client.get(f"/receipts/{receipt}")
    assert left() == []
    client.post("/sign-out", data={"form_token": form_token(page)})
    assert left() == of(EventClass.SIGN_IN, DONE)

    for one in visit:
        assert one["detail"].keys() >= ALWAYS, one["event"]
        assert (one["who"], one["agency"], one["client"], one["team"]) == (
            "B101", "brightwater_homes", "pages", served.northvale.staff["B101"]["team"],
        )  # fmt: skip
        assert one["authentication"].startswith("oidc+")
        assert one["register_version"] == served.wiring.register.version
        assert one["request_id"]
    # Before the cookie was set there was no session; from then on it is one and the same.
    assert "session" not in visit[0]["detail"]
    assert len({one["detail"]["session"] for one in visit[1:]}) == 1
    read = [one for one in visit if one["event"] in {"search", "consultation", "disclosure", "print"}]
    assert {one["declaration"] for one in read} == {visit[1]["declaration"]}
    assert all(one["legal_basis"] and one["agreements"] and one["reason"] for one in read if one["masks"])
    authorised = {one["entry_id"] for one in read if one["phase"] == "authorisation"}
    assert {one["refers_to"] for one in read if one["phase"] == "outcome"} <= authorised
    assert [one["detail"]["channel"] for one in read[-2:]] == ["print", "print"]
    client.close()


def test_what_is_refused_leaves_one_entry_too(served, watch, at_desk):
    client = at_desk("W210")
    family = served.northvale.family_id("S2", "Kelly Marsh")
    page = client.get("/purpose", params={"family": str(family)})
    watch()
    declare(client, "council_tax_fraud")
    assert watch.kinds() == of(EventClass.DENIED, DENIED)
    data = {
        "form_token": form_token(page), "emergency_purpose": "early_help", "family": str(family),
        "at_risk": "The mother", "emergency_reason": "She says he is at the door",
    }  # fmt: skip
    opened = client.post("/purpose/emergency", data=data, follow_redirects=True)
    left = watch()
    assert kinds(left) == of(EventClass.OVERRIDE, DONE, AUTHORISED, SHOWN)
    assert [one["detail"].get("override") for one in left] == ["emergency", "emergency", None]
    assert all(one["sealed"] for one in left)
    assert "Print this page" not in opened.text
    refused = client.post(f"/families/{family}/print", data={"form_token": form_token(opened)})
    assert refused.status_code == 403
    left = watch()
    assert kinds(left) == of(EventClass.DENIED, DENIED)
    assert left[0]["detail"]["reasons"] == ["print-off-in-emergency"]
    assert at_desk("W101").get("/log").status_code == 403
    assert watch.kinds() == of(EventClass.SIGN_IN, DONE) + of(EventClass.DENIED, DENIED)


def test_an_officers_use_of_the_log_leaves_sealed_entries(served, watch, at_desk):
    client = at_desk("W601")
    watch()
    page = client.get("/log")
    left = watch()
    assert kinds(left) == of(EventClass.VERIFICATION, DONE)
    entry = page.text.partition('href="/log/')[2].partition('"')[0]
    client.get(f"/log/{entry}")
    left += watch()
    client.post("/log/verify", data={"form_token": form_token(page)})
    left += watch()
    # Verifying shows the newest entries below its verdict, and that is a search.
    assert kinds(left[1:]) == of(EventClass.VERIFICATION, DONE, DONE, DONE)
    assert all(one["sealed"] for one in left)


def test_a_sign_in_that_does_not_hold_leaves_an_entry_and_a_made_up_one_none(served, watch):
    with browser_like(served) as client:
        start = client.get("/sign-in")
        asked = parse_qs(urlsplit(start.headers["location"]).query)
        answer = {"error": "access_denied", "state": asked["state"][0], "iss": served.issuer}
        assert client.get("/sign-in/return", params={**answer, "state": "made up"}).status_code == 401
        assert watch() == []
        start = client.get("/sign-in")
        answer["state"] = parse_qs(urlsplit(start.headers["location"]).query)["state"][0]
        assert client.get("/sign-in/return", params=answer).status_code == 401
        (left,) = watch()
        assert (left["event"], left["outcome"], left["who"]) == ("sign-in", "denied", "nobody")
        assert left["detail"]["reasons"] == ["provider-refused"]
        assert left["detail"].keys() >= ALWAYS
        assert client.get("/sign-in/return", params=answer).status_code == 401
        assert watch() == []
