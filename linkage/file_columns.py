"""From a file's columns of text to the table that is compared, by the same rules as one record takes.

What recurs (names, dates, postcodes, streets) is standardised once per distinct value and joined back; numbers that
hardly recur go by `linkage.sql_rules`. Rows of one source and key are one record of several names or numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import duckdb
import pandas as pd

from linkage import sql_rules
from linkage.addresses import LEAST_LETTERS, address_text, postal_code, postcode, units_and_street
from linkage.columns import BIRTH, SETS, TEXTS, WORDS, finish_table
from linkage.names import family_forms, given_and_middle
from linkage.sound import sound_key
from linkage.standardise import SEXES, birth_date

_SEPARATOR = "\x1f"
_RULED = ("uprn", "phone", "email", "nhs_number", "nino", "upn", "national_id")
# Where the text of each column of several values stands; a file has no others.
_TEXT_OF = {
    **{name: name for name in ("givens", "families", "middles", "postcodes", "address_keys")},
    **{name: f"{name}_ruled" for name in ("nhs_number", "nino", "upn", "national_id")},
    "uprns": "uprn_ruled", "phones": "phone_ruled", "emails": "email_ruled",
}  # fmt: skip
_ONCE = (*WORDS, *BIRTH, "sex")
# Perhaps a flat's number, one of a building, then words: nothing here but the street needs Python, and streets recur.
_PLAIN = (
    r"^(?:(?:flat|apartment|apt|unit|room) ([0-9]{1,5}[a-z]?),? )?(0*[1-9][0-9]{0,4}) ?([a-z]?),? "
    r"([a-z]{2,}(?: [a-z]+)*)(?:, ?[a-z -]+)*$"
)
_PARTS = "['flat', 'number', 'letter', 'way']"
# Where one of these comes after the numbers, it may be the flat's, or a floor.
_NOT_PLAIN = (
    r"(flat|apartment|apt|appt|unit|room|rm|studio|maisonette|fl|bedsit|ground|first|second|third|fourth|top|basement|"
    r"garden|lower|upper)"
)
_Made = Callable[[str], tuple[object, ...]]


def standard_table(connection: duckdb.DuckDBPyConnection, present: Sequence[str]) -> None:
    """Make `records` of the table `rows`: number, row, and those of `linkage.engine.COLUMNS` that are `present`.

    Beside it `row_places` has each row's UPRN and address key as `standard_uprn` and `standard_key`. `number`
    numbers records from 0 in order of source and key; `row` is the order in the files.
    """
    for name in ("given_name", "family_name", "birth_date", "sex", "postcode", "address"):
        if name not in present:
            connection.execute(f"alter table rows add column {name} varchar")
    _values(connection, "given_name", _given, ("given", "given_sound", "givens", "middles"))
    _values(connection, "family_name", _family, ("family", "family_sound", "families"))
    _values(connection, "birth_date", _birth, ("birth", *BIRTH))
    _values(connection, "sex", lambda text: (SEXES.get(text.strip().lower()),), ("sex_word",))
    _values(connection, "postcode", lambda text: (postal_code(text), postcode(text)), ("postcodes", "british"))
    _addresses(connection)
    ruled = ", ".join(
        f"{getattr(sql_rules, name)(name) if name in present else 'null::varchar'} as {name}_ruled" for name in _RULED
    )
    connection.execute(
        f"create or replace table ruled as select number, row, given, given_sound, givens, middles, family, "  # noqa: S608 - our own columns
        f"family_sound, families, birth, {', '.join(BIRTH)}, "
        "case sex_word when 'female' then 1 when 'male' then 2 end::tinyint as sex, "
        "postcodes, case when british is null and at_end is null then units || '|' || street "
        "else coalesce(british, at_end) || '|' || coalesce(units, street) end as address_keys, "
        f"street, address_values.text as address, {ruled} from rows "
        "left join given_name_values using (given_name) left join family_name_values using (family_name) "
        "left join birth_date_values using (birth_date) left join sex_values using (sex) "
        "left join postcode_values using (postcode) left join address_values using (address)"
    )
    connection.execute(
        "create or replace table row_places as select number, row, uprn_ruled as standard_uprn, "
        "address_keys as standard_key from ruled"
    )
    _fold_rows(connection)
    finish_table(connection)
    connection.execute("drop view standard")
    connection.execute("drop table ruled")
    for name in ("given_name", "family_name", "birth_date", "sex", "postcode", "address"):
        connection.execute(f"drop table if exists {name}_values")


def _values(connection: duckdb.DuckDBPyConnection, column: str, make: _Made, names: Sequence[str]) -> None:
    distinct = connection.execute(f"select distinct {column} from rows where {column} is not null").fetchall()  # noqa: S608 - our own columns
    _register(connection, f"{column}_values", (column, *names), ((text, *make(text)) for (text,) in distinct))


def _register(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    frame = pd.DataFrame(list(rows), columns=list(names), dtype=object)
    for name in names:
        frame[name] = frame[name].astype("Int32" if name in BIRTH else "string")
    connection.register("sent", frame)
    connection.execute(f"create or replace table {table} as select * from sent")  # noqa: S608 - our own tables
    connection.unregister("sent")


def _given(text: str) -> tuple[object, ...]:
    forms, middles = given_and_middle(text)
    first = forms[0] if forms else ""
    return (first or None, sound_key(first) or None, _joined(forms), _joined(dict.fromkeys(middles)))


def _family(text: str) -> tuple[object, ...]:
    forms = family_forms(text)
    first = forms[0] if forms else ""
    return (first or None, sound_key(first) or None, _joined(forms))


def _birth(text: str) -> tuple[object, ...]:
    known = birth_date(text)
    if known is None:
        return (None,) * 5
    parts = [int(part) for part in known.split("-")]
    days = date(*parts).toordinal() if len(parts) == len(("year", "month", "day")) else None
    return (known, *(*parts, None, None)[:3], days)


def _joined(values: Iterable[str]) -> str | None:
    return _SEPARATOR.join(values) or None


def _addresses(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `address_values`: what `linkage.addresses.units_and_street` and `address_text` make of each address."""
    connection.execute(
        "create or replace table distinct_addresses as select address, "  # noqa: S608 - our own pattern
        f"regexp_extract(lower(address), '{_PLAIN}', {_PARTS}) as part "
        "from (select distinct address from rows where address is not null)"
    )
    plain = f"part.way <> '' and not regexp_matches(lower(address), '[0-9].*\\b{_NOT_PLAIN}\\b')"
    ways = connection.execute(f"select distinct part.way from distinct_addresses where {plain}").fetchall()  # noqa: S608 - as above
    _register(connection, "ways", ("way", "street"), ((way, units_and_street([f"1 {way}"])[1]) for (way,) in ways))
    others = connection.execute(f"select address from distinct_addresses where not ({plain})").fetchall()  # noqa: S608 - as above
    _register(
        connection,
        "other_addresses",
        ("address", "units", "street", "at_end", "text"),
        (
            (address, *(said or None for said in (*units_and_street([address]), address_text([address]))))
            for (address,) in others
        ),
    )
    connection.execute(
        "create or replace table address_values as select address, units, street, null::varchar as at_end, "  # noqa: S608 - as above
        f"case when length(letters) >= {LEAST_LETTERS} then units || '|' || letters end as text from (select address, "
        "concat(nullif(part.flat || ' ', ' '), ltrim(part.number, '0'), part.letter) as units, street, "
        "regexp_replace(lower(address), '[^a-z]+', '', 'g') as letters "
        f"from distinct_addresses join ways on part.way = way where {plain}) "
        "union all by name select * from other_addresses"
    )
    for table in ("distinct_addresses", "ways", "other_addresses"):
        connection.execute(f"drop table {table}")


def _fold_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `standard` of `ruled`: one row a record, the first row's words first, all rows' values in the sets."""
    several = connection.execute("select count(*) > count(distinct number) from ruled").fetchall()[0][0]
    if several:
        firsts = ", ".join(f"first({name} order by row) filter ({name} is not null) as {name}" for name in _ONCE)
        lists = ", ".join(
            f"flatten(list(string_split({name}, '{_SEPARATOR}') order by row) filter ({name} is not null)) as {name}"
            for name in _TEXT_OF.values()
        )
        # Each value once, where it came first; list_distinct would put them in an order of its own.
        joined = ", ".join(
            f"array_to_string(list_filter({name}, lambda part, place: list_position({name}, part) = place), "
            f"'{_SEPARATOR}') as {name}"
            for name in _TEXT_OF.values()
        )
        connection.execute(
            f"create or replace table ruled as select number, {', '.join(_ONCE)}, {joined} from "  # noqa: S608 - our own columns
            f"(select number, {firsts}, {lists} from ruled group by number)"
        )
    sets = ", ".join(
        _columns_of_set(name, joined=several or name in {"givens", "families", "middles"}) for name in SETS
    )
    texts = ", ".join(f"{_first(_TEXT_OF[name])} as {name}_text" for name in TEXTS)
    connection.execute(
        f"create or replace view standard as select number, {', '.join(_ONCE)}, {sets}, {texts} from ruled"  # noqa: S608 - our own columns
    )


def _first(column: str) -> str:
    return f"split_part({column}, '{_SEPARATOR}', 1)"


def _columns_of_set(name: str, *, joined: bool) -> str:
    text = _TEXT_OF.get(name)
    if text is None:
        return f"null::ubigint as {name}, null::ubigint[] as {name}_all"
    if not joined:
        return f"case when {text} is not null then hash({text}) end as {name}, null::ubigint[] as {name}_all"
    parts = f"list_transform(string_split({text}, '{_SEPARATOR}'), lambda part: hash(part))"
    return (
        f"case when {text} <> '' then hash({_first(text)}) end as {name}, "
        f"case when contains({text}, '{_SEPARATOR}') then {parts} end as {name}_all"
    )
