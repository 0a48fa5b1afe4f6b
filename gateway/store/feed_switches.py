"""SQL of switches: proposed, decided on, turned off. No fact of anybody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from gateway.store.feed_tables import FeedSwitchRow

_SWITCH = FeedSwitchRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_LISTED = 200


def save_switch(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a switch that an officer proposes."""
    connection.execute(insert(_SWITCH), [dict(values)])


def lock_switch(connection: Connection, switch_id: UUID) -> FeedSwitchRow | None:
    """One switch, its row locked until the transaction ends."""
    row = connection.execute(select(_SWITCH).where(_SWITCH.c.switch_id == switch_id).with_for_update()).one_or_none()
    return None if row is None else FeedSwitchRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def change_switch(connection: Connection, switch_id: UUID, values: Mapping[str, Any]) -> None:
    """Note what was decided of a switch, or that it is off."""
    connection.execute(update(_SWITCH).where(_SWITCH.c.switch_id == switch_id).values(**values))


def switch_in_state(connection: Connection, feed: str, state: str, *, lock: bool = False) -> FeedSwitchRow | None:
    """The one switch of a feed that is `on`, or `proposed`."""
    found = select(_SWITCH).where(_SWITCH.c.feed == feed, _SWITCH.c.state == state)
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    return None if row is None else FeedSwitchRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def switches_on(connection: Connection) -> dict[str, FeedSwitchRow]:
    """What is on, by feed."""
    rows = connection.execute(select(_SWITCH).where(_SWITCH.c.state == "on"))
    return {row.feed: FeedSwitchRow(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public accessor


def switch_history(connection: Connection, feed: str) -> list[FeedSwitchRow]:
    """Every switch of a feed, newest first."""
    rows = connection.execute(
        select(_SWITCH).where(_SWITCH.c.feed == feed).order_by(_SWITCH.c.proposed_at.desc()).limit(_LISTED)
    )
    return [FeedSwitchRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor
