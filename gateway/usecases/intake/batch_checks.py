"""Is the file what its sender thinks it is? Sizes, shares of bad rows and versions, judged without a store. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from adapters.errors import SchemaVersionError
from adapters.port import EarlierVersion, FeedProfile

SIZES_COMPARED = 7
"""Full files of before that tell the usual size: the newest ones, at least three."""
CONFIRM_WITHIN = timedelta(days=14)
ERROR_BUDGET = 0.2
"""Share of rows that may be bad before the whole file is refused, where a feed was switched on without one."""
BEARABLE_ROWS = 10
"""Bad rows that no share makes too many: three of ten are mended sooner than a file is exported again."""
_LEAST_SIZES = 3
_SHRINK = 0.2
_LEAST_FACTS = 100
_LEAST_GONE = 50


def usual_rows(sizes: Sequence[int], declared: int | None = None) -> int | None:
    """The usual number of rows: the median of the newest full files, so that one odd file does not move it.

    Where there are fewer than three it is what was `declared` when the feed was switched on; with neither, None.
    """
    return round(median(sizes[:SIZES_COMPARED])) if len(sizes) >= _LEAST_SIZES else declared


def is_shrunken(rows: int, usual: int | None) -> bool:
    """Whether a full file has at least a fifth fewer rows than usual."""
    return usual is not None and rows <= usual * (1 - _SHRINK)


def withdraws_much(held: int, due: int) -> bool:
    """Whether a full file would withdraw much of the facts that its sender held.

    Of a hundred or more, that is over a fifth; of fewer, where a few children are a fifth, it is fifty facts or
    more and over a half. As many rows as ever can be somebody else's rows: the class list of another school, last
    year's file. A file of column names alone is the smallest of all, and would withdraw everything.
    """
    if held >= _LEAST_FACTS:
        return due > held * _SHRINK
    return due >= _LEAST_GONE and due > held / 2


def is_over_budget(rows: int, bad: int, budget: float) -> bool:
    """Whether more rows are bad than the budget (a share, 0 to 1) bears. Rows refused at the door are not bad rows."""
    return bad > max(rows * budget, BEARABLE_ROWS)


def followed_version(profile: FeedProfile, wanted: str | None, today: date) -> EarlierVersion | None:
    """The earlier version that a file follows, while it is taken; None for the one in force.

    Raise `SchemaVersionError` for one that has ended, or that the feed never had.
    """
    if wanted is None or wanted == profile.version:
        return None
    found = next((one for one in profile.earlier if one.version == wanted), None)
    now = f"Send version {profile.version}: its columns are in the feed's template."
    if found is None:
        raise SchemaVersionError("This feed has no such version.", now)
    if today >= found.ends_on:
        message = f"Version {found.version} ended on {found.ends_on:%-d %B %Y}."
        raise SchemaVersionError(message, now)
    return found
