"""What the engine answers. Only `agreements/decide.py` may construct a `Permit` (held by a structure test)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from agreements.vocabulary import Vocabulary
from concept_model.items import Withholding

FORMS: tuple[str, ...] = ("full", "month", "year", "outward_postcode", "band", "presence")
"""Forms of release, finest first. `month` and `year` cut dates, `outward_postcode` an address, `band` leaves only the
coded band or level of an item (a risk code, an arrears stage), `presence` only that there is such a fact."""


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One rule relied on, as far as it rests on the facts of one owner: legal bases differ from party to party.

    `clause` is `<agreement>@<version>/<rule>`. `window_days` and `event_roles` are limits on the rows of the rule's
    cells: only events at most that many days old, only those in which the subject has one of the roles (empty: any).
    `coarse` pairs a rank in `FORMS` with the cells that the rule releases in that form; the others it releases in full.
    """

    agreement: str
    version: int
    rule: str
    clause: str
    mask: int
    gateways: tuple[str, ...]
    article_6: tuple[str, ...]
    article_9: tuple[str, ...]
    article_10: tuple[str, ...]
    obligations: tuple[str, ...]
    advice: str | None = None
    window_days: int | None = None
    event_roles: tuple[str, ...] = ()
    coarse: tuple[tuple[int, int], ...] = ()

    def rank(self, bit: int) -> int:
        """Place in `FORMS` of the form that the rule releases a cell in, the cell given as its bit."""
        return next((rank for rank, mask in self.coarse if mask & bit), 0)


class Grounds(Protocol):
    """What a permit rests on, spelt out only when asked: a profile of 10,000 cells is decided as a few integers."""

    def coarse(self) -> tuple[tuple[str, int], ...]:
        """Forms of `FORMS` coarser than full, each with the cells that may be shown only in it."""

    def uses(self) -> tuple[RuleUse, ...]:
        """Every rule relied on, cut to the cells that are released."""

    def told(self) -> tuple[tuple[str, int], ...]:
        """The coarser forms of which the reader may be told: those of limits that would tell a state are left out."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What every permit of one register has in common.

    `told_by` pairs the bit of a state with the cells that a reader must be permitted to hear of it.
    """

    register_version: str
    vocabulary: Vocabulary
    told_by: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """Cells that may be released until `not_after`, in the finest form that rules and limits leave.

    `not_after` is the earliest end of anything relied on and is checked again after the last commit. `earlier`: other
    cells, of which only what began before the subject's protection may be released.
    """

    mask: int
    not_after: datetime
    terms: Terms
    grounds: Grounds
    earlier: int = 0

    @property
    def register_version(self) -> str:
        """Version of the register that decided."""
        return self.terms.register_version

    @property
    def vocabulary(self) -> Vocabulary:
        """What the bits of the mask mean."""
        return self.terms.vocabulary

    @property
    def coarse(self) -> tuple[tuple[str, int], ...]:
        """Forms of `FORMS` coarser than full, each with the cells that may be shown only in it."""
        return self.grounds.coarse()

    @property
    def uses(self) -> tuple[RuleUse, ...]:
        """Every rule relied on, as far as its cells are released, in order of clause."""
        return self.grounds.uses()

    def allows(self, source: str, item: str) -> bool:
        """Whether a cell may be released. Unknown sources and items raise, as they are mistakes of the caller."""
        return bool(self.mask >> self.vocabulary.cell(source, item) & 1)

    def allows_some(self, source: str, item: str) -> bool:
        """Whether rows of a cell may be released, be it only what began before the subject's protection."""
        return bool((self.mask | self.earlier) >> self.vocabulary.cell(source, item) & 1)

    def form(self, source: str, item: str) -> str:
        """The form a permitted cell may be shown in: `full` or one of the coarser `FORMS`."""
        return _form_of(self.coarse, 1 << self.vocabulary.cell(source, item))

    def uses_of(self, source: str, item: str) -> tuple[RuleUse, ...]:
        """Every rule use that permits a cell."""
        bit = 1 << self.vocabulary.cell(source, item)
        return tuple(use for use in self.uses if use.mask & bit)

    def admits(self, source: str, item: str, age_days: int | None, event_role: str | None) -> bool:
        """Whether one row of a cell may be released: some rule's window and event roles admit it.

        `age_days` is how old the event is, `None` where the row has no date; a row without a date fails a window.
        """
        return any(_row_fits(use, age_days, event_role) for use in self.uses_of(source, item))

    def row_form(self, source: str, item: str, age_days: int | None, event_role: str | None) -> str:
        """The form of one row of a permitted cell: the finest of the rules that admit the row.

        A rule that shows recent events in full opens nothing of an older one that another rule shows as a band.
        """
        return self._row_form(self.coarse, source, item, age_days, event_role)

    def told_form(self, source: str, item: str, age_days: int | None, event_role: str | None) -> str:
        """The form of one row as the reader is told it.

        Where a limit waits for a state, that a row is cut tells the state: to who may not know of it, the row is told
        in the form that the rules give it of anybody.
        """
        return self._row_form(self.grounds.told(), source, item, age_days, event_role)

    def _row_form(
        self, shapes: tuple[tuple[str, int], ...], source: str, item: str, age_days: int | None, event_role: str | None
    ) -> str:
        bit = 1 << self.vocabulary.cell(source, item)
        fitting = [use.rank(bit) for use in self.uses_of(source, item) if _row_fits(use, age_days, event_role)]
        coarsest = len(FORMS) - 1
        return FORMS[max(FORMS.index(_form_of(shapes, bit)), min(fitting, default=coarsest))]

    @property
    def obligations(self) -> tuple[str, ...]:
        """Union of the obligations of the rules relied on, sorted."""
        return tuple(sorted({duty for use in self.uses for duty in use.obligations}))

    @property
    def advice(self) -> tuple[str, ...]:
        """Sentences the rules relied on want shown with what is released, in order of use."""
        return tuple(dict.fromkeys(use.advice for use in self.uses if use.advice))


def _form_of(shapes: tuple[tuple[str, int], ...], bit: int) -> str:
    return next((name for name, mask in shapes if mask & bit), "full")


def _row_fits(use: RuleUse, age_days: int | None, event_role: str | None) -> bool:
    if use.window_days is not None and (age_days is None or not 0 <= age_days <= use.window_days):
        return False
    return not use.event_roles or event_role in use.event_roles


@dataclass(frozen=True, slots=True)
class Refer:
    """A named person decides about `mask`, with a clock; `permit` is what may be released meanwhile."""

    to: str
    within: timedelta
    code: str
    message: str
    mask: int
    permit: Permit | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing may be released.

    `subject_dependent` is true where the refusal rested on the subject's states, links or the reader's relationship:
    the gateway then answers as if there were no such family.
    """

    code: str
    message: str
    subject_dependent: bool


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why cells of one source are not released. Silent ones speak of the role only, never of the subject.

    A `count` or `exists` message may hold the placeholders {owner}, {count} and {reply_by}, filled by the gateway.
    `agreement` is the clause that comes nearest (`<agreement>@<version>/<rule>`, or the agreement alone; empty where
    there is none) and `change` the smallest change that would release the cells, in words for a worker.
    """

    source: str
    mask: int
    mode: Withholding
    code: str
    message: str
    owner_agency: str
    agreement: str = ""
    change: str = ""


Decision = Permit | Refer | Refusal
