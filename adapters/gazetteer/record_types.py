"""The record types of a BS 7666 transfer and the order of their columns (domain 2.10). Column 1 is the type."""

from collections.abc import Mapping

_COMMON = ("RECORD_IDENTIFIER", "CHANGE_TYPE", "PRO_ORDER")
STREET, BLPU, LPI, DELIVERY_POINT, CLASSIFICATION = "15", "21", "24", "28", "32"


def _names(text: str) -> tuple[str, ...]:
    return (*_COMMON, *text.split())


LAYOUTS: Mapping[str, tuple[str, ...]] = {
    STREET: _names(
        "USRN STREET_DESCRIPTION LOCALITY TOWN_NAME ADMINISTRATIVE_AREA LANGUAGE START_DATE END_DATE"
        " LAST_UPDATE_DATE ENTRY_DATE"
    ),
    BLPU: _names(
        "UPRN LOGICAL_STATUS BLPU_STATE BLPU_STATE_DATE PARENT_UPRN X_COORDINATE Y_COORDINATE LATITUDE LONGITUDE RPC"
        " LOCAL_CUSTODIAN_CODE COUNTRY START_DATE END_DATE LAST_UPDATE_DATE ENTRY_DATE ADDRESSBASE_POSTAL"
        " POSTCODE_LOCATOR MULTI_OCC_COUNT"
    ),
    LPI: _names(
        "UPRN LPI_KEY LANGUAGE LOGICAL_STATUS START_DATE END_DATE LAST_UPDATE_DATE ENTRY_DATE SAO_START_NUMBER"
        " SAO_START_SUFFIX SAO_END_NUMBER SAO_END_SUFFIX SAO_TEXT PAO_START_NUMBER PAO_START_SUFFIX PAO_END_NUMBER"
        " PAO_END_SUFFIX PAO_TEXT USRN USRN_MATCH_INDICATOR AREA_NAME LEVEL OFFICIAL_FLAG"
    ),
    DELIVERY_POINT: _names(
        "UPRN UDPRN ORGANISATION_NAME DEPARTMENT_NAME SUB_BUILDING_NAME BUILDING_NAME BUILDING_NUMBER"
        " DEPENDENT_THOROUGHFARE THOROUGHFARE DOUBLE_DEPENDENT_LOCALITY DEPENDENT_LOCALITY POST_TOWN POSTCODE"
        " POSTCODE_TYPE DELIVERY_POINT_SUFFIX WELSH_DEPENDENT_THOROUGHFARE WELSH_THOROUGHFARE"
        " WELSH_DOUBLE_DEPENDENT_LOCALITY WELSH_DEPENDENT_LOCALITY WELSH_POST_TOWN PO_BOX_NUMBER PROCESS_DATE"
        " START_DATE END_DATE LAST_UPDATE_DATE ENTRY_DATE"
    ),
    CLASSIFICATION: _names(
        "UPRN CLASS_KEY CLASSIFICATION_CODE CLASS_SCHEME SCHEME_VERSION START_DATE END_DATE LAST_UPDATE_DATE ENTRY_DATE"
    ),
}
"""Types of which something is read. Fewer columns than these are an error; the last ones may be left out."""
PASSED_OVER = frozenset({"10", "11", "23", "29", "30", "31", "99"})
"""Header, streets without names, cross references, metadata, successors, organisations, trailer: nothing is kept."""
LEAST: Mapping[str, int] = {STREET: 7, BLPU: 14, LPI: 22, DELIVERY_POINT: 16, CLASSIFICATION: 6}
"""Columns without which a record of the type says nothing."""

LOGICAL_STATUS: Mapping[str, str] = {"1": "approved", "3": "alternative", "6": "provisional", "8": "historical"}
BLPU_STATE: Mapping[str, str] = {
    "1": "under construction", "2": "in use", "3": "unoccupied", "4": "demolished", "6": "planning permission",
}  # fmt: skip
