"""The feed of the Department for Work and Pensions.

`uc_in_work` and `pip_dla_aa` are not listed, so they are dropped before anything is stored: no item needs them, and
a disability benefit says something about health.
"""

from adapters.csv_feed import CsvFeed
from adapters.dwp.translate import read_benefit
from adapters.port import Column, Feed, FeedProfile

_BENEFIT, _NAME, _RESIDENCE = ("work.benefit",), ("identity.name",), ("address.residence",)

_BENEFITS = FeedProfile(
    name="dwp-benefits",
    source="dwp",
    title="Benefit return",
    formats=("csv",),
    never_kept=("pip_dla_aa", "uc_in_work"),
    columns=(
        Column("la_reference", (), "The council's own reference of the person asked about", required=True),
        Column("match_status", _BENEFIT, "matched, not matched or multiple", required=True),
        Column("surname", _NAME, "Last name"),
        Column("forename", _NAME, "First names"),
        Column("dob", ("identity.birth_date",), "Date of birth"),
        Column("nino", ("identity.nino",), "National Insurance number"),
        Column("address", _RESIDENCE, "Address, its lines parted by line breaks or commas"),
        Column("postcode", _RESIDENCE, "Postcode"),
        Column("out_of_work_benefit", _BENEFIT, "Y if out-of-work benefit was paid on the day of the return"),
        Column("benefit_type", _BENEFIT, "JSA, IS, ESA, IB, SDA, CA or UC"),
        Column("claim_start", _BENEFIT, "First day of the claim"),
        Column("claim_end", _BENEFIT, "Last day of the claim"),
        Column("uc_conditionality", _BENEFIT, "Conditionality group of Universal Credit"),
        Column("snapshot_date", _BENEFIT, "Day of the return"),
    ),
    example_rows=(
        {
            "la_reference": "LA000001", "match_status": "matched", "surname": "Example", "forename": "Jo",
            "dob": "1980-02-29", "postcode": "ZZ1 1ZZ", "out_of_work_benefit": "Y", "benefit_type": "UC",
            "claim_start": "2023-05-01", "uc_conditionality": "searching for work", "snapshot_date": "2024-03-31",
        },
        {
            "la_reference": "LA000002", "match_status": "matched", "surname": "Example", "forename": "Alex",
            "dob": "30/05/1979", "postcode": "ZZ1 1ZZ", "out_of_work_benefit": "N", "benefit_type": "CA",
            "claim_start": "12/01/2024", "snapshot_date": "2024-03-31",
        },
    ),
)  # fmt: skip

FEEDS: tuple[Feed, ...] = (CsvFeed(_BENEFITS, read_benefit),)
