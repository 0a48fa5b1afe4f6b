"""Whom a reading of a family is about: those alone whom anything that its reader may see can put onto the page.

Linkage knows more ties than a reader may see. An authorisation stands on the list of everybody whom it is about, shown
or not (practice P1): that a homelessness officer opened the page of somebody who fled, and saw nothing of the one whom
they left, told that one in a report of who looked that there is an application.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from agreements.vocabulary import Vocabulary, set_bits
from gateway.store.inputs import tied_within
from gateway.usecases.register.deciding import SubjectDecision

_TYING = ("address.residence", "address.protected_location", "household.membership", "family.relationship")
_NO_CELL = -1


def who_is_read(
    connection: Connection, vocabulary: Vocabulary, decided: Sequence[SubjectDecision]
) -> list[SubjectDecision]:
    """What was decided of the first person, and of whoever may stand on the page with them for this reader.

    May: whom the page shows follows from facts, and none is read before the reading is on record. Who is left out here
    could not be shown. All of them were decided together, so that never-both rules have looked at everybody.
    """
    first = next((one.person_id for one in decided), None)
    if all(one.person_id == first for one in decided):
        return list(decided)
    tying = vocabulary.mask(vocabulary.sources, _TYING)
    cells = [
        (one.person_id, one.band, cell)
        for one in decided
        if one.permit is not None
        # Whom a steward puts into a household is asked about also where the reader may see no tie of theirs.
        for cell in (*set_bits(one.permit.mask & tying), _NO_CELL)
    ]
    tied = tied_within(connection, cells)
    return [one for one in decided if one.person_id == first or (first in tied and one.person_id in tied)]
