"""How often a feed comes, and what the register must say before it may: the terms that a switch is proposed with."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gateway.usecases.intake.batch_checks import ERROR_BUDGET

RHYTHMS: Mapping[str, str] = MappingProxyType(
    {
        "daily": "every day",
        "working-days": "Monday to Friday, but for bank holidays",
        "school-days": "on school days",
        "weekly": "once a week",
        "school-weeks": "once a week of school",
        "monthly": "once a month",
        "termly": "once a school term",
        "yearly": "once a year",
        "irregular": "when something happens",
    }
)
"""How often a file of a feed is expected. Nothing irregular is ever late."""

MATCH_ONLY, FULL = "match-only", "full"
USES = (MATCH_ONLY, FULL)


@dataclass(frozen=True, slots=True)
class SwitchTerms:
    """What an officer proposes. Only `argument` may be empty, and not where a plain system is to be used in full.

    `dpia_line` is the id of a line of the assessment's risk table; `error_budget` the share of rows, 0 to 1, over
    which a whole file is refused; `usual_rows` how many rows a file usually has, where that is known.
    """

    purpose: str
    necessity: str
    dpia: str
    dpia_line: str
    use: str
    rhythm: str
    argument: str = ""
    error_budget: float = ERROR_BUDGET
    usual_rows: int | None = None
