"""The pages over HTTP, in the real application on a real Northvale: sessions, forms, headers, refusals."""

import re

import pytest

from tests.gateway.web.serving import browser_like, declare, form_token, sign_in

CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def stranger(served):
    with browser_like(served) as client:
        yield client


def heading(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)[1].strip()


@pytest.mark.parametrize("path", ["/", "/search", "/nowhere", "/families/" + NOBODY, "/log", "/batches", "/purpose"])
def test_every_page_carries_the_strict_headers(stranger, path):
    page = stranger.get(path, headers={"Accept": "text/html"})
    nonce = re.search(r'<script nonce="([^"]+)"', page.text)[1]
    assert page.headers["content-security-policy"] == CSP.format(nonce=nonce)
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in page.headers


def test_no_two_pages_share_a_nonce(stranger):
    nonces = {stranger.get("/").headers["content-security-policy"] for _ in range(5)}
    assert len(nonces) == 5


AN_ID = "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"


@pytest.mark.parametrize(
    "path", ["/purpose", "/search", "/batches", "/log", f"/families/{AN_ID}", f"/receipts/{AN_ID}", f"/log/{AN_ID}"]
)
def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_same_page(stranger, path):
    page = stranger.get(path)
    assert (page.status_code, heading(page)) == (401, "Sign in first")
    assert f'href="/sign-in?return_to={path}"' in page.text


def test_the_api_keeps_its_problems(stranger):
    for path in ("/v1/families/" + NOBODY, "/v1/nowhere"):
        answer = stranger.get(path, headers={"Accept": "text/html"})
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/search", "/v1/batches"])
def test_a_method_that_is_not_there_is_answered_with_those_that_are(stranger, path):
    answer = stranger.put(path)
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)


def test_styles_are_served_and_may_be_kept(stranger):
    answer = stranger.get("/static/hearthgate.css")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


def test_signing_in_gives_a_strict_cookie_and_leads_to_where_one_came_for(served, stranger):
    page = sign_in(stranger, served, "W101", "/purpose")
    assert page.url.path == "/purpose"
    cookie = page.history[0].headers.get_list("set-cookie")
    assert any(one.startswith("hearthgate-session=") for one in cookie)
    assert all("HttpOnly" in one and "SameSite=Lax" in one for one in cookie)


def test_a_sign_in_leads_to_no_other_site(served, stranger):
    assert sign_in(stranger, served, "W101", "//evil.example/").url.path == "/"


def test_a_session_planted_before_the_sign_in_is_not_taken_over(served, stranger):
    stranger.cookies.set("hearthgate-session", "planted-by-somebody-else")
    page = sign_in(stranger, served, "W101")
    given = [one for one in page.history[0].headers.get_list("set-cookie") if one.startswith("hearthgate-session=")]
    assert given
    assert "planted" not in given[0]


def test_the_cookie_of_an_attempt_opens_no_session(stranger):
    stranger.get("/sign-in")
    attempt = stranger.cookies["hearthgate-sign-in"]
    stranger.cookies.set("hearthgate-session", attempt)
    assert stranger.get("/purpose").status_code == 401


def test_an_answer_of_the_provider_works_once_and_in_one_browser(served, stranger):
    page = sign_in(stranger, served, "W101")
    back = page.history[0].url
    again = stranger.get(str(back))
    assert again.status_code == 401
    assert 'href="/sign-in"' in again.text
    with browser_like(served) as other:
        assert other.get(str(back)).status_code == 401


def test_signing_out_ends_the_session_on_the_server(at_desk):
    client = at_desk("W101")
    session = client.cookies["hearthgate-session"]
    page = client.post("/sign-out", data={"form_token": form_token(client.get("/"))})
    assert heading(page) == "You have signed out"
    client.cookies.set("hearthgate-session", session)
    assert client.get("/purpose").status_code == 401


@pytest.mark.parametrize("path", ["/sign-out", "/purpose", "/purpose/emergency", "/search", "/batches", "/log/verify"])
def test_a_form_without_its_sessions_token_does_nothing(at_desk, path):
    one, other = at_desk("W101"), at_desk("W201")
    theirs = form_token(other.get("/"))
    for token in ("", theirs, "\u00e4"):
        page = one.post(path, data={"form_token": token})
        assert (page.status_code, heading(page)) == (403, "This form is out of date")
    assert one.get("/purpose").status_code == 200


def test_a_form_that_is_too_large_is_refused_before_it_is_read(at_desk):
    client = at_desk("W101")
    assert client.post("/purpose", data={"reason": "x" * 70_000}).status_code == 413
    assert client.post("/purpose", content=iter([b"reason=x"])).status_code == 413


def test_without_a_purpose_there_is_no_search_and_no_family(at_desk):
    client = at_desk("W102")
    assert client.get("/search").headers["location"] == "/purpose?next=/search"
    token = form_token(client.get("/"))
    assert client.post("/search", data={"form_token": token, "family_name": "Cole"}).status_code == 403
    page = client.get(f"/families/{NOBODY}")
    assert (page.status_code, heading(page)) == (403, "Say why you are looking")
    assert f'href="/purpose?next=/families/{NOBODY}"' in page.text


def test_what_was_typed_is_kept_when_something_is_missing(at_desk):
    client = at_desk("W101")
    page = declare(client, "", reason="To decide <b>today</b>", case_reference="EH-7")
    assert page.status_code == 422
    assert "Choose your purpose" in page.text
    assert "To decide &lt;b&gt;today&lt;/b&gt;" in page.text
    assert 'value="EH-7"' in page.text


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({}, "Enter a last name, a date of birth, a postcode or a number"),
        ({"given_name": "Aisha"}, "Enter a last name, a date of birth, a postcode or a number"),
        ({"family_name": "Cole", "birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "2016"}, "real"),
        ({"family_name": "Cole", "birth_date_day": "x"}, "real"),
        ({"birth_date_day": "14", "birth_date_month": "3", "birth_date_year": "16"}, "year of birth in full"),
        ({"birth_date_day": "1", "birth_date_month": "1", "birth_date_year": "1900"}, "a date that is known"),
        ({"postcode": "NV1 OAB"}, "a whole and real postcode"),
        ({"family_name": "Cole", "postcode": "NV1"}, "a whole and real postcode"),
        ({"family_name": "%"}, "must have letters"),
    ],
)
def test_a_search_that_asks_too_little_or_cannot_find_anybody_is_explained(at_desk, typed, error):
    client = at_desk("W101")
    page = client.post("/search", data={"form_token": form_token(declare(client, "front_door")), **typed})
    assert page.status_code == 422
    assert error in page.text


def test_a_number_that_cannot_be_right_is_looked_for_and_said_to_be_wrong(at_desk):
    client = at_desk("W101")
    token = form_token(declare(client, "front_door"))
    wrong = {"form_token": token, "scheme": "nhs_number", "number": "999 107 9409"}
    page = client.post("/search", data=wrong)
    assert page.status_code == 200
    assert "A digit or letter of the NHS number that you typed is wrong." in page.text
    assert "Nothing found" in page.text
    assert "you typed is wrong" in client.post("/search", data={**wrong, "number": "-"}).text
    right = client.post("/search", data={**wrong, "number": "999 107 9408"})
    assert "you typed is wrong" not in right.text


def without_what_differs_by_request(page):
    text = re.sub(r'nonce="[^"]+"', "", page.text)
    return re.sub(r'<section class="hg-print-only".*?</section>|until [\d:apm]+', "", text)


def test_no_such_family_and_a_refusal_that_depends_on_it_are_the_same_page(served, at_desk):
    client = at_desk("W203")
    declare(client, "early_help")
    refused = client.get(f"/families/{served.northvale.family_id('S1', 'Aisha Cole')}")
    unknown = client.get(f"/families/{NOBODY}")
    no_id = client.get("/families/anything")
    assert refused.status_code == unknown.status_code == no_id.status_code == 404
    assert without_what_differs_by_request(refused) == without_what_differs_by_request(unknown)
    assert without_what_differs_by_request(no_id) == without_what_differs_by_request(unknown)
    listed = {"date", "content-security-policy", "x-request-id"}
    for name in refused.headers.keys() - listed:
        assert refused.headers[name] == unknown.headers[name], name


def test_a_purpose_that_is_not_offered_is_refused_in_the_roles_own_words(at_desk):
    client = at_desk("W502")
    assert "early help" not in client.get("/purpose").text.lower()
    page = declare(client, "early_help")
    assert page.status_code == 403
    assert "Family support data cannot be used for fraud work." in page.text
    assert "This attempt is recorded." in page.text


def test_a_rent_officer_is_not_offered_break_glass_and_cannot_force_it(served, at_desk):
    client = at_desk("B101")
    page = client.get("/purpose")
    assert "emergency" not in page.text.lower()
    family = served.northvale.family_id("S2", "Kelly Marsh")
    forced = {
        "form_token": form_token(page), "emergency_purpose": "tenancy_management", "family": str(family),
        "at_risk": "A child", "emergency_reason": "Somebody is at the door",
    }  # fmt: skip
    assert client.post("/purpose/emergency", data=forced).status_code == 403


def test_a_manager_opens_a_family_in_an_emergency_and_printing_is_off(served, at_desk):
    client = at_desk("W210")
    family = served.northvale.family_id("S2", "Kelly Marsh")
    page = client.get("/purpose", params={"family": str(family)})
    assert f'value="{family}"' in page.text
    data = {
        "form_token": form_token(page), "emergency_purpose": "early_help", "family": str(family),
        "at_risk": "The mother", "emergency_reason": "She says he is at the door",
    }  # fmt: skip
    opened = client.post("/purpose/emergency", data=data, follow_redirects=True)
    assert opened.status_code == 200
    assert "Emergency access." in opened.text
    assert "hg-no-print" in opened.text
    other = client.get(f"/families/{NOBODY}")
    assert (other.status_code, heading(other)) == (403, "Say why you are looking")


def test_only_staff_who_supply_data_see_files(at_desk):
    assert at_desk("W101").get("/batches").status_code == 403


def test_bad_rows_go_to_their_sender_alone(served, at_desk):
    client = at_desk("S103")
    form = client.get("/batches")
    key = re.search(r'name="sending" value="([^"]+)"', form.text)[1]
    body = (served.northvale.built.folder / "s9-schools-attendance.csv").read_bytes()
    data = {"form_token": form_token(form), "feed": "schools-attendance", "sending": key}
    sent = client.post("/batches", data=data, files={"file": ("attendance.csv", body)})
    assert sent.status_code == 303
    address = sent.headers["location"]
    again = client.post("/batches", data=data, files={"file": ("attendance.csv", body)})
    assert again.headers["location"] == address
    rows = client.get(f"{address}/errors.csv")
    assert rows.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows.headers["cache-control"] == "no-store"
    # Excel takes a sheet without the mark for Windows-1252, and the names in it to be mended that are right.
    assert rows.content.startswith(b"\xef\xbb\xbf")
    assert len(rows.text.splitlines()) == 8
    assert re.search(r'href="/receipts/[0-9a-f-]{36}"', client.get(address).text)
    elsewhere = at_desk("C101")
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.get(f"{address}/errors.csv").status_code == 404


def test_a_file_needs_a_feed_of_ones_own_and_a_name_that_says_its_format(at_desk):
    client = at_desk("S103")
    token = form_token(client.get("/batches"))
    data = {"form_token": token, "feed": "police-nominals"}
    page = client.post("/batches", data=data, files={"file": ("notes.docx", b"x")})
    assert page.status_code == 422
    assert "Choose what kind of file it is" in page.text
    assert "must end in .csv" in page.text
    assert "Choose the file to send" in client.post("/batches", data=data).text


def test_a_reader_gets_the_receipt_of_what_they_saw_and_its_proof(served, at_desk):
    client = at_desk("B101")
    declare(client, "tenancy_management")
    page = client.get(f"/families/{served.northvale.family_id('S2', 'Kelly Marsh')}")
    receipt = re.search(r'href="(/receipts/[0-9a-f-]{36})"', page.text)[1]
    for _ in range(50):
        shown = client.get(receipt)
        if shown.status_code == 200:
            break
    assert heading(shown) == "Your receipt"
    proof = client.get(f"{receipt}/proof.txt")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1")
    assert "Marsh" not in proof.text
    assert at_desk("C101").get(receipt).status_code == 404


def test_what_a_session_holds_is_sealed_in_the_database(served, at_desk):
    at_desk("W101")
    rows = served.northvale.sql("SELECT session_digest, sealed_state FROM desk.session")
    assert rows
    assert all(b"Sanderson" not in bytes(row.sealed_state) for row in rows)


def test_what_a_role_may_see_stands_in_words_with_the_agreement_and_the_law(at_desk):
    client = at_desk("W203")
    assert 'href="/permissions"' in client.get("/purpose").text
    page = client.get("/permissions")
    assert (page.status_code, heading(page)) == (200, "What you may see, and why")
    for words in (
        "the person agreed to help",
        "School attendance",
        "Early help for families",
        "Children Act 2004 s.10",
    ):
        assert words in page.text
    assert "Your role does not include police information. This does not mean there is any." in page.text


def test_a_role_that_no_agreement_names_is_told_that_it_sees_nothing(at_desk):
    assert "No agreement in force lets your role see anything." in at_desk("W601").get("/permissions").text


def test_an_emergency_is_on_the_page_of_those_who_are_told_and_is_answered_there(served, at_desk):
    family = served.northvale.family_id("S2", "Kelly Marsh")
    manager = at_desk("W211")
    data = {
        "form_token": form_token(manager.get("/purpose")), "emergency_purpose": "early_help", "family": str(family),
        "at_risk": "The mother", "emergency_reason": "She says he is at the door",
    }  # fmt: skip
    assert manager.post("/purpose/emergency", data=data).status_code == 303
    officer, worker = at_desk("W601"), at_desk("W203")
    page = officer.get("/emergencies")
    name = served.northvale.staff["W211"]["name"]
    assert name in page.text
    assert "Kelly" not in page.text
    place = re.search(rf'>{name} .*?action="(/emergencies/[^"]+/answer)"', page.text, re.DOTALL)[1]
    unsaid = officer.post(place, data={"form_token": form_token(page), "reason": "we spoke"})
    assert (unsaid.status_code, "Say whether it was justified" in unsaid.text) == (422, True)
    said = {"form_token": form_token(page), "answer": "justified", "reason": "we spoke at once"}
    after = officer.post(place, data=said, follow_redirects=True)
    assert re.search(rf">{name} <strong[^>]*>Justified<", after.text)
    assert worker.get("/emergencies").status_code == 403
    assert "/emergencies" not in worker.get("/").text
