"""What the contract says beside the routes themselves: operation ids, problems, the bearer token, shapes of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from fastapi import Depends
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_PROBLEM_JSON = "application/problem+json"
_WHAT_HAPPENED: Mapping[int, str] = {
    400: "The body cannot be read, or a header that must be there is not",
    401: "No token, or one that does not hold: sign in first",
    403: "Refused, referred to a named person, or no purpose declared; `type` says which",
    404: "There is no such thing, or not for this caller: one answer for both",
    409: "It was done before: the Idempotency-Key came with another file, or the request is answered",
    413: "The body is larger than is taken at once",
    415: "The body is in a format that is not taken",
    422: "The request is not valid; `fields` point at what is wrong and repeat no value",
    500: "Something went wrong; nothing was released",
    503: "A part that is needed does not answer, or an agreement has just ended; nothing was released",
}
OF_ANY_ROUTE = (500, 503)
_UNREADABLE, _TOO_LARGE = 400, 413

# It tells the contract where the token goes, and asks nothing: `authenticate` alone decides who calls.
BEARER = Depends(
    HTTPBearer(
        scheme_name="bearer",
        bearerFormat="JWT",
        description="Partners' machines: a token of `POST /oauth/token`. Staff: an access token (RFC 9068) of the "
        "organisation's own OpenID Connect provider.",
        auto_error=False,
    )
)


class MistakenField(BaseModel):
    """Where a request is wrong, and how: a pointer and a kind, never the value."""

    pointer: str = Field(description="JSON Pointer (RFC 6901) to a field that the contract knows")
    kind: str
    allowed: str = Field(default="", description="What the contract allows there, where it is a list or a limit")
    message: str = Field(default="", description="What is wrong, in words")
    how_to_fix: str = ""


class Problem(BaseModel):
    """A problem (RFC 9457). Each type has a page in `openapi/problems/`; no member repeats what was sent."""

    type: str = Field(description="Ends in the code of the problem's page")
    title: str
    status: int
    instance: str = Field(description="The id of the request, as a URN")
    detail: str = Field(default="", description="What happened, in words for the reader")
    reason: str = Field(default="", description="Code of a refusal")
    receipt: str | None = Field(default=None, description="Entry of the log that holds the refusal")
    decided_by: str = Field(default="", description="Who decides, where a named person does")
    answer_by: str = Field(default="", description="By when they answer")
    how_to_fix: str = ""
    fields: list[MistakenField] = []


@dataclass(frozen=True, slots=True)
class Told:
    """Tells the shape of an answer in the contract; the answer itself goes out as the use case made it, unchanged.

    `Annotated[dict[str, Any], Told(Shape)]` has the JSON schema of `Shape` and the validation of a dictionary.
    """

    shape: Any

    def __get_pydantic_json_schema__(self, _told: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of the shape. The one of problems comes along: no route names it as what it returns."""
        handler(_named(Problem))
        return handler(_named(self.shape))


def _named(shape: Any) -> CoreSchema:
    """The schema of a shape, to stand under its own name; Pydantic writes out in place what it meets only once."""
    schema = TypeAdapter(shape).core_schema
    if schema["type"] not in {"model", "dataclass"}:
        return schema
    ref = f"{shape.__module__}.{shape.__qualname__}:{id(shape)}"
    defined = cast(CoreSchema, {**schema, "ref": ref})
    return core_schema.definitions_schema(core_schema.definition_reference_schema(ref), [defined])


def operation(operation_id: str, summary: str, *problems: int, answer: str = "As asked") -> dict[str, Any]:
    """What a route says of itself: its stable id, a summary, and the problems that it can answer with."""
    return {
        "operation_id": operation_id,
        "summary": summary,
        "response_description": answer,
        "responses": {status: problem(status) for status in (*problems, *_of_bodies(problems), *OF_ANY_ROUTE)},
    }


def _of_bodies(problems: Sequence[int]) -> Sequence[int]:
    """A body that may be unreadable may be too large (`gateway.api.bounded_bodies`)."""
    return (_TOO_LARGE,) if _UNREADABLE in problems and _TOO_LARGE not in problems else ()


def problem(status: int) -> dict[str, Any]:
    """A problem of one status, as the contract tells it."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": _WHAT_HAPPENED[status], "content": {_PROBLEM_JSON: {"schema": schema}}}
