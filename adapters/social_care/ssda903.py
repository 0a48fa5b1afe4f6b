"""Feed `social-care-903`: the looked-after children return SSDA903 as CSV tables (DfE; domain 2.6.2).

Eleven tables share the feed; which one a file is, its header says. A file made by joining tables holds the columns
of several: each row then speaks for every table of which it fills in a column of its own.
"""

from collections.abc import Iterator
from itertools import chain
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
        Column("DATE_MATCH", ("identity.protected",), "Adopters matched"),
        Column("DATE_PLACED", ("identity.protected",), "Placed for adoption: the child's new place is protected"),
        Column("DATE_PLACED_CEASED", ("identity.protected",), "The placement for adoption ended without adoption"),
        Column("REASON_PLACED_CEASED", ("identity.protected",), "Why it ended, RD1 to RD4"),
        Column("SW_ID", ("care.professional",), "The social worker's number of registration"),
        Column("SW_DECOM", ("care.professional",), "Allocated from"),
        Column("SW_DEC", ("care.professional",), "Allocated until"),
    ),
    never_kept=(
        "ACCOM", "CONVICTED", "DATE_PERM", "FOSTER_CARE", "HEALTH_ASSESSMENT", "HEALTH_CHECK", "HOME_POST",
        "IMMUNISATIONS", "INTERVENTION_OFFERED", "INTERVENTION_RECEIVED", "IN_TOUCH", "LA_PERM", "LS_ADOPTR", "MC_DOB",
        "MOTHER", "NB_ADOPTR", "PL_POST", "PREV_PERM", "REASON_PLACE_CHANGE", "SDQ_REASON", "SEX_ADOPTR", "SW_REASON",
        "TEETH_CHECK", "URN",
    ),
    example_rows=(
        {
            "CHILD": "1000001", "SEX": "2", "DOB": "11/02/2013", "ETHNIC": "WBRI", "UPN": "B801200005001",
            "DECOM": "03/02/2026", "RNE": "S", "LS": "V2", "CIN": "N1", "PLACE": "U6", "PLACE_PROVIDER": "PR1",
        },
        {
            "CHILD": "1000002", "SEX": "1", "DOB": "30/05/2009", "UPN": "UN5", "REVIEW": "14/04/2026",
            "REVIEW_CODE": "PN1",
        },
    ),
)  # fmt: skip
_SHARED = frozenset({"CHILD", "DOB", "SEX"})
"""Columns that tell nothing of which table a row speaks for."""
_HOW = "Send one of the SSDA903 tables with its own column names in the first row."


class Ssda903Feed:
    """The SSDA903 tables, from header and episodes to social workers."""

    profile = _PROFILE

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row per line. Raises `FeedUnreadableError` before any row where the header is of none of the tables."""
        csv_rows(source, required=frozenset({"CHILD"}), known=frozenset({"CHILD"}))
        found = [table for table in TABLES if _holds(source, table)]
        if not found:
            raise FeedUnreadableError("The first row names the columns of no SSDA903 table.", _HOW)
        known = frozenset[str]().union(*(table.known for table in found))
        return csv_rows(source, required=frozenset({"CHILD"}), known=known)

    def translate(self, row: RawRow) -> Translation:
        """What one line of its table says of the child."""
        cells = Cells(row)
        tables = tables_of(row)
        if not tables:
            cells.error("", "row-shape", "The row is of no SSDA903 table.", _HOW)
            return cells.translation(tuple)
        key = cells.key("CHILD")
        builds = [table.read(cells, key) for table in tables]
        return cells.translation(lambda: chain.from_iterable(build() for build in builds))


def tables_of(row: RawRow) -> tuple[Table, ...]:
    """The tables whose columns the row has; where it has those of several, the ones of which it fills in a column."""
    found = tuple(table for table in TABLES if table.required <= row.cells.keys())
    if len(found) == 1:
        return found
    own = {name for table in found for name in table.required - _SHARED if row.cells[name].strip()}
    return tuple(table for table in found if table.required & own) or found[:1]


def _holds(source: BinaryIO, table: Table) -> bool:
    try:
        csv_rows(source, required=table.required, known=table.known)
    except FeedUnreadableError:
        return False
    return True
