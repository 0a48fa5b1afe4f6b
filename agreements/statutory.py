"""The other gate (practice P4): one-off sharing under a law that is named, decided by a person who is named.

No agreement is needed and none is consulted. The law must be in force in the legal register, the items are named one
by one and belong to one owner, its decider answers within the hours, and what is released rests on the law, not on
the owner's habit. Prohibitions stand: a court order is a logged disclosure outside the engine, never a broken one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agreements.cells import Groundwork
from agreements.compiled import CompiledBar, state_bits
from agreements.decide import may_hear
from agreements.decision import FORMS, Decision, Permit, Refer, Refusal, RuleUse, Terms
from agreements.document import LimitRule, ProhibitRule
from agreements.lawfulness import CRIMINAL, SPECIAL
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, prohibition_spans
from agreements.patterns import matching_items
from agreements.periods import EVER, Span, holds
from agreements.recipients import roles_meant
from agreements.reference_data import Gateway as LawEntry
from agreements.request import DecisionRequest, Direction, Regime
from agreements.succession import epochs, owner_at

MOST_ITEMS = 12
"""More than a dozen kinds of facts is a feed in disguise and needs an agreement."""

_WITHIN = {"duty": timedelta(hours=24), "power": timedelta(days=3)}
_LASTS = timedelta(hours=24)
_REFER = "The named person decides, item by item. That we took it does not mean there is anything to see."
_TELL = "on disclosure: the data protection officer is told within PT0S"


@dataclass(frozen=True, slots=True)
class NamedLaw:
    """What a one-off request adds to a question: the law (an id of the legal register) and the cells it is for."""

    law: str
    cells: tuple[tuple[str, str], ...]
    """Pairs of source and item, each named: no patterns."""


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """What the decider answered. `decider` is `agency/role`; `person` and `asked_by` are opaque staff references.

    `bases` are entries of the legal register: an Article 6 basis, and an Article 9 or 10 condition where an item of
    the cells granted needs one. `reason` is the decider's own, whether granted or not.
    """

    decider: str
    person: str
    asked_by: str
    at: datetime
    cells: tuple[tuple[str, str], ...]
    bases: tuple[str, ...]
    reason: str


class StatutoryGate:
    """The compiled form of this path: the law in time, who decides, and the prohibitions of every role."""

    def __init__(self, documents: RegisterDocuments) -> None:
        self._ground = Groundwork(documents)
        self._agencies = {agency.id: agency for agency in documents.agencies.agencies}
        self._owners = {source.id: source.owner for source in documents.sources.sources}
        self._successions = documents.successions
        self._roles = {(agency.id, role.id) for agency in self._agencies.values() for role in agency.roles}
        self._laws = {entry.id: entry for entry in documents.law.gateways}
        self._articles = {basis.id: basis.article for basis in documents.law.bases}
        self._kinds = {basis.id: basis.covers_kinds for basis in documents.law.bases}
        self._bars = _bars(documents)

    def decide(self, request: DecisionRequest, named: NamedLaw, answer: NamedAnswer | None, terms: Terms) -> Decision:
        """Refer to the decider, or with their answer permit what it grants. The request's purpose is not consulted."""
        entry, cells = self._laws.get(named.law), self._mask(named.cells)
        problem = self._problem(request, named, entry, cells)
        if problem is not None or entry is None or cells is None:
            return problem or _refusal("law-unknown", "No such law is in the legal register. Name one that is.")
        owner = self._owner(named.cells[0][0], request.now)
        within = _WITHIN.get(entry.kind, _WITHIN["power"])
        decider = f"{owner}/{self._agencies[owner].decider or 'contact'}"
        barred, caps = self._barred(request)
        if answer is None:
            # What a duty asks for is never silently withheld: a person answers even where a prohibition bites (P3).
            asked = cells if entry.kind == "duty" else cells & ~barred
            code = "statutory-duty" if entry.kind == "duty" else "statutory-request"
            return Refer(decider, within, code, _REFER, asked, None) if asked else _prohibited()
        granted = self._mask(answer.cells)
        refusal = self._answer_problem(request, named, answer, decider, granted)
        if refusal is not None or granted is None:
            return refusal or _refusal("answer-items", "The answer names an item that was not asked for.")
        granted &= ~barred
        if not granted:
            return _refusal("statutory-refused", "The named person refused the request, with a reason on record.")
        return self._permit(request, entry, answer, granted, caps, terms)

    def _permit(
        self,
        request: DecisionRequest,
        entry: LawEntry,
        answer: NamedAnswer,
        granted: int,
        caps: tuple[CompiledBar, ...],
        terms: Terms,
    ) -> Permit | Refusal:
        items = self._ground.items_in(granted)
        kind = self._owner_kind(answer.cells[0][0], request.now)
        live = [
            basis
            for basis in answer.bases
            if holds(self._ground.law.basis_spans(basis), request.now) and _covers(self._kinds.get(basis, ()), kind)
        ]
        six, nine, ten = (
            tuple(basis for basis in live if self._articles.get(basis) == article) for article in (6, 9, 10)
        )
        lawful = items & ~(0 if nine else SPECIAL) & ~(0 if ten else CRIMINAL)
        granted &= self._ground.spread(lawful)
        if not six or not granted:
            return _refusal("basis-missing", "Name an Article 6 basis, and an Article 9 or 10 condition for the items.")
        use = RuleUse(
            agreement="", version=0, rule=entry.id, clause=f"statute:{entry.id}", mask=granted, gateways=(entry.id,),
            article_6=six, article_9=nine, article_10=ten, obligations=(_TELL,),
        )  # fmt: skip
        ends = [_end(self._ground.law.gateway_spans(entry.id), request.now), answer.at + _LASTS]
        ends += [_end(self._ground.law.basis_spans(basis), request.now) for basis in (*six, *nine, *ten)]
        coming = [bar.starts for bar in self._bars.get((request.agency, request.role), ()) if bar.starts > request.now]
        heard = tuple(cap for cap in caps if may_hear(cap.states, granted, terms.told_by))
        grounds = _UnderLaw(use, _shapes(granted, caps), _shapes(granted, heard))
        return Permit(granted, min(*ends, *coming), terms, grounds)

    def _problem(
        self, request: DecisionRequest, named: NamedLaw, entry: LawEntry | None, cells: int | None
    ) -> Refusal | None:
        checks = (
            (not request.well_formed, "request-invalid", "The request cannot be read."),
            ((request.agency, request.role) not in self._roles, "role-unknown", "No such role is registered."),
            (entry is None, "law-unknown", "No such law is in the legal register. Name one that is."),
            (entry is not None and entry.kind not in _WITHIN, "law-not-statute",
             "Nothing can rest on this entry alone. Name an enactment that is a power or a duty."),
            (entry is not None and entry.only_directions != () and Direction.VIEW not in entry.only_directions,
             "law-not-for-this", "This law is not good for showing facts about a person."),
            (
                entry is not None and request.well_formed
                and not holds(self._ground.law.gateway_spans(named.law), request.now),
                "law-not-in-force", "This law is not in force, or its purpose is not live.",
            ),
            (not named.cells or len(named.cells) > MOST_ITEMS, "items-not-minimal",
             f"Name from one to {MOST_ITEMS} items, the least that is needed."),
            (cells is None, "items-unknown", "A source or an item is not registered. Name each one."),
            (cells is not None and len({self._owner(source, request.now) for source, _ in named.cells}) > 1,
             "owners-differ", "Ask each owner by a request of its own."),
            (entry is not None and cells is not None and bool(named.cells)
             and not _covers(entry.covers_kinds, self._owner_kind(named.cells[0][0], request.now)),
             "law-not-of-owner", "This law does not cover the body that holds the items."),
            (entry is not None and cells is not None and bool(cells & self._ground.part_3)
             and request.regime is Regime.UK_GDPR and not entry.leaves_part_3,
             "part-3", "This law does not let facts held for law enforcement reach another purpose."),
        )  # fmt: skip
        return next((_refusal(code, message) for wrong, code, message in checks if wrong), None)

    def _answer_problem(
        self, request: DecisionRequest, named: NamedLaw, answer: NamedAnswer, decider: str, granted: int | None
    ) -> Refusal | None:
        checks = (
            (answer.decider != decider, "decider-wrong", f"Only {decider} decides this."),
            (answer.person == answer.asked_by, "decider-is-requester", "Nobody decides on their own request."),
            (not answer.reason.strip(), "reason-missing", "The decider writes a reason, granted or not."),
            (not set(answer.cells) <= set(named.cells) or granted is None, "answer-items",
             "The answer names an item that was not asked for."),
            (not answer.at <= request.now < answer.at + _LASTS, "answer-ended",
             "The answer has ended. Ask again if it is still needed."),
        )  # fmt: skip
        return next((_refusal(code, message) for wrong, code, message in checks if wrong), None)

    def _owner(self, source: str, now: datetime) -> str:
        return owner_at(self._successions, self._owners[source], now)

    def _owner_kind(self, source: str, now: datetime) -> str:
        entry = self._agencies.get(self._owner(source, now))
        return entry.kind if entry else ""

    def _mask(self, cells: tuple[tuple[str, str], ...]) -> int | None:
        known = self._ground.vocabulary
        mask = 0
        for source, item in cells:
            if not known.knows(source) or not matching_items(item) or item.endswith("*"):
                return None
            mask |= 1 << known.cell(source, item)
        return mask & ~self._ground.match_only

    def _barred(self, request: DecisionRequest) -> tuple[int, tuple[CompiledBar, ...]]:
        live = [
            bar
            for bar in self._bars.get((request.agency, request.role), ())
            if bar.starts <= request.now < bar.ends and bar.bites(request.yes, request.no)
        ]
        barred = 0
        for bar in live:
            if bar.limit is None:
                barred |= bar.mask
        return barred, tuple(bar for bar in live if bar.limit is not None)


class _UnderLaw:
    """The grounds of a permit that rests on a law alone."""

    __slots__ = ("_coarse", "_told", "_use")

    def __init__(self, use: RuleUse, coarse: tuple[tuple[str, int], ...], told: tuple[tuple[str, int], ...]) -> None:
        self._use = use
        self._coarse = coarse
        self._told = told

    def coarse(self) -> tuple[tuple[str, int], ...]:
        """Full, but for what a limit caps."""
        return self._coarse

    def told(self) -> tuple[tuple[str, int], ...]:
        """As `coarse`, without limits that wait for a state of which the reader may not hear."""
        return self._told

    def uses(self) -> tuple[RuleUse, ...]:
        """The law."""
        return (self._use,)


def _shapes(granted: int, caps: tuple[CompiledBar, ...]) -> tuple[tuple[str, int], ...]:
    shapes = []
    left = granted
    for cap in sorted(caps, key=lambda one: one.limit or 0, reverse=True):
        cells = cap.mask & left
        if cells and cap.limit:
            shapes.append((FORMS[cap.limit], cells))
            left &= ~cells
    return tuple(sorted(shapes, key=lambda shape: FORMS.index(shape[0])))


def _bars(documents: RegisterDocuments) -> dict[tuple[str, str], tuple[CompiledBar, ...]]:
    """Prohibitions and limits that name no purpose: they stand whatever a role is about."""
    found: dict[tuple[str, str], list[CompiledBar]] = {}
    for part in epochs(documents):
        ground = Groundwork(part)
        for admitted in part.agreements:
            for rule in admitted.document.rules:
                if isinstance(rule, ProhibitRule | LimitRule) and _of_any_purpose(rule):
                    _add_bars(found, admitted, rule, ground)
    return {role: tuple(sorted(bars, key=lambda bar: (bar.clause, bar.starts))) for role, bars in found.items()}


def _of_any_purpose(rule: ProhibitRule | LimitRule) -> bool:
    return rule.purposes == "*" and (rule.directions == "*" or Direction.VIEW in rule.directions)


def _add_bars(
    found: dict[tuple[str, str], list[CompiledBar]],
    admitted: AdmittedAgreement,
    rule: ProhibitRule | LimitRule,
    ground: Groundwork,
) -> None:
    agencies = ground.documents.agencies
    spared = set(roles_meant(rule.except_recipients, agencies))
    for span in prohibition_spans(admitted):
        bar = _bar(f"{admitted.document.reference}/{rule.id}", rule, span, ground)
        for role in roles_meant(rule.recipients, agencies):
            if role not in spared:
                found.setdefault(role, []).append(bar)


def _bar(clause: str, rule: ProhibitRule | LimitRule, span: Span, ground: Groundwork) -> CompiledBar:
    return CompiledBar(
        clause=clause,
        starts=span[0],
        ends=span[1],
        when_any=state_bits(rule.when.any_of),
        when_all=state_bits(rule.when.all_of),
        unless_any=state_bits(rule.unless.any_of),
        unless_all=state_bits(rule.unless.all_of),
        mask=ground.selected(rule),
        limit=FORMS.index(rule.form) if isinstance(rule, LimitRule) else None,
        existence_open=isinstance(rule, LimitRule) or rule.existence == "open",
    )


def _covers(kinds: tuple[str, ...], kind: str) -> bool:
    return not kinds or kind in kinds


def _end(spans: tuple[Span, ...], now: datetime) -> datetime:
    return next((end for start, end in spans if start <= now < end), EVER[1])


def _refusal(code: str, message: str) -> Refusal:
    return Refusal(code, message, subject_dependent=False)


def _prohibited() -> Refusal:
    return _refusal("prohibited", "A rule forbids these items to your role. A court order is handled outside.")
