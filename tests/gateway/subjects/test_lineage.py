"""A report goes on through merges and splits: what was looked up under an earlier id is there, and no more."""

import pytest

from audit.entry import EventClass
from audit.verify import verify_path
from audit.verify_export import Trust
from gateway.errors import AccessRefusedError
from gateway.store.ledger import append
from gateway.usecases.families import disclosure
from gateway.usecases.log.entries import system_entry
from tests.gateway.subjects.reports import pass_an_hour, report, sequence, words

RENT, EARLY_HELP = "B101", "W201"


@pytest.fixture
def kelly(northvale):
    return northvale.person_id("S2", "Kelly Marsh")


@pytest.fixture
def leanne(northvale):
    return northvale.person_id("S1", "Leanne Cole")


def look(northvale, worker, purpose, scene, name):
    declaration = northvale.declare(worker, purpose)
    assert northvale.open(worker, declaration, northvale.family_id(scene, name)).profile.items_shown


def combine(northvale, before, after, ended=()):
    """What linkage records when `after` takes records from the others; its map is taken right after."""
    ids = {str(one) for one in before}
    wiring = northvale.wiring
    with wiring.database.transaction("hg_link") as connection:
        combined = system_entry(
            wiring, EventClass.COMBINATION, northvale.clock.now, purpose="linkage", sealed=False,
            subjects=tuple(sorted(ids | {str(after)})),
            detail={
                "link_decision": str(wiring.mint()), "persons_before": sorted(ids), "persons_after": [str(after)],
                **({"persons_ended": [str(one) for one in ended]} if ended else {}),
            },
        )  # fmt: skip
        append(connection, combined)
    sequence(northvale)


def redirect(northvale, old, new):
    northvale.sql(
        "UPDATE hearth.person SET redirect_to = :new, retired_at = now() WHERE person_id = :old", old=old, new=new
    )


def proved(northvale, made, folder):
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    return verify_path(folder, Trust(northvale.wiring.log_signer.verifier().encode()))


def test_what_was_looked_up_under_an_earlier_id_is_in_the_report_of_the_present_one(northvale, kelly, leanne, tmp_path):
    look(northvale, RENT, "tenancy_management", "S1", "Leanne Cole")
    combine(northvale, [kelly, leanne], kelly)
    redirect(northvale, leanne, kelly)
    look(northvale, EARLY_HELP, "early_help", "S2", "Kelly Marsh")
    pass_an_hour(northvale)

    made = report(northvale, leanne)

    said = words(made)
    assert "records about you from two files were joined into one." in said
    assert said.index("A rent officer in the Income team") < said.index("An early help worker in the Early Help")
    assert made.pack.subject == str(kelly)
    assert made.files == report(northvale, kelly).files
    assert "in 2 list(s), none left out" in proved(northvale, made, tmp_path)


@pytest.fixture
def combined_meanwhile(monkeypatch):
    """Call something between a look's reading and its outcome: `combined_meanwhile(action)`."""

    def between(action):
        really = disclosure.append_outcome

        def appending(*given):
            action()
            return really(*given)

        monkeypatch.setattr(disclosure, "append_outcome", appending)

    return between


def test_a_look_that_was_going_on_while_files_were_joined_is_told(
    northvale, kelly, leanne, tmp_path, combined_meanwhile
):
    combined_meanwhile(lambda: combine(northvale, [kelly, leanne], kelly, ended=[leanne]))
    look(northvale, RENT, "tenancy_management", "S1", "Leanne Cole")
    redirect(northvale, leanne, kelly)
    pass_an_hour(northvale)

    made = report(northvale, kelly)

    assert "A rent officer in the Income team at Brightwater Homes looked at information about you" in words(made)
    assert "none left out" in proved(northvale, made, tmp_path)


def test_of_a_look_that_was_going_on_while_files_were_parted_it_is_not_said_that_nothing_was_shown(
    northvale, kelly, leanne, combined_meanwhile
):
    combined_meanwhile(lambda: combine(northvale, [kelly], leanne))
    look(northvale, EARLY_HELP, "early_help", "S2", "Kelly Marsh")
    pass_an_hour(northvale)

    taker = report(northvale, leanne, decided_by="Data protection officer", decided_on=northvale.clock.now.date())

    assert "was allowed to look at information about you" in words(taker)
    assert "It may have been looked at." in words(taker)
    assert "nothing about you was shown" not in words(taker)


def test_after_a_split_the_other_persons_later_list_is_not_shown(northvale, kelly, leanne, tmp_path):
    combine(northvale, [kelly], leanne)
    look(northvale, EARLY_HELP, "early_help", "S2", "Kelly Marsh")
    pass_an_hour(northvale)

    decision = {"decided_by": "Data protection officer", "decided_on": northvale.clock.now.date()}
    taker, giver = report(northvale, leanne, **decision), report(northvale, kelly)

    assert "records about you were moved into a file of their own." in words(taker)
    assert "early help worker" not in words(taker)
    assert "some records were moved out of our file about you." in words(giver)
    assert "An early help worker in the Early Help team" in words(giver)
    assert len(giver.pack.sections) == 1
    assert "in 2 list(s), none left out" in proved(northvale, taker, tmp_path)


def test_a_list_that_is_of_somebody_else_too_is_given_only_as_somebody_decided(northvale, kelly, leanne):
    """Looks at the other's file before the two were joined by mistake stand in it: they are not this person's."""
    combine(northvale, [kelly], leanne)
    pass_an_hour(northvale)

    with pytest.raises(AccessRefusedError) as refused:
        report(northvale, leanne)

    assert refused.value.reason == "report-about-two"
    assert report(northvale, kelly).files
