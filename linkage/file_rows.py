"""Rows of a file: the columns that are compared, and which row of a record says what is usual."""

from collections.abc import Collection

COLUMNS = (
    "source", "source_key", "given_name", "family_name", "birth_date", "sex", "postcode", "uprn", "address",
    "nhs_number", "nino", "upn", "national_id", "phone", "email",
)  # fmt: skip


def usual_first(present: Collection[str]) -> str:
    """SQL that orders the rows of one record, of which only the columns `present` are there.

    What was said last stands first and is the record's usual name or home; a row that tells no last day still holds.
    Among equals the texts decide and never the place in a file, so that rows in any order give one record.
    """
    days = [
        f"try_cast({name} as date) desc nulls {nulls}"
        for name, nulls in (("seen_to", "first"), ("seen_from", "last"))
        if name in present
    ]
    texts = [f"{name} nulls last" for name in COLUMNS[2:] if name in present]
    return ", ".join((*days, *texts)) or "row"
