"""Steps of the demo: what was expected, whether it held, and what came instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import GatewayError


class DemoError(GatewayError):
    """The demo cannot go on: what is wrong, and what to do."""

    code = "demo-failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One act: `got` names the checks that did not hold; `items` and `withheld` are of the page, where there is one."""

    step: str
    expected: str
    ok: bool
    got: str
    status: int | None = None
    items: int | None = None
    withheld: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As `build/demo.json` holds it: claims and counts, no value of anybody's record."""
        return {
            "step": self.step,
            "ok": self.ok,
            "status": self.status,
            "items": self.items,
            "withheld": list(self.withheld),
            "expected": self.expected,
            **({} if self.ok else {"got": self.got}),
        }


@dataclass(slots=True)
class Play:
    """The steps of one scene, in the order in which they were played."""

    name: str
    title: str
    steps: list[Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it was played at all and every step held."""
        return bool(self.steps) and all(step.ok for step in self.steps)

    def act(
        self,
        step: str,
        expected: str,
        checks: Mapping[str, bool],
        *,
        status: int | None = None,
        page: "tuple[int, Sequence[str]] | None" = None,
    ) -> Step:
        """Judge one act by its checks, each named by the claim that it makes. `page`: items shown, withheld lines."""
        failed = [claim for claim, holds in checks.items() if not holds]
        items, withheld = page if page is not None else (None, ())
        got = "as expected" if not failed else f"not so: {'; '.join(failed)}"
        done = Step(step, expected, not failed, got, status, items, tuple(withheld))
        self.steps.append(done)
        return done
