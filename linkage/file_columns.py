"""From a file's columns of text to the table that is compared, by the same rules as one record takes.

What recurs (names, dates, postcodes, streets) is standardised once per distinct value and joined back; numbers that
hardly recur go by `linkage.sql_rules`. Rows of one source and key are one record of several names or numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, partial

import duckdb
import pandas as pd

from linkage import sql_rules
from linkage.addresses import LEAST_LETTERS, parts_and_text, parts_of_address, postal_code, postcode
from linkage.columns import BIRTH, SETS, SEX_NUMBERS, TEXTS, WORDS, finish_table, rarities
from linkage.file_rows import usual_first
from linkage.names import family_forms, given_and_middle
from linkage.sound import sound_key
from linkage.standardise import SEXES, birth_date

_SEPARATOR = "\x1f"
_RECURRING = ("given_name", "family_name", "birth_date", "sex", "postcode", "address")
_CODED = ("givens", "families", "middles")
_NUMBERS = (*BIRTH, "borne", "sex_number")
_RULED = ("uprn", "phone", "email", "nhs_number", "nino", "upn", "national_id")
UNREAD = ("birth_date", *_RULED, "sex", "postcode")
"""Columns of which `row_places` says where a cell could not be read: bit n of `unread` for the n-th of them."""
# Of what systems write for "not known" nothing is missed: codes of sex (NHS, DfE and others), pseudo postcodes.
_NONE_MEANT = {
    "sex": "^\\s*(|0|8|9|i|n|p|u|x|unk|unknown|not .*|indeterminate|other|non-?binary|prefer not to say)\\s*$",
    "postcode": "^\\s*zz99",
}
# Where the text of each column of several values stands; a file has no others.
_TEXT_OF = {
    **{name: name for name in ("givens", "families", "middles", "postcodes", "address_keys")},
    **{name: f"{name}_ruled" for name in ("nhs_number", "nino", "upn", "national_id")},
    "uprns": "uprn_ruled", "phones": "phone_ruled", "emails": "email_ruled",
}  # fmt: skip
_ONCE = (*WORDS, *BIRTH, "sex")
# Which of a record's rows says it, where that is told by another column: one row's, or they would not fit each other.
_TOLD_BY = {"given_sound": "given", "family_sound": "family", **dict.fromkeys(BIRTH, "birth")}
_IDENTIFIERS = ("nhs_number_ruled", "nino_ruled", "upn_ruled", "national_id_ruled")
# Perhaps a flat's number, one of a building, then words: nothing here but the street needs Python, and streets recur.
_PLAIN = (
    r"^(?:(?:flat|apartment|apt|unit|room) ([0-9]{1,5}[a-z]?),? )?(0*[1-9][0-9]{0,4}) ?([a-z]?),? "
    r"([a-z]{2,}(?: [a-z]+)*)((?:, ?[a-z -]+)*)$"
)
_PARTS = "['flat', 'number', 'letter', 'way', 'rest']"
# Where one of these comes after the numbers, it may be the flat's, or a floor.
_NOT_PLAIN = (
    r"(flat|apartment|apt|appt|unit|room|rm|studio|maisonette|fl|bedsit|ground|first|second|third|fourth|top|basement|"
    r"garden|lower|upper)"
)
_READ_BY_VALUE = {"birth_date": "ruled.birth", "sex": "ruled.sex", "postcode": "ruled.postcodes"}
_Made = Callable[[str], tuple[object, ...]]


def standard_table(connection: duckdb.DuckDBPyConnection, present: Sequence[str], *, whole: bool = False) -> None:
    """Make `records` of the table `rows`: number, row, and those of `linkage.file_rows.COLUMNS` that are `present`.

    Beside it `row_places` has each row's UPRN and address key as codes, `uprn_code` and `key_code`, and in `unread`
    which of its cells say nothing that can be compared (`UNREAD`). `number` numbers
    records from 0 in order of source and key; `row` is the place in the files. Columns in which nobody can have
    anything are left out of `records` unless it is to be `whole`.
    """
    for name in _RECURRING:
        if name not in present:
            connection.execute(f"alter table rows add column {name} varchar")
    sound = cache(sound_key)
    _values(connection, "given_name", partial(_given, sound), ("given", "given_sound", "givens", "middles"))
    _values(connection, "family_name", partial(_family, sound), ("family", "family_sound", "families"))
    _values(connection, "birth_date", _birth, ("birth", *BIRTH))
    _values(connection, "sex", lambda text: (SEX_NUMBERS.get(SEXES.get(text.strip().lower(), "")),), ("sex_number",))
    _values(connection, "postcode", lambda text: (postal_code(text), postcode(text)), ("postcodes", "british"))
    _addresses(connection)
    several = "select count(*) > coalesce(max(number) + 1, 0) from rows"
    if whole or connection.execute(several).fetchall()[0][0]:
        _of_several_rows(connection, present)
    else:
        _of_one_row(connection, present)
    for name in _RECURRING:
        connection.execute(f"drop table if exists {name}_values")


def _of_one_row(connection: duckdb.DuckDBPyConnection, present: Sequence[str]) -> None:
    """Make `records` where each has one row; how rare a name is and what agrees in it is reckoned once per name."""
    _code_values(connection, "given_name", ("givens", "middles"), "given")
    _code_values(connection, "family_name", ("families",), "family")
    _code_values(connection, "postcode", ("postcodes",))
    coded = [f"{name}_code as {name}, {name}_codes as {name}_all" for name in _CODED]
    coded += [f"{_code(text)} as {name}" for name, text in _TEXT_OF.items() if name not in {*_CODED, "postcodes"}]
    sets = ", ".join((*coded, "postcodes_code as postcodes"))
    texts = ", ".join(
        f"{_first(text) if (text := _TEXT_OF[name]) in _CODED else text} as {name}_text" for name in TEXTS
    )
    connection.execute(
        f"create or replace table records as select number, {', '.join(_ONCE)}, {sets}, {texts}, given_rarity, "  # noqa: S608 - as above
        f"family_rarity from ({_ruled(present, '* exclude (row)')})"
    )
    read_as = {"birth_date": "birth", "uprn": "uprns", "phone": "phones", "email": "emails", "postcode": "postcodes"}
    unread = _unread(present, {name: f"records.{read_as.get(name, name)}" for name in UNREAD})
    connection.execute(
        "create or replace view row_places as select number, row, (uprns >> 2)::bigint as uprn_code, "  # noqa: S608 - our own columns
        f"(address_keys >> 2)::bigint as key_code, {unread} as unread from records join rows using (number)"
    )


def _unread(present: Sequence[str], read_as: Mapping[str, str]) -> str:
    """A number of bits for the cells of `rows` that say something of which nothing was read."""
    bits = [
        f"case when rows.{name} is not null and {read_as[name]} is null and regexp_matches(rows.{name}, '[\\pL\\pN]') "
        f"and not regexp_matches(lower(rows.{name}), '{_NONE_MEANT.get(name, '^$')}') then {1 << place} else 0 end"
        for place, name in enumerate(UNREAD)
        if name in present
    ]
    return f"({' + '.join(bits) or '0'})::bigint"


def _code_values(
    connection: duckdb.DuckDBPyConnection, column: str, sets: Sequence[str], name: str | None = None
) -> None:
    """Put the codes of these sets into a table of values, and beside a `name` how rare it is among all rows."""
    codes = ", ".join(_columns_of_set(each, _TEXT_OF[each], "_code", "_codes") for each in sets)
    table = f"{column}_values"
    if name:
        borne = f"select {name}, sum(borne) as borne from {table} where {name} is not null group by {name}"  # noqa: S608 - our own columns
        codes += f", {name}_rarity"
        rare = f"left join {rarities(name, borne)} using ({name})"
    connection.execute(
        f"create or replace table {table} as select {table}.*, {codes} from {table} {rare if name else ''}"  # noqa: S608 - as above
    )


def _of_several_rows(connection: duckdb.DuckDBPyConnection, present: Sequence[str]) -> None:
    """Make `records` where some have several rows: the usual row's words first, all rows' values in the sets."""
    told = ", ".join(
        dict.fromkeys(("number", "row", *_ONCE, *_TEXT_OF.values(), *(f"{name}_ruled" for name in _RULED)))
    )
    connection.execute(
        f"create or replace table turns as select row, row_number() over (partition by number order by "  # noqa: S608 - our own columns
        f"{usual_first(present)}) as turn from rows where number in "
        "(select number from rows group by number having count(*) > 1)"
    )
    connection.execute(
        f"create or replace table ruled as select told.*, coalesce(turn, 1) as turn from ({_ruled(present, told)}) "  # noqa: S608 - as above
        "as told left join turns using (row)"
    )
    connection.execute("drop table turns")
    uprn, key = (f"({_code(text)} >> 2)::bigint" for text in ("uprn_ruled", "address_keys"))
    unread = _unread(present, {name: f"ruled.{name}_ruled" for name in _RULED} | _READ_BY_VALUE)
    connection.execute(
        f"create or replace table row_places as select number, row, {uprn} as uprn_code, {key} as key_code, "  # noqa: S608 - our own columns
        f"{unread} as unread from ruled join rows using (number, row)"
    )
    _fold_rows(connection)
    finish_table(connection)
    connection.execute("drop view standard")
    connection.execute("drop table ruled")


def _ruled(present: Sequence[str], columns: str) -> str:
    """A query of `rows` with what each standardised value says, one row a row."""
    ruled = ", ".join(
        f"{getattr(sql_rules, name)(name) if name in present else 'null::varchar'} as {name}_ruled" for name in _RULED
    )
    joins = " ".join(f"left join {name}_values using ({name})" for name in _RECURRING)
    return (
        f"select {columns} from (select * exclude ({', '.join(_RECURRING)}, borne), sex_number::tinyint as sex, "  # noqa: S608 - our own columns
        "case when british is null and at_end is null then case when postcodes is null "
        "then units || '|' || street || coalesce('|' || town, '') else postcodes || '|' || units || '|' || street end "
        "else coalesce(british, at_end) || '|' || coalesce(units, street) end as address_keys, "
        f"text as address, {ruled} from rows {joins})"
    )


def _values(connection: duckdb.DuckDBPyConnection, column: str, make: _Made, names: Sequence[str]) -> None:
    """Make a table of the distinct texts of a column, of how many rows bear each, and of what `make` makes of it."""
    distinct = connection.execute(
        f"select {column}, count(*) from rows where {column} is not null group by {column}"  # noqa: S608 - our own columns
    ).fetchall()
    made = ((text, borne, *make(text)) for text, borne in distinct)
    _register(connection, f"{column}_values", (column, "borne", *names), made)


def _register(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    frame = pd.DataFrame(list(rows), columns=list(names), dtype=object)
    for name in names:
        frame[name] = frame[name].astype("Int32" if name in _NUMBERS else "string")
    connection.register("sent", frame)
    connection.execute(f"create or replace table {table} as select * from sent")  # noqa: S608 - our own tables
    connection.unregister("sent")


def _given(sound: Callable[[str], str], text: str) -> tuple[object, ...]:
    forms, middles = given_and_middle(text)
    first = forms[0] if forms else ""
    return (first or None, sound(first) or None, _joined(forms), _joined(dict.fromkeys(middles)))


def _family(sound: Callable[[str], str], text: str) -> tuple[object, ...]:
    forms = family_forms(text)
    first = forms[0] if forms else ""
    return (first or None, sound(first) or None, _joined(forms))


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
    """Make `address_values`: what `linkage.addresses.parts_of_address` and `address_text` make of each address."""
    connection.execute(
        "create or replace table distinct_addresses as select address, "  # noqa: S608 - our own pattern
        f"regexp_extract(lower(address), '{_PLAIN}', {_PARTS}) as part "
        "from (select distinct address from rows where address is not null)"
    )
    plain = f"part.way <> '' and not regexp_matches(lower(address), '[0-9].*\\b{_NOT_PLAIN}\\b')"
    ways = connection.execute(f"select distinct part.way from distinct_addresses where {plain}").fetchall()  # noqa: S608 - as above
    _register(connection, "ways", ("way", "street"), ((way, parts_of_address([f"1 {way}"]).street) for (way,) in ways))
    others = connection.execute(f"select address from distinct_addresses where not ({plain})").fetchall()  # noqa: S608 - as above
    taken = ((one, parts_and_text(one)) for one in others)
    _register(
        connection,
        "other_addresses",
        ("address", "units", "street", "town", "at_end", "text"),
        ((address, *(said or None for said in (*parts, text))) for (address,), (parts, text) in taken),
    )
    connection.execute(
        "create or replace table address_values as select address, units, street, town, null::varchar as at_end, "  # noqa: S608 - as above
        f"case when length(letters) >= {LEAST_LETTERS} then units || '|' || letters end as text from (select address, "
        "concat(nullif(part.flat || ' ', ' '), ltrim(part.number, '0'), part.letter) as units, street, "
        "nullif(trim(regexp_replace(part.rest, '[^a-z]+', ' ', 'g')), '') as town, "
        "regexp_replace(lower(address), '[^a-z]+', '', 'g') as letters "
        f"from distinct_addresses join ways on part.way = way where {plain}) "
        "union all by name select * from other_addresses"
    )
    for table in ("distinct_addresses", "ways", "other_addresses"):
        connection.execute(f"drop table {table}")


def _fold_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `standard` of `ruled`, one row a record."""
    # The fullest birth date first: parts of one are the same day said less exactly.
    fullest = dict.fromkeys(("birth", *BIRTH), "length(birth) desc, ")
    firsts = ", ".join(
        f"first({name} order by {fullest.get(name, '')}turn) filter ({_TOLD_BY.get(name, name)} is not null) as {name}"
        for name in _ONCE
    )
    # Of identifiers none is usual: they go by their text, as those of one record do.
    lists = ", ".join(
        f"flatten(list(string_split({name}, '{_SEPARATOR}') order by {name if name in _IDENTIFIERS else 'turn'}) "
        f"filter ({name} is not null)) as {name}"
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
        _columns_of_set(name, _TEXT_OF[name]) if name in _TEXT_OF else _column_of_one(name) for name in SETS
    )
    texts = ", ".join(f"{_first(_TEXT_OF[name])} as {name}_text" for name in TEXTS)
    connection.execute(
        f"create or replace view standard as select number, {', '.join(_ONCE)}, {sets}, {texts} from ruled"  # noqa: S608 - our own columns
    )


def _first(column: str) -> str:
    return f"split_part({column}, '{_SEPARATOR}', 1)"


def _column_of_one(name: str) -> str:
    """The code of a column that holds one value at most, or none that a file can tell."""
    text = _TEXT_OF.get(name)
    return f"{_code(text) if text else 'null::ubigint'} as {name}, null::ubigint[] as {name}_all"


def _code(text: str) -> str:
    return f"case when {text} is not null then hash({text}) end"


def _columns_of_set(name: str, text: str, first: str = "", more: str = "_all") -> str:
    """The code of the first value in a text of several, and those of all where there are more."""
    parts = f"list_transform(string_split({text}, '{_SEPARATOR}'), lambda part: hash(part))"
    return (
        f"case when {text} <> '' then hash({_first(text)}) end as {name}{first}, "
        f"case when contains({text}, '{_SEPARATOR}') then {parts} end as {name}{more}"
    )
