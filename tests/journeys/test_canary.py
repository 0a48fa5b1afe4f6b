"""A name that is pushed, searched, typed and sent everywhere is in no log, span, problem, leaf, job or address."""

import json
import re

import pytest
from fastapi.routing import iter_route_contexts
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.usecases.linking.linking import link_everything
from tests.gateway.served import raw, served

CANARY = "Zephyrine"
_SURNAME = "Quillfeather"
_ID = "00000000-0000-4000-8000-00000000dead"
_TYPES = {"csv": "text/csv", "json": "application/json", "ndjson": "application/x-ndjson", "xml": "application/xml"}
_HEADERS = {
    "User-Agent": CANARY, "X-Request-ID": CANARY, "Referer": f"http://gateway.test/{CANARY}", "Cookie": f"a={CANARY}",
    "tracestate": f"who={CANARY.lower()}", "traceparent": f"00-{'1' * 32}-{'2' * 16}-01", "baggage": f"who={CANARY}",
    "Authorization": f"Bearer {CANARY}", "X-Forwarded-For": CANARY, CANARY: CANARY, "Accept-Language": CANARY,
}  # fmt: skip


def told(text: str) -> list[str]:
    """Which of the two names a text tells, in any case."""
    return [name for name in (CANARY, _SURNAME) if name.casefold() in text.casefold()]


def body_for(schema, names) -> object:
    """An object of the contract with the canary in every field, and in one of its own making."""
    properties = names[schema["$ref"].rpartition("/")[2]]["properties"] if "$ref" in schema else {}
    return {**dict.fromkeys(properties, CANARY), CANARY: {CANARY: [CANARY]}}


def every_request(app):
    """Each operation of the contract with the canary wherever something can be sent."""
    contract = app.openapi()
    schemas = contract["components"]["schemas"]
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            for value in (CANARY, _ID):
                filled = path
                for parameter in operation.get("parameters", ()):
                    filled = filled.replace("{" + parameter["name"] + "}", value)
                named = {one["name"]: CANARY for one in operation.get("parameters", ()) if one["in"] == "header"}
                yield method.upper(), f"{filled}?surname={CANARY}", named, json.dumps(body_for(schema, schemas))


def every_page(app):
    """Each page with the canary in its address, its query and its form."""
    for context in iter_route_contexts(app.routes):
        for method in set(context.methods or ()) - {"HEAD"}:
            for value in (CANARY, _ID):
                filled = re.sub(r"\{[^}]*\}", value, context.path)
                yield (
                    method,
                    f"{filled}?code={CANARY}&state={CANARY}&error={CANARY}",
                    f"{CANARY}={CANARY}&reason={CANARY}",
                )


def pushes(feeds):
    """Files of every feed and format: nonsense, and rows in which every cell, heading and key is the canary."""
    for name, feed in sorted(feeds.items()):
        columns = [column.name for column in feed.profile.columns]
        sheet = "\n".join([",".join([*columns, CANARY]), ",".join([CANARY] * (len(columns) + 1)), CANARY, f'"{CANARY}'])
        record = {**dict.fromkeys(columns, CANARY), CANARY: {CANARY: CANARY}, "resourceType": "Patient"}
        written = {
            "csv": sheet, "json": json.dumps([record]), "ndjson": json.dumps(record),
            "xml": f'<{CANARY} who="{CANARY}"><Child>{CANARY}</Child></{CANARY}>',
        }  # fmt: skip
        for media_format in feed.profile.formats:
            yield name, media_format, written[media_format]
            yield name, media_format, CANARY


@pytest.mark.slow
def test_a_canary_is_told_nowhere(northvale, caplog, capfd):
    spans = InMemorySpanExporter()
    answers: list[bytes] = []
    with caplog.at_level("INFO"), served(northvale, spans=spans) as gateway:
        for caller in ("W101", "police-nominals"):
            for method, path, named, body in every_request(gateway.app):
                headers = _HEADERS | named | {"Test-Caller": caller, "Content-Type": "application/json"}
                answers.append(raw(gateway, method, path, headers, body.encode()))
        for method, path, form in every_page(gateway.app):
            headers = _HEADERS | {"Content-Type": "application/x-www-form-urlencoded"}
            answers.append(raw(gateway, method, path, headers, form.encode()))
        for number, (feed, media_format, body) in enumerate(pushes(northvale.wiring.feeds)):
            headers = _HEADERS | {"Content-Type": _TYPES[media_format], "Idempotency-Key": f"{CANARY}-{number}"}
            path = f"/v1/feeds/{feed}/batches"
            answers.append(raw(gateway, "POST", path, {**headers, "Test-Caller": feed}, body.encode()))
        answers.append(raw(gateway, "BREW", f"/{CANARY}/{_SURNAME}", _HEADERS))
        shown = whole_story(northvale, gateway)

    # The positive control: the name is there for who may see it.
    assert told(shown) == [CANARY, _SURNAME]
    assert told("".join(record_text(record) for record in caplog.records)) == []
    out, err = capfd.readouterr()
    assert told(out + err) == []
    assert len(spans.get_finished_spans()) > 100
    assert told("".join(span.to_json() for span in spans.get_finished_spans())) == []
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert told(head.decode()) == []
        assert told(body.decode()) == [], [line for line in body.decode().splitlines() if told(line)]
    assert told_at_rest(northvale) == {}


def record_text(record) -> str:
    return f"{record.getMessage()} {record.exc_text or ''} {record.exc_info or ''} {record.__dict__}"


def whole_story(northvale, gateway) -> str:
    """The name taken, linked, looked for with a typed reason, and opened; gives what the reader was shown."""
    columns = {
        "referral_ref": "MASH-2026-9001", "person_ref": "M900001", "surname": _SURNAME, "forename": CANARY,
        "dob": "1991-02-03", "line1": "1 Nowhere Street", "postcode": "NV1 1AA",
        "referred_at": f"{northvale.built.now:%Y-%m-%d}T00:10:00", "source": "2A", "urgency": "urgent", "outcome": "",
        "concern": "unknown",
    }  # fmt: skip
    heading, row = ",".join(columns), ",".join(columns.values())
    push = {"Test-Caller": "mash-referrals", "Content-Type": "text/csv", "Idempotency-Key": "the-story"}
    taken = gateway.client.post("/v1/feeds/mash-referrals/batches", content=f"{heading}\n{row}\n", headers=push)
    assert taken.json()["accepted"] == 1, taken.text
    link_everything(northvale.wiring)
    declaration = gateway.declare("W101", "front_door", case_reference=f"{CANARY} {_SURNAME}")
    person = {"surname": _SURNAME, "forename": CANARY, "dob": "1991-02-03"}
    found = gateway.search("W101", declaration, person)
    family = found.json()["hits"][0]["family_id"]
    answer = gateway.family("W101", declaration, family)
    assert told(str(answer.url) + str(answer.headers)) == []
    asked = {"purpose": "front_door", "items": ["health.flag"], "reason": f"{CANARY} {_SURNAME}", "family_id": family}
    gateway.client.post("/v1/access-requests", json=asked, headers={"Test-Caller": "W101"})
    refused = {"purpose": "council_tax_fraud", "reason": f"{CANARY} {_SURNAME}"}
    denied = gateway.client.post("/v1/purpose-declarations", json=refused, headers={"Test-Caller": "W101"})
    assert denied.status_code == 403
    assert told(denied.text) == []
    return answer.text


# Facts are what the gateway holds; openings hold typed reasons and queries, apart from the leaf, to be erased.
_MAY_HOLD = {"hearth.fact", "audit.opening"}


def told_at_rest(northvale) -> dict[str, list[str]]:
    """Tables that hold the name in clear, of those that may not: leaves and job arguments among them."""
    tables = northvale.sql(
        "SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname IN ('audit', 'desk', 'hearth', 'jobs')"
    )
    found = {}
    for table in tables:
        if table.name in _MAY_HOLD:
            continue
        for row in northvale.sql(f"SELECT * FROM {table.name}"):  # noqa: S608 - names from the catalog
            texts = [part.decode("latin-1") if isinstance(part, bytes) else str(part) for part in row]
            if names := told(" ".join(texts)):
                found[table.name] = names
    return found
