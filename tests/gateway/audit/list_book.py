"""Histories about persons for the tests of lists and maps, and packs made of what the store gives."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from audit.entry import EventClass
from audit.leaf import parse_leaf
from audit.subject_list import ListKind
from audit.subject_pack import PackElement, PackSection, SubjectPack
from audit.subject_report import for_subject
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.map_receipts import map_receipts
from gateway.usecases.subjects.subject_sections import current_notes, subject_sections
from tests.gateway.audit.log_book import LOG, an_entry, drain, person, write

DISCLOSABLE, SEALED = ListKind


def about(*numbers, **fields):
    return an_entry(subjects=tuple(str(person(n)) for n in numbers), **fields)


def a_move(before, after, run="run-1", ended=(), **fields):
    """Records of the persons `before` are the person `after`'s from now on; the ids `ended` are nobody's any more."""
    detail = {
        "persons_before": [str(person(n)) for n in before], "persons_after": [str(person(after))], "link_decision": run,
        **({"persons_ended": [str(person(n)) for n in ended]} if ended else {}),
    }  # fmt: skip
    return about(
        *sorted({*before, after}), event=EventClass.COMBINATION, purpose="linkage", items_shown=(), household=None,
        detail=detail, **fields,
    )  # fmt: skip


def sequence(wiring, *entries):
    """Append entries one by one, so that they are leaves in this order."""
    for entry in entries:
        write(wiring.database, entry)
        drain(wiring.database, wiring.log_signer)


def add_persons(admin, *numbers):
    """Persons in the register of persons, about whom no entry need be."""
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for number in numbers:
            connection.execute(
                text("INSERT INTO hearth.person (person_id, family_id, created_at) VALUES (:id, :family, now())"),
                {"id": person(number), "family": person(number + 10_000)},
            )


def next_hour(wiring, wiring_clock):
    """Go on to where the next hour's map is due, and take what is due; gives how many maps that was."""
    wiring_clock.now += timedelta(hours=1)
    return take_due_maps(wiring)


def sections_of(wiring, number, kind=DISCLOSABLE):
    with wiring.database.transaction("hg_desk") as connection:
        return subject_sections(connection, wiring.custody.digest, person(number), kind)


def pack_of(wiring, sections, kind=DISCLOSABLE):
    """The pack that an officer's report would hold."""

    def shown(element):
        return PackElement(element.leaf, for_subject(parse_leaf(element.leaf).event, element.openings))

    maps = sections.maps
    return SubjectPack(
        LOG, kind, str(sections.sections[0].person), maps[0].at, current_notes(wiring, wiring.log_signer, maps),
        tuple(
            PackSection(
                str(one.person), maps.index(one.map), one.salt, one.path, tuple(map(shown, one.elements)), one.erased
            )
            for one in sections.sections
        ),
        tuple(map(shown, sections.since)),
    )  # fmt: skip


def receipts_of(wiring, sections):
    drain(wiring.database, wiring.log_signer)
    return map_receipts(wiring, sections.maps, current_notes(wiring, wiring.log_signer, sections.maps))


def ids(*numbers):
    return [UUID(str(person(n))) for n in numbers]
