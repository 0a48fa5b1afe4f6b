"""Counts for figures: groups and numbers from definer functions, never a record."""

from datetime import date

from sqlalchemy import Connection, text

_FUNCTIONS = {
    "emergency_attendances": "SELECT * FROM hearth.count_attendances_by_month(:day)",
    "single_person_discounts": "SELECT * FROM hearth.count_discounts_by_district(:day)",
    "suspended_pupils": "SELECT * FROM hearth.count_suspended_by_year(:day)",
    "tenants_in_arrears": "SELECT * FROM hearth.count_arrears_by_stage(:day)",
}


def count_groups(connection: Connection, measure: str, day: date) -> dict[str, int]:
    """How many there are of each group on a day, uncut: only `insight.suppression` may turn it into an answer."""
    rows = connection.execute(text(_FUNCTIONS[measure]), {"day": day})
    return {row.label: row.entries for row in rows}
