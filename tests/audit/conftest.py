"""Fixtures of the audit tests. `vectors` is the folder of conformance data that others made; `log_key` signs."""

from pathlib import Path

import pytest

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"


@pytest.fixture(scope="session")
def vectors():
    if not VECTORS.is_dir():
        pytest.skip(f"conformance data not present at {VECTORS}")
    return VECTORS
