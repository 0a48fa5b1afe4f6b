"""The published schemas are those of the models; the documents conform; what a schema refuses the loader refuses."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from agreements.schemas import KINDS, schema_of, schema_text
from agreements.signing import canonical_json
from agreements.strict_yaml import YamlFile, parse_yaml
from agreements.validating import validated
from tests.agreements.northvale import REGISTER
from tests.agreements.small_register import agreement
from tests.agreements.test_accession import accession
from tests.agreements.test_succession import succession

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "schemas"
LISTS = {"agencies.yaml": "agencies", "sources.yaml": "sources", "purposes.yaml": "purposes", "gateways.yaml": "law",
         "invariants.yaml": "invariants"}  # fmt: skip
FOLDERS = {"agreements": "agreement", "dpias": "dpia"}
VALIDATORS = {kind: Draft202012Validator(schema_of(kind), format_checker=FormatChecker()) for kind in KINDS}
FILES = {path.relative_to(REGISTER).as_posix(): path for path in sorted(REGISTER.rglob("*.yaml"))}


def kind_of(name):
    return LISTS.get(name) or FOLDERS[name.split("/")[0]]


def as_json(file):
    return json.loads(canonical_json(file.content))


SAMPLES = [("agreement", agreement()), ("accession", accession()), ("succession", succession())]
SAMPLES += [(kind_of(name), as_json(parse_yaml(name, path.read_text()))) for name, path in FILES.items()]


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_valid_and_is_the_one_published(kind):
    Draft202012Validator.check_schema(schema_of(kind))
    published = (PUBLISHED / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(kind), "run `hearthgate agreements schema --write docs/schemas`"


def test_nothing_else_is_published():
    assert {path.name for path in PUBLISHED.iterdir()} == {f"{kind}.schema.json" for kind in KINDS}


@pytest.mark.parametrize("name", FILES)
def test_each_document_of_northvale_conforms(name):
    document = as_json(parse_yaml(name, FILES[name].read_text()))
    assert not list(VALIDATORS[kind_of(name)].iter_errors(document))


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 20260401), st.text(max_size=4), st.just("2026-02-30"), st.just([]),
    st.just({}), st.just(["x"]), st.just({"x": 1}), st.just("*"), st.just("2026-04-01T00:00:00"), st.floats(0, 2),
)  # fmt: skip


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


@st.composite
def spoilt(draw):
    """A valid document with one place replaced, taken away, renamed, doubled or added to."""
    kind, sound = draw(st.sampled_from(SAMPLES))
    document = json.loads(json.dumps(sound))
    *steps, last = draw(st.sampled_from([path for path in places(document) if path]))
    here = document
    for step in steps:
        here = here[step]
    match draw(st.sampled_from(("replace", "replace", "remove", "rename", "double", "add"))):
        case "replace":
            here[last] = draw(ANYTHING)
        case "remove":
            del here[last]
        case "rename" if isinstance(here, dict):
            here[f"{last}_"] = here.pop(last)
        case "double" if isinstance(here, list):
            here.append(here[last])
        case "add" if isinstance(here, dict):
            here[draw(st.sampled_from(("from_", "schema_", "colour", "id", "version")))] = draw(ANYTHING)
        case _:
            here[last] = draw(ANYTHING)
    return kind, document


def loader_takes(kind, document):
    model, faults = validated(YamlFile("spoilt.yaml", document, {(): 1}), KINDS[kind])
    assert all(fault.file and fault.clause and fault.problem and fault.remedy for fault in faults)
    assert (model is None) == bool(faults)
    return model is not None


@settings(max_examples=1000, deadline=None)
@given(spoilt())
def test_what_a_schema_refuses_the_loader_refuses(sample):
    kind, document = sample
    if not VALIDATORS[kind].is_valid(document):
        assert not loader_takes(kind, document)


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "green"}, {"version": "1"}, {"version": 0}, {"version": True}, {"tier": "treaty"}, {"id": "isa"},
        {"schema": "hearthgate/agreement/2"}, {"title": "short"}, {"supersedes": "ISA"}, {"rules": {}},
        {"validity": {"from": "2026-04-01", "to": 20260401, "review": "2026-05-01"}},
        {"validity": {"from": "2026-04-01", "to": "2027-03-31T00:00:00", "review": "2026-05-01"}},
        {"validity": {"from_": "2026-04-01", "to": "2027-03-31", "review": "2026-05-01"}},
    ],
)  # fmt: skip
def test_the_schema_itself_refuses_what_is_plainly_wrong(change):
    document = agreement() | change
    assert not VALIDATORS["agreement"].is_valid(document)
    assert not loader_takes("agreement", document)
