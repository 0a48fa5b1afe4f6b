"""The limits of retention at the door, by the schedule that the nightly run goes by."""

from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.intake_parts import Taking
from gateway.usecases.intake.retention_at_door import NO_LIMITS, RetentionAtDoor, day_in_london
from gateway.usecases.subjects.retention_schedule import load_schedule


def retention_of(taking: Taking) -> RetentionAtDoor:
    """The limits of a batch's feed by the schedule that the nightly run goes by; none where its rows withdraw.

    Raises `ConfigurationError` as that run does.
    """
    wiring, path = taking.wiring, taking.wiring.settings.retention_file
    if path is None or taking.order.contract.mode is Mode.TOMBSTONE:
        return NO_LIMITS
    rules = load_schedule(path, wiring.feeds).cells([taking.batch.feed])
    return RetentionAtDoor(
        {item: day_in_london(rule.over_before(taking.now)) for _, item, rule in rules if rule.counted_from == "ended"}
    )
