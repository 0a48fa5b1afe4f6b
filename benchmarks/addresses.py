"""Addresses without a UPRN matched to a gazetteer whose answers are known: precision and recall, by rule.

    python -m benchmarks.addresses [--seed 11] [--texts FILE] [--peer PYTHON]

The gazetteer holds nine in ten homes of the generated county, written as a gazetteer writes them; the addresses asked
about are of all homes, in six styles, with slips in the words and in postcodes, so that a tenth of them have no right
answer but none. `--texts` takes real addresses besides (CSV or Parquet of `address_concat, postcode`): each is a
property of the gazetteer, asked about as rewritten by rules that keep its meaning. `linkage.gazetteer` was
looked at with seed 7; another seed makes another county and other slips. `--peer` runs `uk-address-matcher` on the
same addresses, with the Python that is named. Times are of the processor. The last line is JSON.
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
import numpy as np
import pandas as pd

from benchmarks.linkage_county.faults import mispostcoded, misspelt
from benchmarks.linkage_county.places import Homes, address_texts
from linkage.gazetteer import AddressMatch, Gazetteer, KnownAddress
from linkage.written_address import written_address

_HELD_OUT = 0.1
_MISSPELT, _MISPOSTCODED, _NO_POSTCODE = 0.06, 0.04, 0.04
_PEER = Path(__file__).with_name("linkage_peers") / "address_run.py"
_SHORT = {"ROAD": "RD", "STREET": "ST", "AVENUE": "AVE", "LANE": "LN", "CLOSE": "CL", "DRIVE": "DR", "GARDENS": "GDNS"}


@dataclass(frozen=True)
class Asked:
    """A gazetteer and addresses asked about: rows of (uprn, address, postcode); `truth` is "" where none is right."""

    known: Sequence[tuple[str, str, str]]
    asked: Sequence[tuple[str, str]]
    truth: Sequence[str]


def main(homes: int, asked: int, seed: int, texts: Path | None, peer: Path | None) -> None:
    """Measure each set and print its table."""
    sets = {"county": _county(homes, asked, seed)}
    if texts is not None:
        sets["texts"] = _rewritten(texts, asked, seed)
    figures: dict[str, object] = {}
    for name, one in sets.items():
        began = time.process_time()
        gazetteer = Gazetteer(KnownAddress(uprn, written_address([text], code)) for uprn, text, code in one.known)
        loaded = time.process_time()
        found = [gazetteer.match(written_address([text], code)) for text, code in one.asked]
        took = time.process_time() - loaded
        print(f"{name}: {len(one.known):,} known, {len(one.asked):,} asked; loaded in {loaded - began:.1f} s")
        figures |= _told(name, [match.uprn if match else "" for match in found], one, took)
        _by_rule(found, one)
        if peer is not None:
            answers, took = _peer(peer, one)
            figures |= _told(f"{name}_peer", answers, one, took)
    print(json.dumps(figures))


def _told(name: str, found: Sequence[str], one: Asked, took: float) -> dict[str, float]:
    right = sum(answer == truth != "" for answer, truth in zip(found, one.truth, strict=True))
    said = sum(answer != "" for answer in found)
    there = sum(truth != "" for truth in one.truth)
    precision, recall = right / max(said, 1), right / there
    print(f"  {name}: precision {precision:.4f}, recall {recall:.4f}, {took / len(found) * 1e6:.0f} microseconds each")
    return {
        f"{name}_precision": round(precision, 4), f"{name}_recall": round(recall, 4),
        f"{name}_us_each": round(took / len(found) * 1e6),
    }  # fmt: skip


def _by_rule(found: Iterable[AddressMatch | None], one: Asked) -> None:
    said: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for match, truth in zip(found, one.truth, strict=True):
        if match is not None:
            said[match.rule.value] += 1
            right[match.rule.value] += match.uprn == truth
    for rule, count in said.most_common():
        print(f"    {rule:30} {count:7,} {right[rule] / count:.4f}")


def _county(count: int, asked: int, seed: int) -> Asked:
    """Homes of the generated county; a letter stands for a flat's number in one of the six styles."""
    random = np.random.default_rng(seed)
    homes = Homes(random, count)
    everywhere = np.arange(count)
    as_listed = address_texts(homes, everywhere, np.zeros(count, np.int64))
    uprns = homes.uprn.astype(str)
    held_out = random.random(count) < _HELD_OUT
    known = [(uprns[home], as_listed[home].upper(), homes.postcode[home]) for home in everywhere[~held_out]]
    chosen = random.integers(0, count, asked)
    written = address_texts(homes, chosen, random.integers(0, 6, asked))
    slips = Random(seed)
    told = [_with_slips(text, homes.postcode[home], slips) for text, home in zip(written, chosen.tolist(), strict=True)]
    return Asked(known, told, ["" if held_out[home] else uprns[home] for home in chosen.tolist()])


def _with_slips(text: str, postcode: str, slips: Random) -> tuple[str, str]:
    if slips.random() < _MISSPELT:
        place = text.rfind(" ", 0, max(len(text) // 2, 1)) + 1
        text = text[:place] + misspelt(text[place:], slips)
    if slips.random() < _MISPOSTCODED:
        postcode = mispostcoded(postcode, slips)
    return text, "" if slips.random() < _NO_POSTCODE else postcode


def _rewritten(path: Path, asked: int, seed: int) -> Asked:
    """Real texts, one for each set of numbers in a postcode: two that share both may be one property told twice."""
    rows = duckdb.sql(f"select distinct address_concat, postcode from '{path}' order by all").fetchall()  # noqa: S608 - the caller's file
    slips = Random(seed)
    slips.shuffle(rows)
    told_apart: dict[tuple[str, ...], tuple[str, str]] = {}
    for text, code in rows:
        told_apart.setdefault((code, *sorted(re.findall(r"\d+[A-Z]?(?![A-Z])", text))), (text, code))
    kept = [(str(number + 1), text, code) for number, (text, code) in enumerate(told_apart.values())]
    held_out = {uprn for uprn, _, _ in kept if slips.random() < _HELD_OUT}
    told = [_with_slips(_as_others_write(text, slips), code, slips) for _, text, code in kept[:asked]]
    truth = ["" if uprn in held_out else uprn for uprn, _, _ in kept[:asked]]
    return Asked([one for one in kept if one[0] not in held_out], told, truth)


def _as_others_write(text: str, slips: Random) -> str:
    """The same address otherwise: shortened kinds of streets, the last word left away, the flat behind."""
    words = [_SHORT.get(word, word) if slips.random() < 0.5 else word for word in text.split()]
    if len(words) > 5 and slips.random() < 0.5:
        words.pop()
    if words[0] in {"FLAT", "APARTMENT", "UNIT"} and len(words) > 3 and slips.random() < 0.3:
        words = [*words[2:], *words[:2]]
    return " ".join(words).title()


def _peer(python: Path, one: Asked) -> tuple[list[str], float]:
    """What the package answers by itself, at its own thresholds."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        known = [(f"{number}-{uprn}", text, code) for number, (uprn, text, code) in enumerate(one.known)]
        _write(place / "known.parquet", known)
        _write(place / "asked.parquet", [(str(number), text, code) for number, (text, code) in enumerate(one.asked)])
        done = subprocess.run([python, _PEER, place], check=True, capture_output=True, text=True)  # noqa: S603 - the interpreter is the caller's
        answers = dict(duckdb.sql(f"select number, uprn from '{place}/found.parquet'").fetchall())  # noqa: S608 - our own file
    return [answers.get(str(number), "") for number in range(len(one.asked))], float(done.stdout.split()[-1])


def _write(path: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    with duckdb.connect() as connection:
        connection.register("sent", pd.DataFrame(rows, columns=["unique_id", "address_concat", "postcode"]))
        connection.execute(f"copy (select * from sent) to '{path}'")  # noqa: S608 - our own file


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.addresses", description=__doc__)
    parser.add_argument("--homes", type=int, default=20_000)
    parser.add_argument("--asked", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--texts", type=Path, help="CSV or Parquet of address_concat, postcode")
    parser.add_argument("--peer", type=Path, help="a Python that has uk-address-matcher")
    given = parser.parse_args()
    main(given.homes, given.asked, given.seed, given.texts, given.peer)
