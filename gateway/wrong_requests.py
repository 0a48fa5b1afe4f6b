"""What is wrong with a request and how to mend it, in words, by the kinds of mistake that validation tells."""

from collections.abc import Mapping
from typing import Any

# Where a limit of the contract stands in what the validation tells. Other members of it may hold what was sent.
_LIMITS: Mapping[str, str] = {
    "literal_error": "expected", "enum": "expected", "string_too_short": "min_length",
    "string_too_long": "max_length", "too_short": "min_length", "too_long": "max_length",
    "string_pattern_mismatch": "pattern", "greater_than_equal": "ge", "less_than_equal": "le",
    "greater_than": "gt", "less_than": "lt",
}  # fmt: skip
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("It is missing.", "Send it."),
    "extra_forbidden": (
        "It holds a member that the contract does not know.",
        "Compare the names with the contract, letter by letter; leave out what it does not have.",
    ),
    "json_invalid": ("It is not JSON; the pointer says at which letter.", "Send one JSON object in UTF-8."),
    "model_attributes_type": ("It is not a JSON object.", "Send one, with Content-Type: application/json."),
    "null_character": ("It holds a character that no text has.", "Take it out."),
    "literal_error": ("It is none of the words that are allowed.", "Send one of those under `allowed`."),
    "enum": ("It is none of the words that are allowed.", "Send one of those under `allowed`."),
    "string_too_short": ("It is shorter than is allowed.", "Send as many letters as `allowed` says, or more."),
    "string_too_long": ("It is longer than is allowed.", "Send as many letters as `allowed` says, or fewer."),
    "too_short": ("It has too few elements.", "Send as many as `allowed` says, or more."),
    "too_long": ("It has too many elements.", "Send as many as `allowed` says, or fewer; the rest in another request."),
    "string_pattern_mismatch": ("It is not of the form that is wanted.", "Write it as the pattern under `allowed`."),
}
_BY_BEGINNING: Mapping[str, tuple[str, str]] = {
    "uuid_": ("It is no id.", "Send the id as you were given it, such as 6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9."),
    "date_": ("It is no day of the calendar.", "Write the day as YYYY-MM-DD, such as 2026-11-23."),
    "datetime_": ("It is no instant.", "Write it as RFC 3339 does, such as 2026-11-23T09:30:00Z."),
    "timezone_": ("It is no instant.", "Write it as RFC 3339 does, such as 2026-11-23T09:30:00Z."),
    "bool_": ("It is neither true nor false.", "Send true or false, without quotation marks."),
    "int_": ("It is no whole number.", "Send digits, without quotation marks in JSON."),
    "float_": ("It is no number.", "Send a number, without quotation marks in JSON."),
    "string_": ("It is no text.", "Send text in quotation marks."),
    "list_": ("It is no list.", "Send a JSON array."),
    "dict_": ("It is not a JSON object.", "Send one."),
    "greater_": ("It is outside what is allowed.", "Send a number within the limit under `allowed`."),
    "less_": ("It is outside what is allowed.", "Send a number within the limit under `allowed`."),
}
_OTHERWISE = ("It is not as the contract wants it.", "Compare it with the contract at /v1/openapi.json.")
_OF_THE_WHOLE = "The request was not carried out. {what} Each of `fields` says where, what is wrong and how to mend it."


def wrong_field(found: Mapping[str, Any]) -> dict[str, str]:
    """Where, which rule, what the contract allows there, and both in words: nothing of what was sent."""
    kind = str(found["type"])
    allowed = found.get("ctx", {}).get(_LIMITS.get(kind, ""))
    told = {} if allowed is None else {"allowed": str(allowed)}
    what, remedy = _words(kind)
    return {"pointer": _pointer(found["loc"], kind), "kind": kind, **told, "message": what, "how_to_fix": remedy}


def wrong_request(fields: int) -> str:
    """The sentence about the whole of a request with so many mistakes."""
    return _OF_THE_WHOLE.format(what="One field is wrong." if fields == 1 else f"{fields} fields are wrong.")


def _words(kind: str) -> tuple[str, str]:
    by_beginning = (words for beginning, words in _BY_BEGINNING.items() if kind.startswith(beginning))
    return _WORDS.get(kind) or next(by_beginning, _OTHERWISE)


def _pointer(location: tuple[Any, ...], kind: str) -> str:
    """A JSON pointer; the last part is left out where it is a name that the caller made up."""
    parts = location[:-1] if kind == "extra_forbidden" else location
    return "/" + "/".join(str(part) for part in parts)
