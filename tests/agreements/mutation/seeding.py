"""Imports the engine anew with one fault in it and asks the judge. For processes that do nothing else."""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[3] / "agreements"
SURVIVED = ""
SEEDS = range(1, 121)
LAW_SEEDS = range(1, 61)
_OURS = ("agreements.", "tests.agreements.")


class _Seeded(MetaPathFinder, Loader):
    """Finds one module of the engine, and gives it the text that has the fault."""

    def __init__(self, fault):
        self._name = f"agreements.{fault.file.removesuffix('.py')}"
        self._path = ENGINE / fault.file
        self._text = self._path.read_text(encoding="utf-8").replace(fault.found, fault.written, 1)

    def find_spec(self, fullname, _path, _target=None):
        return ModuleSpec(fullname, self, origin=str(self._path)) if fullname == self._name else None

    def exec_module(self, module):
        exec(compile(self._text, str(self._path), "exec"), vars(module))  # noqa: S102 - this is how a fault is seeded


def judge_of(fault):
    """The judge, with everything of ours imported anew; `None` as fault: the engine as it is."""
    mine = __name__.rpartition(".")[0]
    for name in list(sys.modules):
        if name.startswith(_OURS) and (name == f"{mine}.judge" or not name.startswith(mine)):
            package, _, last = name.rpartition(".")
            del sys.modules[name]
            # `from package import module` would find the old one.
            if package in sys.modules:
                vars(sys.modules[package]).pop(last, None)
    finders = [] if fault is None else [_Seeded(fault)]
    sys.meta_path[:0] = finders
    try:
        return importlib.import_module(f"{mine}.judge")
    finally:
        del sys.meta_path[: len(finders)]


def replayed(fault, cases):
    """What catches a fault in the register recorded for it, in a few words; `SURVIVED` where nothing does."""
    judge = judge_of(fault)
    if fault.law:
        return _law(fault.law, fault.seed) if judge.law_broken(fault.law, fault.seed) else SURVIVED
    return _case(judge.case_caught(cases[fault.seed]), fault.seed)


def searched(fault, cases):
    """What catches a fault in any register: the cases first, then every law."""
    judge = judge_of(fault)
    for seed, case in cases.items():
        if caught := judge.case_caught(case):
            return _case(caught, seed)
    names = [law.__name__ for law in judge.laws.LAWS]
    return next((_law(name, seed) for seed in LAW_SEEDS for name in names if judge.law_broken(name, seed)), SURVIVED)


def healthy(faults, cases):
    """What catches the engine as it is among all that catches the faults: nothing should."""
    judge = judge_of(None)
    caught = [_case(judge.case_caught(case), seed) for seed, case in cases.items()]
    laws = sorted({(fault.law, fault.seed) for fault in faults if fault.law})
    caught += [_law(name, seed) for name, seed in laws if judge.law_broken(name, seed)]
    return [one for one in caught if one != SURVIVED]


def _case(caught, seed):
    return f"differential: {caught}, seed {seed}" if caught else SURVIVED


def _law(name, seed):
    return f"law: {name}, seed {seed}"
