"""XLSX workbooks (ISO/IEC 29500-1, SpreadsheetML) as rows of text, in bounded memory, nothing in them evaluated."""

from adapters.workbook.package import looks_like_workbook
from adapters.workbook.rows import workbook_rows

__all__ = ("looks_like_workbook", "workbook_rows")
