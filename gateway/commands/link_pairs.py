"""`hearthgate why`: from the pairs that `hearthgate link --pairs` wrote, why records are one person or are not."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from gateway.commands.files import CommandError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
PAIRS = (
    "(with named as (select number, any_value(source) as source, any_value(source_key) as source_key, "
    "any_value(person_id) as person_id from rows join persons using (number) group by number) "
    "select one.source, one.source_key, one.person_id, other.source as other_source, "
    "other.source_key as other_source_key, other.person_id as other_person_id, "
    "1 / (1 + exp(-greatest(-700, least(700, odds)))) as probability, round(odds / ln(2), 2) as bits, why, apart "
    "from pairs join named as one on one.number = pairs.one join named as other on other.number = pairs.other "
    "order by pairs.one, pairs.other)"
)
"""The pairs as they are written: of the tables `rows` and `persons`, and `pairs` of `linkage.pair_table`."""
_COLUMNS = (
    "source", "source_key", "person_id", "other_source", "other_source_key", "other_person_id", "probability", "bits",
    "why", "apart",
)  # fmt: skip
Record = tuple[str, str]


class Pair(NamedTuple):
    """One compared pair, as it stands in the file."""

    one: Record
    person: str
    other: Record
    other_person: str
    probability: float
    bits: float
    why: str
    apart: str


@app.command()
def why(
    pairs: Path = typer.Argument(help="What `hearthgate link --pairs` wrote."),
    asked: list[str] = typer.Argument(
        metavar="PERSON | SOURCE KEY [SOURCE KEY]",
        help="A person's id, a record by its source and key, or two records.",
    ),
) -> None:
    """Say why records are one person: the chain of pairs, each in words and weights; or why two records are not.

    For a person, what holds the records together most strongly; for a record, what holds it there. Bits are factors
    of two, for one person if above 0: 10 are a thousand to one. Of nobody else is anything said.
    """
    if len(asked) == 1:
        lines = _of_person(pairs, asked[0])
    elif len(asked) == len(("source", "key")):
        lines = _of_record(pairs, (asked[0], asked[1]))
    elif len(asked) == 2 * len(("source", "key")):
        lines = _of_two(pairs, (asked[0], asked[1]), (asked[2], asked[3]))
    else:
        raise CommandError("name a person's id, SOURCE KEY of a record, or SOURCE KEY SOURCE KEY of two")
    for line in lines:
        typer.echo(line)


def _of_person(path: Path, person: str) -> Iterator[str]:
    every = _read(path, "person_id = $a or other_person_id = $a", a=person)
    if not every:
        message = f"{path.name} has no pair of that person; one of a single record that is like no other stands in none"
        raise CommandError(message)
    inside = [pair for pair in every if pair.person == pair.other_person]
    records = len({record for pair in inside for record in (pair.one, pair.other)})
    yield f"{person}: {records} records" if records else f"{person}: 1 record, joined with no other"
    yield from (line for pair in _strongest(inside) for line in _told(pair))


def _of_record(path: Path, record: Record) -> Iterator[str]:
    """What holds one record with its person: its own strongest pair there."""
    person = _person_of(path, record)
    inside = [
        pair
        for pair in _read(path, "person_id = $a and other_person_id = $a", a=person)
        if record in {pair.one, pair.other}
    ]
    yield f"{' '.join(record)} is of {person}" if inside else f"{' '.join(record)} is of {person}, alone"
    yield from (line for pair in sorted(inside, key=lambda each: -each.bits)[:1] for line in _told(pair))


def _of_two(path: Path, one: Record, other: Record) -> Iterator[str]:
    first, second = _person_of(path, one), _person_of(path, other)
    if first != second:
        between = _read(
            path, "person_id in ($a, $b) and other_person_id in ($a, $b) and person_id <> other_person_id",
            a=first, b=second,
        )  # fmt: skip
        themselves = [pair for pair in between if {pair.one, pair.other} == {one, other}]
        yield f"two persons, {first} and {second}"
        if not between:
            yield "no record of one was compared with any of the other: they share no key"
        elif not themselves:
            yield "these two were not compared, as they share no key; of their persons' records the likest were these:"
        chosen = themselves or sorted(between, key=lambda pair: -pair.bits)[:1]
        yield from (line for pair in chosen for line in _told(pair))
        return
    tree = _strongest(_read(path, "person_id = $a and other_person_id = $a", a=first))
    chain = _chain(tree, one, other)
    yield f"one person, {first}, by a chain of {len(chain)}"
    yield from (line for pair in chain for line in _told(pair))


def _person_of(path: Path, record: Record) -> str:
    found = _read(
        path, "(source = $a and source_key = $b) or (other_source = $a and other_source_key = $b)",
        a=record[0], b=record[1],
    )  # fmt: skip
    if not found:
        message = (
            f"{path.name} has no pair of a record {record[0]} {record[1]}: it is not among the inputs, or like no other"
        )
        raise CommandError(message)
    return found[0].person if found[0].one == record else found[0].other_person


def _told(pair: Pair) -> Iterator[str]:
    yield f"{' '.join(pair.one)} and {' '.join(pair.other)}: {pair.bits:+.1f} bits, probability {pair.probability:.5f}"
    yield f"  {pair.why}"
    if pair.apart:
        yield f"  Not one person: {pair.apart}"


def _strongest(pairs: Sequence[Pair]) -> list[Pair]:
    """Of pairs of one person those that hold it together most strongly: one fewer than it has records."""
    group: dict[Record, Record] = {}

    def root(record: Record) -> Record:
        while group.setdefault(record, record) != record:
            record = group[record]
        return record

    kept = []
    for pair in sorted(pairs, key=lambda each: -each.bits):
        first, second = root(pair.one), root(pair.other)
        if first != second:
            group[second] = first
            kept.append(pair)
    return kept


def _chain(tree: Sequence[Pair], one: Record, other: Record) -> list[Pair]:
    """The pairs of a tree that lead from one record to another."""
    reached: dict[Record, list[Pair]] = {one: []}
    ends = [one]
    for end in ends:
        for pair in tree:
            for here, there in ((pair.one, pair.other), (pair.other, pair.one)):
                if here == end and there not in reached:
                    reached[there] = [*reached[end], pair]
                    ends.append(there)
    return reached.get(other, [])


def _read(path: Path, condition: str, **asked: str) -> list[Pair]:
    """The pairs of the file for which a condition on its columns holds; `asked` are the values that it names."""
    import duckdb  # noqa: PLC0415 - help needs no database

    from gateway.commands.link_tables import literal, literal_path  # noqa: PLC0415 - see above

    if not path.is_file():
        message = f"{path.name} is no file; check its path"
        raise CommandError(message)
    place = literal(literal_path(path))
    parquet = path.suffix.lower() == ".parquet"
    table = f"read_parquet({place})" if parquet else f"read_csv({place}, header = true, all_varchar = true)"
    cells = ", ".join(f"coalesce({name}::varchar, '') as {name}" for name in _COLUMNS)
    try:
        with duckdb.connect(":memory:") as connection:
            found = connection.execute(
                f"select * from (select {cells} from {table}) where {condition}",  # noqa: S608 - our own columns and conditions
                asked,
            ).fetchall()
    except duckdb.Error:
        message = f"{path.name} does not hold pairs; make it with hearthgate link --pairs"
        raise CommandError(message) from None
    return [
        Pair((source, key), person, (source_2, key_2), person_2, float(chance), float(weight), because, apart)
        for source, key, person, source_2, key_2, person_2, chance, weight, because, apart in found
    ]
