"""The council's file of pulls (`HEARTHGATE_PULLS_FILE`): which partner's API feeds which feed, and how it is asked.

Parsed strictly, and never holding a secret: keys and secrets are files of one owner that it names, read when needed.
"""

import os
import stat
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from adapters.health.client import FhirSearch, PdsPatients
from adapters.police.client import JsonApiList
from agreements.errors import AgreementFileError
from agreements.strict_yaml import parse_yaml
from gateway.errors import ConfigurationError
from gateway.identity.errors import InsecureOriginError, KeyFileError
from gateway.identity.keys import PrivateKey, load_private_key
from gateway.identity.origins import require_secure

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
_Header = Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,200}$")]
_LONGEST_SECRET = 4096
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class PullSource(BaseModel):
    """One API that is pulled. Times are minutes or seconds as named; `requests_per_second` and `burst` are its pace.

    `kind`: `pds` (a Patient by NHS number), `fhir-search` (what changed of `resource`), `json-api` (what changed of the
    collection `resource`). `client` is who we are at the partner's token endpoint, and the sender of what is pulled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: _Name
    feed: _Name
    kind: Literal["pds", "fhir-search", "json-api"]
    address: str
    resource: str = Field(default="", pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,60}$|^$")
    client: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    token_address: str
    sign_in: Literal["private_key_jwt", "client_secret_basic", "client_secret_post"]
    key_file: Path | None = None
    secret_file: Path | None = None
    algorithm: Literal["ES256", "PS256", "RS512"] | None = None
    scope: str = Field(default="", max_length=500)
    headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")], _Header] = {}
    since_parameter: str = Field(default="filter[updatedSince]", pattern=r"^[A-Za-z][A-Za-z0-9_.\[\]-]{0,60}$")
    include: str = Field(default="person,location", pattern=r"^[A-Za-z0-9_.,-]{0,200}$")
    page_size: int = Field(default=100, ge=1, le=1000)
    every_minutes: int = Field(default=60, ge=1, le=10_080)
    jitter_minutes: int = Field(default=5, ge=0, le=1440)
    overlap_minutes: int = Field(default=5, ge=0, le=1440)
    requests_per_second: float = Field(default=5.0, gt=0, le=100)
    burst: int = Field(default=5, ge=1, le=100)
    timeout_seconds: float = Field(default=20.0, gt=0, le=300)
    attempts: int = Field(default=5, ge=1, le=10)
    patience_seconds: float = Field(default=120.0, gt=0, le=3600)
    max_answer_mib: int = Field(default=16, ge=1, le=256)
    max_batch_mib: int = Field(default=32, ge=1, le=512)
    refresh_hours: int = Field(default=24, ge=0, le=8760)
    run_minutes: float = Field(default=10.0, gt=0, le=1440)
    max_pages: int = Field(default=10_000, ge=1, le=1_000_000)

    @field_validator("address", "token_address")
    @classmethod
    def _is_secure(cls, address: str) -> str:
        try:
            parts = require_secure(address)
        except InsecureOriginError:
            raise ValueError("an address has to be https, or http on loopback") from None
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("an address has neither user name nor query")
        return address.rstrip("/")

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> Self:
        if (self.sign_in == "private_key_jwt") != (self.key_file is not None) or (
            self.sign_in != "private_key_jwt"
        ) != (self.secret_file is not None):
            raise ValueError("private_key_jwt needs key_file alone, a client secret needs secret_file alone")
        if (self.kind != "pds") != bool(self.resource):
            raise ValueError("resource names what is listed; pds lists nothing")
        return self

    @cached_property
    def api(self) -> PdsPatients | FhirSearch | JsonApiList:
        """How this kind of API is asked."""
        if self.kind == "pds":
            return PdsPatients()
        if self.kind == "fhir-search":
            return FhirSearch(self.resource, self.page_size)
        return JsonApiList(self.resource, self.since_parameter, self.page_size, self.include)


class _PullFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    schema_version: Literal["pulls/1"] = Field(alias="schema")
    pulls: tuple[PullSource, ...]


def read_pull_sources(path: Path | None) -> dict[str, PullSource]:
    """The pulls of a file by name, paths made relative to it; none where there is no file.

    Raises `ConfigurationError` that names the file, the place and what is wrong, without the value.
    """
    if path is None:
        return {}
    try:
        parsed = _PullFile.model_validate(parse_yaml(path.name, path.read_text(encoding="utf-8")).content)
    except OSError:
        message = f"the file of pulls {path.name} cannot be read; HEARTHGATE_PULLS_FILE names it"
        raise ConfigurationError(message) from None
    except (AgreementFileError, UnicodeDecodeError) as error:
        message = f"the file of pulls {path.name} is no strict YAML: {error}"
        raise ConfigurationError(message) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        message = f"the file of pulls {path.name} is wrong at {'/'.join(map(str, first['loc']))}: {first['msg']}"
        raise ConfigurationError(message) from None
    found = {one.name: _beside(one, path.parent) for one in parsed.pulls}
    if len(found) != len(parsed.pulls):
        message = f"the file of pulls {path.name} has one name twice"
        raise ConfigurationError(message)
    return found


def _beside(source: PullSource, folder: Path) -> PullSource:
    files = {name: folder / given for name in ("key_file", "secret_file") if (given := getattr(source, name))}
    return source.model_copy(update=files)


def client_key(source: PullSource) -> PrivateKey:
    """The key that signs our assertions there. Raises `KeyFileError`."""
    if source.key_file is None:
        raise KeyFileError("this source signs in with a secret")
    return load_private_key(source.key_file)


def client_secret(source: PullSource) -> str:
    """The secret shared with a partner that has nothing better. Raises `KeyFileError` where it is not ours alone."""
    if source.secret_file is None:
        raise KeyFileError("this source signs in with a key")
    try:
        descriptor = os.open(source.secret_file, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        raise KeyFileError("the secret file cannot be opened") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & _OTHERS or status.st_uid != os.geteuid():
            raise KeyFileError("the secret file must belong to this user alone (mode 0600)")
        content = file.read(_LONGEST_SECRET + 1)
    try:
        secret = content.decode("ascii").strip()
    except UnicodeDecodeError:
        raise KeyFileError("the secret file is no plain text") from None
    if not secret or len(content) > _LONGEST_SECRET or not secret.isprintable():
        raise KeyFileError("the secret file holds no secret")
    return secret
