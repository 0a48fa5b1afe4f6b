"""Hostile and broken XML and JSON."""

import json

from tests.adapters.hostile.cases import Case, Refused, Rows

CIN = "social-care-cin"
IDS = "<ChildIdentifiers><LAchildID>L{0}</LAchildID><PersonBirthDate>2015-03-27</PersonBirthDate></ChildIdentifiers>"
CHILD = f"<Child>{IDS}<CINdetails><CINreferralDate>2022-10-06</CINreferralDate></CINdetails></Child>"
GOOD, ALSO = CHILD.format(1), CHILD.format(2)
DOCTYPE, BROKEN = Refused("DOCTYPE", suspicious=True), Refused("well-formed")


def message(inside: str = "", before: str = "", root: str = "Message") -> bytes:
    return f"{before}<{root}><Children>{GOOD}{inside}{ALSO}</Children></{root}>".encode()


def laughs() -> bytes:
    entities = ['<!ENTITY e0 "lol">'] + [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    return message("<Child>&e11;</Child>", f"<!DOCTYPE Message [{''.join(entities)}]>")


def quadratic() -> bytes:
    return message("&a;" * 50_000, f'<!DOCTYPE Message [<!ENTITY a "{"x" * 50_000}">]>')


XML = [
    ("a plain census", message(), Rows(2)),
    ("a billion laughs", laughs(), DOCTYPE),
    ("one long entity many times", quadratic(), DOCTYPE),
    ("an entity of a file", message("&f;", '<!DOCTYPE Message [<!ENTITY f SYSTEM "file:///etc/passwd">]>'), DOCTYPE),
    (
        "an entity of an address",
        message("&f;", '<!DOCTYPE Message [<!ENTITY f SYSTEM "http://127.0.0.1:9/">]>'),
        DOCTYPE,
    ),
    (
        "a parameter entity",
        message("", '<!DOCTYPE Message [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'),
        DOCTYPE,
    ),
    ("a document type elsewhere", message("", '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd">'), DOCTYPE),
    ("a bare document type", message("", "<!DOCTYPE Message>"), DOCTYPE),
    ("a document type in UTF-16", message("", "<!DOCTYPE Message>").decode().encode("utf-16"), DOCTYPE),
    ("an entity that nobody declared", message("<Child>&who;</Child>"), BROKEN),
    (
        "inclusion of another file",
        message('<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        Rows(2),
    ),
    ("a style sheet to run", message("", '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>'), Rows(2)),
    ("an instruction for another language", message("<?php system('id'); ?>"), Rows(2)),
    ("100,000 levels", message("<a>" * 100_000 + "</a>" * 100_000), Refused("deep")),
    ("65 levels in a child", message(f"<Child>{'<a>' * 65}{'</a>' * 65}</Child>"), Refused("deep")),
    ("a child of 150,000 elements", message(f"<Child>{'<a/>' * 150_000}</Child>"), Refused("too large")),
    (
        "a child of 20 MB",
        message("<Child>" + "<a>x</a>" * 1000 + f"<b c='{'x' * 9_000_000}'/><b c='{'y' * 9_000_000}'/></Child>"),
        Refused("too large"),
    ),
    ("a text of 12 MB", message(f"<Child><a>{'x' * 12_000_000}</a></Child>"), Refused("")),
    ("a name of 60,000 characters", message(f"<Child><{'n' * 60_000}/></Child>"), Refused("")),
    (
        "100,000 attributes",
        message("<Child " + " ".join(f"a{n}=''" for n in range(100_000)) + "/>"),
        Refused("attributes"),
    ),
    ("the same attribute twice", message("<Child a='1' a='2'/>"), BROKEN),
    ("cut short", message()[:-20], BROKEN),
    ("cut in its first line", b"<Mess", Refused("outermost element")),
    ("two roots", message() + b"<Message/>", BROKEN),
    ("text after the root", message() + b"Example", BROKEN),
    ("another root", message(root="Letter"), Refused("outermost element")),
    ("a page", b"<html><body>Sign in</body></html>", Refused("outermost element")),
    ("no children", b"<Message/>", Rows(0)),
    ("nothing", b"", BROKEN),
    ("a reference to NUL", message("<Child>&#0;</Child>"), BROKEN),
    ("bytes that are not UTF-8", message("<Child>@</Child>").replace(b"@", b"\xff\xfe"), BROKEN),
    ("it says UTF-16 and is UTF-8", message("", '<?xml version="1.0" encoding="UTF-16"?>'), BROKEN),
    ("an encoding that nobody knows", message("", '<?xml version="1.0" encoding="utf-eight"?>'), BROKEN),
    ("a prefix that nobody declared", message("<x:Child/>"), BROKEN),
    ("elements in an unknown namespace", message('<x:y xmlns:x="urn:x"><x:z/></x:y>'), Rows(2)),
    ("markup inside a text", message(f"<Child>{IDS.format('<![CDATA[<x>]]>')}</Child>"), Rows(3)),
    ("50,000 comments", message("<!-- x -->" * 50_000), Rows(2)),
    ("a child without its key", message("<Child><ChildIdentifiers/></Child>"), Rows(2, {"required-missing": 1})),
    ("CSV for XML", b"LAchildID,PersonBirthDate\n1,2015-03-27\n", BROKEN),
    ("a zip archive for XML", b"PK\x03\x04" + bytes(40), BROKEN),
]

PUPILS = "schools-pupils"
PUPIL = {"UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "2013-02-11", "Sex": "F"}
OTHER = {**PUPIL, "UPN": "T801200005003"}
NO_JSON = Refused("not JSON")


def pupils(*between: str) -> bytes:
    return f'{{"value": [{",".join((json.dumps(PUPIL), *between, json.dumps(OTHER)))}]}}'.encode()


JSON = [
    ("a plain answer", pupils(), Rows(2)),
    ("with a mark", b"\xef\xbb\xbf" + pupils(), Rows(2)),
    ("UTF-16", pupils().decode().encode("utf-16"), NO_JSON),
    ("Windows-1252", pupils('{"Surname": "M\u00fcller"}').decode().encode("cp1252"), NO_JSON),
    ("nothing", b"", NO_JSON),
    ("cut short", pupils()[:-2], NO_JSON),
    ("a comma too many", pupils()[:-2] + b",]}", NO_JSON),
    ("a comment", b"// answer\n" + pupils(), NO_JSON),
    ("single quotes", pupils().replace(b'"', b"'"), NO_JSON),
    ("two documents", pupils() * 2, NO_JSON),
    ("100,000 lists in each other", b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", NO_JSON),
    ("100,000 objects in each other", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, NO_JSON),
    ("70 lists in each other", b'{"value": ' + b"[" * 70 + b"]" * 70 + b"}", NO_JSON),
    ("two million and one values", b'{"value": [' + b"0," * 2_000_000 + b"0]}", NO_JSON),
    ("a name twice", pupils('{"Surname": "Example", "Surname": "Other"}'), NO_JSON),
    ("a list twice", b'{"value": [], "value": [{"Surname": "x"}]}', NO_JSON),
    ("a number that is none", pupils('{"Surname": NaN}'), NO_JSON),
    ("a number without end", pupils('{"Surname": -Infinity}'), NO_JSON),
    ("a number of 5,000 digits", pupils('{"Surname": ' + "9" * 5000 + "}"), NO_JSON),
    ("a list for a record", pupils("[1]"), Rows(2, {"row-shape": 1})),
    ("nothing for a record", pupils("null"), Rows(2, {"row-shape": 1})),
    ("an object for a name", pupils('{"UPN": "B801200005001", "Surname": {"x": 1}}'), Rows(2, {"row-shape": 1})),
    (
        "half a surrogate pair",
        pupils('{"UPN": "B801200005001", "Surname": "\\ud800"}'),
        Rows(2, {"encoding-invalid": 1}),
    ),
    ("a NUL", pupils('{"UPN": "B801200005001", "Surname": "a\\u0000b"}'), Rows(2, {"encoding-invalid": 1})),
    (
        "a name of another language",
        pupils(json.dumps({**PUPIL, "__proto__": {"admin": True}, "constructor": "x"})),
        Rows(3),
    ),
    ("a list at the top", json.dumps([PUPIL]).encode(), Refused("list `value`")),
    ("a text at the top", b'"value"', Refused("list `value`")),
    ("an object for the list", b'{"value": {"0": {}}}', Refused("list `value`")),
    ("XML", b"<value/>", NO_JSON),
]

PDS = "health-pds"


def patient(number: str, **more: object) -> str:
    return json.dumps({"resourceType": "Patient", "id": number, "birthDate": "2013-02-11", **more})


PATIENTS = (patient("9000000009"), patient("9000000017"))


def resources(*between: str | bytes) -> bytes:
    parts = [one.encode() if isinstance(one, str) else one for one in (PATIENTS[0], *between, PATIENTS[1])]
    return b"\n".join(parts) + b"\n"


NDJSON = [
    ("two patients", resources(), Rows(2)),
    ("a line cut short", resources(patient("9000000025")[:-5]), Rows(2, {"row-shape": 1})),
    (
        "a line of 17 MB",
        resources('{"resourceType": "Patient", "id": "' + "9" * 17_000_000 + '"}'),
        Rows(2, {"row-shape": 1}),
    ),
    (
        "a line that is not UTF-8",
        resources(b'{"resourceType": "Patient", "id": "\xff"}'),
        Rows(2, {"encoding-invalid": 1}),
    ),
    (
        "a line of 5,000 levels",
        resources('{"resourceType":' + "[" * 5000 + "]" * 5000 + "}"),
        Rows(2, {"row-shape": 1}),
    ),
    (
        "a name twice, to lift a restriction",
        resources('{"resourceType": "Patient", "id": "1", "meta": {"security": [{"code": "R"}]}, "meta": {}}'),
        Rows(2, {"row-shape": 1}),
    ),
    ("a line of words", resources("Example"), Rows(2, {"row-shape": 1})),
    ("empty lines", resources("", "", ""), Rows(2)),
    (
        "a search that failed",
        json.dumps({"resourceType": "OperationOutcome", "issue": []}).encode(),
        Rows(0, {"request-failed": 1}),
    ),
    ("another feed's resource", json.dumps({"resourceType": "Encounter", "id": "1"}).encode(), Refused("type")),
    ("JSON that is no resource", b'{"people": []}', Refused("FHIR")),
    (
        "a bundle in a bundle 70 deep",
        ('{"resourceType":"Bundle","entry":[{"resource":' * 70 + "{}" + "}]}" * 70).encode(),
        Refused("FHIR"),
    ),
]

CASES = [
    *(Case(f"XML: {name}", CIN, body, outcome, "xml") for name, body, outcome in XML),
    *(Case(f"JSON: {name}", PUPILS, body, outcome, "json") for name, body, outcome in JSON),
    *(Case(f"NDJSON: {name}", PDS, body, outcome, "ndjson") for name, body, outcome in NDJSON),
]
