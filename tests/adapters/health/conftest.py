import json
from pathlib import Path

import pytest

from adapters.health import PDS, UKCORE
from adapters.port import translate_rows
from concept_model.records import facts_of

SHARED = Path(__file__).resolve().parents[4] / "shared" / "samples"


@pytest.fixture
def samples():
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/samples is not beside this repository")
    return SHARED


@pytest.fixture
def pds():
    """Translate resources, or a whole file as bytes, as the PDS feed."""
    return lambda *sent: _translations(PDS, sent)


@pytest.fixture
def ukcore():
    """Translate resources, or a whole file as bytes, as the UK Core feed."""
    return lambda *sent: _translations(UKCORE, sent)


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


def _translations(feed, sent):
    if len(sent) == 1 and isinstance(sent[0], bytes):
        return list(translate_rows(feed, sent[0]))
    if len(sent) == 1:
        return list(translate_rows(feed, json.dumps(sent[0]).encode()))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in sent]}
    return list(translate_rows(feed, json.dumps(bundle).encode()))
