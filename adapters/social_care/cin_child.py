"""ChildIdentifiers and ChildCharacteristics of a CIN census child to concepts."""

from collections.abc import Iterator

from adapters.cells import Cells, Sex
from adapters.port import RawRow, Translation
from adapters.social_care import codes
from adapters.xml_rows import XmlNode
from concept_model.identifiers import Identifier, identifier
from concept_model.person import Person
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

FORMER_UPN_SCHEME = "upn_former"
_NOTHING = XmlNode("ChildIdentifiers")


def child_records(row: RawRow, child: XmlNode) -> Translation:
    """The person and disabilities, or the errors that make the row unusable.

    An adopted child (closure RC1) is protected, and the former UPN is left out: the birth identity and the new one
    are never linked (domain 4.9).
    """
    identifiers = child.first("ChildIdentifiers") or _NOTHING
    characteristics = child.first("ChildCharacteristics") or _NOTHING
    simple = (*identifiers.children, *characteristics.children)
    cells = Cells(RawRow(row.number, {one.name: one.text for one in reversed(simple) if not one.children}))
    key = cells.key("LAchildID")
    born, died = cells.date("PersonBirthDate"), cells.date("PersonDeathDate")
    expected = None if born else cells.date("ExpectedPersonBirthDate")
    cells.code("UPNunknown", codes.UPN_UNKNOWN, keep_unlisted=True)
    ethnicity = cells.code("Ethnicity", codes.ETHNICITIES, keep_unlisted=True)
    sex = _sex(cells)
    adopted = any(details.value("ReasonForClosure").upper() == codes.ADOPTED for details in child.all("CINdetails"))
    numbers = tuple(_identifiers(cells, adopted=adopted))
    person_key = key

    def records() -> Iterator[ConceptRecord]:
        yield Person(
            person=person_key,
            birth_date=born.isoformat() if born else None,
            expected_birth_date=expected,
            death_date=died.isoformat() if died else None,
            sex=sex,
            ethnicity=ethnicity,
            ethnicity_scheme=codes.ETHNICITY_SCHEME if ethnicity else None,
            identifiers=numbers,
            protected="adoption" if adopted else None,
        )
        yield from _disabilities(cells, person_key, characteristics.first("Disabilities") or _NOTHING)

    return cells.translation(records)


def _sex(cells: Cells) -> Sex | None:
    """By the element that was sent, not by the year in the header, which exports often leave as it was.

    `Sex` came in 2026 with M and F; systems still write the older 1 and 2 into it, which is flagged.
    """
    for column, listed, other in (
        ("Sex", codes.SEX_2026, codes.GENDER_CURRENT),
        ("GenderCurrent", codes.GENDER_CURRENT, codes.SEX_2026),
    ):
        sent = cells.text(column).casefold()
        if not sent:
            continue
        if sent not in listed:
            cells.remark(column, "code-unlisted", f"The column {column} holds a code that is not in its list.")
        return listed.get(sent) or other.get(sent)
    return None


def _identifiers(cells: Cells, *, adopted: bool) -> Iterator[Identifier]:
    upn = cells.identifier("upn", "UPN")
    if upn is not None:
        yield upn
    former = cells.identifier("upn", "FormerUPN")
    if former is not None and not adopted:
        yield identifier(FORMER_UPN_SCHEME, former.value)


def _disabilities(cells: Cells, key: str, disabilities: XmlNode) -> Iterator[Circumstance]:
    """NONE says that there is no disability, so it gives no record."""
    for code in dict.fromkeys(one.text.upper() for one in disabilities.all("Disability") if one.text):
        if code.casefold() not in codes.DISABILITIES:
            cells.remark("Disability", "code-unlisted", "The column Disability holds a code that is not in its list.")
        if code != codes.NO_DISABILITY:
            yield Circumstance(subject=key, item="care.disability", occurrence=code, value={"code": code})
