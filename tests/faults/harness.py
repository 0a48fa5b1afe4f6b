"""Breaks a running gateway at every step of its paths: `python -m tests.faults.harness [--runs 200] [--seed 1]`.

Each run: readers, a searcher, a refused reader and a pushing partner at work over HTTP; one fault at one step; what
follows under the fault; everything healed; then the judge (`tests.faults.judge`). Prints a table of fault, step, runs
and verdict, and a last line of JSON. Exit status 0 when all is sound, else 1.

With `--durable off` commits do not wait for the disk and PostgreSQL is killed: acknowledged accesses are lost, the
verdict is FAIL and the exit status 1; were nothing lost, the harness could not see what it looks for, and the status
is 2. The ordinary command ends with a few such rounds, and fails unless they lose something.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random

import httpx
from sqlalchemy import Engine

from audit.receipt import redeem_promise
from audit.tlog_proof import parse_proof
from gateway.usecases.log.verifying_log import verify_database
from tests.faults.clients import Access, Client, Request, arrears, repeated
from tests.faults.faults import FAULTS, Fault
from tests.faults.house import House, eventually, kill, running_house, waiting
from tests.faults.judge import Judge, Verdict, receipts_of
from tests.faults.steps import MOMENTS, OFF_THE_WIRE, READ
from tests.faults.trap import Trap
from tests.gateway.northvale_world import Northvale

# No promise: a busy machine takes its time for a file, and a fault that did not strike has shown nothing.
_REACHED_WITHIN = 60.0
_CONTROL_ROUNDS = 12
_READER = "B101"
_STRANGER = "W101"
SOUND, FAILED, TOOTHLESS = 0, 1, 2


@dataclass(frozen=True)
class Case:
    """One run that is planned."""

    fault: Fault
    step: str
    moment: str


@dataclass
class Outcome:
    """What all runs came to."""

    verdicts: list[tuple[Case, Verdict, bool]] = field(default_factory=list)
    redeemed: int = 0
    personal_bytes: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def total(self, name: str) -> int:
        """The sum of a number, or of the lengths of a list, over all runs."""
        values = [getattr(verdict, name) for _, verdict, _ in self.verdicts]
        return sum(value if isinstance(value, int) else len(value) for value in values)

    @property
    def missed(self) -> list[Case]:
        """Runs in which the step was never passed."""
        return [case for case, _, struck in self.verdicts if not struck]


class Harness:
    """A house, its readers, and the judge who remembers its log."""

    def __init__(self, house: House, northvale: Northvale, admin: Engine, random: Random) -> None:
        self.house = house
        self.northvale = northvale
        self._admin = admin
        self._random = random
        self._key = northvale.wiring.log_signer.verifier()
        self._family = northvale.family_id("S2", "Kelly Marsh")
        self.born = northvale.person("S2", "Kelly Marsh")["dob"]
        self._balances = count(1_000_000)
        self.judge = Judge(admin, self._key, self._canaries())
        self.outcome = Outcome()

    def run(self, case: Case) -> None:
        """One run, from healthy to healthy, judged."""
        requests = self._requests()
        trap = Trap(self.house, case.fault, case.step, case.moment, self._random)
        self.house.watch = trap.watch
        clients = [
            Client(self.house.port, each, trap.ways, Random(self._random.random()))  # noqa: S311 - seeded on purpose
            for each in requests
        ]
        for client in clients:
            client.start()
        time.sleep(self._random.uniform(0.02, 0.2))
        trap.arm()
        struck = trap.struck.wait(_REACHED_WITHIN)
        time.sleep(self._random.uniform(0.1, 0.5))
        trap.ways.cut_answer.clear()
        self.house.watch = lambda _step, _moment, _backend: False
        self.heal()
        self._work_again(clients)
        trap.ways.stop.set()
        for client in clients:
            client.join(60)
        eventually(lambda: waiting(self._admin) == 0, "every entry has become a leaf")
        for pid in self.house.sequencers[2:]:
            kill(pid)
        self._conclude(case, [access for client in clients for access in client.accesses], struck=struck)

    def heal(self) -> None:
        """Everything right again; connections of before the fault are none any more."""
        self.house.heal()
        self._admin.dispose()

    def _work_again(self, clients: list[Client]) -> None:
        """Wait until every client has been answered once after the healing."""
        before = [len(client.accesses) for client in clients]
        eventually(
            lambda: all(
                len(client.accesses) > seen + 1 and client.accesses[-2].status
                for client, seen in zip(clients, before, strict=True)
            ),
            "every client is answered again",
        )

    def _conclude(self, case: Case, accesses: list[Access], *, struck: bool) -> None:
        verdict = self.judge.judge(accesses)
        for entry_id, promise in receipts_of(accesses)[-2:]:
            answer = self._get(f"/v1/receipts/{entry_id}", _READER)
            proof = answer.json()["proof"]
            redeem_promise(promise, proof, parse_proof(proof).extra or b"", self._key)
            self.outcome.redeemed += 1
        self.outcome.statuses.update(access.status if access.complete else 0 for access in accesses)
        self.outcome.personal_bytes += sum(self.judge.personal_bytes(access.received) for access in accesses)
        self.outcome.verdicts.append((case, verdict, struck))

    def _requests(self) -> list[Iterator[Request]]:
        declared = self._declare(_READER, {"purpose": "tenancy_management", "reason": "a reason of the test"})
        read = Request("read", "GET", f"/v1/families/{self._family}", _headers(_READER, declared))
        asked = {"family_name": "Marsh", "given_name": "Kelly", "birth_date": self.born}
        headers = _headers(_READER, declared) | {"Content-Type": "application/json"}
        search = Request("search", "POST", "/v1/people/search", headers, json.dumps(asked).encode())
        strange = {"purpose": "front_door", "reason": "a reason of the test", "case_reference": "NV-1"}
        refused = Request(
            "refused", "GET", read.path, _headers(_STRANGER, self._declare(_STRANGER, strange))
        )  # fmt: skip
        return [repeated(read), repeated(read), repeated(search), repeated(refused),
                arrears(self.northvale, self._balances)]  # fmt: skip

    def _declare(self, worker: str, declared: dict[str, str]) -> str:
        url = f"http://127.0.0.1:{self.house.port}/v1/purpose-declarations"
        answer = httpx.post(url, json=declared, headers={"Test-Caller": worker}, timeout=30)
        return str(answer.raise_for_status().json()["declaration_id"])

    def _get(self, path: str, worker: str, **headers: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.house.port}{path}"
        return httpx.get(url, headers={"Test-Caller": worker, **headers}, timeout=30).raise_for_status()

    def _canaries(self) -> list[str]:
        """Values of the family that nobody but its readers may see: what a healthy answer shows."""
        declared = self._declare(_READER, {"purpose": "tenancy_management", "reason": "a reason of the test"})
        page = self._get(f"/v1/families/{self._family}", _READER, **{"Hearthgate-Purpose": declared}).json()
        shown = [member["identity"] for member in page["members"]]
        values = [one["value"] for identity in shown for kind in ("names", "birth_dates", "phones")
                  for one in identity[kind]]  # fmt: skip
        values += [line for address in page["addresses"] for line in (address["postcode"], address["lines"][0])]
        assert {"Kelly Marsh", "21 Weavers Row", self.born} <= set(values)
        return sorted(set(values))

    def close(self) -> None:
        """What holds at the end of all runs: the whole log verifies, and no process wrote the family's data down."""
        self.northvale.wiring.database.dispose()
        verdict = verify_database(self.northvale.wiring)
        if verdict.finding is not None:
            self.outcome.problems.append(verdict.sentence())
        logged = (self.house.folder / "processes.log").read_bytes()
        if self.judge.personal_bytes(logged):
            self.outcome.problems.append("the log of a process holds values of the family")


def _headers(worker: str, declaration: str) -> dict[str, str]:
    return {"Test-Caller": worker, "Hearthgate-Purpose": declaration}


def plan(runs: int, random: Random, *, disk: bool) -> list[Case]:
    """Every fault at every step, shuffled; then over again with other moments, up to `runs`."""
    pairs = [(fault, step) for fault in FAULTS if disk or not fault.needs_disk for step in fault.steps]
    cases: list[Case] = []
    while len(cases) < runs:
        cases += [
            Case(fault, step, "any" if step in OFF_THE_WIRE else random.choice(MOMENTS))
            for fault, step in random.sample(pairs, len(pairs))
        ]
    return cases[:runs]


def not_durable(harness: Harness, rounds: int, random: Random, *, until_lost: bool) -> Outcome:
    """Rounds in which commits do not wait for the disk and PostgreSQL is killed under load."""
    kept, harness.outcome = harness.outcome, Outcome()
    harness.house.durable(on=False)
    harness.house.cluster.restart()
    harness.heal()
    for _ in range(rounds):
        harness.run(Case(FAULTS[0], random.choice(READ[:-1]), random.choice(MOMENTS)))
        if until_lost and harness.outcome.total("lost"):
            break
    harness.house.durable(on=True)
    harness.house.cluster.restart()
    harness.heal()
    found, harness.outcome = harness.outcome, kept
    return found


def table(outcome: Outcome) -> str:
    """Fault, step, runs, accesses, acknowledged, verdict: one line each."""
    rows: dict[tuple[str, str], list[tuple[Verdict, bool]]] = {}
    for case, verdict, struck in outcome.verdicts:
        rows.setdefault((case.fault.name, case.step), []).append((verdict, struck))
    lines = [f"{'fault':26} {'step':27} {'runs':>4} {'accesses':>8} {'acknowledged':>12}  verdict"]
    for (fault, step), found in sorted(rows.items()):
        accesses = sum(verdict.accesses for verdict, _ in found)
        acknowledged = sum(verdict.acknowledged for verdict, _ in found)
        lines.append(f"{fault:26} {step:27} {len(found):4} {accesses:8} {acknowledged:12}  {_words(found)}")
    return "\n".join(lines)


def _words(found: list[tuple[Verdict, bool]]) -> str:
    if not all(struck for _, struck in found):
        return "NOT REACHED"
    wrong = [verdict for verdict, _ in found if not verdict.sound]
    if not wrong:
        return "sound"
    counted = {
        "acknowledged accesses lost": sum(len(one.lost) for one in wrong),
        "bytes without an entry": sum(one.bare_bytes for one in wrong),
        "failures not told plainly": sum(one.unclear for one in wrong),
    }
    texts = [f"{number} {what}" for what, number in counted.items() if number]
    return f"FAIL: {'; '.join(texts + sorted({text for one in wrong for text in one.broken}))}"


def summary(outcome: Outcome, control: Outcome | None, seconds: float, *, disk: bool) -> str:
    """The last line: figures as JSON."""
    return json.dumps({
        "runs": len(outcome.verdicts), "accesses": outcome.total("accesses"),
        "acknowledged": outcome.total("acknowledged"), "acknowledged_lost": outcome.total("lost"),
        "personal_bytes_sent": outcome.personal_bytes, "personal_bytes_without_entry": outcome.total("bare_bytes"),
        "broken": outcome.total("broken") + len(outcome.problems),
        "failures_not_told_plainly": outcome.total("unclear"), "steps_not_reached": len(outcome.missed),
        "promises_redeemed": outcome.redeemed, "disk_filled": disk,
        "statuses": {str(status): number for status, number in sorted(outcome.statuses.items())},
        "not_durable_runs": len(control.verdicts) if control else None,
        "not_durable_acknowledged_lost": control.total("lost") if control else None, "seconds": round(seconds, 1),
    })  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run it; gives the exit status."""
    options = _parser().parse_args(arguments)
    random, begun = Random(options.seed), time.monotonic()  # noqa: S311 - the same faults every time
    with running_house() as (house, northvale, admin):
        disk = house.disk is not None
        if not disk:
            _say("The disk cannot be filled here: mounting a small one needs root. Those runs are left out.")
        harness = Harness(house, northvale, admin, random)
        if options.durable == "off":
            outcome, control = not_durable(harness, options.runs, random, until_lost=False), None
        else:
            for number, case in enumerate(plan(options.runs, random, disk=disk), 1):
                if options.verbose:
                    _say(f"{number} {case.fault.name}, {case.moment} {case.step}")
                harness.run(case)
            outcome = harness.outcome
            control = not_durable(harness, _CONTROL_ROUNDS, random, until_lost=True) if options.control else None
        harness.outcome = outcome
        harness.close()
    _say(table(outcome))
    for problem in outcome.problems:
        _say(f"at the end: {problem}")
    if control is not None:
        _say(f"without durable commits, {len(control.verdicts)} runs: {control.total('lost')} acknowledged lost")
    _say(summary(outcome, control, time.monotonic() - begun, disk=disk))
    return _status(outcome, control, options.durable)


def _status(outcome: Outcome, control: Outcome | None, durable: str) -> int:
    if durable == "off":
        return FAILED if outcome.total("lost") else TOOTHLESS
    if control is not None and not control.total("lost"):
        return TOOTHLESS
    sound = all(verdict.sound for _, verdict, _ in outcome.verdicts)
    return SOUND if sound and not outcome.missed and not outcome.problems else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.harness", description="Break a running gateway.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--durable", choices=("on", "off"), default="on")
    parser.add_argument("--no-control", dest="control", action="store_false", help="without the rounds that must lose")
    parser.add_argument("--verbose", action="store_true", help="say each run as it begins")
    return parser


def _say(line: str) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
