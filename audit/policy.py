"""Witness policies (C2SP tlog-policy): which logs and witnesses are known, and which cosignatures are enough.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Lines end in a newline; spaces and tabs part the words; empty lines and lines that begin with `#` are skipped. Names
are octets: bytes that are not UTF-8 are kept apart, and no letter is ever taken for another.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from audit.errors import NoteError, PolicyError
from audit.keys import COSIGNATURE_V1, ED25519, VerifierKey

NONE = "none"
_WORDS = re.compile(r"[ \t]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log that the policy accepts; its origin is the key's name."""

    key: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness; `name` means something within the policy alone, `url` is its submission prefix."""

    name: str
    key: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these members (witnesses or groups) make the group."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. `quorum` is a name, or None when no cosignature is asked for."""

    logs: tuple[KnownLog, ...]
    witnesses: tuple[KnownWitness, ...]
    groups: Mapping[str, Group]
    quorum: str | None

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        """Keys of all witnesses."""
        return tuple(one.key for one in self.witnesses)

    def satisfied_by(self, cosigners: Iterable[VerifierKey]) -> bool:
        """Whether these keys, each of which has validly cosigned one checkpoint, make the quorum."""
        if self.quorum is None:
            return True
        # One key is one witness, whatever it is called: an Ed25519 cosignature does not bind its signer's name.
        signed = {key.public for key in cosigners}
        made = {one.name for one in self.witnesses if one.key.public in signed}
        # Groups name only what stands before them, so one pass is enough.
        for name, group in self.groups.items():
            if sum(member in made for member in group.members) >= group.needed:
                made.add(name)
        return self.quorum in made


@dataclass(slots=True)
class _Reading:
    logs: list[KnownLog] = field(default_factory=list)
    witnesses: list[KnownWitness] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    quorums: list[str] = field(default_factory=list)
    members: set[str] = field(default_factory=set)


def parse_policy(data: bytes) -> Policy:
    """Read a policy file. Raises `PolicyError` naming the line, also for a key of a kind that is not known here."""
    text = data.decode("utf-8", "surrogateescape")
    if _CONTROL.search(data) or (data and not data.endswith(b"\n")):
        raise PolicyError(0, "the file holds a control character, or its last line does not end in a newline")
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), 1):
        words = _WORDS.split(line.strip(" \t"))
        if words[0] and not words[0].startswith("#"):
            try:
                _read_line(reading, words[0], words[1:])
            except (NoteError, UnicodeError):
                raise PolicyError(number, "its key is malformed, or of a kind that is not known here") from None
            except ValueError as error:
                raise PolicyError(number, str(error)) from None
    if len(reading.quorums) != 1:
        raise PolicyError(0, "the file does not have exactly one quorum line")
    quorum = None if reading.quorums[0] == NONE else reading.quorums[0]
    return Policy(tuple(reading.logs), tuple(reading.witnesses), reading.groups, quorum)


def _read_line(reading: _Reading, kind: str, words: list[str]) -> None:
    """Take in one line. Raises `ValueError` with the rule that it breaks, or `NoteError` for its key."""
    match kind, words:
        case "log", [vkey, *url] if len(url) <= 1:
            key = _key(vkey, ED25519)
            if any(one.key.public == key.public for one in reading.logs):
                raise ValueError("a log's key stands there twice")
            reading.logs.append(KnownLog(key, url[0] if url else None))
        case "witness", [name, vkey, *url] if len(url) <= 1:
            key = _key(vkey, COSIGNATURE_V1)
            _require_new(reading, name)
            if any(one.key.public == key.public for one in reading.witnesses):
                raise ValueError("a witness's key stands there twice")
            reading.witnesses.append(KnownWitness(name, key, url[0] if url else None))
        case "group", [name, threshold, *members] if members:
            _require_new(reading, name)
            reading.groups[name] = _group(reading, threshold, members)
        case "quorum", [name]:
            if name != NONE and name not in _names(reading):
                raise ValueError("the quorum names what no line before it defines")
            reading.quorums.append(name)
        case _:
            raise ValueError("not a line of a policy")


def _group(reading: _Reading, threshold: str, members: list[str]) -> Group:
    known = _names(reading)
    if any(member not in known for member in members):
        raise ValueError("a group names what no line before it defines")
    if len(set(members)) < len(members) or reading.members & set(members):
        raise ValueError("a name is a member twice, so a witness would count twice")
    reading.members.update(members)
    if threshold in ("all", "any"):
        return Group(len(members) if threshold == "all" else 1, tuple(members))
    if not _NUMBER.fullmatch(threshold) or int(threshold) > len(members):
        raise ValueError("the threshold is not all, any, or a number from 1 to that of the members")
    return Group(int(threshold), tuple(members))


def _key(text: str, kind: int) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.kind != kind:
        raise NoteError("key is of the wrong kind")
    return key


def _require_new(reading: _Reading, name: str) -> None:
    if name == NONE or name in _names(reading):
        raise ValueError("the name is taken")


def _names(reading: _Reading) -> set[str]:
    return {one.name for one in reading.witnesses} | reading.groups.keys()
