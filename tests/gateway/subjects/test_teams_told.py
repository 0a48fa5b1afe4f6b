"""Who was told that a fact was wrong, by teams under the names that the person concerned may be told."""

from gateway.store.viewers import ToldGroup
from gateway.usecases.subjects.teams_told import groups_as_told

COUNCIL, WORKER = "northvale_council", "early_help_worker"


def test_teams_that_go_by_one_name_are_one_group(northvale):
    told = [
        ToldGroup(COUNCIL, WORKER, "Early Help North", 2), ToldGroup(COUNCIL, WORKER, "early help south ", 1),
        ToldGroup(COUNCIL, "social_worker", None, 1), ToldGroup("haven_refuge", WORKER, "Early Help North", 1),
    ]  # fmt: skip

    assert groups_as_told(northvale.wiring.register, told) == (
        ToldGroup(COUNCIL, WORKER, "Early Help", 3), ToldGroup(COUNCIL, "social_worker", None, 1),
        ToldGroup("haven_refuge", WORKER, "Early Help North", 1),
    )  # fmt: skip
