from pathlib import Path

import pytest

from adapters.port import translate_rows
from adapters.social_care import CIN, SSDA903
from concept_model.records import facts_of

SHARED = Path(__file__).resolve().parents[4] / "shared" / "samples"


@pytest.fixture
def samples():
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/samples is not beside this repository")
    return SHARED


@pytest.fixture
def cin():
    """Translate a CIN census: a whole file as bytes, or the inside of Child elements as text."""
    return lambda *sent: list(translate_rows(CIN, sent[0] if isinstance(sent[0], bytes) else census(*sent)))


@pytest.fixture
def ssda903():
    """Translate an SSDA903 table: a whole file as bytes, or its lines."""
    return lambda *sent: list(
        translate_rows(SSDA903, sent[0] if isinstance(sent[0], bytes) else "\n".join(sent).encode())
    )


@pytest.fixture
def facts():
    """Facts of translations by item."""

    def by_item(translations):
        found = {}
        for translation in translations:
            for record in translation.records:
                for fact in facts_of(record):
                    found.setdefault(fact.item, []).append(fact)
        return found

    return by_item


def census(*children):
    inside = "".join(f"<Child>{child}</Child>" for child in children)
    header = "<Header><CollectionDetails><Collection>CIN</Collection></CollectionDetails></Header>"
    return f"<Message>{header}<Children>{inside}</Children></Message>".encode()
