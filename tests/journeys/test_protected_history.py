"""P12: no answer shows, cites or hints at a former name or that what is recorded of somebody's sex has changed."""

import pytest

from tests.gateway.served import content, served
from tests.journeys.test_byte_equal import as_bytes

AISHA, PRIYA = ("S1", "Aisha Cole"), ("S3", "Priya Nair")


@pytest.fixture
def differing(northvale):
    """Police go on with what they were told of Leanne Cole years ago; whoever sends since says otherwise."""
    leanne = northvale.person_id("S1", "Leanne Cole")
    northvale.sql(
        "UPDATE hearth.fact f SET value = jsonb_build_object('code', o.code), recorded_at = f.recorded_at - o.ago"
        " FROM (VALUES (true, 'male', interval '900 days'), (false, 'female', interval '0')) AS o (police, code, ago),"
        " hearth.link l, hearth.item i WHERE i.item_no = f.item_no AND i.name = 'identity.sex'"
        " AND o.police = (f.source_no = :police) AND l.record_id = f.record_id AND l.person_id = :leanne"
        " AND l.superseded_at IS NULL",
        police=northvale.wiring.source_number("police"), leanne=leanne,
    )  # fmt: skip
    return northvale


def test_neither_page_nor_search_shows_two_sexes(differing):
    with served(differing) as gateway:
        declaration = gateway.declare("W101", "front_door")
        page = gateway.family("W101", declaration, differing.family_id(*AISHA)).json()
        hits = gateway.search("W101", declaration, differing.person("S1", "Leanne Cole")).json()["hits"]

    handle = str(differing.family_id("S1", "Leanne Cole"))
    shown = [one["identity"]["sexes"] for one in page["members"] if one["id"] == handle]
    shown += [one["identity"]["sexes"] for one in hits if one["family_id"] == handle]
    assert [[each["value"] for each in sexes] for sexes in shown] == [["female"], ["female"]]
    assert all("Police" not in str(sexes) for sexes in shown)


def test_a_search_by_a_former_name_is_answered_as_one_for_nobody(northvale):
    """The NHS says that Priya Nair was called Menon: matching uses it, and no reader finds her by it."""
    former = "SELECT count(*) FROM hearth.fact JOIN hearth.item i USING (item_no) WHERE i.name = 'identity.former_name'"
    held = northvale.count(former)
    born = northvale.person(*PRIYA)["dob"]
    with served(northvale) as gateway:
        answers = []
        for worker, purpose in (("W101", "front_door"), ("W203", "early_help"), ("B101", "tenancy_management")):
            declaration = gateway.declare(worker, purpose)
            answers += [
                content(gateway.search(worker, declaration, {"surname": name, "forename": "Priya", "dob": born}))
                for name in ("Menon", "Zzyx")
            ]

    assert held
    assert [as_bytes(one) for one in answers[::2]] == [as_bytes(one) for one in answers[1::2]]
    assert not any(dict(body)["hits"] for _, body in answers)
