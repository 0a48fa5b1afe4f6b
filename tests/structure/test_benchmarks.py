"""Benchmarks time what the gateway really calls."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "benchmarks" / "policy.py"


def attributes_called(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return named | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_the_policy_benchmark_times_the_public_functions_of_the_engine():
    used = attributes_called(POLICY)

    assert {"compile_register", "decide", "explain", "prove", "differences", "replay"} <= used
    assert not [name for name in used if name.startswith("_") and name not in top_level_functions(POLICY)]


def test_the_gateway_calls_the_functions_that_are_timed():
    called = set()
    for path in (ROOT / "gateway").rglob("*.py"):
        called |= attributes_called(path)

    assert {"compile_register", "decide", "explain", "prove", "differences", "replay"} <= called


def top_level_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} | {"__name__", "__doc__", "_"}
