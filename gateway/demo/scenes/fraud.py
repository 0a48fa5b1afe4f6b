"""S10, the fraud officer: what council tax holds, and no way round it."""

from typing import Any

import httpx

from gateway.demo import pages
from gateway.demo.readers import Answer, Json, Page
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller

TITLE = "The fraud officer"
_FIGURE = 2
"""Entries of a figure: authorised, made."""
_SMALLEST = 5
_REFUSAL = (
    "Family support data cannot be used for fraud work. If you have a lawful request, send it to the data protection "
    "officer. This attempt is recorded."
)


def play(stand: Stand, teller: Teller, before: Before) -> Play:
    """A single-person discount that other feeds contradict."""
    played = Play("S10", TITLE)
    book = stand.town.book["S10"]
    staff, joanne = book["staff"], book["people"]["Joanne Pickering"]
    officer = stand.desk.reader(staff["council_tax_fraud_officer"])
    page = officer.look(joanne, "council_tax_fraud")
    _own_register(played, page)
    before.compare_hits(played, "fraud officer", "Joanne Pickering", page, "every feed but council tax")
    offered = officer.purposes()
    played.act(
        "Purposes on offer",
        "council tax fraud alone; early help is not offered",
        {"early help is not offered": "early_help" not in offered, "fraud is": "council_tax_fraud" in offered},
    )
    refused = officer.declare("early_help", "To see whether a partner lives there")
    _refused(stand, played, refused)
    _figures(stand, played, book)
    _lawful_request(stand, played, page)
    other = _no_trace(stand, played)
    teller.views(
        "Joanne Pickering's discount",
        [
            ("Council tax fraud officer", page.profile, ""),
            ("The same, for early help", None, refused.words),
            ("An early help worker's family", other.profile, ""),
        ],
    )
    return played


def _own_register(played: Play, page: Page) -> None:
    profile = page.profile
    shown = pages.items(profile)
    checks = {
        "the page opens": bool(profile),
        "the discount is shown": shown["ctax.discount"] > 0,
        "council tax is the only source": pages.sources(profile) == {"council_tax"},
        "only the person who pays is on it": len(profile.get("members", [])) == 1,
        "nobody else of the household is named": "stroud" not in str(profile).casefold(),
    }
    played.act(
        "Fraud officer opens the account",
        "council tax data under its own agreement, nothing else",
        checks,
        status=page.family.status if page.family is not None else page.search.status,
        page=pages.page_of(profile),
    )


def _refused(stand: Stand, played: Play, refused: Answer) -> None:
    """Tried by API all the same: refused in the scene's words, and in today's queue for the officer."""
    queue = stand.desk.reader("W601").ask("review queue", 1, "GET", "/v1/reviews")
    mine = [one for one in _listed(queue) if str(one["entry_id"]) == str(refused.body.get("receipt"))]
    officer = stand.desk.reader(stand.town.book["S10"]["staff"]["council_tax_fraud_officer"])
    today = stand.wiring.clock().date().isoformat()
    checks = {
        "it is refused": not refused.ok,
        "in the scene's words": refused.words == _REFUSAL,
        "the queue can be read by the officer": queue.ok,
        "it stands there exactly once": len(mine) == 1,
        "under today's date": bool(mine) and str(mine[0]["raised_at"]).startswith(today),
        "the fraud officer cannot read the queue": officer.ask("review queue", 1, "GET", "/v1/reviews").status
        == httpx.codes.FORBIDDEN,
    }
    played.act(
        "Fraud officer tries early help by API",
        "refused in words, and in today's review queue",
        checks,
        status=refused.status,
    )


def _figures(stand: Stand, played: Play, book: Json) -> None:
    """One household in the district of Lighthouse Cottage: its number must not be in any answer."""
    officer = stand.desk.reader(book["staff"]["council_tax_fraud_officer"])
    asked = {
        "purpose": "council_tax_fraud", "measure": "single_person_discounts", "group_by": "postcode_district",
    }  # fmt: skip
    answer = officer.ask("figures", _FIGURE, "POST", "/v1/figures", json=asked)
    figures = answer.body["figures"] if answer.ok else []
    district = str(book["small_area"]["postcode"]).split()[0]
    small = [one for one in figures if one["group"] == district]
    shown = [one["count"] for one in figures if one["count"] is not None]
    checks = {
        "the figure is made": answer.ok,
        f"{district} is in it, without its number": len(small) == 1
        and small[0]["suppressed"] is True
        and small[0]["count"] is None,
        "no number from 1 to 4 is in it": not any(0 < count < _SMALLEST for count in shown),
        "more than one group stays back, or no total is told": sum(one["suppressed"] for one in figures) > 1
        or answer.body.get("total") is None,
    }
    played.act(
        "Fraud officer asks how many discounts there are in each district",
        "the district with one household stays back, and cannot be worked out",
        checks,
        status=answer.status,
    )


def _lawful_request(stand: Stand, played: Play, page: Page) -> None:
    """One-off, under a law of the register: it goes to the data protection officer, who answers item by item."""
    staff = stand.town.book["S10"]["staff"]
    officer, dpo = stand.desk.reader(staff["council_tax_fraud_officer"]), stand.desk.reader(staff["dpo"])
    items = ["case_system/address.residence", "case_system/household.membership"]
    asked = {
        "purpose": "council_tax_fraud",
        "items": items,
        "reason": "A second adult may live there; a summons is being prepared",
        "law": "SI2013-501",
        "family_id": page.family_id or None,
    }
    taken = officer.ask("request", 1, "POST", "/v1/access-requests", json=asked)
    queue = dpo.ask("requests", 1, "GET", "/v1/access-requests")
    wanted = taken.body.get("access_request_id") if taken.ok else None
    mine = [one for one in _listed(queue) if str(one["request_id"]) == str(wanted)]
    checks = {
        "it is taken": taken.status == httpx.codes.ACCEPTED,
        "the data protection officer decides": taken.ok and taken.body["decided_by"] == "northvale_council/dpo",
        "it stands in the officer's list once": len(mine) == 1,
        "item by item": bool(mine) and sorted(mine[0]["items"]) == items,
        "with its law": bool(mine) and mine[0]["law"] == asked["law"],
        "nothing is released meanwhile": "housing" not in pages.sources(page.profile),
    }
    played.act(
        "Fraud officer makes a lawful one-off request",
        "to the data protection officer, item by item, logged",
        checks,
        status=taken.status,
    )


def _no_trace(stand: Stand, played: Play) -> Page:
    """A family worker's page, searched for any word of the attempt."""
    book = stand.town.book["S2"]
    worker = stand.desk.reader(book["staff"]["early_help_worker"])
    page = worker.look(book["people"]["Kelly Marsh"], "early_help")
    told = str((page.search.body, page.profile)).lower()
    checks = {
        "the page opens": bool(page.profile),
        "no word of fraud, refusal or review": not any(word in told for word in ("fraud", "refused", "review")),
        "no council tax": "council_tax" not in pages.sources(page.profile),
    }
    played.act(
        "A family worker's page",
        "no trace of the attempt",
        checks,
        status=page.family.status if page.family is not None else page.search.status,
        page=pages.page_of(page.profile),
    )
    return page


def _listed(answer: Answer) -> list[Any]:
    return list(answer.body) if answer.ok else []
