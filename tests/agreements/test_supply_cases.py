"""Runs the tables of cases/supply/*.yaml: what a partner may send (format: docs/agreements-guide.md)."""

from datetime import datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.agreements.northvale import NOW

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases" / "supply").glob("*.yaml"))
    for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=[case["scene"] for case in CASES])
def test_a_partner_sends_what_the_table_says(northvale, sandbox, case):
    given, then = case["given"], case["then"]
    assert given.keys() <= {"agency", "source", "now", "register"}
    register = sandbox if given.get("register") == "sandbox" else northvale
    now = datetime.fromisoformat(given["now"]) if "now" in given else NOW

    supply = register.decide_supply(given["agency"], given["source"], now)

    assert set(then["supplies"]) <= supply.items
    assert bool(then["supplies"]) == bool(supply.items)
    assert {item: supply.refusals[item].code for item in then["refuses"]} == then["refuses"]
