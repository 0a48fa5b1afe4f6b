"""From a parsed file to a model, as strictly as the published schemas: no text for a number, no time for a date."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agreements.errors import AgreementFileError
from agreements.signing import canonical_json
from agreements.strict_yaml import Path, YamlFile

_M = TypeVar("_M", bound=BaseModel)
_REMEDY = "correct it as the schema says"


def validated(file: YamlFile, model: type[_M]) -> tuple[_M | None, list[AgreementFileError]]:
    """Return the model, or `None` and every fault with its line.

    What is validated is the canonical JSON that is also hashed and signed, so nothing is signed that was not read.
    """
    try:
        content = canonical_json(file.content)
    except (TypeError, UnicodeEncodeError):
        return None, [file.error((), "it holds what JSON cannot", "write text, numbers, dates, lists and mappings")]
    try:
        return model.model_validate_json(content, strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [file.error(_steps(file, one["loc"]), one["msg"], _REMEDY) for one in found]


def _steps(file: YamlFile, loc: tuple[int | str, ...]) -> Path:
    """Steps of a validation path that the file really has: unions add the name of their branch."""
    path: Path = ()
    for step in loc:
        if (*path, step) in file.lines:
            path = (*path, step)
    return path
