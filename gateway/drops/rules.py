"""The council's file of watched folders (`HEARTHGATE_DROPS_FILE`): per partner a folder, its rules and its limits.

schema: drops/1
folders:
  - name: police-sftp
    folder: /srv/sftp/police
    agency: northvale_police
    client: police-sftp
    owners: [sftp-police]
    complete: stable
    files:
      - {match: "occurrences-*.csv", feed: police-occurrences}
"""

import pwd
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agreements.errors import AgreementFileError
from agreements.strict_yaml import parse_yaml
from gateway.errors import ConfigurationError

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
FORMATS = {".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".xml": "xml"}
"""The format of a file by the end of its name; `.gz` may follow."""


class FileRule(BaseModel):
    """Names of one feed: `match` is a pattern with `*`, `?` and `[...]`, held to the whole name, letter case too.

    `mode` is what such a file says of the rows that are not in it: see `gateway.usecases.intake.batch_contract.Mode`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    match: str = Field(min_length=1, max_length=200)
    feed: str = Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")
    mode: Literal["full", "delta", "tombstone"] = "delta"


class DropFolder(BaseModel):
    """One partner's folder.

    `owners` are the accounts of the machine whose files are taken; none means the account that owns the folder.
    `complete` says when a file is whole: `stable` (untouched for `quiet_seconds`), `marker` (a file of the same name
    with `.done` behind it) or `rename` (written under a name ending in `.part`, `.filepart` or `.tmp`, then renamed).
    `keep_days` is how long what was taken or refused lies there; the files hold people's data.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    name: _Name
    folder: Path
    agency: str = Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")
    client: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    owners: tuple[str, ...] = ()
    complete: Literal["stable", "marker", "rename"] = "stable"
    quiet_seconds: int = Field(default=60, ge=1, le=86_400)
    files: tuple[FileRule, ...] = Field(min_length=1)
    max_file_mib: int = Field(default=1024, ge=1, le=65_536)
    keep_days: int = Field(default=30, ge=1, le=366)

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, folder: Path) -> Path:
        if not folder.is_absolute():
            raise ValueError("a watched folder is named by its whole path")
        return folder

    def rule_of(self, name: str) -> FileRule | None:
        """The rule of a file by its name; the first that fits counts. None where none does."""
        return next((rule for rule in self.files if fnmatchcase(name, rule.match)), None)

    def owner_ids(self, of_folder: int) -> frozenset[int]:
        """Numbers of the accounts whose files are taken. Raise `ConfigurationError` for one that is not there."""
        try:
            return frozenset(pwd.getpwnam(name).pw_uid for name in self.owners) or frozenset({of_folder})
        except KeyError:
            message = f"the watched folder {self.name} names an owner whom this machine does not know"
            raise ConfigurationError(message) from None


class _DropFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    schema_version: Literal["drops/1"] = Field(alias="schema")
    folders: tuple[DropFolder, ...]


def read_drop_folders(path: Path | None) -> list[DropFolder]:
    """The watched folders of a file; none where there is no file.

    Raises `ConfigurationError` that names the file, the place and what is wrong, without the value.
    """
    if path is None:
        return []
    try:
        parsed = _DropFile.model_validate(parse_yaml(path.name, path.read_text(encoding="utf-8")).content)
    except OSError:
        message = f"the file of watched folders {path.name} cannot be read; HEARTHGATE_DROPS_FILE names it"
        raise ConfigurationError(message) from None
    except (AgreementFileError, UnicodeDecodeError) as error:
        message = f"the file of watched folders {path.name} is no strict YAML: {error}"
        raise ConfigurationError(message) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = "/".join(map(str, first["loc"]))
        message = f"the file of watched folders {path.name} is wrong at {place}: {first['msg']}"
        raise ConfigurationError(message) from None
    if len({one.name for one in parsed.folders}) + len({one.folder for one in parsed.folders}) != 2 * len(
        parsed.folders
    ):
        message = f"the file of watched folders {path.name} has one name or folder twice"
        raise ConfigurationError(message)
    return list(parsed.folders)


def format_of(name: str) -> tuple[str | None, bool]:
    """The format that a name's end tells, None for none we know, and whether the file is gzip."""
    plain = name.lower()
    packed = plain.endswith(".gz")
    return FORMATS.get(Path(plain.removesuffix(".gz")).suffix), packed
