"""Members of staff at the gateway's API: signed in for real, their every call remembered for the log to confirm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.demo.provider.over_http import sign_in_over_http
from gateway.demo.provider.parties import RelyingParty

Json = dict[str, Any]
_DECLARED, _FOUND, _SHOWN, _REFUSED = 1, 3, 2, 1
"""Entries that a call leaves: a declaration; a search (asked, authorised, shown); a page (authorised, shown)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one call."""

    status: int
    body: Any
    request_id: str

    @property
    def ok(self) -> bool:
        """Whether the gateway did what was asked."""
        return self.status < httpx.codes.BAD_REQUEST

    @property
    def words(self) -> str:
        """The sentence of a refusal."""
        return str(self.body.get("detail") or self.body.get("title") or "") if isinstance(self.body, dict) else ""

    @property
    def receipt(self) -> Json | None:
        """Entry and promise of a read, or None."""
        found = self.body.get("receipt") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Traced:
    """A call whose entries the log must hold: how many belong to its request id."""

    what: str
    request_id: str
    entries: int


@dataclass(slots=True)
class Trail:
    """Every call of the scenes that leaves entries, and every receipt that was handed out."""

    calls: list[Traced] = field(default_factory=list)
    receipts: list[Json] = field(default_factory=list)

    def note(self, what: str, answer: Answer, entries: int) -> None:
        """Remember a call and, where the answer carries one, its receipt."""
        self.calls.append(Traced(what, answer.request_id, entries))
        if answer.receipt is not None:
            self.receipts.append(answer.receipt)


@dataclass(frozen=True, slots=True)
class Page:
    """A search and the family page that was opened from it; `family` is None where nothing was found."""

    search: Answer
    family: Answer | None
    declaration: str = ""

    @property
    def hits(self) -> Sequence[Json]:
        """People found, best first."""
        return list(self.search.body.get("hits", [])) if self.search.ok else []

    @property
    def profile(self) -> Json:
        """The page, or an empty one."""
        return dict(self.family.body) if self.family is not None and self.family.ok else {}

    @property
    def family_id(self) -> str:
        """The handle of the family, or an empty text."""
        return str(self.profile.get("family_id", ""))


@dataclass(frozen=True, slots=True)
class Desk:
    """The gateway, the provider that staff sign in at, and the trail that their calls leave."""

    http: httpx.Client
    issuer: str
    party: RelyingParty
    staff: dict[str, Json]
    trail: Trail
    signed_in: dict[str, "Reader"] = field(default_factory=dict)

    def reader(self, worker_ref: str) -> "Reader":
        """The member of staff, signed in at first use."""
        if worker_ref not in self.signed_in:
            person = self.staff[worker_ref]
            # The provider's cookies are one browser's; a client of its own keeps two people apart.
            with httpx.Client(timeout=30.0, trust_env=False) as browser:
                token = sign_in_over_http(browser, self.issuer, self.party, person["email"])
            self.signed_in[worker_ref] = Reader(self, person, token)
        return self.signed_in[worker_ref]


@dataclass(frozen=True, slots=True)
class Reader:
    """One member of staff with a token of the provider."""

    desk: Desk
    person: Json
    token: str = field(repr=False)

    @property
    def role(self) -> str:
        """The role in words, for a heading."""
        words = str(self.person["role"]).replace("_", " ")
        return words[0].upper() + words[1:]

    def send(self, method: str, path: str, **options: Any) -> Answer:
        """One call of the API."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        response = self.desk.http.request(method, path, headers=headers, **options)
        is_json = "json" in response.headers.get("content-type", "")
        return Answer(
            response.status_code,
            response.json() if is_json else response.text,
            response.headers.get("x-request-id", ""),
        )

    def ask(self, what: str, entries: int, method: str, path: str, **options: Any) -> Answer:
        """One call that leaves so many entries, or one where it is refused."""
        answer = self.send(method, path, **options)
        self.desk.trail.note(what, answer, entries if answer.ok else _REFUSED)
        return answer

    def purposes(self) -> list[str]:
        """Purposes on offer."""
        answer = self.send("GET", "/v1/me/purposes")
        return [str(offer["id"]) for offer in answer.body] if answer.ok else []

    def declare(self, purpose: str, reason: str, **more: Any) -> Answer:
        """Declare a purpose; also a refused attempt leaves an entry."""
        sent = {"purpose": purpose, "reason": reason, **more}
        return self.ask("declaration", _DECLARED, "POST", "/v1/purpose-declarations", json=sent)

    def search(self, person: Json, declaration: str) -> Answer:
        """Look for a person of the scene book by name and date of birth."""
        wanted = {"family_name": person["surname"], "given_name": person["forename"], "birth_date": person["dob"]}
        return self.ask("search", _FOUND, "POST", "/v1/people/search", json=wanted, headers=_declared(declaration))

    def family(self, family_id: str, declaration: str) -> Answer:
        """Open a family's page."""
        return self.ask("page", _SHOWN, "GET", f"/v1/families/{family_id}", headers=_declared(declaration))

    def look(self, person: Json, purpose: str, **more: Any) -> Page:
        """Declare, search, and open the page of the first person found under that very name."""
        declared = self.declare(purpose, "Played by the demo", **more)
        declaration = str(declared.body.get("declaration_id", "")) if declared.ok else ""
        found = self.search(person, declaration)
        hits = found.body.get("hits", []) if found.ok else []
        mine = next((hit for hit in hits if is_named(hit["identity"], person)), None)
        family = self.family(mine["family_id"], declaration) if mine is not None else None
        return Page(found, family, declaration)


def is_named(identity: Json, person: Json) -> bool:
    """Whether a heading is that of a person of the scene book: a source may write capitals, a title, a middle name."""
    wanted = {person["forename"].casefold(), person["surname"].casefold()}
    dates = {str(date["value"]) for date in identity["birth_dates"]}
    return person["dob"] in dates and any(wanted <= set(name.casefold().split()) for name in names_of(identity))


def names_of(identity: Json) -> set[str]:
    """Names of a golden identity."""
    return {str(name["value"]) for name in identity["names"]}


def _declared(declaration: str) -> dict[str, str]:
    return {"Hearthgate-Purpose": declaration} if declaration else {}
