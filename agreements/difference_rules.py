"""A key's rules in normal form, to be compared: what each does, to which cells, when and on which tests.

Which clause or version says it makes no difference here, nor how many clauses share it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from agreements.compiled import CompiledPermit, Gate, KeyRules
from agreements.decision import RuleUse
from agreements.difference_diagram import (
    BAND,
    FIRST_STATE,
    FULL,
    GLASS,
    NO,
    REGIME,
    RELATIONSHIP,
    UNKNOWN,
    YES,
    Condition,
    Literal,
    conjunction,
)  # fmt: skip
from agreements.request import Regime
from agreements.vocabulary import set_bits

_REGIMES = tuple(Regime)
_WITHOUT_GLASS, _WITH_GLASS = 1, 2


@dataclass(frozen=True, slots=True)
class GateTests:
    """What a rule asks of a request. `widened`: break-glass stands in for the relationship."""

    relationships: int
    min_band: int
    yes_all: int
    yes_any: int
    no_all: int
    widened: bool
    possibly: bool
    """Judged as if what is unknown turned out to fit, as never-both rules do."""


@dataclass(frozen=True, slots=True)
class BiteTests:
    """When a prohibition, limit or never-both rule bears on a subject."""

    when_any: int
    when_all: int
    unless_any: int
    unless_all: int


@dataclass(frozen=True, slots=True)
class Released:
    """Cells are released in a form (rank in `FORMS`), on these terms."""

    rank: int
    window_days: int | None
    event_roles: tuple[str, ...]
    basis: tuple[str, ...]
    obligations: tuple[str, ...]
    advice: str | None


@dataclass(frozen=True, slots=True)
class Possible:
    """Cells might be released: what sets off a never-both rule."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Cells are prohibited. `since`: of what began since the subject's protection alone."""

    closed: bool
    since: bool = False


@dataclass(frozen=True, slots=True)
class Capped:
    """Cells are shown no finer than this rank of `FORMS`."""

    rank: int


@dataclass(frozen=True, slots=True)
class Paired:
    """Cells are withheld where some of `keep` might be released."""

    keep: int


@dataclass(frozen=True, slots=True)
class Referred:
    """Cells are handed to a named role. The first in order is taken among those of one clock."""

    hours: int
    order: str
    to: str
    duty: bool
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """Cells that are withheld are spoken of."""

    mode: str
    sentence: str


Effect = Released | Possible | Barred | Capped | Paired | Referred | Told
Tests = GateTests | BiteTests


@dataclass(frozen=True, slots=True)
class Standing:
    """An effect, on which tests, between which instants."""

    starts: datetime
    ends: datetime
    tests: Tests
    effect: Effect


NormalForm = Mapping[Standing, int]
"""What stands under a key, with the mask of its cells."""


def normal_form(rules: KeyRules) -> dict[Standing, int]:
    """Bring a key's rules into normal form."""
    found: dict[Standing, int] = {}
    for standing, mask in _standings(rules):
        if mask:
            found[standing] = found.get(standing, 0) | mask
    return found


def _standings(rules: KeyRules) -> Iterator[tuple[Standing, int]]:
    kept = 0
    for pair in rules.pairs:
        kept |= pair.keep
        tests = BiteTests(pair.when_any, pair.when_all, pair.unless_any, pair.unless_all)
        yield Standing(pair.starts, pair.ends, tests, Paired(pair.keep)), pair.withhold
    for permit in rules.permits:
        yield from _releases(permit)
        might = _gate_tests(permit.gate, widened=permit.break_glass_for is not None, possibly=True)
        yield Standing(permit.gate.starts, permit.gate.ends, might, Possible()), permit.mask & kept
    for bar in rules.bars:
        tests = BiteTests(bar.when_any, bar.when_all, bar.unless_any, bar.unless_all)
        if bar.limit is not None:
            yield Standing(bar.starts, bar.ends, tests, Capped(bar.limit)), bar.mask
            continue
        for since, cells in ((False, bar.mask & ~bar.since), (True, bar.since)):
            yield Standing(bar.starts, bar.ends, tests, Barred(not bar.existence_open, since)), cells
    for referral in rules.referrals:
        hours = int(referral.within.total_seconds() // 3600)
        referred = Referred(hours, _name(referral.clause), referral.to, referral.duty, referral.message)
        yield Standing(referral.gate.starts, referral.gate.ends, _gate_tests(referral.gate), referred), referral.mask
    for voice in rules.voices:
        for mode, cells in voice.by_mode:
            told = Told(mode, voice.sentence)
            yield Standing(voice.gate.starts, voice.gate.ends, _gate_tests(voice.gate), told), cells


def _releases(permit: CompiledPermit) -> Iterator[tuple[Standing, int]]:
    tests = _gate_tests(permit.gate, widened=permit.break_glass_for is not None)
    for use in permit.uses:
        for rank, cells in permit.coarse:
            released = Released(
                rank, use.window_days, tuple(sorted(use.event_roles)), _basis(use), tuple(sorted(use.obligations)),
                use.advice,
            )  # fmt: skip
            yield Standing(permit.gate.starts, permit.gate.ends, tests, released), use.mask & cells


def _basis(use: RuleUse) -> tuple[str, ...]:
    named = (use.gateways, use.article_6, use.article_9, use.article_10)
    laws = {f"{kind} {one}" for kind, laws in zip(_BASES, named, strict=True) for one in laws}
    return tuple(sorted({f"agreement {use.agreement}", *laws}))


_BASES = ("gateway", "Article 6", "Article 9", "Article 10")


def _name(clause: str) -> str:
    """Agreement and rule, without the version."""
    document, _, rule = clause.partition("/")
    return f"{document.partition('@')[0]}/{rule}"


def _gate_tests(gate: Gate, *, widened: bool = False, possibly: bool = False) -> GateTests:
    return GateTests(
        gate.relationships, gate.min_band, gate.yes_all, gate.yes_any, gate.no_all, widened=widened, possibly=possibly
    )


@dataclass(frozen=True, slots=True)
class Under:
    """What holds for every rule of a key at a time: the law of its purpose, and whether break-glass is on offer."""

    regime: Regime
    glass: bool


def condition_of(tests: Tests, under: Under) -> Condition | None:
    """The tests as a condition; `None` where no request can meet them."""
    if isinstance(tests, BiteTests):
        return conjunction(_bite_clauses(tests))
    return conjunction(_gate_clauses(tests, under))


def _gate_clauses(tests: GateTests, under: Under) -> Iterator[Iterable[Literal]]:
    yield ((REGIME, 1 << _REGIMES.index(under.regime)),)
    if not under.glass:
        # Asked for where nothing is widened, break-glass is refused as a whole.
        yield ((GLASS, _WITHOUT_GLASS),)
    related = (RELATIONSHIP, tests.relationships)
    yield (related, (GLASS, _WITH_GLASS)) if tests.widened else (related,)
    yield ((BAND, FULL[BAND] & ~((1 << (tests.min_band - 1)) - 1)),)
    open_end = UNKNOWN if tests.possibly else 0
    for state in set_bits(tests.yes_all):
        yield ((FIRST_STATE + state, YES | open_end),)
    for state in set_bits(tests.no_all):
        yield ((FIRST_STATE + state, NO | open_end),)
    if tests.yes_any:
        yield tuple((FIRST_STATE + state, YES | open_end) for state in set_bits(tests.yes_any))


def _bite_clauses(tests: BiteTests) -> Iterator[Iterable[Literal]]:
    for state in set_bits(tests.when_all):
        yield ((FIRST_STATE + state, YES | UNKNOWN),)
    if tests.when_any:
        yield tuple((FIRST_STATE + state, YES | UNKNOWN) for state in set_bits(tests.when_any))
    for state in set_bits(tests.unless_any):
        yield ((FIRST_STATE + state, NO | UNKNOWN),)
    if tests.unless_all:
        yield tuple((FIRST_STATE + state, NO | UNKNOWN) for state in set_bits(tests.unless_all))
