"""Mistakes in what is made of documents: scope, law, supply, dates, forms.

A text that does not stand in its file as often as told is an error of this list and stops the harness.
"""

from tests.agreements.mutation.fault import Fault

COMPILING = (
    Fault("those excepted are barred too", "compiler.py", "if role not in spared)", "if role)"),
    Fault(
        "a prohibition bars only for the purposes it does not name",
        "compiler.py",
        'rule.purposes == "*" or key[2] in rule.purposes',
        'rule.purposes == "*" or key[2] not in rule.purposes',
    ),
    Fault(
        "a prohibition's direction ignored",
        "compiler.py",
        'return purposes and (rule.directions == "*" or Direction(key[3]) in rule.directions)',
        "return purposes",
    ),
    Fault("suspension lifts a prohibition", "lifecycle.py", "[(admitted.active[0][0], until)]", "admitted.active"),
    Fault("withdrawal keeps a prohibition", "lifecycle.py", "until = admitted.withdrawn or EVER[1]", "until = EVER[1]"),
    Fault(
        "a rule for minors only opens for all", "compiler.py", '(minor if rule.subjects.minors == "only" else 0)', "0"
    ),
    Fault(
        "a rule that excludes minors opens for them",
        "compiler.py",
        '(minor if rule.subjects.minors == "exclude" else 0)',
        "0",
    ),
    Fault(
        "break-glass for roles that the document does not name",
        "compiler.py",
        "if named else None",
        "if document else None",
    ),
    Fault(
        "families ignored",
        "recipients.py",
        "if recipient.family is not None and recipient.family not in families:",
        "if recipient.family == role:",
    ),
    Fault(
        "a rule speaks for purposes its document does not hold",
        "compiler.py",
        "tuple(purpose for purpose in rule.purposes if purpose in own)",
        "rule.purposes",
    ),
    Fault(
        "direction ignored",
        "compiler.py",
        'directions = tuple(Direction) if rule.directions == "*" else rule.directions',
        "directions = tuple(Direction)",
    ),
    Fault(
        "what is for matching alone is shown",
        "compiler.py",
        "shown = -1 if key[3] == Direction.MATCH else ~ground.match_only",
        "shown = -1",
    ),
    Fault("facts leave Part 3 without a gateway", "compiler.py", "shown & ~ground.part_3", "shown"),
    Fault(
        "any gateway leads out of Part 3",
        "cells.py",
        "return not self._leaving_part_3.isdisjoint(gateways)",
        "return bool(gateways)",
    ),
    Fault("supply ignored", "compiler.py", "cells &= ground.supplied(document)", "cells &= -1"),
    Fault(
        "a party supplies another's sources",
        "cells.py",
        "mask |= self.selected(rule) & self.owner_mask(rule.party)",
        "mask |= self.selected(rule)",
    ),
    Fault(
        "the owner's gateway ignored",
        "lawfulness.py",
        "if not article_6 or (disclosed and not gateways):",
        "if not article_6:",
    ),
    Fault("the reader's own facts need a gateway", "cells.py", "disclosed=owner != agency", "disclosed=True"),
    Fault(
        "Article 6 ignored",
        "lawfulness.py",
        "if not article_6 or (disclosed and not gateways):",
        "if disclosed and not gateways:",
    ),
    Fault("Article 9 ignored", "lawfulness.py", "items & ~(SPECIAL & ~covered_nine)", "items"),
    Fault("Article 10 ignored", "lawfulness.py", " & ~(CRIMINAL & ~covered_ten)", ""),
    Fault(
        "law that has ended still counts",
        "lawfulness.py",
        "days(basis.commenced, basis.ended)",
        "days(basis.commenced, None)",
    ),
    Fault(
        "a programme that is not live still counts",
        "lawfulness.py",
        'if gateway.purpose_live in {"not_applicable", "live"}',
        "if gateway.purpose_live",
    ),
    Fault("any owner's gateway will do", "lawfulness.py", "if owner in use.covers and holds(", "if holds("),
    Fault(
        "a party that withdrew still discloses",
        "cells.py",
        "if not wanted or not holds(admitted.parties.get(owner, ()), piece[0]):",
        "if not wanted:",
    ),
    Fault(
        "a party that withdrew still receives",
        "cells.py",
        "frame = both(self.force(admitted), admitted.parties.get(agency, ()))",
        "frame = self.force(admitted)",
    ),
    Fault(
        "a document ends when its last day begins",
        "periods.py",
        "return start_of_day(day + timedelta(days=1))",
        "return start_of_day(day)",
    ),
    Fault("days begin at midnight UTC", "periods.py", "tzinfo=LONDON).astimezone(UTC)", "tzinfo=UTC)"),
    Fault(
        "a missed review is forgotten",
        "lifecycle.py",
        "spans = both(spans, review_spans(admitted))",
        "spans = merged(spans)",
    ),
    Fault(
        "one duty is enough to continue under statute",
        "lifecycle.py",
        'all(kind == "duty" for kind in used)',
        'any(kind == "duty" for kind in used)',
    ),
    Fault(
        "the assessment's review is forgotten",
        "lifecycle.py",
        "if dpia is not None:",
        "if dpia is None and law is None:",
    ),
    Fault("a transform ignored", "compiler.py", "coarse = _coarse(rule, mask)", "coarse = ((0, mask),)"),
)
