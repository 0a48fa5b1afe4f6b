# `northvale` is the whole fictional register, compiled once a run; `sandbox` the same with its overlay.
import pytest

from agreements.lifecycle import RegisterDocuments
from agreements.loader import load_register
from agreements.register import Register, compile_register
from tests.agreements.northvale import NOW, REGISTER, SANDBOX


@pytest.fixture(scope="session")
def northvale_documents(signed) -> RegisterDocuments:
    return load_register(REGISTER, signed, NOW)


@pytest.fixture(scope="session")
def sandbox_documents(signed) -> RegisterDocuments:
    return load_register(REGISTER, signed, NOW, overlay=SANDBOX)


@pytest.fixture(scope="session")
def northvale(northvale_documents) -> Register:
    return compile_register(northvale_documents)


@pytest.fixture(scope="session")
def sandbox(sandbox_documents) -> Register:
    return compile_register(sandbox_documents)
