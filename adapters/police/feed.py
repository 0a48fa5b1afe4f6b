"""The feeds of the police: nominals, occurrences, extracts of incidents and custody, and the open data on places.

Some columns of a force's extract are not listed, so they are dropped before anything is stored: warning markers
and officer-defined ethnicity, which are opinions nobody here may act on, and hate_flag, cyber_flag, beat,
ho_subclass and cjs_offence_code, which feed no item.
"""

from adapters.csv_feed import CsvFeed
from adapters.police.custody import CUSTODY, read_custody
from adapters.police.domestic_abuse import DOMESTIC_ABUSE, read_domestic_abuse
from adapters.police.handling import handling_column
from adapters.police.incidents import ASB, MISSING, read_asb, read_missing
from adapters.police.places import stop_search_feed, street_feed
from adapters.police.quick_occurrences import quick_occurrences
from adapters.police.standard_data_model import FEED as INCIDENTS
from adapters.police.translate import read_nominal, read_occurrence
from adapters.port import Column, Feed, FeedProfile

_NAME, _RESIDENCE = ("identity.name",), ("address.residence",)
_CRIME = ("crime.offence", "crime.allegation", "crime.victim")
_ACCUSED = ("crime.offence", "crime.allegation")
_EVENTS = (*_CRIME, "crime.asb", "da.incident", "child.missing")
_STREET, _SEARCH = ("place.crime",), ("place.stop_search",)

_NOMINALS = FeedProfile(
    name="police-nominals",
    source="police",
    title="Police nominals",
    formats=("csv",),
    never_kept=("ethnic_officer", "warning_markers"),
    columns=(
        Column("nominal_ref", (), "The force's own reference of the person", required=True),
        Column("pnc_id", ("identity.pnc_id",), "Police National Computer id, any usual spelling"),
        Column("cro", ("identity.local_id",), "Criminal Records Office number"),
        Column("surname", _NAME, "Last name"),
        Column("forename1", _NAME, "First forename"),
        Column("forename2", _NAME, "Second forename"),
        Column("forename3", _NAME, "Third forename"),
        Column("alias", _NAME, "Other names used; `Last, First` or `First Last`, parted by semicolons"),
        Column("dob", ("identity.birth_date",), "Date of birth; year or month alone is taken"),
        Column("sex", ("identity.sex",), "M, F or U"),
        Column("ethnic_self", ("identity.ethnicity",), "Self-defined ethnicity, 16+1 code"),
        Column("address_type", (*_RESIDENCE, "identity.protected"), "HOME, TEMP, REFUGE, PLACEMENT or CORR"),
        *(Column(f"line{number}", _RESIDENCE, f"Address, line {number}") for number in range(1, 5)),
        Column("postcode", _RESIDENCE, "Postcode"),
        Column("uprn", _RESIDENCE, "Unique property reference number"),
        Column("from", _RESIDENCE, "First day at the address"),
        Column("to", _RESIDENCE, "Last day at the address"),
    ),
    example_rows=(
        {
            "nominal_ref": "N0000001", "pnc_id": "01/12345H", "surname": "Example", "forename1": "Jo",
            "dob": "1980-02-29", "sex": "F", "ethnic_self": "W1", "address_type": "HOME", "line1": "1 Sample Street",
            "postcode": "ZZ1 1ZZ", "from": "2019-04-01",
        },
        {
            "nominal_ref": "N0000002", "surname": "Example", "forename1": "Alex", "forename2": "Lee",
            "alias": "Sample, Alex", "dob": "30/05/2009", "sex": "M", "address_type": "TEMP",
            "line1": "Flat 2, 7 Sample Street", "postcode": "ZZ1 1ZZ", "from": "01/02/2026", "to": "2026-05-31",
        },
    ),
)  # fmt: skip

_OCCURRENCES = FeedProfile(
    name="police-occurrences",
    source="police",
    title="Roles in police occurrences",
    formats=("csv",),
    row_key=("occurrence_no", "nominal_ref", "role"),
    never_kept=("beat", "cjs_offence_code", "cyber_flag", "hate_flag", "ho_subclass"),
    columns=(
        Column("occurrence_no", (), "The force's own number of the occurrence", required=True),
        Column("nominal_ref", (), "The force's own reference of the person", required=True),
        Column("role", _EVENTS, "The person's role: victim, witness, suspect, missing person, ...", required=True),
        Column("fact_or_opinion", _EVENTS, "fact, opinion or allegation; empty if not recorded"),
        handling_column(_EVENTS),
        Column("ho_class", (*_CRIME, "crime.asb"), "Home Office class; empty or ASB for anti-social behaviour"),
        Column("title", _EVENTS, "What was reported; for anti-social behaviour `ASB`, the qualifier, the category"),
        Column("committed_from", _EVENTS, "When it began"),
        Column("committed_to", _EVENTS, "When it ended"),
        Column("reported_at", _EVENTS, "When it was reported"),
        Column("location", (*_CRIME, "crime.asb", "da.incident"), "Where, in words"),
        Column("status", _ACCUSED, "Status; a charge counts as proven only if this says convicted"),
        Column("outcome_code", _ACCUSED, "Home Office outcome, 1 to 22, 1A, 2A, 3A"),
        Column("outcome_date", _ACCUSED, "When the outcome was recorded"),
        Column("dv_flag", ("da.incident",), "Y for domestic abuse"),
        Column("child_present_flag", ("da.incident",), "Y if a child was there"),
        Column("dash_risk", ("da.incident",), "standard, medium or high"),
        Column("marac_flag", ("da.incident",), "Y if referred to MARAC"),
    ),
    example_rows=(
        {
            "occurrence_no": "OC0000001", "nominal_ref": "N0000001", "role": "victim", "handling": "open",
            "ho_class": "105A", "title": "Common assault", "committed_from": "2024-03-02T21:15",
            "reported_at": "2024-03-02T21:40", "dv_flag": "Y", "child_present_flag": "N", "dash_risk": "medium",
        },
        {
            "occurrence_no": "OC0000002", "nominal_ref": "N0000002", "role": "suspect", "fact_or_opinion": "allegation",
            "handling": "open", "ho_class": "58A", "title": "Criminal damage to a dwelling",
            "committed_from": "14/04/2026 18:30", "status": "filed", "outcome_code": "18", "outcome_date": "2026-05-02",
        },
    ),
)  # fmt: skip

_STREET_PROFILE = FeedProfile(
    name="police-street",
    source="area",
    title="Street-level crime (data.police.uk)",
    formats=("csv",),
    columns=(
        Column("Crime ID", (), "Published id; empty for anti-social behaviour"),
        Column("Month", _STREET, "Month, YYYY-MM", required=True),
        Column("Reported by", _STREET, "Force that reported it"),
        Column("Falls within", _STREET, "Force in whose area it was"),
        Column("Longitude", _STREET, "WGS 84, of an anonymised map point"),
        Column("Latitude", _STREET, "WGS 84, of an anonymised map point"),
        Column("Location", _STREET, "On or near which street"),
        Column("LSOA code", _STREET, "Lower layer super output area"),
        Column("Crime type", _STREET, "One of fourteen types", required=True),
        Column("Last outcome category", _STREET, "Last outcome; empty for anti-social behaviour"),
    ),
    example_rows=(
        {"Month": "2024-03", "Crime type": "Burglary", "Location": "On or near Sample Street"},
        {"Month": "2024-03", "Crime type": "Anti-social behaviour", "Location": "On or near Example Park"},
    ),
)

_STOP_SEARCH_PROFILE = FeedProfile(
    name="police-stop-search",
    source="area",
    title="Stop and search (data.police.uk)",
    formats=("csv",),
    columns=(
        Column("Type", (), "Person, vehicle or both"),
        Column("Date", _SEARCH, "When, ISO 8601 with offset", required=True),
        Column("Latitude", _SEARCH, "WGS 84, of an anonymised map point"),
        Column("Longitude", _SEARCH, "WGS 84, of an anonymised map point"),
        Column("Age range", _SEARCH, "under 10, 10-17, 18-24, 25-34 or over 34"),
        Column("Legislation", _SEARCH, "Power used"),
        Column("Object of search", _SEARCH, "What was looked for", required=True),
        Column("Outcome", _SEARCH, "What came of it"),
    ),
    example_rows=(
        {"Date": "2024-03-02T21:15:00+00:00", "Object of search": "Stolen goods", "Age range": "25-34"},
        {"Date": "2024-03-09T16:40:00+00:00", "Object of search": "Offensive weapons", "Age range": "18-24"},
    ),
)

FEEDS: tuple[Feed, ...] = (
    CsvFeed(_NOMINALS, read_nominal),
    CsvFeed(_OCCURRENCES, read_occurrence, quick_occurrences),
    CsvFeed(ASB, read_asb),
    CsvFeed(MISSING, read_missing),
    CsvFeed(DOMESTIC_ABUSE, read_domestic_abuse),
    CsvFeed(CUSTODY, read_custody),
    INCIDENTS,
    street_feed(_STREET_PROFILE),
    stop_search_feed(_STOP_SEARCH_PROFILE),
)
