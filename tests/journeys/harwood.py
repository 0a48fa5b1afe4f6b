"""S7's family, pushed and linked over the small Northvale, and two copies of it that can be compared to the byte.

Lee Harwood and his son Noah, 9, have an allocated early help worker; Carla Dunn, the other parent, lives elsewhere. The
police hold what Carla told them; the MASH a referral by a neighbour, which led to the strategy discussion.

    harwood_world(built)   the family pushed and linked once
    harwood(world)         a copy: ids counted, salts from the entry's id, the clock at the world's instant
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

from audit.entry import COMMITTED_FIELDS, Entry
from audit.leaf import CommittedFields, commit_fields
from gateway.usecases.linking.linking import link_everything
from tests.gateway.northvale_world import TEMPLATE, Built, CountedIds, Northvale, opened
from tests.gateway.subjects.reports import sequence

HARWOOD = "northvale_harwood"
_copies = itertools.count(1)
_PEOPLE = """\
person_ref,household_ref,household_role,nhs_number,surname,forename,dob,sex,line1,line2,line3,postcode,uprn,\
address_from,address_to,phone,email
CP70001,EH70001,adult,,Harwood,Lee,1985-02-11,M,9 Ferry Lane,,Northvale,NV5 0JX,980000000911,2016-04-01,,,
CP70002,EH70001,child,,Harwood,Noah,2017-06-19,M,9 Ferry Lane,,Northvale,NV5 0JX,980000000911,2017-06-19,,,
CP70003,EH70002,adult,,Dunn,Carla,1988-09-30,F,2 Pound Street,,Northvale,NV2 0PQ,980000000912,2024-01-15,,,
"""
_ALLOCATIONS = """\
person_ref,worker_ref,worker_name,team,role,start_date,end_date
CP70001,W201,Grace Adebayo,Early Help North,allocated_worker,2026-05-04,
CP70002,W201,Grace Adebayo,Early Help North,allocated_worker,2026-05-04,
"""
_AGREED = """\
person_ref,answer,recorded_on,recorded_by,told_state,notice_version
CP70001,yes,2026-05-04,W201,told,family-notice-2026-1
"""
_NOMINALS = """\
nominal_ref,pnc_id,cro,surname,forename1,forename2,forename3,alias,dob,sex,ethnic_self,ethnic_officer,warning_markers,\
address_type,line1,line2,line3,line4,postcode,uprn,from,to
N4700001,,,Harwood,Lee,,,,11/02/1985,M,W1,1,,HOME,9 Ferry Lane,,Northvale,,NV5 0JX,980000000911,01/04/2016,
N4700003,,,Dunn,Carla,,,,30/09/1988,F,W1,1,,HOME,2 Pound Street,,Northvale,,NV2 0PQ,980000000912,15/01/2024,
"""
_OCCURRENCES = """\
occurrence_no,nominal_ref,role,fact_or_opinion,handling,ho_class,ho_subclass,cjs_offence_code,title,committed_from,\
committed_to,reported_at,location,beat,status,outcome_code,outcome_date,dv_flag,hate_flag,cyber_flag,\
child_present_flag,dash_risk,marac_flag
NV26/70001,N4700001,suspect,allegation,open,8N,01,OF61102,Assault occasioning actual bodily harm,02/11/2026 21:10,\
02/11/2026 21:30,05/11/2026 10:00,"9 Ferry Lane, Northvale, NV5 0JX",NV05,under investigation,,,Y,N,N,Y,high,N
NV26/70001,N4700003,victim,allegation,open,8N,01,OF61102,Assault occasioning actual bodily harm,02/11/2026 21:10,\
02/11/2026 21:30,05/11/2026 10:00,"9 Ferry Lane, Northvale, NV5 0JX",NV05,under investigation,,,Y,N,N,Y,high,N
"""
_REFERRALS = """\
referral_ref,person_ref,surname,forename,dob,line1,line2,postcode,referred_at,source,urgency,outcome,concern,\
asserted_by,evidence,expires_on
MASH-2026-7001,M70002,Harwood,Noah,19/06/2017,9 Ferry Lane,,NV5 0JX,10/11/2026 09:00,2A,urgent,,yes,W101,\
strategy discussion,31/12/2026
"""
_PUSHED = (
    ("case-people", _PEOPLE), ("case-allocations", _ALLOCATIONS), ("case-agreed-to-help", _AGREED),
    ("police-nominals", _NOMINALS), ("police-occurrences", _OCCURRENCES), ("mash-referrals", _REFERRALS),
)  # fmt: skip
_KEYS = {"Lee": "CP70001", "Noah": "CP70002", "Carla": "CP70003"}


@dataclass(frozen=True)
class Harwood:
    """One copy of Northvale with the family in it."""

    northvale: Northvale
    mint: CountedIds = field(default_factory=lambda: CountedIds(0xC0FFEE07))
    mint_opaque: CountedIds = field(default_factory=lambda: CountedIds(0xC0FFEE08))

    def family(self, name: str) -> UUID:
        """The handle of the family named for Lee, Noah or Carla."""
        return self._person(name)[1]

    def person(self, name: str) -> UUID:
        """The id of Lee, Noah or Carla."""
        return self._person(name)[0]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do something whose ids are counted apart, so that all else mints the ids that it mints without it."""
        whole = self.northvale.wiring
        self.northvale.wiring = replace(whole, mint=self.mint, mint_opaque=self.mint_opaque)
        try:
            yield
        finally:
            self.northvale.wiring = whole

    def _person(self, name: str) -> tuple[UUID, UUID]:
        record = self.northvale.record_id("case_system", _KEYS[name])
        (row,) = self.northvale.sql(
            "SELECT p.person_id, p.family_id FROM hearth.link l JOIN hearth.person p USING (person_id)"
            " WHERE l.record_id = :record AND l.superseded_at IS NULL",
            record=record,
        )
        return row.person_id, row.family_id


def commit_with_fixed_salts(entry: Entry, _salts: object) -> CommittedFields:
    """`audit.leaf.commit_fields` with salts that follow from the entry's id, in the place of random ones."""
    salts = [sha256(f"{entry.entry_id} {name}".encode()).digest() for name in COMMITTED_FIELDS]
    return commit_fields(entry, b"".join(salts))


@contextmanager
def harwood_world(built: Built) -> Iterator[Built]:
    """Push and link the family in a database of its own, which copies are made of."""
    built.cluster.create(HARWOOD, TEMPLATE)
    with opened(built, HARWOOD, CountedIds(0xC0FFEE03), CountedIds(0xC0FFEE04)) as northvale:
        for feed, body in _PUSHED:
            batch = northvale.push(feed, body.encode(), f"s7-{feed}")
            assert batch.rows_rejected == batch.rows_refused == 0, (feed, batch)
        link_everything(northvale.wiring)
        sequence(northvale)
    yield built
    built.cluster.drop(HARWOOD)


@contextmanager
def harwood(built: Built) -> Iterator[Harwood]:
    """A copy of the world, dropped again."""
    name = f"{HARWOOD}_{next(_copies)}"
    built.cluster.create(name, HARWOOD)
    try:
        with opened(built, name, CountedIds(0xC0FFEE05), CountedIds(0xC0FFEE06)) as northvale:
            yield Harwood(northvale)
    finally:
        built.cluster.drop(name)
