"""The subject report, "who looked at my data" (UK GDPR Art 15; practice P1, P11): made by officers, never by a portal.

(0) one instant; who asks is an officer
(1) the person; the decision, where somebody asks about somebody else; the release, where the list is held back
(2) their list and those of earlier ids, each with its place in the newest map
(3) the entry, in the same transaction: sealed, since that a report was made can tell a second parent that the first
    one asked. Only when that is committed is anything written out
(4) pack, seal and words, from values that the subject may see, with teams under the names that subjects are told
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from agreements.register import Register
from audit.entry import Decision, Entry, EventClass, Outcome
from audit.keys import SignerKey, VerifierKey
from audit.leaf import parse_leaf
from audit.map_receipt import receipt_signer
from audit.subject_letter import TO_SUBJECT, Release
from audit.subject_list import ListKind
from audit.subject_pack import PackElement, PackSection, SubjectPack
from audit.subject_report import PACK, WORDS, Made, for_subject, letter_of, unanswered, with_report
from audit.subject_seal import SEAL, seal_subject_pack
from audit.subject_words import Capacity, Titles, uk_time
from gateway.errors import AccessRefusedError, ConfigurationError, GatewayError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.ledger import append
from gateway.store.subject_releases import answered_for_others, subject_of
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import LogParts, log_keys, record
from gateway.usecases.log.map_receipts import map_receipts
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import OVERSIGHT
from gateway.usecases.subjects.subject_releases import NO_SUCH_PERSON, PURPOSE, ApprovedRelease, approved_release
from gateway.usecases.subjects.subject_sections import Element, Sections, current_notes, subject_sections
from gateway.usecases.subjects.teams_told import pack_as_told
from gateway.usecases.subjects.telling_viewers import PURPOSE as NOTICES
from gateway.wiring import Wiring

_NOT_DECIDED = (
    "A report that is given to somebody else needs a decision first. Say who decided that it may be given, and on "
    "which day."
)
_NOT_DECIDED_YET = (
    "The day on which it was decided that the report may be given lies in the future. Give the day it was."
)
_FOR_THE_SUBJECT = (
    "Two officers decided that this list may be given to the person that it is about, and to nobody else. Ask for it "
    "as that person's own report, or have it decided anew."
)
_ABOUT_TWO = (
    "Files about this person and about somebody else were one file for a time and were parted again. The list of that "
    "time, and from before it, is about both. Say who decided that it may be given, and on which day."
)


@dataclass(frozen=True, slots=True)
class AskedReport:
    """What is asked for. `handle` is a person's or a family's; `release_id` asks for what is otherwise held back.

    For a parent or a representative, and for a person whose file was parted from somebody else's, `decided_by` (a post,
    not a name) and `decided_on` say who decided that they may have it, and when.
    """

    handle: UUID
    capacity: Capacity = Capacity.SELF
    decided_by: str | None = None
    decided_on: date | None = None
    release_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """A report: its files by name, receipts of its maps (the same for everybody), and the entry that it was made.

    `keys` are those of the log by which it is checked: the one that sealed it, then earlier ones that receipts need.
    """

    files: Mapping[str, bytes]
    receipts: Mapping[str, bytes]
    pack: SubjectPack
    entry: UUID
    keys: tuple[VerifierKey, ...]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What steps (1) to (3) give; `not_shown` are authorisations that showed others alone."""

    pack: SubjectPack
    receipts: Mapping[str, bytes]
    not_shown: set[str]
    made: Entry
    release: ApprovedRelease | None


def subject_report(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: AskedReport) -> SubjectReport:
    """Make a report for an officer.

    Raises `AccessRefusedError` (no officer; no decision; no approved release), `NotFoundError` (nobody of that id) or
    `ProofNotReadyError` (no map yet). The first two are entries.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now)

    def entry_of(event: EventClass, **fields: Any) -> Entry:
        detail = {"channel": context.channel, **fields.pop("detail")}
        return entry(wiring, context, caller, event, now, detail=detail, **fields)

    return make_report(wiring, wiring.register, wiring.log_signer, asked, entry_of)


def make_report(
    parts: LogParts, register: Register, signer: SignerKey, asked: AskedReport, entry_of: Callable[..., Entry]
) -> SubjectReport:
    """Make a report for whom the caller has found to be an officer. `entry_of` builds entries in their name.

    Raises as `subject_report` does.
    """
    try:
        gathered = _gathered(parts, signer, asked, entry_of)
    except (AccessRefusedError, NotFoundError) as error:
        raise _refused(parts, entry_of, asked, error) from None
    made, release = gathered.made, _release(gathered.release)
    told = Made(parts.settings.council, _contact(register), asked.capacity, made.at, release)
    pack, teams_told = pack_as_told(gathered.pack, register)
    whole = with_report(pack, told, titles_of(register), gathered.not_shown, teams_told)
    letter, encoded = letter_of(whole), whole.encode()
    words = {name: write(letter).encode() for name, write in WORDS.items()}
    files = {PACK: encoded, SEAL: seal_subject_pack(encoded, signer), **words}
    known = (signer.verifier(), *log_keys(parts))
    heads = (receipt_signer(one, known) for one in gathered.receipts.values())
    keys = tuple(dict.fromkeys((signer.verifier(), *heads)))
    return SubjectReport(files, gathered.receipts, whole, UUID(made.entry_id), keys)


def _gathered(parts: LogParts, signer: SignerKey, asked: AskedReport, entry_of: Callable[..., Entry]) -> _Gathered:
    """Steps (1) to (3), in one transaction."""
    undecided = not (asked.decided_by and asked.decided_on)
    if undecided and asked.capacity is not Capacity.SELF:
        raise AccessRefusedError("report-not-decided", _NOT_DECIDED, None)
    if asked.decided_on is not None and asked.decided_on > uk_time(parts.clock()).date():
        raise AccessRefusedError("report-not-decided", _NOT_DECIDED_YET, None)
    with parts.database.transaction("hg_desk") as connection:
        person = subject_of(connection, asked.handle)
        if person is None:
            raise NotFoundError(NO_SUCH_PERSON)
        release = None
        if asked.release_id is not None:
            release = approved_release(parts, connection, asked.release_id, person, parts.clock())
            if release.recipient == TO_SUBJECT and asked.capacity is not Capacity.SELF:
                raise AccessRefusedError("release-for-the-subject", _FOR_THE_SUBJECT, None)
        kind = ListKind.DISCLOSABLE if release is None else ListKind.SEALED
        sections = subject_sections(connection, parts.custody.digest, person, kind)
        if undecided and any(subject_of(connection, one.person) not in {None, person} for one in sections.sections):
            raise AccessRefusedError("report-about-two", _ABOUT_TWO, None)
        pack = _pack(parts, signer, sections, kind)
        receipts = map_receipts(parts, sections.maps, pack.maps)
        not_shown = _not_shown(connection, pack)
        made = _recorded(entry_of, asked, sections, release)
        append(connection, made)
    return _Gathered(pack, receipts, not_shown, made, release)


def titles_of(register: Register) -> Titles:
    """What the register calls agencies, roles and purposes, and what we call our own."""
    return Titles(
        {agency.id: agency.title for agency in register.agencies.values()},
        {f"{agency.id}/{role.id}": role.title for agency in register.agencies.values() for role in agency.roles},
        {**_OUR_PURPOSES, **register.purpose_titles},
    )


_OUR_PURPOSES = {
    PURPOSE: "Check that records are used as they should be",
    NOTICES: "Tell whoever had seen it that something in it was wrong",
    "notices": "Read a notice that the law sends them",
    "supply": "Take in records",
}


def _pack(parts: LogParts, signer: SignerKey, sections: Sections, kind: ListKind) -> SubjectPack:
    maps = sections.maps
    own = sections.sections[0]
    return SubjectPack(
        parts.settings.log_origin, kind, str(own.person), own.map.at, current_notes(parts, signer, maps),
        tuple(
            PackSection(
                str(one.person), maps.index(one.map), one.salt, one.path,
                tuple(_element(element) for element in one.elements), one.erased,
            )
            for one in sections.sections
        ),
        tuple(_element(element) for element in sections.since),
    )  # fmt: skip


def _element(element: Element) -> PackElement:
    return PackElement(element.leaf, for_subject(parse_leaf(element.leaf).event, element.openings))


def _not_shown(connection: Connection, pack: SubjectPack) -> set[str]:
    """Authorisations about this person of which an outcome says that others alone were shown."""
    persons = [UUID(one.person) for one in pack.sections]
    answered = answered_for_others(connection, [UUID(one) for one in unanswered(pack)], persons)
    return {str(one) for one in answered}


def _recorded(
    entry_of: Callable[..., Entry], asked: AskedReport, sections: Sections, release: ApprovedRelease | None
) -> Entry:
    return entry_of(
        EventClass.EXPORT, purpose=PURPOSE, sealed=True, decision=Decision.NOT_ASKED,
        subjects=tuple(sorted(str(one.person) for one in sections.sections)),
        detail={
            "capacity": asked.capacity.value, **_decision(asked),
            **({"release": str(release.release_id), "released_to": release.recipient} if release else {}),
        },
    )  # fmt: skip


def _decision(asked: AskedReport) -> dict[str, str]:
    if asked.decided_by is None or asked.decided_on is None:
        return {}
    return {"decided_by": asked.decided_by, "decided_day": asked.decided_on.isoformat()}


def _refused(
    parts: LogParts, entry_of: Callable[..., Entry], asked: AskedReport, error: AccessRefusedError | NotFoundError
) -> GatewayError:
    """The refusal, with its entry."""
    reason = error.reason if isinstance(error, AccessRefusedError) else error.code
    denied = entry_of(
        EventClass.DENIED, purpose=PURPOSE, sealed=True, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        detail={
            "reasons": [reason], "capacity": asked.capacity.value, "records": [str(asked.handle)],
            **({"release": str(asked.release_id)} if asked.release_id else {}),
        },
    )  # fmt: skip
    record(parts, denied)
    if isinstance(error, AccessRefusedError):
        return AccessRefusedError(error.reason, error.sentence, denied.entry_id)
    return error


def _release(release: ApprovedRelease | None) -> Release | None:
    return None if release is None else Release(release.decided_at, release.recipient)


def _contact(register: Register) -> str:
    """Where a reader of the report writes to: the agency that oversees the log."""
    for agency in register.agencies.values():
        if any(OVERSIGHT in role.families for role in agency.roles):
            return agency.contact
    raise ConfigurationError("agencies.yaml names no role of family oversight; a report cannot say whom to write to")
