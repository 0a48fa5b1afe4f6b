"""Block and compare with Splink on DuckDB: pairs of records, and the level of agreement of each comparison."""

import logging
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker

from linkage.blocking import bounded_keys
from linkage.levels import COMPARISONS, Comparison
from linkage.model import LevelProbability, LinkModel
from linkage.standardise import StandardRecord

# Splink remarks on levels that it did not train itself; the parameters come from our model.
logging.getLogger("splink").setLevel(logging.ERROR)

_SEPARATOR = "\x1f"
_LISTS = (
    "keys", "givens", "middles", "families", "postcodes", "uprns", "address_keys", "phones", "emails", "nhs_verified",
    "nhs_number", "upn", "nino", "pnc_id", "local_ids",
)  # fmt: skip
_SCALARS = ("given", "family", "birth", "sex")
_OWN_SCHEMES = frozenset({"nhs_number", "upn", "nino", "pnc_id"})


def compared_pairs(
    records: Sequence[StandardRecord], model: LinkModel, keys: Sequence[Sequence[str]] | None = None
) -> pd.DataFrame:
    """All pairs of records that share a key, those of `linkage.blocking` unless given.

    Records go by number: columns `left` < `right` and one per comparison.
    A level is numbered as Splink does: -1 nothing to compare, 0 different, and upwards the better it agrees.
    The order of rows is that of the numbers.
    """
    names = [each.name for each in COMPARISONS]
    frame = _frame(records, bounded_keys(records) if keys is None else keys)
    # Splink estimates nothing here, but it reads the table; without one shared key there is nothing to read.
    if not any(frame["keys"]):
        return pd.DataFrame({name: np.empty(0, dtype=np.int64) for name in ("left", "right", *names)})
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads to 2")
        connection.register("sent", frame)
        lists = ", ".join(
            f"case when {name} = '' then null else string_split({name}, '{_SEPARATOR}') end as {name}"
            for name in _LISTS
        )
        scalars = ", ".join(f"nullif({name}, '') as {name}" for name in _SCALARS)
        create = f"create table records as select number, {scalars}, {lists} from sent"  # noqa: S608 - our own columns
        connection.execute(create)
        linker = Linker("records", _settings(model), DuckDBAPI(connection), set_up_basic_logging=False)
        predicted = linker.inference.predict()
        gammas = ", ".join(f'gamma_{name}::tinyint as "{name}"' for name in names)
        return connection.execute(
            f'select number_l as "left", number_r as "right", {gammas} from {predicted.physical_name} '  # noqa: S608 - Splink's own table
            'order by "left", "right"'
        ).df()


def _frame(records: Sequence[StandardRecord], keys: Sequence[Sequence[str]]) -> pd.DataFrame:
    columns: dict[str, list[str]] = {name: [] for name in (*_SCALARS, *_LISTS)}
    for record, own_keys in zip(records, keys, strict=True):
        cells = _cells(record)
        cells["keys"] = _SEPARATOR.join(own_keys)
        for name, column in columns.items():
            column.append(cells[name])
    return pd.DataFrame({"number": range(len(records)), **columns})


def _cells(record: StandardRecord) -> dict[str, str]:
    cells = {
        name: _SEPARATOR.join(getattr(record, name))
        for name in ("givens", "middles", "families", "postcodes", "uprns", "address_keys", "phones", "emails")
    }
    for scheme in _OWN_SCHEMES:
        cells[scheme] = _SEPARATOR.join(sorted(record.numbers(scheme)))
    cells["nhs_verified"] = _SEPARATOR.join(sorted(record.numbers("nhs_number", verified_only=True)))
    cells["local_ids"] = _SEPARATOR.join(
        f"{each.scheme}:{each.value}" for each in record.identifiers if each.scheme not in _OWN_SCHEMES
    )
    cells["given"], cells["family"] = record.given, record.family
    cells["birth"], cells["sex"] = record.birth_date or "", record.sex or ""
    return cells


def _settings(model: LinkModel) -> dict[str, object]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "number",
        "probability_two_random_records_match": min(model.same_per_record / model.population, 0.5),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": 'l."keys" = r."keys"', "arrays_to_explode": ["keys"], "sql_dialect": "duckdb"}
        ],
        # Splink hands out the levels of agreement only together with the columns compared.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "comparisons": [_comparison(each, model.levels[each.name]) for each in COMPARISONS],
    }


def _comparison(comparison: Comparison, probabilities: Mapping[str, LevelProbability]) -> dict[str, object]:
    def level(name: str, condition: str) -> dict[str, object]:
        return {
            "sql_condition": condition,
            "label_for_charts": name,
            "m_probability": probabilities[name].same,
            "u_probability": probabilities[name].chance,
        }

    return {
        "output_column_name": comparison.name,
        "comparison_levels": [
            {"sql_condition": comparison.nothing_to_compare, "label_for_charts": "null", "is_null_level": True},
            *(level(each.name, each.condition) for each in comparison.levels),
            level("different", "ELSE"),
        ],
    }
