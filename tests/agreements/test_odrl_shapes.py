"""Nothing that a document may say is without a place in the export: a new member shows here first."""

import typing
from dataclasses import fields

import pytest
from pydantic import BaseModel

from agreements import reference_data
from agreements.document import Agreement, Invariant
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.odrl_constraints import Comparison
from agreements.odrl_life import Memberships, Reviews, Spans
from agreements.odrl_parts import (
    Child,
    Children,
    Choice,
    Grouped,
    Link,
    Links,
    Measure,
    Nested,
    Shape,
    Told,
    Value,
    Values,
    Variants,
)
from agreements.odrl_register import REGISTER
from agreements.odrl_vocabulary import DEFAULT_BASE, context

MODELS = {
    "agencies": reference_data.AgencyList,
    "sources": reference_data.SourceList,
    "purposes": reference_data.PurposeList,
    "law": reference_data.LegalRegister,
    "dpias": reference_data.Dpia,
    "invariants": Invariant,
}


LINKING = (Link, Links, Choice, Child, Children, Grouped, Spans, Memberships, Reviews)


def models_in(annotation):
    """The document models that a type speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for one in typing.get_args(annotation) for model in models_in(one)]


def shapes_in(part):
    """The shapes that a part hands its members to."""
    match part:
        case Child() | Children():
            return [part.shape]
        case Variants():
            return [shape for _, shape in part.kinds.values()]
        case Nested() | Grouped():
            return [Shape((), part.parts)]
        case Comparison():
            return shapes_in(part.part)
        case _:
            return []


def shapes_of(parts, name):
    """The shapes in which a member of a document is said; a group's members are said as if beside it."""
    for part in parts:
        if isinstance(part, Grouped):
            yield from shapes_of(part.parts, name)
        elif name in part.names:
            yield from shapes_in(part)


def parts_within(parts):
    """These parts and all within them."""
    for part in parts:
        yield part
        if isinstance(part, Comparison):
            yield part.part
        for shape in shapes_in(part):
            yield from parts_within(shape.parts)


def unsaid(model, shape, path):
    """Members of a model, and of those within it, that the shape does not say, as paths."""
    said = shape.names
    for name, info in model.model_fields.items():
        member = info.alias or name
        here = f"{path}/{member}"
        if member not in said:
            yield here
            continue
        shapes = list(shapes_of(shape.parts, member))
        for one in models_in(info.annotation):
            fitting = [each for each in shapes if fits(one, each)]
            if not fitting:
                yield f"{here} ({one.__name__})"
            for each in fitting:
                yield from unsaid(one, each, here)


def fits(model, shape):
    """Whether a shape is that of the model: of rules, each effect has its own."""
    effects = [part.value for part in shape.parts if isinstance(part, Told) and part.name == "effect"]
    return not effects or effects[0] in typing.get_args(model.model_fields["effect"].annotation)


@pytest.mark.parametrize(("name", "model"), MODELS.items(), ids=MODELS)
def test_every_member_of_a_document_is_said(name, model):
    shape, *_ = shapes_of(REGISTER.parts, name)
    assert list(unsaid(model, shape, name)) == []


def test_every_list_of_a_register_and_all_that_stands_outside_a_text_is_said():
    (agreement,) = shapes_of(REGISTER.parts, "agreements")

    assert {field.name for field in fields(RegisterDocuments)} == REGISTER.names
    assert {field.name for field in fields(AdmittedAgreement)} == agreement.names
    assert list(unsaid(Agreement, *shapes_of(agreement.parts, "document"), "agreement")) == []


def test_a_member_that_no_part_says_stops_the_export():
    (purposes,) = shapes_of(REGISTER.parts, "purposes")
    (shape,) = shapes_of(purposes.parts, "purposes")
    with pytest.raises(KeyError, match="colour"):
        shape.write({"id": "early_help", "colour": "green"}, "purpose/early_help")


def test_keys_of_iris_are_read_as_iris_and_keys_of_texts_as_texts():
    known = context(DEFAULT_BASE)
    parts = list(parts_within(REGISTER.parts))
    iris = {part.term for part in parts if isinstance(part, LINKING)}
    iris |= {term for part in parts if isinstance(part, Variants) for term, _ in part.kinds.values()}
    texts = {part.term for part in parts if type(part) in {Value, Values, Measure}}

    assert sorted(term for term in iris if "@id" not in known.get(term, {}).values()) == []
    assert sorted(term for term in texts if isinstance(known.get(term), dict) and known[term]["@type"] == "@id") == []
