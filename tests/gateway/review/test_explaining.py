from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.building import RunningDatabase, build_wiring
from gateway.errors import ConfigurationError
from gateway.review.access import Kind, Known, Reach, Tie
from gateway.review.explaining import explain, explain_all
from gateway.review.rules import load_rules
from gateway.review.sentences import reason_sentence, subject_sentence
from gateway.settings import Settings
from tests.gateway.review.accesses import FILE, RULES, access, family

ties = st.builds(
    Known, st.sampled_from(Tie), st.sampled_from(Reach), st.integers(-400, 400), st.sampled_from([None, "housing"])
)
accesses = st.builds(
    lambda known, purpose, families: access(ties=known, purpose=purpose, families=families),
    st.lists(ties, max_size=5),
    st.sampled_from(["early_help", "front_door", "tenancy_management", "council_tax"]),
    st.frozensets(st.sampled_from(["family_support", "safeguarding_front_door", "tenancy_enforcement"])),
)


def path_of(one):
    found = explain(one, RULES)
    return None if found is None else found.path


@pytest.mark.parametrize(
    ("known", "path"),
    [
        (Known(Tie.ALLOCATED), "allocated"),
        (Known(Tie.ALLOCATED, Reach.HOUSEHOLD), "household-of-allocated"),
        (Known(Tie.MANAGES), "manages"),
        (Known(Tie.TEAM, Reach.HOUSEHOLD), "same-team"),
        (Known(Tie.COVERS_WORKER), "covers-worker"),
        (Known(Tie.ALLOCATED, days=28), "allocated"),
        (Known(Tie.ALLOCATED, days=29), None),
        (Known(Tie.ALLOCATED, days=-14), "allocated"),
        (Known(Tie.ALLOCATED, days=-15), None),
        (Known(Tie.KNOWN_TO, about="council_tax"), None),
        (Known(Tie.FAMILY), None),
    ],
    ids=str,
)
def test_a_tie_of_work_explains_while_it_holds_and_shortly_beside(known, path):
    assert path_of(access(ties=[known])) == path


def test_the_shortest_path_is_the_reason_and_a_bare_one_only_where_there_is_no_other():
    both = [Known(Tie.TEAM), Known(Tie.ALLOCATED)]
    tenant = Known(Tie.KNOWN_TO, about="housing")
    rent = {"purpose": "tenancy_management", "families": frozenset({"tenancy_enforcement"})}

    assert path_of(access(ties=both)) == "allocated"
    assert path_of(access(ties=[tenant], **rent)) == "tenancy"
    assert path_of(access(ties=[tenant, Known(Tie.TEAM)], **rent)) == "same-team"


@given(accesses)
def test_nothing_explains_without_a_tie_of_work_to_the_person(one):
    of_life = tuple(known for known in one.ties if known.tie in set(Tie) - _OF_WORK)

    assert path_of(replace(one, ties=of_life)) is None


_OF_WORK = {Tie.ALLOCATED, Tie.MANAGES, Tie.INVOLVED, Tie.TEAM, Tie.MANAGES_WORKER, Tie.COVERS_WORKER, Tie.REFERRAL,
            Tie.ENQUIRY, Tie.NOTICE, Tie.KNOWN_TO}  # fmt: skip


@given(accesses, ties)
def test_knowing_more_never_makes_a_reason_longer(one, known):
    before, after = explain(one, RULES), explain(replace(one, ties=(*one.ties, known)), RULES)

    assert before is None or (after.bare, after.length) <= (before.bare, before.length)


def test_a_referral_explains_the_front_door_and_nobody_else():
    referral = [Known(Tie.REFERRAL, Reach.HOUSEHOLD, 3)]

    mash = access(ties=referral, purpose="front_door", families=frozenset({"safeguarding_front_door"}))

    assert path_of(mash) == "front-door"
    assert path_of(access(ties=referral)) is None


def test_an_emergency_explains_itself_and_a_refusal_never_does_by_what_its_entry_says():
    assert path_of(access(emergency=True)) == "emergency"
    assert path_of(access(reason="named-case")) == "named-case"
    assert path_of(access(reason="named-case", kind=Kind.DENIED)) is None


def test_a_search_is_explained_by_the_family_that_it_led_to_and_the_wrong_person_by_the_right_one():
    right, wrong = family(1), family(2)
    search = access(1, kind=Kind.SEARCH, family=None, subjects=(right, wrong))
    mistaken = access(2, minutes=1, family=wrong, subjects=(wrong,))
    meant = access(3, minutes=2, family=right, subjects=(right,), ties=[Known(Tie.ALLOCATED)])
    later = access(4, minutes=50, family=wrong, subjects=(wrong,))

    found = explain_all([search, mistaken, meant, later], RULES)

    assert [found[one.access_id] and found[one.access_id].path for one in (search, mistaken, meant, later)] == [
        "opened-next", "right-person-of-search", "allocated", None,
    ]  # fmt: skip
    assert explain_all([search, mistaken], RULES)[mistaken.access_id] is None


def test_who_is_asked_for_advice_is_explained_by_the_colleague_whose_task_it_is_and_never_by_another_guest():
    task = access(1, who="V2", ties=[Known(Tie.ALLOCATED)])
    asked, next_day = access(2, minutes=30), access(3, days=1)

    found = explain_all([task, asked, next_day], RULES)

    assert found[asked.access_id].path == "consulted"
    assert found[asked.access_id].bare
    assert found[next_day.access_id] is None
    assert explain_all([replace(task, ties=()), asked], RULES)[asked.access_id] is None


def test_every_path_has_its_words_for_officers_and_for_the_person():
    for path in RULES.paths:
        assert reason_sentence(RULES, path.id) == path.officer
        assert subject_sentence(RULES, path.id) == path.subject
    assert reason_sentence(RULES, None) == RULES.unexplained_sentence
    assert reason_sentence(RULES, "no-such-path") == RULES.unexplained_sentence
    assert "no record of why" in subject_sentence(RULES, None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("ties: [manages]", "ties: [cousin]"), "paths/4/ties/0"),
        (("  - id: manages\n    length: 1\n    ties: [manages]\n", "  - id: manages\n    length: 1\n"), "everything"),
        (("  - id: involved\n", "  - id: manages\n"), "twice"),
        (("  ranked: 20\n", "  ranked: 21\n"), "queue/ranked"),
        (("schema: hearthgate/review/1\n", ""), "schema"),
    ],
)
def test_rules_that_do_not_hold_are_refused_whole(tmp_path, change, told):
    text = FILE.read_text()
    assert change[0] in text
    file = tmp_path / "review.yaml"
    file.write_text(text.replace(*change, 1))

    with pytest.raises(ConfigurationError, match=told):
        load_rules(file)


def test_rules_that_do_not_hold_stop_the_start(tmp_path):
    file = tmp_path / "review.yaml"
    file.write_text(FILE.read_text().replace("  ranked: 20\n", "  ranked: 21\n"))
    settings = Settings(data_dir=tmp_path / "var", review_file=file)

    with pytest.raises(ConfigurationError, match="queue/ranked"):
        build_wiring(settings, RunningDatabase("postgresql://", "postgresql://"))
