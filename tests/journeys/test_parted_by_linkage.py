"""A caution that linkage itself put on the father's page and took off again: whoever saw it is told."""

from datetime import timedelta

import pytest

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.served import served
from tests.journeys.test_wrong_merge import FATHER, NOMINAL, READERS, SON, STEWARD, Story, owner

PARTED = "Linkage held these to be one person and has parted them."


class Mistaken(Story):
    """The police write the father's date of birth beside the son's caution, and put it right later."""

    def __init__(self, northvale, gateway):
        self.northvale, self.gateway = northvale, gateway
        self.families = {one: northvale.family_id(*one) for one in (FATHER, SON)}
        self.push("police-nominals", "first", born(northvale, FATHER))
        self.push("police-occurrences", "first")
        link_new(northvale.wiring)

    def put_right(self):
        self.later(seconds=5)
        self.push("police-nominals", "put right", born(self.northvale, SON))
        self.later(seconds=5)

    def asked(self):
        """Pairs that wait because linkage parted them."""
        waiting = self.get("/v1/matches/reviews", STEWARD).json()["matches"]
        return [one["review_id"] for one in waiting if any(reason.startswith(PARTED) for reason in one["reasons"])]


@pytest.fixture
def story(northvale):
    with served(northvale) as gateway:
        yield Mistaken(northvale, gateway)


@pytest.mark.parametrize("link", [link_new, link_everything])
def test_whoever_saw_a_profile_that_linkage_parted_is_told_once_a_steward_says_that_they_are_two(story, link):
    caution = story.northvale.record_id("police", NOMINAL)
    assert owner(story, caution) == story.northvale.person_id(*FATHER)
    for worker in READERS:
        story.page(worker)
    story.put_right()
    link(story.northvale.wiring)
    assert owner(story, caution) != story.northvale.person_id(*FATHER)

    (review,) = story.asked()
    # Nobody is told on linkage's word alone, and a later run goes on asking the same.
    link_everything(story.northvale.wiring)
    assert story.asked() == [review]
    assert story.notices(READERS[0]) == []

    story.decide(review, "different")

    assert story.asked() == []
    for worker in READERS:
        (notice,) = story.notices(worker)
        assert (notice["kind"], notice["family_id"]) == ("parted", str(story.families[FATHER]))
    assert story.notices("W201") == []
    assert len(story.get("/v1/matches/breaches", "W602").json()) == 1
    story.later(days=1)
    link_everything(story.northvale.wiring)
    assert story.asked() == []


def test_of_a_mixture_that_nobody_saw_no_steward_is_asked(story):
    story.put_right()
    link_new(story.northvale.wiring)
    link_everything(story.northvale.wiring)

    assert owner(story, story.northvale.record_id("police", NOMINAL)) != story.northvale.person_id(*FATHER)
    assert story.asked() == []


@pytest.mark.parametrize("marked", ["the record that moved", "another of the child's"])
def test_nobody_is_asked_to_compare_the_two_identities_of_an_adopted_child(story, marked):
    """Where a service had marked another record of the child's, both identities were shown to a steward (P12)."""
    caution = story.northvale.record_id("police", NOMINAL)
    (source, key), *_ = sorted(story.northvale.person(*SON)["keys"].items())
    record = caution if marked == "the record that moved" else story.northvale.record_id(source, key)
    story.page(READERS[0])
    # As where an episode ends in adoption (RC1, E11).
    story.northvale.sql(
        "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, nature, content_digest,"
        " batch_id, agreement, recorded_at) SELECT gen_random_uuid(), 'adopted', f.record_id, f.source_no,"
        " (SELECT item_no FROM hearth.item WHERE name = 'identity.protected'), '{\"kind\": \"adoption\"}', 'fact', '',"
        " f.batch_id, f.agreement, f.recorded_at FROM hearth.fact f WHERE f.record_id = :record LIMIT 1",
        record=record,
    )
    story.put_right()
    link_new(story.northvale.wiring)
    link_everything(story.northvale.wiring)

    assert owner(story, caution) != story.northvale.person_id(*FATHER)
    assert story.asked() == []


def test_what_happened_while_the_run_that_parted_them_could_not_ask_is_made_up_for(story, monkeypatch):
    story.page(READERS[0])
    story.put_right()
    with monkeypatch.context() as dying:
        dying.setattr("gateway.usecases.linking.linking_new.ask_about_the_parted", _die)
        with pytest.raises(KeyboardInterrupt):
            link_new(story.northvale.wiring)
    assert story.asked() == []
    story.northvale.clock.now += timedelta(days=2)

    link_everything(story.northvale.wiring)

    assert len(story.asked()) == 1


def born(northvale, whose):
    """As the police write it."""
    year, month, day = northvale.person(*whose)["dob"].split("-")
    return f"{day}/{month}/{year}"


def _die(*_arguments):
    raise KeyboardInterrupt
