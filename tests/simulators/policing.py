"""A policing source that lists incidents in JSON:API, in pages, with what changed since an instant."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from tests.simulators.service import Asked, Reply, Service


def person(number: int, **attributes: Any) -> dict[str, Any]:
    given = {
        "givenName": ["Jo"], "surname": f"Example{number}", "dateOfBirth": "1990-02-03", "gender": "GNDR_0001",
        "ethnicitySelfDefined": "ESDD_W1", "under18": "false",
    }  # fmt: skip
    return {"type": "person", "id": f"P{number}", "attributes": given | attributes}


def incident(number: int, role: str = "personReporting", **attributes: Any) -> dict[str, Any]:
    """An incident with one person in it."""
    given = {
        "incidentStartDateTime": {"dateFrom": "2026-10-01T20:15:00Z", "dateTo": "2026-10-01T21:00:00Z"},
        "incidentDescription": "a narrative that nobody here may keep", "physicallyAssaulted": "true",
        "hadWeapon": "false", "incidentReportedAlready": False,
    }  # fmt: skip
    return {
        "type": "incident", "id": f"I{number}", "meta": {"handling": "open"}, "attributes": given | attributes,
        "relationships": {role: {"data": [{"type": "person", "id": f"P{number}"}]}},
    }  # fmt: skip


@dataclass
class Policing(Service):
    """Incidents with the instant at which each last changed. `pages` says how paging misbehaves."""

    incidents: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: Literal["well", "repeat", "circle", "abroad", "expired"] = "well"
    since: list[str] = field(default_factory=list)
    repeated: bool = False

    @property
    def base(self) -> str:
        return f"{self.address}/psdm/v1"

    def add(self, at: datetime, *incidents: dict[str, Any]) -> None:
        for one in incidents:
            self.incidents.append((at, one))
            number = int(one["id"][1:])
            self.people.setdefault(f"P{number}", person(number))

    def reply(self, asked: Asked) -> Reply:
        if asked.path != "/psdm/v1/incidents":
            return Reply(404, {"errors": [{"status": "404"}]})
        since, size = asked.query.get("filter[updatedSince]"), int(asked.query.get("page[size]", "2"))
        start = int(asked.query.get("page[after]", "0"))
        if start == 0:
            self.since.append(since or "")
        elif self.pages == "expired":
            self.pages = "well"
            return Reply(410, {"errors": [{"status": "410"}]})
        found = [one for at, one in self.incidents if not since or at >= datetime.fromisoformat(since)]
        shown = found[start : start + size]
        people = [self.people[who["id"]] for one in shown for who in _people(one)]
        document = {
            "data": shown,
            "included": people,
            "links": {"next": self._following(asked, start, size, len(found))},
        }
        return Reply(200, document)

    def _following(self, asked: Asked, start: int, size: int, found: int) -> Any:
        after = start + size
        if self.pages == "abroad":
            return "http://127.0.0.1:9/psdm/v1/incidents?page[after]=2"
        if self.pages == "circle" and after >= found:
            after = 0
        elif self.pages == "repeat" and start == size and not self.repeated:
            self.repeated, after = True, start
            return f"/psdm/v1/incidents?{urlencode({**asked.query, 'page[after]': after, 'again': 1})}"
        elif after >= found:
            return None
        return {"href": f"/psdm/v1/incidents?{urlencode({**asked.query, 'page[after]': after})}"}


def _people(one: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for link in one.get("relationships", {}).values():
        data = link.get("data") or []
        found += data if isinstance(data, list) else [data]
    return [who for who in found if who["type"] == "person"]
