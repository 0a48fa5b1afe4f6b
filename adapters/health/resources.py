"""Out of a file, its FHIR resources one by one, with what the rest of the file says of their patients."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.health.fhir import (
    Element,
    element,
    elements,
    has_nhs_number_shape,
    is_restricted,
    nhs_number,
    text,
)
from adapters.health.fhir_xml import fhir_document
from adapters.json_text import parse_json
from adapters.port import RawRow, RowError
from adapters.row_path import RowPath
from adapters.sources import UTF8_MARK, lines, whole
from adapters.xml_rows import looks_like_xml

_PATIENT_IN_URL = re.compile(r"/Patient/(\d{10})(?:/|$)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
KINDS = frozenset({"Patient", "RelatedPerson", "Encounter", "Condition", "Appointment"})
"""Types of which errors name elements."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the patients of one file say that other resources of it need."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """Reference (`Patient/<id>` or an entry's address) to the patient's source key."""
    birth_dates: Mapping[str, str] = field(default_factory=dict)
    restricted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sent:
    """One resource as sent, or an entry without one. `full_url` is the address that its bundle gives it.

    `path` is where its bundle holds it (FHIRPath); empty for one by itself.
    """

    kind: str
    body: Element
    full_url: str
    context: Context = field(default_factory=Context)
    path: str = ""


KeyOf = Callable[[Element, str], str]
"""How a feed keys a Patient resource; an empty text where it cannot."""


def rows_of(source: BinaryIO, key_of: KeyOf, lone_kinds: frozenset[str] | None, *, xml: bool) -> Iterator[RawRow]:
    """One row per resource, bundles opened. `lone_kinds` are the only types that may stand outside a bundle.

    Raises `FeedUnreadableError` before any row where the file is not FHIR, or only the answer that a search failed.
    """
    documents = _documents(source, xml=xml)
    _check_first(documents, lone_kinds)
    context = _context(documents, key_of)
    return _rows(documents, context)


Documents = Callable[[], Iterator[Any]]
"""Reads the file's documents anew each time; a line that is no JSON gives a `_Bad`."""


@dataclass(frozen=True, slots=True)
class _Bad:
    code: str
    message: str
    how_to_fix: str


_NOT_JSON = _Bad("row-shape", "The line is not one JSON object.", "Send one whole resource on each line.")
_TOO_LONG = _Bad("row-shape", "The line is longer than 16 MiB.", "Send fewer resources on one line.")
_NOT_UTF8 = _Bad("encoding-invalid", "The line is not UTF-8 text.", "Save the file as UTF-8 and send it again.")


def _documents(source: BinaryIO, *, xml: bool) -> Documents:
    if looks_like_xml(source):
        if not xml:
            raise FeedUnreadableError("The file is XML.", "Send this feed as JSON or NDJSON.")
        one_document = fhir_document(source)
        return lambda: iter((one_document,))
    first_two = list(islice(lines(source), 2))
    if len(first_two) > 1 and isinstance(_parsed(first_two[0]), dict):
        return lambda: map(_parsed, lines(source))
    document = _parsed(whole(source, "Send it as NDJSON, or in several files.").removeprefix(UTF8_MARK))
    if isinstance(document, dict):
        return lambda: iter((document,))
    if any(isinstance(one, dict) and "resourceType" in one for one in map(_parsed, lines(source))):
        return lambda: map(_parsed, lines(source))
    raise _not_fhir()


def _parsed(text_of_one: bytes | None) -> Any:
    if text_of_one is None:
        return _TOO_LONG
    try:
        document = parse_json(text_of_one)
    except UnicodeDecodeError:
        return _NOT_UTF8
    except ValueError:
        return _NOT_JSON
    return document if isinstance(document, dict) else _NOT_JSON


def _not_fhir() -> FeedUnreadableError:
    return FeedUnreadableError("The file is not FHIR.", "Send FHIR R4 resources as JSON, or one to a line as NDJSON.")


def _check_first(documents: Documents, lone_kinds: frozenset[str] | None) -> None:
    """Refuse a file that begins with no FHIR, or whose one document is another feed's resource."""
    first_two = list(islice((one for one in documents() if isinstance(one, dict)), 2))
    kind = text(first_two[0], "resourceType") if first_two else ""
    if not kind or not kind[:1].isupper():
        raise _not_fhir()
    if len(first_two) > 1:
        return
    if kind not in {"Bundle", "OperationOutcome"} and lone_kinds is not None and kind not in lone_kinds:
        raise FeedUnreadableError(
            "The file holds a FHIR resource of a type that this feed does not take.",
            f"Send {', '.join(sorted(lone_kinds))} or a Bundle of them.",
        )


def _context(documents: Documents, key_of: KeyOf) -> Context:
    keys: dict[str, str] = {}
    birth_dates: dict[str, str] = {}
    restricted: set[str] = set()
    for sent in _all_sent(documents):
        if not isinstance(sent, Sent) or sent.kind != "Patient":
            continue
        key = key_of(sent.body, sent.full_url)
        if not key:
            continue
        for reference in (f"Patient/{text(sent.body, 'id')}", sent.full_url):
            keys[reference] = key
        birth_dates[key] = text(sent.body, "birthDate")
        if is_restricted(sent.body):
            restricted.add(key)
    keys.pop("", None)
    keys.pop("Patient/", None)
    return Context(keys, birth_dates, frozenset(restricted))


def _all_sent(documents: Documents) -> Iterator[Sent | _Bad]:
    for document in documents():
        yield from _opened(document, "", "") if isinstance(document, dict) else (document,)


def _opened(resource: Element, full_url: str, path: str) -> Iterator[Sent]:
    """A resource by itself; a bundle's entries, bundles within bundles too (`batch-response` of searches)."""
    kind = text(resource, "resourceType")
    if kind != "Bundle":
        yield Sent(kind, resource, full_url, path=path)
        return
    for place, entry in enumerate(elements(resource, "entry")):
        held = f"{path or kind}.entry[{place}].resource"
        yield from _opened(element(entry, "resource"), text(entry, "fullUrl"), held)


def _rows(documents: Documents, context: Context) -> Iterator[RawRow]:
    for number, sent in enumerate(_all_sent(documents), 1):
        if isinstance(sent, _Bad):
            problem = RowError(number, "", sent.code, sent.message, sent.how_to_fix)
            yield RawRow(number, {}, problem=problem)
        elif _unstorable(sent.body):
            problem = RowError(
                number, "", "encoding-invalid", "The resource holds characters that are no text.", "Remove them."
            )
            yield RawRow(number, {}, payload=sent, problem=problem, path=_path(sent))
        else:
            yield RawRow(number, _cells(sent), payload=replace(sent, context=context), path=_path(sent))


def _path(sent: Sent) -> RowPath:
    """Columns begin with the type of their resource; a type of the sender's own is no name to be told."""
    kind = sent.kind if sent.kind in KINDS else "Resource"
    return RowPath(sent.path or kind, begins=((f"{kind}.", "."),))


def _cells(sent: Sent) -> dict[str, str]:
    """The members by name; of a resource that no feed keeps, none."""
    if sent.kind not in KINDS:
        return {}
    return {
        f"{sent.kind}.{name}": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in sent.body.items()
        if name != "resourceType"
    }


def _unstorable(value: object) -> bool:
    """True where any text holds NUL or half a surrogate pair: no database and no UTF-8 takes those."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _UNSTORABLE.search(one):
                return True
        elif isinstance(one, Mapping):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False


def spine_key(body: Element, full_url: str) -> str:
    """The current NHS number of a Patient as PDS returns it: its id, which PDS re-keys when a number is superseded.

    Where the id is none, the identifier that is not marked old.
    """
    own = text(body, "id")
    return own if has_nhs_number_shape(own) else local_key(body, full_url)


def local_key(body: Element, full_url: str) -> str:
    """The NHS number where the record has one, else the reference by which others name the record."""
    numbers = current_nhs_numbers(body)
    if numbers:
        return numbers[0]
    own = text(body, "id")
    return f"Patient/{own}" if own else full_url


def current_nhs_numbers(body: Element) -> list[str]:
    """NHS numbers of a Patient that are not marked old, in order."""
    return [
        number
        for one in elements(body, "identifier")
        if (number := nhs_number(one)) and text(one, "use") != "old" and not text(element(one, "period"), "end")
    ]


def asked_number(full_url: str) -> str:
    """The NHS number in an entry's address; empty where it names none."""
    found = _PATIENT_IN_URL.search(full_url)
    return found[1] if found else ""
