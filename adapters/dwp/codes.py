"""Code lists of the benefit return (domain 2.2). Keys are in lower case, as `Cells.code` looks them up."""

from collections.abc import Mapping

MATCHED = "matched"
MATCH_STATUSES: Mapping[str, str] = {name: name for name in (MATCHED, "not matched", "multiple")}

BENEFITS: Mapping[str, str] = {
    "jsa": "JSA",  # Jobseeker's Allowance
    "is": "IS",  # Income Support
    "esa": "ESA",  # Employment and Support Allowance
    "ib": "IB",  # Incapacity Benefit
    "sda": "SDA",  # Severe Disablement Allowance
    "ca": "CA",  # Carer's Allowance
    "uc": "UC",  # Universal Credit
}

_GROUPS = (
    "searching for work", "planning for work", "preparing for work", "working - with requirements",
    "working - no requirements", "no work requirements",
)  # fmt: skip
CONDITIONALITY: Mapping[str, str] = {
    **{group: group for group in _GROUPS},
    **{group.replace("-", "\N{EN DASH}"): group for group in _GROUPS},
}
"""The six conditionality groups of Universal Credit, with either dash."""
