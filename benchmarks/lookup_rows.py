"""Rows of the generated county as linkage takes records, and as the stored index keeps them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from gateway.custody import load_custody
from gateway.store.link_keys import ComparedRow
from gateway.usecases.linking.link_index import LinkHasher
from linkage.addresses import address_key, address_text
from linkage.record import LinkIdentifier, LinkRecord

SCHEMES = ("nhs_number", "nino", "upn")
_AT_ONCE = 5_000


def county_rows(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of a Parquet file, some thousand at a time, as text; each has its number in the file."""
    with duckdb.connect() as connection:
        found = connection.execute(
            "SELECT row_number() OVER () AS number, COLUMNS(*)::VARCHAR FROM read_parquet(?)", [str(path)]
        )
        names = [column[0] for column in found.description or ()]
        while rows := found.fetchmany(_AT_ONCE):
            yield [dict(zip(names, row, strict=True)) for row in rows]


def record_of(row: Mapping[str, Any]) -> LinkRecord:
    """A row as linkage takes it, under an id made of its number."""

    def one(name: str) -> tuple[str, ...]:
        return (row[name],) if row.get(name) else ()

    line = row.get("address") or ""
    key, text = address_key([line], row.get("postcode")), address_text([line])
    return LinkRecord(
        record_id=str(UUID(int=(0x7A << 120) | int(row["number"]))),
        source=row["source"],
        given_names=(row.get("given_name") or "",),
        family_names=(row.get("family_name") or "",),
        birth_date=row.get("birth_date"),
        sex=row.get("sex"),
        identifiers=tuple(LinkIdentifier(scheme, row[scheme]) for scheme in SCHEMES if row.get(scheme)),
        postcodes=one("postcode"), uprns=one("uprn"), address_keys=(key,) if key else (),
        address_texts=(text,) if text else (),
        phones=one("phone"), emails=one("email"),
    )  # fmt: skip


def copy_texts(keys_dir: Path, rows: Sequence[Mapping[str, Any]]) -> tuple[bytes, bytes]:
    """What COPY takes for the two tables of the index, of some rows: for a process beside the one that copies."""
    hasher = LinkHasher(load_custody(keys_dir, ()), 1)
    kept = [hasher.row(record_of(row), ()) for row in rows]
    records = "".join(map(_record_line, kept))
    keys = "".join(f"{key}\t{row.record_id.hex}\n" for row in kept for key in row.keys)
    return records.encode(), keys.encode()


def _record_line(row: ComparedRow) -> str:
    names = "\t".join("\\N" if one is None else str(one) for one in (row.given_hash, row.family_hash))
    return f"{row.record_id.hex}\t\\\\x{row.sealed.hex()}\t\\\\x{row.digest.hex()}\t{names}\n"
