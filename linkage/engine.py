"""Linkage of a table of text columns, a million rows and more: the steps of `linkage.persons`, on columns.

(1) standardise by distinct value (2) find the pairs that share a key (3) compare them (4) fit a model to them, unless
one is given (5) score (6) cluster. What is given and what comes out is in a DuckDB connection and in arrays.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.addresses import key_street_and_text
from linkage.candidates import Block, candidates
from linkage.compare import ComparedPairs, compare
from linkage.components import PLAIN_NEWBORN, Facts, Persons, find_persons
from linkage.file_columns import standard_table
from linkage.file_rows import COLUMNS, usual_first
from linkage.fit import LEAST_RECORDS, fit_table
from linkage.model import LinkModel, default_model
from linkage.names import newborn
from linkage.one_match import among_pairs_between, with_one_match
from linkage.record import LinkIdentifier, LinkRecord
from linkage.record_columns import Columns
from linkage.score import Floats, score_pairs
from linkage.sources import UNKNOWN, Sources
from linkage.standardise import SEXES, StandardRecord, birth_date, standardise

_SCHEMES = ("nhs_number", "nino", "upn", "national_id")
_OPERATING_POINTS = tuple(each / 100 for each in range(50, 99))
# What is likelier than not is not yet enough where people of one home may be meant: their likeness is what a model
# judges worst. Where hardly anybody lives with another, only strangers are left to confuse somebody with.
_LEAST_AMONG_RELATIVES = 0.7
_EXPECTED_PRECISION = 0.995
Lap = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Linked:
    """What a run found. Records go by number, 0 .. n - 1 in order of source and key.

    `pairs` and `odds` are the compared pairs and their log odds of one person; `waiting` counts pairs of persons that
    may be one, on which somebody has to decide.
    """

    model: LinkModel
    blocks: tuple[Block, ...]
    pairs: ComparedPairs
    odds: Floats
    persons: Persons
    waiting: int


def link_table(
    connection: duckdb.DuckDBPyConnection,
    present: Sequence[str],
    *,
    model: LinkModel | None = None,
    sources: Sources = UNKNOWN,
    wide: bool = False,
    lap: Lap = lambda _stage: None,
) -> Linked:
    """Link the table `rows`: `number`, `row`, and those of `linkage.file_rows.COLUMNS` that are `present`, as text.

    `number` is the same for rows of one source and key. `sources`: what is known of them before a row is read.
    `model` None fits the one shipped to the records. With `wide` also pairs that share a single thing are compared, at
    a cost, whatever the size of the file. `lap` is told the name of each step when it is done.
    """
    standard_table(connection, present)
    lap("standardise")
    columns = Columns(connection)
    found = candidates(columns, loose=True, wide=wide)
    lap("block")
    pairs = compare(columns, found.left, found.right)
    lap("compare")
    size = len(columns)
    facts = facts_of(columns, sources)
    used = model or default_model()
    fitted = model is None and size >= LEAST_RECORDS
    if fitted:
        used = fit_table(columns, pairs, size, used)
    lap("fit")
    odds = score_pairs(pairs, used, size)
    if sources.duplicate_free:
        between = (pairs.left, pairs.right, facts.duplicate_free)
        odds = with_one_match(among_pairs_between(odds, *between), *between)
    if fitted:
        used = replace(used, merge_at=operating_point(odds, used))
    lap("score")

    def records_of(numbers: NDArray[np.int64]) -> list[StandardRecord]:
        return full_records(connection, present, numbers, sources)

    persons = find_persons(pairs, odds, facts, used, records_of)
    lap("cluster")
    return Linked(used, found.blocks, pairs, odds, persons, _waiting(pairs, odds, persons, used))


def operating_point(odds: Floats, model: LinkModel, count: Floats | None = None) -> float:
    """The probability from which pairs are joined: to the hundredth the lowest that is expected to make them right.

    No labels are looked at: 995 of 1,000 pairs joined are to be of one person, as the model reckons. `count` says how
    many pairs have each of the odds.
    """
    chance = 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
    least = _LEAST_AMONG_RELATIVES if model.expects_relatives else 0.0
    for point in (each for each in _OPERATING_POINTS[:-1] if each >= least):
        joined = chance >= point
        weights = None if count is None else count[joined]
        if joined.any() and np.average(chance[joined], weights=weights) >= _EXPECTED_PRECISION:
            return point
    return _OPERATING_POINTS[-1]


def facts_of(columns: Columns, sources: Sources) -> Facts:
    """What conflicts arise from, of the tables `records` and `rows`."""
    free = _of_sources(columns, {name: number for number, name in enumerate(sorted(sources.duplicate_free))})
    born_by = _of_sources(columns, sources.born_by)
    known = {name: columns.codes(name) for name in ("given", "birth_year", "birth_days", "sex", "nhs_verified")}
    told = {
        name: np.where(code == 0, -1, (code >> 2 if code.dtype == np.uint64 else code).astype(np.int64))
        for name, code in known.items()
    }
    return Facts(**told, duplicate_free=free, newborn=_newborns(columns, told["sex"]), born_by=born_by)


def _of_sources(columns: Columns, told: Mapping[str, int]) -> NDArray[np.int64]:
    """What is told of a record's source, -1 where nothing is."""
    values = np.full(len(columns), -1, dtype=np.int64)
    if told:
        named = pd.DataFrame({"source": list(told), "told": list(told.values())}).astype({"source": "string"})
        columns.connection.register("named", named)
        found = columns.connection.execute(
            "select number::bigint as number, any_value(told)::bigint as told from rows join named using (source) "
            "group by number"
        ).fetchnumpy()
        columns.connection.unregister("named")
        values[np.asarray(found["number"])] = np.asarray(found["told"])
    return values


def _newborns(columns: Columns, sex: NDArray[np.int64]) -> NDArray[np.int64]:
    """What stands for the given name of children without one, as `Facts.newborn` has it."""
    newborns = np.full(len(columns), -1, dtype=np.int64)
    if "given_name" not in {name for name, *_ in columns.connection.execute("describe rows").fetchall()}:
        return newborns
    found = columns.connection.execute(
        "select rows.number::bigint, given_name from rows join records using (number) "
        "where records.given is null and given_name is not null"
    ).fetchall()
    plain: dict[tuple[str, ...], int] = {("female",): 1, ("male",): PLAIN_NEWBORN}
    others: dict[tuple[str, ...], int] = {}
    for number, text in found:
        told = newborn(text)
        if told:
            other = others.setdefault(told, PLAIN_NEWBORN + 1 + len(others))
            newborns[number] = other if sex[number] == -1 else plain.get(told, other)
    return newborns


def full_records(
    connection: duckdb.DuckDBPyConnection,
    present: Sequence[str],
    numbers: NDArray[np.int64],
    sources: Sources,
) -> list[StandardRecord]:
    """Records as they are compared one by one, in order of their numbers."""
    connection.register("wanted", pd.DataFrame({"number": numbers}))
    cells = ", ".join(name if name in present else f"null as {name}" for name in COLUMNS[2:])
    rows = connection.execute(
        f"select number, source, {cells} from rows join wanted using (number) order by number, {usual_first(present)}"  # noqa: S608 - our own columns
    ).fetchall()
    connection.unregister("wanted")
    return [
        _record(number, one[0][1], dict(zip(COLUMNS[2:], list(zip(*one, strict=True))[2:], strict=True)), sources)
        for number, one in ((number, list(one)) for number, one in groupby(rows, itemgetter(0)))
    ]


def _record(number: int, source: str, columns: Mapping[str, Sequence[str | None]], sources: Sources) -> StandardRecord:
    def held(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for text in columns[name] if text))

    told = [(line, code) for line, code in zip(columns["address"], columns["postcode"], strict=True) if line]
    places = [key_street_and_text([line], code) for line, code in told]
    return standardise(
        LinkRecord(
            record_id=f"{number:012d}",
            source=source,
            duplicate_free=sources.group_of(source),
            born_by=sources.born_by.get(source),
            given_names=held("given_name"),
            family_names=held("family_name"),
            # As in the table of columns: the fullest date, and what cannot be read says nothing.
            birth_date=max(filter(None, map(birth_date, held("birth_date"))), key=len, default=None),
            sex=next((text for text in held("sex") if text.strip().lower() in SEXES), None),
            identifiers=tuple(LinkIdentifier(scheme, text) for scheme in _SCHEMES for text in held(scheme)),
            postcodes=held("postcode"),
            uprns=held("uprn"),
            address_keys=tuple(key for key, _, _ in places if key),
            streets=tuple(street for _, street, _ in places if street),
            address_texts=tuple(text for _, _, text in places),
            phones=held("phone"),
            emails=held("email"),
        )
    )


def _waiting(pairs: ComparedPairs, odds: Floats, persons: Persons, model: LinkModel) -> int:
    """Pairs of persons between whom some pair of records is at least as likely as review asks."""
    left, right = persons.person[pairs.left], persons.person[pairs.right]
    apart = (left != right) & (odds >= np.log(model.review_at / (1 - model.review_at)))
    between = np.minimum(left, right) << 32 | np.maximum(left, right)
    return len(np.unique(between[apart]))
