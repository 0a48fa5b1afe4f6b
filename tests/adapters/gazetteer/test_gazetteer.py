import pytest

from adapters.errors import FeedUnreadableError
from adapters.gazetteer import FEEDS
from adapters.port import translate_rows

(FEED,) = FEEDS
STREET = '15,"I",2,48500001,"HIGH STREET","","NORTHVALE","NORTHVALE","ENG",2001-03-19,,2016-02-10,2001-03-19\n'
BLPU = (
    '21,"I",3,000990000001001,1,2,2001-03-19,,450000.00,420000.00,53.67,-1.24,1,4850,"E",2001-03-19,,2016-02-10,'
    '2001-03-19,"D","NV1 1AB",0\n'
)
LPI = (
    '24,"I",4,990000001001,"4850L000000001","ENG",1,2001-03-19,,2016-02-10,2001-03-19,4,"","","","FLAT",12,"A","","",'
    '"",48500001,"1","","",""\n'
)
POINT = (
    '28,"I",5,990000001001,50000001,"","","FLAT 4","",12,"","HIGH STREET","","","NORTHVALE","NV1 1AB","S","1A","","",'
    '"","","","",2016-02-10,2016-01-01,,2016-02-10,2016-01-01\n'
)
CLASS = '32,"I",6,990000001001,"4850C000000001","RD06","AddressBase Premium Classification Scheme","1.0",2001-03-19,\n'
HEADER = '10,"NORTHVALE COUNCIL",4850,2026-11-01,1,2026-11-01,08:00:00,"1.0","F"\n'
TRAILER = "99,1,6,2026-11-01,08:00:00\n"


def entries(text: str):
    return [
        (record.subject, record.occurrence, dict(record.value))
        for translation in translate_rows(FEED, text.encode())
        for record in translation.records
    ]


def test_a_transfer_says_of_a_place_how_it_is_written_where_it_is_and_what_it_is_for():
    found = {
        occurrence: value for _, occurrence, value in entries(HEADER + STREET + BLPU + LPI + POINT + CLASS + TRAILER)
    }
    assert found["blpu"] == {
        "uprn": "990000001001", "status": "approved", "state": "in use", "parent": None, "postcode": "NV1 1AB",
        "latitude": 53.67, "longitude": -1.24,
    }  # fmt: skip
    assert found["lpi/4850L000000001"]["lines"] == "FLAT 4\n12A HIGH STREET\nNORTHVALE"
    assert found["delivery-point/50000001"]["lines"] == "FLAT 4\n12 HIGH STREET\nNORTHVALE"
    assert found["classification/4850C000000001"]["classification"] == "RD06"
    assert len(found) == 4


def test_all_that_a_transfer_says_is_of_places_and_of_no_person():
    for translation in translate_rows(FEED, (STREET + BLPU + LPI + POINT + CLASS).encode()):
        for record in translation.records:
            assert (record.subject_kind, record.item, record.subject) == ("place", "place.address", "uprn/990000001001")


def test_a_record_that_is_bad_leaves_the_others():
    bad = BLPU.replace("000990000001001", "12X")
    short = ",".join(POINT.split(",")[:6]) + "\n"
    unknown = POINT.replace("28,", "77,", 1)
    outcomes = list(translate_rows(FEED, (bad + short + unknown + CLASS).encode()))
    assert [[error.code for error in one.errors] for one in outcomes] == [
        ["number-invalid"], ["row-shape"], ["code-unknown"], [],
    ]  # fmt: skip
    assert len(outcomes[3].records) == 1


def test_a_deletion_is_told_and_changes_nothing_by_itself():
    (outcome,) = translate_rows(FEED, BLPU.replace('"I"', '"D"', 1).encode())
    assert [flag.code for flag in outcome.flags] == ["record-not-kept"]
    assert not outcome.records


@pytest.mark.parametrize("body", [b"", b"UPRN,ADDRESS\n1,2\n", b"<a/>", b"{}", b"\x00\x01"])
def test_what_is_no_transfer_is_refused_whole(body):
    with pytest.raises(FeedUnreadableError):
        list(translate_rows(FEED, body))
