"""UPRNs for rows that came with an address and none: from a gazetteer, then from other rows of the same text.

No UPRN that was sent is written over: only rows without one get one, in the working table of this run. What cannot be
one, as "N/A" or a number that a spreadsheet rounded, is none.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pandas as pd

from linkage.addresses import uprn as normal_uprn
from linkage.gazetteer import AddressMatch, Gazetteer, agreed_uprn
from linkage.sql_rules import uprn as uprn_said
from linkage.written_address import WrittenAddress, written_address

_DATES = ("seen_from", "seen_to")


def fill_uprns(connection: duckdb.DuckDBPyConnection, present: Sequence[str], gazetteer: Gazetteer) -> dict[str, int]:
    """Fill the column `uprn` of the table `rows`, making it where it is not there; return rows matched, by rule.

    "no match" counts rows with an address that stay without. A row's own dates count where there are any: an address
    that had ended before somebody was seen there is not theirs.
    """
    if "address" not in present:
        return {}
    if "uprn" not in present:
        connection.execute("alter table rows add column uprn varchar")
    code = "postcode" if "postcode" in present else "null"
    told, lacks = uprn_said("uprn"), f"({uprn_said('rows.uprn')}) is null"
    start, end = (f"try_cast({name} as date)" if name in present else "null::date" for name in _DATES)
    asked = connection.execute(
        f"select address, {code} as code, {start} as came, {end} as went, {told} as sent, count(*) from rows "  # noqa: S608 - our own columns
        "where address is not null group by all order by all"
    ).fetchall()
    written = {(text, place): written_address([text], place) for text, place, *_ in asked}
    seen = _seen([(written[text, place], number) for text, place, _, _, number, _ in asked if number])
    counts: Counter[str] = Counter()
    found: list[tuple[str | None, ...]] = []
    for text, place, came, went, number, rows in asked:
        if number:
            continue
        match = uprn_of(written[text, place], gazetteer, seen, came, went)
        counts[match.rule.value if match else "no match"] += rows
        if match:
            # As text: open ends are often written 9999-12-31, which is no day to pandas.
            found.append((text, place, *(day and day.isoformat() for day in (came, went)), match.uprn))
    frame = pd.DataFrame(found, columns=["address", "code", "came", "went", "matched"]).astype("string")
    connection.register("matched_addresses", frame)
    connection.execute(
        f"update rows set uprn = matched from matched_addresses as found where {lacks} "  # noqa: S608 - our own columns
        f"and rows.address = found.address and {code} is not distinct from found.code "
        f"and {start} is not distinct from found.came::date and {end} is not distinct from found.went::date"
    )
    connection.unregister("matched_addresses")
    return dict(sorted(counts.items()))


def uprn_of(
    written: WrittenAddress,
    gazetteer: Gazetteer,
    seen: Mapping[str, frozenset[str]],
    since: date | None = None,
    until: date | None = None,
) -> AddressMatch | None:
    """By the gazetteer; where it has none, by what all others that say the same text call their property."""
    match = gazetteer.match(written, since, until)
    if match is None and written.tells_a_dwelling:
        return agreed_uprn(seen.get(written.text, ()))
    return match


def _seen(told: Sequence[tuple[WrittenAddress, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for written, sent in told:
        number = normal_uprn(sent)
        if number and written.tells_a_dwelling:
            found[written.text].add(number)
    return {text: frozenset(numbers) for text, numbers in found.items()}
