"""The gazetteer as linkage matches with it: addresses of properties, by postcode and by number and street."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from gateway.store.fact_copy import copy_rows


@dataclass(frozen=True, slots=True)
class GazetteerAddress:
    """One way in which a property's address is or was written. `lines` are parted by line ends.

    `communal`: the property is classified as a care home, a hostel or the like.
    """

    uprn: str
    lines: str
    postcode: str | None
    valid_from: date | None
    valid_to: date | None
    communal: bool = False


def standing_of_gazetteer(connection: Connection) -> str:
    """How what was sent of the gazetteer stands: equal texts, nothing has changed between."""
    return str(connection.execute(text("SELECT hearth.gazetteer_standing()")).scalar_one())


def standing_made_of(connection: Connection) -> str | None:
    """What the addresses that are kept were made of; None where they were never made."""
    found = connection.execute(text("SELECT standing FROM hearth.gazetteer_base")).scalar_one_or_none()
    return None if found is None else str(found)


def sent_addresses(connection: Connection) -> list[GazetteerAddress]:
    """Every address of a home that the gazetteer's owner sent and that stands."""
    rows = connection.execute(text("SELECT * FROM hearth.gazetteer_addresses()"))
    return [GazetteerAddress(*row) for row in rows]


def replace_addresses(
    connection: Connection, standing: str, addresses: Iterable[tuple[GazetteerAddress, str | None]]
) -> None:
    """Keep these addresses, each with the key of its number and street, in the place of all that were kept."""
    connection.execute(text("DELETE FROM hearth.gazetteer_address"))
    connection.execute(text("DELETE FROM hearth.gazetteer_base"))
    copy_rows(
        connection, "hearth.gazetteer_address",
        ("address_no", "uprn", "lines", "postcode", "street_key", "valid_from", "valid_to", "communal"),
        (
            (number, one.uprn, one.lines, one.postcode, key, one.valid_from, one.valid_to, one.communal)
            for number, (one, key) in enumerate(addresses)
        ),
    )  # fmt: skip
    connection.execute(text("INSERT INTO hearth.gazetteer_base (standing) VALUES (:standing)"), {"standing": standing})


def addresses_near(
    connection: Connection, postcodes: Collection[str], street_keys: Collection[str]
) -> list[GazetteerAddress]:
    """Addresses of any of some postcodes, or of any of some numbers and streets."""
    rows = connection.execute(
        text(
            "SELECT a.uprn, a.lines, a.postcode, a.valid_from, a.valid_to FROM hearth.gazetteer_address a"
            " WHERE a.postcode = ANY (CAST(:postcodes AS text[]))"
            " UNION SELECT a.uprn, a.lines, a.postcode, a.valid_from, a.valid_to FROM hearth.gazetteer_address a"
            " WHERE a.street_key = ANY (CAST(:streets AS text[]))"
        ),
        {"postcodes": sorted(postcodes), "streets": sorted(street_keys)},
    )
    return [GazetteerAddress(*row) for row in rows]


def communal_uprns(connection: Connection) -> frozenset[str]:
    """UPRNs of care homes, hostels and other communal homes, as the gazetteer was at the last run over everything."""
    rows = connection.execute(text("SELECT DISTINCT a.uprn FROM hearth.gazetteer_address a WHERE a.communal"))
    return frozenset(map(str, rows.scalars()))


def batches_of_gazetteer(connection: Connection, batches: Collection[UUID]) -> set[UUID]:
    """Those of some batches that brought something of the gazetteer."""
    rows = connection.execute(
        text("SELECT hearth.gazetteer_batches(CAST(:batches AS uuid[]))"), {"batches": list(batches)}
    )
    return set(rows.scalars())
