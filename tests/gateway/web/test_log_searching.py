"""The form by which an officer searches the log, over HTTP: what was not looked for is not told as not there."""

import pytest

from tests.gateway.web.serving import form_token

_FIRST_OF_JUNE = (("day", "1"), ("month", "6"), ("year", "2024"))


@pytest.mark.parametrize(
    "typed",
    [
        {"family": "abc"},
        {"since_day": "32", "since_month": "1", "since_year": "2026"},
        {"since_day": "2", "since_month": "6", "since_year": "2026"}
        | {"until_day": "1", "until_month": "6", "until_year": "2026"},
    ],
    ids=["no id", "no day", "an end before its beginning"],
)
def test_a_search_of_the_log_that_was_not_made_is_not_told_as_one_that_found_nothing(at_desk, typed):
    officer = at_desk("W601")

    page = officer.post("/log", data={"form_token": form_token(officer.get("/log")), "worker": "W201", **typed})

    assert page.status_code == 422
    assert "No entry fits" not in page.text
    assert "Nothing was looked for. Mend what is marked above" in page.text
    assert 'value="W201"' in page.text


def test_a_day_by_itself_is_a_period(at_desk):
    officer = at_desk("W601")
    day = {f"{end}_{part}": number for end in ("since", "until") for part, number in _FIRST_OF_JUNE}

    page = officer.post("/log", data={"form_token": form_token(officer.get("/log")), **day})

    assert (page.status_code, "No entry fits." in page.text) == (200, True)
