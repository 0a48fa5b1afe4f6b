"""Who may construct a permit, and that the engine stays pure."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("agreements", "adapters", "linkage", "insight", "audit", "gateway", "concept_model")


def calls_of(path, name):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == name
    ]


def test_only_the_engine_constructs_a_permit():
    makers = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if calls_of(path, "Permit")
    }

    assert makers == {"agreements/decide.py", "agreements/statutory.py"}


def test_only_loading_and_enacting_touch_files():
    touching = {
        path.name
        for path in (ROOT / "agreements").glob("*.py")
        if any(calls_of(path, call) for call in ("read_text", "write_text", "open", "mkdir", "rglob", "glob"))
    }

    assert touching == {"loader.py", "signed_folder.py", "enactment.py"}
