"""Linkage of files as a command does it: read, link, write the clusters, report."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import duckdb

from gateway import clock
from gateway.commands.files import CommandError, replacing, unwritten
from gateway.commands.link_beside import Beside, differing_rows, read_beside, refuse_differing
from gateway.commands.link_date_orders import parted
from gateway.commands.link_dates import Known, Told
from gateway.commands.link_doubts import known_sources, of_two_numbers, repeats, unread
from gateway.commands.link_gazetteer import ReadGazetteer, read_gazetteer
from gateway.commands.link_inputs import Input, read_inputs, refuse_unmet
from gateway.commands.link_labels import measured, not_judged, read_labels
from gateway.commands.link_pairs import PAIRS
from gateway.commands.link_tables import Names, one
from gateway.commands.link_waiting import contacts_alone, dateless_sources
from gateway.usecases.linking.linking_files import LinkedFile, Wanted, link_file
from gateway.usecases.linking.linking_files_spark import Cluster, link_file_on_spark
from linkage.columns import connect
from linkage.errors import LinkageError
from linkage.file_addresses import fill_uprns
from linkage.model import LinkModel, model_from_json
from linkage.sources import Sources

_ROWS_LEFT_OUT, _GAP_TOO_WIDE = 1, 3
_GROWN = 16
# A register of twenty sources holds a person some dozens of times, and a street of one postcode some hundreds.
_MANY_RECORDS, _MANY_SHARE = 100, 10_000
_PREVIOUS = ("source", "source_key", "person_id", "household_id")


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller asked for; each is the option of its name."""

    inputs: tuple[Path, ...]
    out: Path
    model: Path | None = None
    save_model: Path | None = None
    previous: Path | None = None
    report: Path | None = None
    pairs: Path | None = None
    labels: Path | None = None
    gap: float = 0.05
    duplicate_free: tuple[str, ...] = ()
    adults: tuple[str, ...] = ()
    gazetteer: Path | None = None
    names: Names = field(default_factory=Names)
    spark: str | None = None
    work: Path | None = None
    wide: bool = False
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Lines for the reader, a summary in numbers, and the exit code."""

    lines: tuple[str, ...]
    summary: Mapping[str, Any]
    exit_code: int


def link_files(order: Order) -> Outcome:
    """Do it. Raise `CommandError` for what cannot be read, linked or written; then no file is changed."""
    with ExitStack() as places:
        to = {path: places.enter_context(replacing(path)) for path in _written(order)}
        return _link(order, to)


def _written(order: Order) -> tuple[Path, ...]:
    """What is written, the clusters first: they take their place last, and may be the earlier run's."""
    return tuple(path for path in (order.out, order.save_model, order.report, order.pairs) if path is not None)


def _link(order: Order, to: Mapping[Path, Path]) -> Outcome:
    """Do it, with each file written where `to` says."""
    stages = _Stages()
    model = _model(order.model)
    with ExitStack() as kept, connect() as connection:
        today = clock.utc_now().date()
        of_inputs, of_gazetteer = (order.dates, ()) if order.gazetteer is None else parted(order.dates)
        read = read_inputs(connection, order.inputs, Known(today, of_inputs, order.adults), order.names)
        free, adults = (
            known_sources(connection, option, given)
            for option, given in (("--duplicate-free", order.duplicate_free), ("--adults", order.adults))
        )
        warned = repeats(connection, read.present, free, read.places)
        forms, heads = list(read.forms), {*read.heads}
        if order.previous is not None:
            earlier, odd = _read_previous(connection, order.previous, order.names)
            forms += earlier.forms
            heads |= earlier.heads
            warned += odd
        labels = read_labels(connection, read, order.labels, order.names)
        if labels is not None:
            forms += labels.forms
            heads |= labels.heads
            warned += labels.warnings
        read = replace(read, warnings=(*read.warnings, *warned), forms=tuple(forms))
        stages.lap("read")
        addresses = None
        if order.gazetteer is not None:
            gazetteer = read_gazetteer(connection, order.gazetteer, Known(today, of_gazetteer), order.names)
            heads |= gazetteer.heads
            read, addresses = _with_uprns(connection, read, gazetteer)
            stages.lap("addresses")
        refuse_unmet(order.names, heads)
        sources = Sources(free, dict.fromkeys(adults, today.year - _GROWN))
        wanted = Wanted(model, sources, order.previous is not None, order.wide, order.pairs is not None)
        if order.spark is None:
            linked = link_file(connection, read.present, wanted, stages.lap)
        else:
            cluster = Cluster(order.spark, kept.enter_context(_work(order.work)))
            linked = _on_spark(connection, read, wanted, cluster, stages)
        _write(connection, "clusters", order.out, to[order.out])
        if order.pairs is not None:
            _write(connection, PAIRS, order.pairs, to[order.pairs])
        stages.lap("write")
        right = measured(connection, labels)
        told = (
            *unread(connection, read.present, read.places),
            *of_two_numbers(connection, read.present, read.places),
            *_crowds(connection, linked, read),
            *dateless_sources(connection, read.present, free, linked.figures.pairs_for_review),
            *contacts_alone(read.present, linked.figures.pairs_for_review),
            *not_judged(right),
        )
        read = replace(read, warnings=(*read.warnings, *told))
    report = _report(read, linked, stages, right) | ({} if addresses is None else {"addresses": addresses})
    for path, text in (
        (order.save_model, linked.figures.model.to_json()),
        (order.report, json.dumps(report, indent=1)),
    ):
        if path is not None:
            _write_text(path, to[path], text)
    wide = [name for name, each in right.get("groups", {}).items() if each["gap"] > order.gap]
    lines = [*read.forms, *read.dates.lines, *(f"warning: {each}" for each in read.warnings), *_lineage(linked)]
    lines += [f"quality differs by more than {order.gap:g} between groups of {name}" for name in wide]
    summary = {
        name: report[name] for name in ("records", "persons", "households", "pairs_for_review", "rows_without_key")
    }
    return Outcome(tuple(lines), summary, _GAP_TOO_WIDE if wide else _ROWS_LEFT_OUT if read.rows_without_key else 0)


@contextmanager
def _work(parent: Path | None) -> Iterator[Path]:
    """A folder for the owner alone, gone afterwards."""
    try:
        with TemporaryDirectory(prefix="hearthgate-", dir=parent) as folder:
            yield Path(folder)
    except OSError:
        raise CommandError("the working folder cannot be written; name another with --work") from None


def _on_spark(
    connection: duckdb.DuckDBPyConnection, read: Input, wanted: Wanted, cluster: Cluster, stages: "_Stages"
) -> LinkedFile:
    try:
        return link_file_on_spark(connection, read.present, wanted, cluster, stages.lap)
    except LinkageError as error:
        raise CommandError(str(error)) from None


class _Stages:
    """Seconds by the clock and of the processor, per stage."""

    def __init__(self) -> None:
        self._at = (perf_counter(), process_time())
        self.seconds: dict[str, dict[str, float]] = {}

    def lap(self, stage: str) -> None:
        now = (perf_counter(), process_time())
        self.seconds[stage] = {"wall": round(now[0] - self._at[0], 2), "processor": round(now[1] - self._at[1], 2)}
        self._at = now


def _model(path: Path | None) -> LinkModel | None:
    if path is None:
        return None
    try:
        return model_from_json(path.read_text("utf-8"))
    except LinkageError as error:
        message = f"{path.name} is no model file: {error}; make one with --save-model"
    except (OSError, UnicodeDecodeError):
        message = f"{path.name} is no model file that can be opened; make one with --save-model"
    raise CommandError(message)


def _with_uprns(
    connection: duckdb.DuckDBPyConnection, read: Input, gazetteer: ReadGazetteer
) -> tuple[Input, Mapping[str, int]]:
    """Give rows that came with an address and no UPRN theirs; return rows matched, by rule."""
    filled = fill_uprns(connection, read.present, gazetteer.known)
    present = tuple(dict.fromkeys((*read.present, "uprn"))) if filled else read.present
    dates = Told((*read.dates.lines, *gazetteer.dates.lines), report=(*read.dates.report, *gazetteer.dates.report))
    forms, warnings = (*read.forms, *gazetteer.forms), (*read.warnings, *gazetteer.warnings)
    return replace(read, present=present, warnings=warnings, forms=forms, dates=dates), filled


def _read_previous(connection: duckdb.DuckDBPyConnection, path: Path, called: Names) -> tuple[Beside, list[str]]:
    """Make `previous` of an earlier run's clusters, a row a record; what looks wrong with it."""
    earlier = read_beside(connection, "earlier", path, _PREVIOUS, called=called)
    columns = earlier.columns
    ids = [f"coalesce({columns[name]}, '')" for name in _PREVIOUS[2:]]
    key = ", ".join(columns[name] for name in _PREVIOUS[:2])
    if rows := differing_rows(connection, "earlier", columns, " || chr(31) || ".join(ids)):
        refuse_differing(f"{path.name}: {earlier.places.named(rows)}")
    connection.execute(
        f"create or replace table previous as select {key.replace(',', ' as source,')} as source_key, "  # noqa: S608 - our own columns
        f"first({ids[0]}) as person_id, first({ids[1]}) as household_id from earlier group by {key}"
    )
    connection.execute("drop table earlier")
    if not one(connection, "select count(*) from previous semi join rows using (source, source_key)"):
        return earlier, [f"{path.name}: none of its records is among the inputs, so that no id goes on"]
    gone = connection.execute(
        "select source, count(*) from previous where source not in "
        "(select source from rows semi join previous using (source, source_key)) group by source order by source"
    ).fetchall()
    return earlier, [
        f"{path.name}: none of its {count:,} records of source {source} is among the inputs, and who was known by them "
        "alone gets a new id; if source or keys were renamed, rename them there too"
        for source, count in gone
    ]


def _write(connection: duckdb.DuckDBPyConnection, table: str, out: Path, to: Path) -> None:
    form = "format parquet" if out.suffix.lower() == ".parquet" else "format csv, header"
    name = str(to).replace("'", "''")
    try:
        connection.execute(f"copy {table} to '{name}' ({form}, use_tmp_file false)")
    except duckdb.Error:
        raise unwritten(out) from None


def _write_text(path: Path, to: Path, text: str) -> None:
    try:
        to.write_text(text, "utf-8")
    except OSError:
        raise unwritten(path) from None


def _crowds(connection: duckdb.DuckDBPyConnection, linked: LinkedFile, read: Input) -> list[str]:
    """What looks too large to be true: a person of many records, with rows and what they agree on, and a shared key."""
    run, found = linked.figures, []
    if run.largest > _MANY_RECORDS:
        rows = connection.execute(
            "select row from rows join clusters using (source, source_key) where person_id = (select person_id "
            "from clusters group by person_id order by count(*) desc, person_id limit 1) order by row"
        ).fetchall()
        agree = ", ".join(f"{name} in {share:.0%}" for name, share in run.largest_agrees_on.items())
        found.append(
            f"one person has {run.largest:,} records ({read.places.named([row for (row,) in rows])}), which agree on "
            f"{agree}; if that is a stand-in such as an office's details, blank it and link again: by so many like "
            "records others are joined too easily"
        )
    return found + [
        f"{each.largest:,} records share one key of {each.kind} and were compared with near neighbours only"
        for each in run.blocks
        if each.largest > _MANY_SHARE
    ]


def _lineage(linked: LinkedFile) -> list[str]:
    lines = [f"merged  {old} into {new}" for old, new in sorted(linked.merged.items())]
    return lines + [
        f"split   {old}: records went to {', '.join(others)}" for old, others in sorted(linked.split.items()) if others
    ]


def _report(read: Input, linked: LinkedFile, stages: _Stages, measured: Mapping[str, Any]) -> dict[str, Any]:
    run = linked.figures
    model = run.model
    return {
        "records": run.records,
        "rows": read.rows,
        "rows_without_key": read.rows_without_key,
        "persons": run.persons,
        "households": linked.households,
        "pairs_compared": run.pairs_compared,
        "pairs_joined": run.pairs_joined,
        "pairs_for_review": run.pairs_for_review,
        "expected_precision": round(run.expected_precision, 5),
        "thresholds": {"merge_at": model.merge_at, "review_at": model.review_at, "strong_at": model.strong_at},
        "bands": dict(run.bands),
        "largest_person": {
            "records": run.largest,
            "agree_on": dict(run.largest_agrees_on),
            "largest_component": run.largest_component,
        },
        "components": {"of_several": run.components, "taken_apart_or_checked": run.conflicted},
        "blocks": [
            {"key": each.kind, "shared": each.shared_keys, "largest": each.largest, "pairs": each.pairs}
            for each in run.blocks
        ],
        "model": model.trained_on,
        "forms": list(read.forms),
        "dates": list(read.dates.report),
        "warnings": list(read.warnings),
        "seconds": stages.seconds,
        **({"quality": measured} if measured else {}),
        "merged": dict(linked.merged),
        "split": {old: list(others) for old, others in linked.split.items() if others},
    }
