"""Words and search: from the evidence passed in and nothing else."""

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from linkage.evidence import AGAINST, FOR, claims_between
from linkage.explain import CLAIM_WORDS, REASON_WORDS, band_from_claims, explain_claims, explain_link, explain_review
from linkage.record import Band, LinkIdentifier, LinkRecord
from linkage.standardise import standardise
from linkage.tokens import HIT_WORDS, CandidateFacts, SearchQuery, query_tokens, score_hit, search_tokens

CLAIMS = [claim.__name__ for claim in (*FOR, *AGAINST)]


def record(**changes):
    values = {"given_names": ("Aisha",), "family_names": ("Cole",), "birth_date": "2016-05-01", **changes}
    return standardise(LinkRecord(values.pop("record_id", "r"), "s", **values))


def test_every_claim_has_words_and_no_words_are_left_over():
    assert set(CLAIM_WORDS) == set(CLAIMS)


def test_number_and_birth_date_are_said_as_workers_expect():
    number = (LinkIdentifier("nhs_number", "9434765919", verified=True),)
    claims = claims_between(record(identifiers=number), record(identifiers=number))

    assert explain_link(claims) == "Same person: NHS number and date of birth agree."


def test_without_the_permitted_number_the_same_link_is_only_strong():
    claims = claims_between(record(phones=("07700900123",)), record(phones=("07700900123",)))

    assert band_from_claims(claims) is Band.STRONG
    assert "NHS" not in explain_link(claims)


def test_thin_evidence_says_what_to_check():
    claims = claims_between(record(birth_date=None), record(birth_date=None))

    assert explain_link(claims) == "Probably the same person. Check a date of birth with them before you act."


def test_a_pair_held_back_says_so_to_everyone():
    assert explain_review(("twins",))[-1] == "Held back until someone checks. Ask us today if it is urgent."
    assert explain_review(("twins",))[0] == REASON_WORDS["twins"]


@given(st.sets(st.sampled_from(CLAIMS)))
def test_no_sentence_holds_a_percentage_or_a_digit(claims):
    said = " ".join((explain_link(claims), *explain_claims(claims)))

    assert not re.search(r"[%\d]|per cent", said)


@given(st.sets(st.sampled_from(CLAIMS)), st.sets(st.sampled_from(["same_phone", "same_nhs_number", "same_email"])))
def test_words_never_use_a_claim_that_was_not_passed(claims, hidden):
    said = explain_link(claims - hidden)

    for claim, word in (("same_phone", "phone"), ("same_nhs_number", "NHS"), ("same_email", "e-mail")):
        if claim in hidden and not {"same_verified_nhs_number"} & claims:
            assert word not in said


def test_claims_read_the_same_from_either_side():
    records = [
        record(), record(given_names=("Ayesha",)), record(birth_date="2016-01-05"), record(birth_date="1984"),
        record(given_names=("Cole",), family_names=("Aisha",)), record(given_names=("A",)), record(sex="F"),
        record(sex="1"),
        record(given_names=("Thedero",)), record(given_names=("Theodore",)),
    ]  # fmt: skip
    for left, right in combinations(records, 2):
        assert claims_between(left, right) == claims_between(right, left)


def test_tokens_are_what_the_index_holds():
    tokens = search_tokens(("Bill",), ("Smith-Jones",), "2016-05-01", ("nv12ab",), (("nhs_number", "943 476 5919"),))

    assert {
        "given:bill", "given:william", "family:smithjones", "family:smith", "family:jones", "dob:2016-05-01",
        "dob-year:2016", "postcode:NV1 2AB", "postcode-district:NV1", "id:nhs_number:9434765919",
    } <= tokens  # fmt: skip


def test_a_search_by_surname_finds_another_spelling():
    index = search_tokens(("Catherine",), ("Thompson",))

    assert query_tokens(SearchQuery(family="Thomson")) & index
    assert query_tokens(SearchQuery(given="Kate", family="Cole")).isdisjoint(index)


def test_every_telling_query_token_is_an_index_token_of_the_same_person():
    query = SearchQuery("Aisha", "Cole", "2016-05-01", "NV1 2AB", ("upn", "x"))
    index = search_tokens(("Aisha",), ("Cole",), "2016-05-01", ("NV1 2AB",), (("upn", "x"),))

    assert query_tokens(query) - {"family:aisha"} <= index


def test_a_first_name_alone_still_finds_and_a_year_alone_too():
    assert "given:aisha" in query_tokens(SearchQuery(given="Aisha"))
    assert query_tokens(SearchQuery(birth_date="2016")) == {"dob-year:2016"}
    assert query_tokens(SearchQuery()) == frozenset()


def test_a_better_answer_scores_higher_and_says_why():
    query = SearchQuery("Aisha", "Cole", "2016-05-01")
    exact = score_hit(query, CandidateFacts(("Aisha",), ("Cole",), ("2016-05-01",)))
    alike = score_hit(query, CandidateFacts(("Ayesha",), ("Coal",), ("2016-05-01",)))
    other = score_hit(query, CandidateFacts(("Aisha",), ("Cole",), ("1984-02-03",)))

    assert exact.score > alike.score > other.score
    assert exact.reasons == ("birth-date", "family", "given")
    assert {*alike.reasons} == {"birth-date", "family-sound", "given-known-as"}


def test_a_fact_the_reader_may_not_see_changes_neither_score_nor_reason():
    query = SearchQuery("Aisha", "Cole", identifier=("nhs_number", "9434765919"))
    permitted = CandidateFacts(("Aisha",), ("Cole",))

    assert "identifier" not in score_hit(query, permitted).reasons
    assert score_hit(query, CandidateFacts()).score == 0
    assert set(HIT_WORDS) >= set(score_hit(query, permitted).reasons)
