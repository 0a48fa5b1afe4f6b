"""S4, a disputed fact: from the mother's words to the school that sent it, and back to whoever had seen it."""

from gateway.demo import pages
from gateway.demo.readers import Json, Page
from gateway.demo.setting_up import Stand
from gateway.demo.steps import Play

TITLE = "A disputed fact, to its owner and back"
_OFFICER, _COLLEAGUE = ("W402", "attendance"), ("W404", "special_needs")
_SCHOOLS = "northvale_schools"
_ITEM = "education.exclusion"
_WORDS = "This was another boy of the same first name. Tyler was at home with flu that day."
_CREATED = 201


def play(stand: Stand) -> Play:
    """Tyler's suspension is another boy's."""
    played = Play("S4", TITLE)
    tyler = stand.town.book["S4"]["people"]["Tyler Boateng"]
    officer, colleague = (stand.desk.reader(worker) for worker, _ in (_OFFICER, _COLLEAGUE))
    colleague.look(tyler, _COLLEAGUE[1])
    page = officer.look(tyler, _OFFICER[1])
    found = _suspensions(page)
    played.act(
        "Attendance officer opens the pupil", "one suspension, which nobody disputes",
        {"one is shown": len(found) == 1, "it is not disputed": not any(one["disputed"] for one in found)},
        status=page.search.status, page=pages.page_of(page.profile),
    )  # fmt: skip
    raised = officer.send(
        "POST", f"/v1/families/{page.family_id}/disputes",
        json={"fact": found[0]["ref"], "words": _WORDS} if found else {},
        headers={"Hearthgate-Purpose": page.declaration},
    )  # fmt: skip
    again = _suspensions(colleague.look(tyler, _COLLEAGUE[1]))
    played.act(
        "She records what the mother says", "her colleague reads it beside the suspension at once",
        {
            "it is recorded": raised.status == _CREATED,
            "the words stand with the fact": [one["dispute"]["words"] for one in again if one["disputed"]] == [_WORDS],
        },
        status=raised.status,
    )  # fmt: skip
    task = str(raised.body.get("dispute_id")) if raised.ok else ""
    _school(stand, played, task)
    _back(stand, played, tyler)
    return played


def _school(stand: Stand, played: Play, task: str) -> None:
    """The sender's own machine finds the task, opens it, and takes the fact back."""
    school = stand.partners[_SCHOOLS]
    listed = {str(one["task_id"]): one for one in school.ask("GET", "/v1/partners/me/tasks")}
    opened: Json = school.ask("GET", f"/v1/partners/me/tasks/{task}")
    checks = {
        "the task is listed": task in listed,
        "the list names nobody": "Boateng" not in str(listed),
        "opened, it holds the words and what the school itself sent": opened["words"] == _WORDS
        and opened["fact"]["values"]["category"] == "SUSP",
    }
    played.act("The school finds it among its tasks", "the words, and its own row", checks)
    answer = {"outcome": "withdrawn", "reason": "It was another pupil."}
    done: Json = school.ask("POST", f"/v1/partners/me/tasks/{task}/answer", answer)
    checks = {
        "it is withdrawn": done["state"] == "withdrawn",
        "of so few readers the school learns no number": done["viewers_told"] == "fewer than 5 readers",
    }
    played.act("The school takes it back", "and does not learn who had seen it", checks)


def _back(stand: Stand, played: Play, tyler: Json) -> None:
    officer = stand.desk.reader(_OFFICER[0])
    page = officer.look(tyler, _OFFICER[1])
    told = [stand.desk.reader(worker).send("GET", "/v1/corrections") for worker, _ in (_OFFICER, _COLLEAGUE)]
    checks = {
        "the page opens": page.family is not None and page.family.ok,
        "no suspension is on it": not _suspensions(page),
        "both readers are told that something was withdrawn": all(
            any(notice["kind"] == "withdrawn" for notice in answer.body) for answer in told if answer.ok
        ),
        "in words that do not say it again": "suspen" not in str([answer.body for answer in told]).casefold(),
    }
    played.act("Both readers look again", "it is gone, and they are told", checks, status=page.search.status)


def _suspensions(page: Page) -> list[Json]:
    return [fact for fact in pages.facts(page.profile) if fact["item"] == _ITEM]
