"""Cells that a spreadsheet program would run as a formula (CWE-1236). Pure.

Decided by kind of cell. Codes, dates, numbers and identifiers are read by their own strict rules, which no formula
meets. Of texts, one that is made to be run is an error of its row: it begins with `=`, or it begins with `+ - @` and
calls a function or another program. Any other text that begins so, a telephone number or "- no fixed abode", is kept
as it was sent, and every sheet that leaves the gateway puts an apostrophe before it. That apostrophe is taken off
again when such a sheet comes back mended.
"""

import re

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide forms start formulas too
"""What a spreadsheet program takes for the start of a formula, wide forms and cut-off white space included."""
QUOTE_OR_SIGN = ("'", *STARTS)
"""A text that begins with none of these needs neither function below."""
_EQUALS = ("=", "＝")  # noqa: RUF001
_CALLS = re.compile(r".[A-Za-z][A-Za-z0-9._]*+\(.*\)\s*", re.DOTALL)
FORMULA = "The cell holds a formula."
FORMULA_REMEDY = "Replace the formula by its value; a text may not begin with an equals sign."


def runs_as_formula(cell: str) -> bool:
    """Whether a text is made to be run by a spreadsheet program. Its cost grows with the text's length, no faster."""
    if not cell.startswith(STARTS):
        return False
    text = cell.strip()
    if text.startswith(_EQUALS):
        return bool(text[1:].strip())
    if not text.startswith(STARTS):
        return False
    program = text.find("|")
    return (program >= 0 and text.find("!", program) >= 0) or _CALLS.fullmatch(text) is not None


def unquoted(cell: str) -> str:
    """The text without the apostrophe by which a sheet of ours kept it from being run."""
    return cell[1:] if cell.startswith("'") and cell.startswith(STARTS, 1) else cell
