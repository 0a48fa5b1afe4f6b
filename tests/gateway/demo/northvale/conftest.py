"""Northvales of several sizes, generated once a session."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from gateway.demo.northvale.delivery import Manifest
from gateway.demo.northvale.generate import generate

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Northvale:
    folder: Path
    manifest: Manifest

    def text(self, name: str) -> str:
        """A file without its byte order mark; lone bytes survive as surrogates."""
        return (self.folder / name).read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")


@pytest.fixture(scope="session")
def northvale_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Northvale]:
    @cache
    def make(people: int, seed: int) -> Northvale:
        folder = tmp_path_factory.mktemp("northvale")
        return Northvale(folder, generate(folder, people, seed, today=TODAY))

    return make


@pytest.fixture(scope="session", params=[(60, 5), (137, 97), (2000, 1)], ids=str)
def northvale(request: pytest.FixtureRequest, northvale_of: Callable[[int, int], Northvale]) -> Northvale:
    return northvale_of(*request.param)


@pytest.fixture(scope="session")
def demo(northvale_of: Callable[[int, int], Northvale]) -> Northvale:
    return northvale_of(2000, 1)
