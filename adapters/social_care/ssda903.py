"""Feed `social-care-903`: the looked-after children return SSDA903 as CSV tables (DfE; domain 2.6.2).

Eight tables share the feed; which one a file is, its header says.
"""

from collections.abc import Iterator
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_rows import csv_rows
from adapters.errors import FeedUnreadableError
from adapters.port import Column, FeedProfile, RawRow, Translation
from adapters.social_care.ssda903_tables import TABLES, Table

_LOOKED_AFTER = ("care.looked_after",)
_PROFILE = FeedProfile(
    "social-care-903",
    "social_care",
    "Looked-after children return (SSDA903)",
    ("csv",),
    (
        Column("CHILD", (), "The council's id of the child", required=True),
        Column("DOB", ("identity.birth_date",), "Date of birth"),
        Column("SEX", ("identity.sex",), "1 male, 2 female"),
        Column("ETHNIC", ("identity.ethnicity",), "DfE ethnicity code"),
        Column("UPN", ("identity.upn",), "Unique pupil number, or UN1 to UN5"),
        Column("DECOM", _LOOKED_AFTER, "Episode started"),
        Column("RNE", _LOOKED_AFTER, "Reason for the new episode"),
        Column("LS", _LOOKED_AFTER, "Legal status"),
        Column("CIN", ("care.need",), "Category of need"),
        Column("PLACE", _LOOKED_AFTER, "Placement"),
        Column("PLACE_PROVIDER", _LOOKED_AFTER, "Provider of the placement"),
        Column("DEC", _LOOKED_AFTER, "Episode ended"),
        Column("REC", (*_LOOKED_AFTER, "identity.protected"), "Why the episode ended; E11 and E12 are adopted"),
        Column("REVIEW", ("care.review",), "Date of the review"),
        Column("REVIEW_CODE", ("care.review",), "How the child took part, PN0 to PN7"),
        Column("SDQ_SCORE", ("health.flag",), "Strengths and Difficulties total, kept as its band"),
        Column("SUBSTANCE_MISUSE", ("health.flag",), "1 where a problem was identified"),
        Column("ACTIV", ("work.ypactivity",), "Activity of a care leaver"),
        Column("MISSING", ("child.missing",), "M missing, A absent"),
        Column("MIS_START", ("child.missing",), "Missing from"),
        Column("MIS_END", ("child.missing",), "Missing until"),
        Column("DUC", ("care.factor",), "Day on which the child stops being an unaccompanied asylum seeker"),
        Column("DATE_INT", ("identity.protected",), "Adoption decision: the child's new place is protected"),
    ),
)
_HOW = "Send one of the SSDA903 tables with its own column names in the first row."


class Ssda903Feed:
    """The SSDA903 tables header, episodes, reviews, oc2, oc3, missing, uasc and ad1."""

    profile = _PROFILE

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row per line. Raises `FeedUnreadableError` before any row where the header is of none of the tables."""
        csv_rows(source, required=frozenset({"CHILD"}), known=frozenset({"CHILD"}))
        for table in TABLES:
            try:
                return csv_rows(source, required=table.required, known=table.known)
            except FeedUnreadableError:
                continue
        raise FeedUnreadableError("The first row names the columns of no SSDA903 table.", _HOW)

    def translate(self, row: RawRow) -> Translation:
        """What one line of its table says of the child."""
        cells = Cells(row)
        table = table_of(row)
        if table is None:
            cells.error("", "row-shape", "The row is of no SSDA903 table.", _HOW)
            return cells.translation(tuple)
        key = cells.key("CHILD")
        build = table.read(cells, key)
        return cells.translation(build)


def table_of(row: RawRow) -> Table | None:
    """The table whose columns the row has."""
    return next((table for table in TABLES if table.required <= row.cells.keys()), None)
