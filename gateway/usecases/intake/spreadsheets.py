"""CSV that people open in a spreadsheet: no cell may start a formula (OWASP, CSV Injection)."""

from adapters.formulas import STARTS

MARK = "\ufeff"
"""The byte-order mark, before a sheet that somebody opens by a click: Excel takes one without it for Windows-1252."""


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(STARTS) else cell
