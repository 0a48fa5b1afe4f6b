"""S10, the fraud officer: what council tax holds, and no way round it."""

from typing import Any

from gateway.demo import pages
from gateway.demo.readers import Answer, Json, Page
from gateway.demo.scenes.before import Before
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play
from gateway.demo.telling import Teller

TITLE = "The fraud officer"
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
    before.compare(played, "fraud officer", "Joanne Pickering", page, "every feed but council tax")
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
        "only the person who pays is on it": pages.members(profile) == ["Joanne Pickering"],
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
    queue = stand.desk.reader("W601").send("GET", "/v1/reviews")
    listed = _listed(queue, "reviews")
    receipt = refused.body.get("receipt") if isinstance(refused.body, dict) else None
    mine = [one for one in listed if receipt and str(receipt) in str(one)]
    today = stand.wiring.clock().date().isoformat()
    checks = {
        "it is refused": not refused.ok,
        "in the scene's words": refused.words == _REFUSAL,
        "the queue can be read by the officer": queue.ok,
        "it stands there exactly once": len(mine) == 1,
        "under today's date": bool(mine) and today in str(mine[0]),
    }
    played.act(
        "Fraud officer tries early help by API",
        "refused in words, and in today's review queue",
        checks,
        status=refused.status,
    )


def _figures(stand: Stand, played: Play, book: Json) -> None:
    return


def _lawful_request(stand: Stand, played: Play, page: Page) -> None:
    return


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


def _listed(answer: Answer, name: str) -> list[Any]:
    if not answer.ok:
        return []
    return list(answer.body if isinstance(answer.body, list) else answer.body.get(name, []))
