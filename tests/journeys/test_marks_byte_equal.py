"""S3, P12, P14: a witness's or an adopted child's mark tells no more than that what it hides is not recorded.

Beside a world with the mark stands one without it, in which the rows that it hides were never sent. Witness protection
is told by the police, adoption by whoever sends the child; both have a day here, and the sources of S1 sent before and
since. Whoever sends about the marked, stewards and partners get the same with and without the mark itself.
"""

import csv
import io
import json
from contextlib import contextmanager
from datetime import date

import pytest

from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.telling.notifying import raise_notices
from tests.gateway.northvale_world import copied
from tests.gateway.served import content, served
from tests.journeys.test_pages_byte_equal import ID, at_desk, without_chance

AISHA, LEANNE = ("S1", "Aisha Cole"), ("S1", "Leanne Cole")
WITNESS, ADOPTION = (LEANNE, "police", "witness"), (AISHA, "schools", "adoption")
SINCE = date(2026, 10, 20)
_HIDDEN = """
    SELECT f.fact_id FROM hearth.fact f JOIN hearth.item i USING (item_no)
      JOIN hearth.link l ON l.record_id = f.record_id AND l.superseded_at IS NULL
     CROSS JOIN LATERAL (SELECT hearth.protected_since(l.person_id) AS day) since
     WHERE since.day IS NOT NULL
       AND (f.item_no = ANY (hearth.location_items()) AND hearth.tells_since(f.fact_key, f.fact_id, since.day)
            OR i.name = ANY (ARRAY['care.professional', 'support.episode', 'housing.tenancy', 'care.looked_after',
                                   'health.appointment'])
               AND hearth.serves_since(f.fact_key, f.fact_id, since.day))
"""


@contextmanager
def world(built, mark=None, without=()):
    """A copy with this mark and no other, and without some facts."""
    with copied(built) as northvale:
        northvale.sql(
            "DELETE FROM hearth.fact f USING hearth.item i WHERE i.item_no = f.item_no"
            " AND (i.name = 'identity.protected' OR f.fact_id = ANY (:without))",
            without=list(without),
        )
        if mark:
            person, source, kind = mark
            northvale.sql(
                "INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, nature,"
                " content_digest, batch_id, agreement, recorded_at) SELECT gen_random_uuid(), 'mark', f.record_id,"
                " f.source_no, i.item_no, jsonb_build_object('kind', CAST(:kind AS text)), :since, 'fact', '',"
                " f.batch_id, f.agreement, f.recorded_at FROM hearth.fact f, hearth.item i"
                " WHERE i.name = 'identity.protected' AND f.record_id = :record LIMIT 1",
                kind=kind, since=SINCE, record=northvale.record_id(source, northvale.person(*person)["keys"][source]),
            )  # fmt: skip
        yield northvale


def seen(northvale, worker, purpose):
    """Pages, searches and reasons that a reader gets of the two."""
    known = {str(row.family_id) for row in northvale.sql("SELECT family_id FROM hearth.person")}
    answers = []
    with served(northvale) as gateway:
        declaration = gateway.declare(worker, purpose)
        for person in (AISHA, LEANNE):
            handle = northvale.family_id(*person)
            answers += [gateway.family(worker, declaration, handle), gateway.explain(worker, declaration, handle)]
            answers.append(gateway.search(worker, declaration, northvale.person(*person)))
    with at_desk(northvale, worker) as (client, token):
        form = {"form_token": token}
        client.post("/purpose", data=form | {"purpose": purpose, "reason": "a reason of the test"})
        pages = [client.get(f"/families/{northvale.family_id(*person)}") for person in (AISHA, LEANNE)]
        pages += [client.post("/search", data=form | {"family_name": "Cole", "postcode": "NV1 0AB"})]
        return [
            *(without_ids(content(one), known) for one in answers),
            *(without_chance(page, token, known) for page in pages),
        ]


def without_ids(answer, known=()):
    """As text, without the ids that each request has of its own."""
    return ID.sub(lambda found: found[0] if found[0] in known else "", json.dumps(answer))


@pytest.mark.parametrize("mark", [WITNESS, ADOPTION], ids=["witness", "adoption"])
@pytest.mark.parametrize(
    ("worker", "purpose"),
    [("W402", "attendance"), ("W411", "homelessness"), ("W401", "home_education"), ("W403", "participation")],
)
def test_a_mark_shows_nothing_but_that_what_it_hides_is_not_there(northvale_world, mark, worker, purpose):
    with world(northvale_world, mark) as marked:
        hidden = [row.fact_id for row in marked.sql(_HIDDEN)]
        somebody = seen(marked, worker, purpose)
    with world(northvale_world, without=hidden) as unmarked:
        nobody = seen(unmarked, worker, purpose)

    assert somebody == nobody
    assert len(hidden) >= 5
    assert sum(answer.startswith(("[200", "200")) for answer in nobody) >= 5


def test_who_may_know_of_a_mark_is_told(northvale_world):
    with world(northvale_world, WITNESS) as marked:
        hidden = [row.fact_id for row in marked.sql(_HIDDEN)]
        somebody = seen(marked, "W101", "front_door")
    with world(northvale_world, without=hidden) as unmarked:
        assert seen(unmarked, "W101", "front_door") != somebody


FEEDS = {"housing-tenancies": "housing", "schools-roll": "schools", "police-nominals": "police"}
"""Feeds that name one of the two or both, each with its source."""


def rows_of(northvale, feed):
    (entry,) = [one for one in northvale.built.book("manifest")["files"] if one["feed"] == feed]
    text = (northvale.built.folder / entry["file"]).read_text("utf-8-sig")
    theirs = {northvale.person(*one)["keys"].get(FEEDS[feed]) for one in (AISHA, LEANNE)}
    rows = [row for row in csv.DictReader(io.StringIO(text)) if theirs.intersection(row.values())]
    assert rows
    return rows


def sheet(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def told(northvale):
    """What partners, a school, and stewards are told who send about the two, or look after matches of them."""
    raise_notices(northvale.wiring)
    with served(northvale) as gateway:
        answers = []

        def ask(caller, path, **sent):
            method = "POST" if sent else "GET"
            headers = {"Test-Caller": caller, **sent.pop("headers", {})}
            answer = gateway.client.request(method, path, headers=headers, **sent)
            body = answer.json() if answer.headers["content-type"].startswith("application/") else answer.text
            plain = content(answer) if isinstance(body, dict) else (answer.status_code, body)
            answers.append(without_ids((caller, *plain)))
            return body

        for feed in FEEDS:
            rows = rows_of(northvale, feed)
            moved = [{**row, **{name: "NV6 0SU" for name in row if "postcode" in name}} for row in rows]
            broken = [dict.fromkeys(row, "31/31/31") for row in rows]
            for kind, sent, query in (
                ("same", rows, {}), ("moved", moved, {}), ("broken", broken, {}), ("gone", rows, {"mode": "tombstone"}),
            ):  # fmt: skip
                head = {"Content-Type": "text/csv", "Idempotency-Key": f"{feed} {kind}"}
                batch = ask(feed, f"/v1/feeds/{feed}/batches", headers=head, content=sheet(sent), params=query)
                ask(feed, f"/v1/batches/{batch['batch_id']}/errors.csv")
        link_new(northvale.wiring)
        for feed in FEEDS:
            for path in ("/v1/batches", f"/v1/feeds/{feed}", "/v1/partners/me/tasks", "/v1/feed-alerts"):
                ask(feed, path)
        for notice in ask("S101", "/v1/notices"):
            ask("S101", f"/v1/notices/{notice['notice_id']}/read", content=b"")
        ask("W603", "/v1/matches/reviews")
        for person in (AISHA, LEANNE):
            handle = northvale.family_id(*person)
            ask("W603", f"/v1/households/of/{handle}")
            ask("W603", f"/v1/matches/decisions/of/{handle}")
            ask("W603", "/v1/matches/doubts", json={"family_id": str(handle), "reason": "a reason of the test"})
        ask("W603", "/v1/matches/reviews")
        return answers


@pytest.mark.parametrize("mark", [WITNESS, ADOPTION], ids=["witness", "adoption"])
def test_whoever_sends_about_the_marked_or_looks_after_matches_is_told_the_same(northvale_world, mark):
    with world(northvale_world) as unmarked:
        nobody = told(unmarked)
    with world(northvale_world, mark) as marked:
        somebody = told(marked)

    assert somebody == nobody
    assert sum(" 20" in answer for answer in nobody) >= 40
