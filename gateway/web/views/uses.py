"""How an agency's data was used, in words."""

from dataclasses import dataclass

from gateway.usecases.log.partner_uses import PersonUse, Uses
from gateway.web.words import day

_ALL = "All purposes that are counted, together"


@dataclass(frozen=True, slots=True)
class MonthView:
    """One month: what for, and how often."""

    title: str
    anchor: str
    rows: tuple[tuple[tuple[str, ...], str], ...]


def month_views(uses: Uses) -> tuple[MonthView, ...]:
    """Months, newest first; purposes that are told together stand in one row."""
    return tuple(
        MonthView(
            f"{one.month:%B %Y}", f"m{one.month:%Y-%m}",
            tuple(
                (
                    cell.groups if len(one.cells) > 1 else (_ALL,),
                    "fewer than 5" if cell.count is None else f"{cell.count:,}",
                )
                for cell in sorted(one.cells, key=lambda cell: (len(cell.groups) > 1, -(cell.count or 0), cell.groups))
            ),
        )
        for one in uses.months
    )  # fmt: skip


def person_line(use: PersonUse) -> tuple[str, str, str]:
    """One access: the day, who as a role, and what for."""
    who = ", ".join(filter(None, (use.role, use.team, use.agency)))
    return day(use.day), who, use.purpose
