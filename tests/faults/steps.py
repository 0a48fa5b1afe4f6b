"""The steps of the paths, as they pass on the wire between the gateway and PostgreSQL, and on that to the client."""

import re
from dataclasses import dataclass, field

BEFORE, AT, AFTER = "before", "at", "after"
MOMENTS = (BEFORE, AT, AFTER)
"""Before the message reaches the database; while its answer is on the way, so that nobody knows; after the answer."""

READ = (
    "read: decide", "read: authorise", "read: open ticket", "read: load", "read: commit", "read: outcome",
    "read: answer",
)  # fmt: skip
"""Authorisations and outcomes go together with those of other requests, appended and committed by one message."""
PUSH = (
    "push: receive", "push: open batch", "push: chunk", "push: entry", "push: commit", "push: answer",
)  # fmt: skip
SEQUENCE = ("sequence: head", "sequence: leaves", "sequence: checkpoint", "sequence: commit")
OFF_THE_WIRE = ("read: answer", "push: receive", "push: answer")
"""Steps that the client makes or sees; the wire to the database does not show them."""
STEPS = (*READ, *PUSH, *SEQUENCE)

_APPENDS = re.compile(r"\baudit\.append\w*")
_ENDS = re.compile(r"\s*(?:COMMIT|ROLLBACK)\b", re.IGNORECASE)


@dataclass
class Conversation:
    """One connection: which role speaks, the statements it has prepared, and how far its transaction has come."""

    role: str = ""
    prepared: dict[bytes, str] = field(default_factory=dict)
    opened: bool = False
    appended: bool = False

    def step(self, statements: list[str]) -> str | None:
        """The step that a group of statements makes, sent together; None for what is no step."""
        joined = "\n".join(statements)
        found = self._step(joined)
        if _ENDS.match(joined):
            self.opened = self.appended = False
        return found

    def _step(self, sql: str) -> str | None:
        if self.role == "hg_decide":
            return None if _ENDS.match(sql) or sql.startswith("BEGIN") else "read: decide"
        if self.role == "hg_read":
            return self._read(sql)
        if self.role == "hg_intake":
            return self._push(sql)
        return self._sequence(sql) if self.role == "hg_sequence" else None

    def _read(self, sql: str) -> str | None:
        if sql.startswith("COMMIT"):
            return "read: commit" if self.opened else None
        if "audit.append_many" in sql:
            # With tickets it has fifteen values.
            return "read: authorise" if "$15" in sql else "read: outcome"
        if "audit.open_ticket" in sql:
            self.opened = True
            return "read: open ticket"
        return "read: load" if self.opened and "hearth." in sql else None

    def _push(self, sql: str) -> str | None:
        if sql.startswith("COMMIT"):
            return "push: commit" if self.appended else None
        if _APPENDS.search(sql):
            self.appended = True
            return "push: entry"
        if "INSERT INTO desk.batch" in sql:
            return "push: open batch"
        return "push: chunk" if "hearth." in sql else None

    def _sequence(self, sql: str) -> str | None:
        if sql.startswith("COMMIT"):
            return "sequence: commit" if self.appended else None
        if "UPDATE audit.head" in sql:
            self.appended = True
            return "sequence: head"
        if "INTO audit.leaf" in sql:
            return "sequence: leaves"
        return "sequence: checkpoint" if "INTO audit.checkpoint" in sql else None
