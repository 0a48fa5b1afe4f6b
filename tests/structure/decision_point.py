"""Which routes reach a store function that reads personal data, and whether a use case asks the register on the way.

Read from the sources alone: calls between functions of modules, across the layers of the gateway.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LAYERS = ("api", "web", "usecases", "store", "identity", "jobs")
DECIDING = frozenset({"decide", "decide_profile", "decide_statutory", "decide_supply"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "api_route", "route"})


@dataclass
class Function:
    """One module-level function or method: what it calls, by full name, and whether it asks the register itself."""

    name: str
    calls: list[str] = field(default_factory=list)
    asks: bool = False
    routes: list[str] = field(default_factory=list)


def functions_of(root: Path, extra: Mapping[str, str] | None = None) -> dict[str, Function]:
    """Every function of the gateway's layers. `extra` gives sources of modules that are to be taken as there, too."""
    sources = {
        ".".join(path.relative_to(root).with_suffix("").parts): path.read_text()
        for layer in LAYERS
        for path in sorted((root / "gateway" / layer).rglob("*.py"))
        if "migrations" not in path.parts
    }
    modules = {**sources, **(extra or {})}
    return {
        name: function for module, source in modules.items() for name, function in _of_module(module, source).items()
    }


@cache
def _of_module(module: str, source: str) -> dict[str, Function]:
    found: dict[str, Function] = {}
    tree = ast.parse(source)
    names = dict(_imported(tree))
    names |= {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    names |= {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.ClassDef)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[f"{module}.{node.name}"] = _function(f"{module}.{node.name}", node, names)
        if isinstance(node, ast.ClassDef):
            # A class is called to be made; what any of its methods does counts as what making it leads to.
            whole = Function(f"{module}.{node.name}")
            for part in (one for one in node.body if isinstance(one, ast.FunctionDef)):
                method = _function(whole.name, part, names)
                whole.calls += method.calls
                whole.asks |= method.asks
            found[whole.name] = whole
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _function(name: str, node: ast.FunctionDef | ast.AsyncFunctionDef, names: Mapping[str, str]) -> Function:
    made = Function(name)
    for part in ast.walk(node):
        match part:
            case ast.Attribute(value=ast.Attribute(attr="register") | ast.Name(id="register"), attr=attribute):
                made.asks |= attribute in DECIDING
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if owner in names:
                # `facts.load_facts(...)` of an imported module.
                made.calls.append(f"{names[owner]}.{attribute}")
            case ast.Name(id=called, ctx=ast.Load()) if called in names:
                made.calls.append(names[called])
    made.routes = [f"{method.upper()} {path}" for method, path in _routes(node)]
    return made


def _routes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            first = decorator.args[0] if decorator.args else None
            if decorator.func.attr in _VERBS and isinstance(first, ast.Constant):
                yield decorator.func.attr, str(first.value)


def undecided(functions: Mapping[str, Function], personal: Iterable[str]) -> dict[str, set[str]]:
    """Ways from a route to a reader of personal data on which no use case asks the register, with their routes.

    A way is "function -> reader", named from below `gateway`: the function that calls the reader. A walk from a route
    ends at a use case that asks, itself or through what it calls: what such a use case reads, it reads with its
    decision in hand. A reader that is no function of the store is a `KeyError`.
    """
    wanted = {functions[name].name for name in personal}
    asking = _asking(functions)
    found: dict[str, set[str]] = {}
    for function in functions.values():
        for route in function.routes:
            for way in _ways(functions, function.name, wanted, asking):
                found.setdefault(way.replace("gateway.", ""), set()).add(route)
    return found


def _asking(functions: Mapping[str, Function]) -> set[str]:
    """Functions that ask the register themselves or through what they call."""
    asking = {name for name, function in functions.items() if function.asks}
    grown = True
    while grown:
        more = {
            name
            for name, function in functions.items()
            if name not in asking and any(called in asking for called in function.calls)
        }
        asking |= more
        grown = bool(more)
    return asking


def _ways(functions: Mapping[str, Function], start: str, wanted: set[str], asking: set[str]) -> Iterator[str]:
    waiting, seen = [start], {start}
    while waiting:
        name = waiting.pop()
        if name in asking and name.startswith("gateway.usecases."):
            continue
        for called in functions[name].calls:
            if called in wanted:
                yield f"{name} -> {called}"
            if called in functions and called not in seen:
                seen.add(called)
                waiting.append(called)
