"""The tables of SSDA903: how each is recognised, and what a line of it becomes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.cells import Cells, Sex
from adapters.social_care import codes
from concept_model.identifiers import Identifier
from concept_model.person import Person
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Event, Intervention

Build = Callable[[], Iterator[ConceptRecord]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `read` takes the cells and the child's key, notes errors, and gives how to build the records."""

    name: str
    required: frozenset[str]
    known: frozenset[str]
    read: Callable[[Cells, str], Build]


def _header(cells: Cells, key: str) -> Build:
    """The child's identity. The UPN column may hold the reason why there is none (UN1 to UN5)."""
    born, sex = cells.date("DOB"), _sex(cells)
    ethnicity = cells.code("ETHNIC", codes.ETHNICITIES, keep_unlisted=True)
    numbers = tuple(_identifiers(cells))

    def build() -> Iterator[ConceptRecord]:
        yield Person(
            person=key,
            birth_date=born.isoformat() if born else None,
            sex=sex,
            ethnicity=ethnicity,
            ethnicity_scheme=codes.ETHNICITY_SCHEME if ethnicity else None,
            identifiers=numbers,
        )

    return build


def _sex(cells: Cells) -> Sex | None:
    sent = cells.text("SEX")
    if sent and sent not in codes.SEX_903:
        cells.remark("SEX", "code-unlisted", "The column SEX holds a code that is not in its list.")
    return codes.SEX_903.get(sent)


def _identifiers(cells: Cells) -> Iterator[Identifier]:
    if cells.text("UPN").casefold() not in codes.UPN_UNKNOWN:
        upn = cells.identifier("upn", "UPN")
        if upn is not None:
            yield upn


def _episodes(cells: Cells, key: str) -> Build:
    """`care.looked_after` and `care.need`. An episode that ends in adoption protects the child from that day."""
    cells.required("DECOM")
    start, end = cells.period("DECOM", "DEC")
    if start and start == end:
        cells.remark("DEC", "period-invalid", "An episode cannot start and end on the same day.")
    reason_new = cells.code("RNE", codes.REASONS_NEW, keep_unlisted=True)
    legal_status = cells.code("LS", codes.LEGAL_STATUSES, keep_unlisted=True)
    need = cells.code("CIN", codes.PRIMARY_NEEDS, keep_unlisted=True)
    placement = cells.code("PLACE", codes.PLACEMENTS, keep_unlisted=True)
    provider = cells.code("PLACE_PROVIDER", codes.PROVIDERS, keep_unlisted=True)
    reason_ended = cells.code("REC", codes.REASONS_ENDED, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        occurrence = start.isoformat() if start else ""
        if reason_ended in codes.ADOPTED_903:
            yield Person(person=key, protected="adoption", protected_from=end)
        yield Intervention(
            subject=key,
            item="care.looked_after",
            occurrence=occurrence,
            value={
                "legal_status": legal_status,
                "placement": placement,
                "reason_new": reason_new,
                "reason_ended": reason_ended,
                "provider": provider,
            },
            valid_from=start,
            valid_to=end,
        )
        if need:
            yield Circumstance(
                subject=key,
                item="care.need",
                occurrence=f"903/{occurrence}",
                value={"code": need},
                valid_from=start,
                valid_to=end,
            )

    return build


def _reviews(cells: Cells, key: str) -> Build:
    """`care.review`."""
    cells.required("REVIEW")
    day = cells.date("REVIEW")
    participation = cells.code("REVIEW_CODE", codes.PARTICIPATION, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        yield Intervention(
            subject=key,
            item="care.review",
            occurrence=day.isoformat() if day else "",
            value={"participation": participation},
            valid_from=day,
            valid_to=day,
        )

    return build


def _oc2(cells: Cells, key: str) -> Build:
    """`health.flag` for the Strengths and Difficulties band and for substance misuse.

    Convictions and routine health checks of this table are not kept: they have no date, no offence and no result.
    """
    score = cells.number("SDQ_SCORE")
    band = None if score is None else codes.sdq_band(score)
    if score is not None and band is None:
        cells.error("SDQ_SCORE", "number-invalid", "SDQ_SCORE is not between 0 and 40.", "Send the total score.")
    misuse = cells.flag("SUBSTANCE_MISUSE")

    def build() -> Iterator[ConceptRecord]:
        flags = {
            "SDQ": ("Strengths and Difficulties score of a looked-after child", band),
            "SUBSTANCE_MISUSE": ("Substance misuse problem identified", "identified" if misuse else None),
        }
        for code, (display, status) in flags.items():
            if status:
                yield Circumstance(
                    subject=key,
                    item="health.flag",
                    occurrence=f"ssda903/{code}",
                    value={"code": code, "display": display, "status": status},
                )

    return build


def _oc3(cells: Cells, key: str) -> Build:
    """`work.ypactivity` of a care leaver; activity 0 is not applicable (no contact, died, gone home)."""
    activity = cells.code("ACTIV", codes.ACTIVITIES, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        if not activity or activity == codes.NO_ACTIVITY:
            return
        listed = activity.casefold() in codes.ACTIVITIES
        neet = activity in codes.NOT_IN_EDUCATION_OR_WORK if listed else None
        yield Circumstance(
            subject=key, item="work.ypactivity", occurrence="ssda903", value={"code": activity, "neet": neet}
        )

    return build


def _missing(cells: Cells, key: str) -> Build:
    """`child.missing`."""
    cells.required("MIS_START")
    start, end = cells.period("MIS_START", "MIS_END")
    category = cells.code("MISSING", codes.MISSING_KINDS, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        yield Event(
            subject=key,
            item="child.missing",
            occurrence=start.isoformat() if start else "",
            value={"category": category},
            valid_from=start,
            valid_to=end,
        )

    return build


def _uasc(cells: Cells, key: str) -> Build:
    """The child, and factor 9A (unaccompanied asylum-seeking child) until the day it ends."""
    born, sex, until = cells.date("DOB"), _sex(cells), cells.date("DUC")

    def build() -> Iterator[ConceptRecord]:
        yield Person(person=key, birth_date=born.isoformat() if born else None, sex=sex)
        code = codes.UNACCOMPANIED_FACTOR
        yield Circumstance(
            subject=key,
            item="care.factor",
            occurrence="ssda903/uasc",
            value={"code": code, "scope": codes.factor_scope(code)},
            valid_to=until,
        )

    return build


def _ad1(cells: Cells, key: str) -> Build:
    """Children placed for adoption: their location is protected; who adopts is not kept."""
    born = cells.date("DOB")

    def build() -> Iterator[ConceptRecord]:
        yield Person(person=key, birth_date=born.isoformat() if born else None, protected="adoption")

    return build


def _placed(cells: Cells, key: str) -> Build:
    """Children placed for adoption: protected, unless the placement for adoption ceased."""
    born = cells.date("DOB")
    cells.required("DATE_PLACED")
    _, ceased = cells.period("DATE_PLACED", "DATE_PLACED_CEASED")
    reason = cells.code("REASON_PLACED_CEASED", codes.REASONS_PLACED_CEASED, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        protected = None if ceased or reason else "adoption"
        yield Person.model_validate(
            {"person": key, "birth_date": born.isoformat() if born else None, "protected": protected}
        )

    return build


def _permanence(cells: Cells, key: str) -> Build:
    """How an earlier permanence ended is read and not kept: nobody joins an adopted child to an earlier identity."""
    born = cells.date("DOB")
    cells.code("PREV_PERM", codes.PREVIOUS_PERMANENCE, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        yield Person(person=key, birth_date=born.isoformat() if born else None)

    return build


def _worker(cells: Cells, key: str) -> Build:
    """`care.professional`: the registered social worker of a time, by number of registration, as the return has it."""
    number = cells.key("SW_ID", most=60)
    cells.required("SW_DECOM")
    start, end = cells.period("SW_DECOM", "SW_DEC")
    cells.code("SW_REASON", codes.REASONS_WORKER_CHANGED, keep_unlisted=True)

    def build() -> Iterator[ConceptRecord]:
        yield Intervention(
            subject=key,
            item="care.professional",
            occurrence=f"ssda903/{number}/{start.isoformat() if start else ''}",
            value={"name": f"Registration {number}", "role": "Social worker", "service": "Children's social care"},
            valid_from=start,
            valid_to=end,
        )

    return build


def _table(name: str, required: str, others: str, read: Callable[[Cells, str], Build]) -> Table:
    needed = frozenset(required.split())
    return Table(name, needed, needed.union(others.split()), read)


TABLES: tuple[Table, ...] = (
    _table("header", "CHILD SEX DOB ETHNIC UPN", "MOTHER MC_DOB MOTHER_DOB", _header),
    _table(
        "episodes",
        "CHILD DECOM RNE LS PLACE",
        "CIN PLACE_PROVIDER DEC REC REASON_PLACE_CHANGE HOME_POST PL_POST URN",
        _episodes,
    ),
    _table("reviews", "CHILD REVIEW REVIEW_CODE", "DOB", _reviews),
    _table(
        "oc2",
        "CHILD SDQ_SCORE SDQ_REASON",
        "DOB CONVICTED HEALTH_CHECK IMMUNISATIONS TEETH_CHECK HEALTH_ASSESSMENT SUBSTANCE_MISUSE INTERVENTION_RECEIVED "
        "INTERVENTION_OFFERED",
        _oc2,
    ),
    _table("oc3", "CHILD IN_TOUCH ACTIV", "DOB ACCOM", _oc3),
    _table("missing", "CHILD MISSING MIS_START", "DOB MIS_END", _missing),
    _table("uasc", "CHILD SEX DOB DUC", "", _uasc),
    _table("ad1", "CHILD DATE_INT DATE_MATCH", "DOB FOSTER_CARE NB_ADOPTR SEX_ADOPTR LS_ADOPTR", _ad1),
    _table("placed_adoption", "CHILD DATE_PLACED", "DOB DATE_PLACED_CEASED REASON_PLACED_CEASED", _placed),
    _table("previous_permanence", "CHILD PREV_PERM", "DOB LA_PERM DATE_PERM", _permanence),
    _table("social_workers", "CHILD SW_ID SW_DECOM", "DOB SW_DEC SW_REASON", _worker),
)
"""In the order in which a header is tried; each table's required columns are found together in no other."""
