from datetime import UTC, date, datetime

import pytest

from agreements.decision import Withheld
from agreements.vocabulary import Vocabulary
from concept_model.items import Withholding, item_bit
from gateway.profiles.golden import golden_identity
from gateway.profiles.loaded import WithheldCount
from gateway.profiles.matching import ONE_RECORD, is_sure, match_words, weakest
from gateway.profiles.withheld import reply_day, role_lines, withheld_lines
from tests.gateway.profiles.facts import SOURCES, a_fact, known, lives, named

TITLES = {"police": "Police records", "housing": "Housing", "schools": "Schools"}
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
VOCABULARY = Vocabulary(SOURCES)


def born(person, day, **changes):
    return a_fact(person, "identity.birth_date", {"date": day, "expected": False}, **changes)


def test_the_heading_is_what_most_sources_say_and_the_rest_stands_beside_it():
    facts = [
        named("ann", "Ann", "Example"), named("ann", "ANN", "EXAMPLE", source="police"),
        named("ann", "Anne", "Example", source="schools"),
    ]  # fmt: skip
    names = golden_identity(facts, TITLES).names
    assert [name.value for name in names] == ["Ann Example", "Anne Example"]
    assert names[0].sources == ("Housing", "Police records")


def test_an_alias_never_heads_however_many_say_it():
    facts = [named("ann", "Red", "Ann", use="alias", source=source) for source in ("police", "schools")]
    names = golden_identity([*facts, named("ann", "Ann", "Example")], TITLES).names
    assert names[0].value == "Ann Example"


def test_agencies_that_disagree_on_a_birth_date_are_both_shown():
    facts = [born("ann", "1980-01-01"), born("ann", "1980-10-01", source="police")]
    assert {value.value for value in golden_identity(facts, TITLES).birth_dates} == {"1980-01-01", "1980-10-01"}


def test_a_number_whose_check_digit_fails_says_so():
    fact = a_fact("ann", "identity.upn", {"value": "A1", "verification": "unverified"})
    ((label, value),) = golden_identity([fact], TITLES).identifiers
    assert (label, value.value) == ("Unique pupil number", "A1 (check digit fails)")


def test_one_record_says_no_more_than_that():
    words = match_words([named("ann", "Ann", "Example"), born("ann", "1980-01-01")])
    assert words == {known("ann@housing"): ONE_RECORD}
    assert is_sure(weakest(words))


@pytest.mark.parametrize(
    ("extra", "sure"), [([], False), ([("1980-01-01", "1980-01-01")], True), ([("1980-01-01", "1981-06-01")], False)]
)
def test_words_of_a_match_rest_on_what_is_shown(extra, sure):
    facts = [named("ann", "Ann", "Example"), named("ann", "Ann", "Example", source="police")]
    facts += [lives("ann", "1 High St"), lives("ann", "1 High St", source="police")] if extra else []
    for here, there in extra:
        facts += [born("ann", here), born("ann", there, source="police")]
    assert is_sure(weakest(match_words(facts))) is sure


def withheld(item, mode, message, source="police", code="withheld"):
    mask = 1 << VOCABULARY.cell(source, item)
    return Withheld(source, mask, mode, code, message, "northvale_police")


def test_one_line_an_owner_with_the_number_and_the_day():
    reasons = [
        withheld(item, Withholding.COUNT, "{owner} holds {count} entries. Reply by {reply_by}.")
        for item in ("crime.offence", "crime.asb")
    ]
    counts = [WithheldCount(0, item_bit(item), "count", 2) for item in ("crime.offence", "crime.asb")]
    (line,) = withheld_lines(counts, reasons, {"northvale_police": "Northvale Police"}, NOW)
    assert (line.sentence, line.entries) == ("Northvale Police holds 4 entries. Reply by Wednesday.", 4)


def test_a_mode_that_tells_only_that_there_is_something_tells_no_number():
    reasons = [withheld("crime.offence", Withholding.EXISTS, "Call the desk")]
    (line,) = withheld_lines([WithheldCount(0, item_bit("crime.offence"), "exists", 7)], reasons, {}, NOW)
    assert (line.sentence, line.entries) == ("Call the desk", None)
    assert "7" not in repr(line)


def test_what_is_silent_has_no_line_whatever_its_count():
    reasons = [withheld("crime.offence", Withholding.SILENT, "never said")]
    assert withheld_lines([WithheldCount(0, item_bit("crime.offence"), "count", 3)], reasons, {}, NOW) == ()


def test_a_topic_that_the_role_sees_anywhere_is_not_called_left_out():
    reasons = [
        withheld("identity.name", Withholding.SILENT, "no identity", code="not-agreed"),
        withheld("crime.offence", Withholding.SILENT, "no police", code="not-agreed"),
    ]
    granted = 1 << VOCABULARY.cell("housing", "identity.name")
    assert [line.sentence for line in role_lines(reasons, VOCABULARY, granted)] == ["no police"]


@pytest.mark.parametrize(("day", "answer"), [(date(2026, 11, 20), "Wednesday"), (date(2026, 11, 16), "Thursday")])
def test_three_working_days(day, answer):
    assert reply_day(datetime(day.year, day.month, day.day, tzinfo=UTC)) == answer
