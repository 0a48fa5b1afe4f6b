"""The policy engine, timed beside regorus, Cedar and a sensible Python loop in one run.

    python -m benchmarks.policy [--quick]

A profile is five persons, 16 sources, every registered item, link bands and ten three-valued states. What is timed of
ours are the public functions that the gateway calls: `compile_register`, `Register.decide`, `Register.explain`, and
those behind `hearthgate agreements prove`, `diff` and `replay`. Every engine's answers are compared before a figure
is printed. Profiles are timed in processor time of the thread, and the best of several rounds counts, as other work on
the machine is not what is measured; "first sight" is the first time that the engine meets a profile, when nothing is
remembered. Proofs, differences and replay are timed by the clock on the wall. Absolute figures depend on the machine;
the ratios are what to compare. The last line is JSON.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from agreements import Register, compile_register
from agreements.decision import Permit
from agreements.difference import differences
from agreements.document import Invariant
from agreements.lifecycle import RegisterDocuments
from agreements.proof import prove
from agreements.replay import Access, AskedSubject, replay
from agreements.request import DecisionRequest
from benchmarks import policy_workload as workload
from benchmarks.policy_peers import CedarPartial, PythonLoop, Rego, rules_of

SIZES = (40, 400, 4000)
ROUNDS = 5
Profile = tuple[DecisionRequest, ...]
Answer = Callable[[Profile], list[int]]


def main(*, quick: bool) -> None:
    figures: dict[str, float] = {}
    chosen = {size: workload.documents(size) for size in SIZES}
    for size, documents in chosen.items():
        figures |= _engine(size, documents, workload.profiles(documents, 400 if quick else 2000))
    figures |= _beside_peers(chosen[40], 20 if quick else 100)
    figures |= _proofs(chosen[400], 200)
    figures |= _differences(chosen[400])
    figures |= _replay(chosen[400], 100_000 if quick else 1_000_000)
    print(json.dumps(figures))


def _engine(size: int, documents: RegisterDocuments, profiles: Sequence[Profile]) -> dict[str, float]:
    began = time.perf_counter()
    register = compile_register(documents)
    compiled = time.perf_counter() - began
    decide, explain = _each(register.decide), _each(register.explain)
    first_decide, first_explain = _times(decide, profiles, 1), _times(explain, profiles, 1)
    decided, explained = _times(decide, profiles, ROUNDS), _times(explain, profiles, ROUNDS)
    spelt = _times(_spelt_out(register), profiles, ROUNDS)
    permits = [isinstance(register.decide(person), Permit) for profile in profiles for person in profile]
    _accounted_for(register, profiles)
    print(f"{size} agreements, {len(register.index)} keys, {sum(permits) / len(permits):.0%} of persons permitted")
    print(f"  compile            {compiled:8.2f} s")
    _row("decide a profile", decided)
    _row("  at first sight", first_decide)
    _row("  with uses, forms", spelt)
    _row("explain a profile", explained)
    _row("  at first sight", first_explain)
    return {
        f"profile_p99_us_{size}": _p99(decided),
        f"profile_first_p99_us_{size}": _p99(first_decide),
        f"compile_s_{size}": round(compiled, 3),
    } | ({"explain_p99_us": _p99(explained), "explain_first_p99_us": _p99(first_explain)} if size == SIZES[0] else {})


def _beside_peers(documents: RegisterDocuments, count: int) -> dict[str, float]:
    register = compile_register(documents)
    vocabulary = register.vocabulary
    profiles = workload.profiles(documents, count)
    rules = rules_of(documents, vocabulary)

    def ours(profile: Profile) -> list[int]:
        answers = map(register.decide, profile)
        return [answer.mask if isinstance(answer, Permit) else 0 for answer in answers]

    expected = [ours(profile) for profile in profiles]
    first = statistics.median(_times(ours, workload.profiles(documents, count, seed=5), 1))
    own = statistics.median(_times(ours, profiles, ROUNDS))
    print(f"{len(profiles)} profiles beside peers, {SIZES[0]} agreements: median of a profile, and ratio to ours")
    print(f"  ours               {own * 1e6:8.1f} us  (at first sight {first * 1e6:.1f} us)")
    ratios = {}
    for name, peer in (
        ("python_loop", PythonLoop(rules, vocabulary)),
        ("regorus", Rego(rules, vocabulary)),
        ("cedar_partial", CedarPartial(rules, vocabulary)),
    ):
        answers = [peer.answer(profile) for profile in profiles]
        if answers != expected:
            message = f"{name} answers otherwise; no figure is printed of engines that disagree"
            raise SystemExit(message)
        spent = statistics.median(_times(peer.answer, profiles, 1))
        ratios[f"ratio_vs_{name}"] = round(spent / own, 1)
        print(f"  {name:<18} {spent * 1e6:8.1f} us  {spent / own:10.0f} x  (at first sight {spent / first:.0f} x)")
    return ratios


def _proofs(documents: RegisterDocuments, count: int) -> dict[str, float]:
    register = compile_register(documents)
    invariants = tuple(_invariants(count))
    began = time.perf_counter()
    proof = prove(documents, register, invariants)
    spent = time.perf_counter() - began
    print(f"{count} invariants over {len(documents.agreements)} agreements, both provers: {spent:.2f} s")
    print(f"  {len(proof.verdicts)} verdicts, {sum(one.proved for one in proof.verdicts)} proved")
    return {f"prove_{count}_invariants_s": round(spent, 2)}


def _invariants(count: int) -> Iterator[Invariant]:
    for number in range(count):
        agency = workload.AGENCIES[number % len(workload.AGENCIES)]
        never = {
            "recipients": [{"agency": agency, "roles": [workload.ROLES[agency][number % 5]]}],
            "purposes": [workload.PURPOSES[number % len(workload.PURPOSES)]],
            "data": [workload.GROUPS[number % len(workload.GROUPS)]],
        }
        yield Invariant.model_validate(
            {"id": f"B{number}", "says": "A promise of the benchmark, true or not.", "never": never}
        )


def _differences(documents: RegisterDocuments) -> dict[str, float]:
    before = compile_register(documents)
    changed = documents.agreements[0]
    rule = changed.document.rules[0]
    wider = rule.model_copy(update={"data": ("*",)})
    document = changed.document.model_copy(update={"rules": (wider, *changed.document.rules[1:])})
    draft = replace(documents, agreements=(replace(changed, document=document), *documents.agreements[1:]))
    after = compile_register(draft)
    began = time.perf_counter()
    found = differences(before, after)
    spent = time.perf_counter() - began
    print(f"differences of a one-rule draft, {len(documents.agreements)} agreements: {len(found)} in {spent:.3f} s")
    return {"diff_400_s": round(spent, 3)}


def _replay(documents: RegisterDocuments, count: int) -> dict[str, float]:
    register = compile_register(documents)
    draft = compile_register(replace(documents, agreements=documents.agreements[1:]))
    profiles = workload.profiles(documents, 20_000, seed=3)
    # Accesses as the log's reader yields them, made before the clock runs; a file of them would be read by another.
    accesses = [_access(register, profile, number) for number, profile in enumerate(profiles)]
    began = time.perf_counter()
    report = replay((accesses[number % len(accesses)] for number in range(count)), draft)
    spent = time.perf_counter() - began
    print(
        f"replay of {count:,} accesses, {len(draft.agreements)} agreements: {spent:.2f} s ({report.accesses:,} judged)"
    )
    return {"replay_1m_s": round(spent * 1_000_000 / count, 2)}


def _access(register: Register, profile: Profile, number: int) -> Access:
    first = profile[0]
    at = first.now + timedelta(seconds=number)
    subjects = []
    for person in profile[:1]:
        decision = register.decide(replace(person, now=at))
        mask = decision.mask if isinstance(decision, Permit) else 0
        subjects.append(AskedSubject(person.relationship.value, int(person.band), person.yes, person.no, mask))
    return Access(
        f"entry-{number}", at, first.agency, first.role, first.purpose, first.direction.value, first.regime.value,
        first.break_glass, True, False, tuple(subjects),
    )  # fmt: skip


def _accounted_for(register: Register, profiles: Sequence[Profile]) -> None:
    for profile in profiles[:200]:
        for person in profile:
            decision = register.decide(person)
            accounted = decision.mask if isinstance(decision, Permit) else 0
            for reason in register.explain(person).reasons:
                if accounted & reason.mask:
                    raise SystemExit("a cell has two reasons")
                accounted |= reason.mask
            if accounted != register.vocabulary.all_mask:
                raise SystemExit("a cell has no reason")


def _each(function: Callable[[DecisionRequest], object]) -> Callable[[Profile], object]:
    def whole(profile: Profile) -> list[object]:
        return [function(person) for person in profile]

    return whole


def _spelt_out(register: Register) -> Callable[[Profile], object]:
    def whole(profile: Profile) -> list[object]:
        answers = [register.decide(person) for person in profile]
        return [(answer.uses, answer.coarse) for answer in answers if isinstance(answer, Permit)]

    return whole


def _times(function: Callable[[Profile], object], profiles: Sequence[Profile], rounds: int) -> list[float]:
    best = [float("inf")] * len(profiles)
    for _ in range(rounds):
        for number, profile in enumerate(profiles):
            began = time.thread_time()
            function(profile)
            best[number] = min(best[number], time.thread_time() - began)
    return best


def _p99(seconds: Sequence[float]) -> float:
    return round(sorted(seconds)[int(len(seconds) * 0.99) - 1] * 1e6, 1)


def _row(name: str, seconds: Sequence[float]) -> None:
    print(f"  {name:<18} {statistics.median(seconds) * 1e6:8.1f} us p50 {_p99(seconds):8.1f} us p99")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer profiles and accesses")
    main(quick=parser.parse_args().quick)
