"""Decision inputs and search candidates: definer functions that answer ids and yes, no or unknown, nothing else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, text

STATE_COLUMNS = (
    "minor", "agreed_to_help", "safeguarding_concern", "protected", "domestic_abuse", "perpetrator_in_household",
    "reader_works_with_perpetrator", "named_case",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """What the inputs need to know of the reader."""

    worker_ref: str
    team: str
    is_manager: bool
    is_mash: bool


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """One person's inputs. `bands` are the link bands of their records; `states` map to yes, no or unknown."""

    person_id: UUID
    family_id: UUID
    bands: tuple[int, ...]
    states: dict[str, str]
    relationship: str


def family_inputs(connection: Connection, family_id: UUID, reader: Reader, now: datetime) -> list[DecisionInput]:
    """Inputs of everyone who may belong to the family, first the person it is named for; empty if there is none."""
    rows = connection.execute(
        text("SELECT * FROM hearth.decision_inputs(:family, :worker, :team, :manager, :mash, :now)"),
        {"family": family_id, **_parameters(reader, now)},
    )
    return [_input(row) for row in rows]


def person_inputs(
    connection: Connection, persons: Sequence[UUID], reader: Reader, now: datetime
) -> list[DecisionInput]:
    """Inputs of the persons named."""
    rows = connection.execute(
        text("SELECT * FROM hearth.inputs_of(CAST(:persons AS uuid[]), :worker, :team, :manager, :mash, :now)"),
        {"persons": list(persons), **_parameters(reader, now)},
    )
    return [_input(row) for row in rows]


def search_candidates(
    connection: Connection, terms: Sequence[Sequence[bytes]], mask_bits: str, limit: int
) -> list[UUID]:
    """Persons whose records hold every term (each a list of alternative tokens) inside the mask."""
    alternatives = json.dumps([[token.hex() for token in term] for term in terms])
    found = connection.execute(
        text("SELECT hearth.search_candidates(CAST(:terms AS jsonb), CAST(:mask AS bit varying), :limit)"),
        {"terms": alternatives, "mask": mask_bits, "limit": limit},
    ).scalar_one()
    return list(found)


def tied_within(connection: Connection, cells: Sequence[tuple[UUID, int, int]]) -> set[UUID]:
    """Of persons with the link bands and cells that a reader may see of them: whom these can put onto one page."""
    found = connection.execute(
        text(
            "SELECT hearth.tied_within(CAST(:persons AS uuid[]), CAST(:bands AS smallint[]), CAST(:cells AS integer[]))"
        ),
        {
            "persons": [person for person, _, _ in cells], "bands": [band for _, band, _ in cells],
            "cells": [cell for _, _, cell in cells],
        },
    )  # fmt: skip
    return set(found.scalars())


def _parameters(reader: Reader, now: datetime) -> dict[str, object]:
    return {
        "worker": reader.worker_ref, "team": reader.team, "manager": reader.is_manager, "mash": reader.is_mash,
        "now": now,
    }  # fmt: skip


def _input(row: Row[tuple[object, ...]]) -> DecisionInput:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public accessor
    states = {name: str(values[name]) for name in STATE_COLUMNS}
    return DecisionInput(
        values["person_id"], values["family_id"], tuple(values["bands"] or ()), states, values["relationship"]
    )
