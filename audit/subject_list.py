"""The lists of a person: every leaf about them, in the order of the tree, folded into one hash.

Each person has two lists, one of entries that may be disclosed to them and one of sealed entries (UK GDPR Art 15; DPA
2018 Sch 2 para 2 and Sch 3). A list's head is a chain:

    head(0)     = SHA-256("hearthgate/subject-list/v1" LF list LF person LF)
    head(n + 1) = SHA-256(0x02 || head(n) || leaf hash)

It binds the hashes of leaves and not their indices, so it says nothing about what else the log holds. A combination
entry (persons joined or parted) stands on both lists of everybody concerned.
"""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

LIST_FORMAT = "hearthgate/subject-list/v1"


class ListKind(StrEnum):
    """Which of a person's two lists. Everybody has both, so that having one says nothing."""

    DISCLOSABLE = "disclosable"
    SEALED = "sealed"


def list_start(person: str, kind: ListKind) -> bytes:
    """Head of the empty list of a person id (lower-case UUID text); 32 bytes."""
    return sha256(f"{LIST_FORMAT}\n{kind}\n{person}\n".encode()).digest()


def extend_list(head: bytes, leaf_hash: bytes) -> bytes:
    """The head after one more leaf."""
    return sha256(b"\x02" + head + leaf_hash).digest()


def list_head(person: str, kind: ListKind, leaf_hashes: Iterable[bytes]) -> bytes:
    """Head of the list of these leaf hashes."""
    head = list_start(person, kind)
    for one in leaf_hashes:
        head = extend_list(head, one)
    return head
