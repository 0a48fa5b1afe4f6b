"""CSV that people open in a spreadsheet: no cell may start a formula (OWASP, CSV Injection)."""

from adapters.formulas import STARTS


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(STARTS) else cell
