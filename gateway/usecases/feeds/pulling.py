"""Path (a) by pull: what a partner's API holds becomes batches, by the very intake that takes what is pushed.

(0) one run of a pull at a time; one instant
(1) whether the feed may be taken at all, before the partner is asked anything
(2) whom we ask about, where the API gives one record a number: an entry says so before the first request leaves
(3) ask page by page, or number by number, as the source allows
(4) what was collected becomes a batch of sender `pull:<client>`; only then the cursor moves on
(5) how the run ended, and when the next is due
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from uuid import UUID

import httpx

from adapters.health.client import PdsPatients, is_asked_for
from adapters.port import items_of
from adapters.pull_port import Answer, KeyedApi, Page, PagedApi, PullAnswerError
from audit.entry import Decision, EventClass
from concept_model.errors import DataSharingError
from gateway.errors import ForbiddenError, GatewayError, NotFoundError, UnsupportedMediaError
from gateway.identity.errors import KeyFileError
from gateway.pull.client import PullClient
from gateway.pull.errors import WORDS, PullError
from gateway.pull.sources import PullSource
from gateway.store.advisory import one_at_a_time
from gateway.store.ledger import append
from gateway.store.pulls import PullRow, forget_pull_tags, known_numbers, list_pulls, pull_tags, save_pull
from gateway.usecases.feeds.pull_runs import Cursor, Run, partner_of, restarted
from gateway.usecases.intake.intake import require_may_push
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_input import matching_mask
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring

_NHS_NUMBER = "identity.nhs_number"
_ASKED_AT_ONCE = 100
_REPEATS = 3
_OK, _UNCHANGED = 200, 304
_NEVER = datetime.min.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PullState:
    """A pull as the council's operator sees it. `words` say what became of the last run; nothing names a person."""

    name: str
    feed: str
    kind: str
    every_minutes: int
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str | None
    words: str
    failures: int
    next_at: datetime | None
    batch_id: UUID | None
    batches: int
    records: int
    requests: int


def run_pull(wiring: Wiring, source: PullSource, transport: httpx.BaseTransport | None = None) -> PullState:
    """Run a pull once. What goes wrong is the run's outcome; only errors of our own database are raised."""
    # (0) One run at a time, across all processes.
    with one_at_a_time(wiring.database, f"pull/{source.name}"):
        run = Run.begun(wiring, source)
        requests, outcome, wait = 0, "done", 0.0
        try:
            _require_wanted(wiring, source)
            with PullClient(source, wiring.clock, wiring.mint_opaque, transport) as client:
                try:
                    outcome = _ask(run, client)
                finally:
                    requests = client.requests
        except PullError as error:
            outcome, wait = error.reason, error.wait
        except PullAnswerError:
            outcome = "answer-unreadable"
        except KeyFileError:
            outcome = "configuration"
        except GatewayError as error:
            outcome = "feed-off" if error.code == "feed-off" else "batch-refused"
        # (5) How it ended.
        return _state(source, run.ended(outcome, requests, wait))


def pull_due(wiring: Wiring, sources: Sequence[PullSource], transport: httpx.BaseTransport | None = None) -> int:
    """Run every pull that is due; return how many ran. One that fails does not hold up the others."""
    with wiring.database.transaction("hg_desk") as connection:
        known = {row.name: row for row in list_pulls(connection)}
    now = wiring.clock()
    due = [one for one in sources if one.name not in known or known[one.name].next_at <= now]
    for source in due:
        try:
            state = run_pull(wiring, source, transport)
        except DataSharingError:
            _log.exception("pull.broke-off")
            continue
        if state.failures:
            _log.warning("pull.failed", extra={"code": state.outcome, "failures": state.failures})
    return len(due)


def pull_states(wiring: Wiring, sources: Sequence[PullSource]) -> list[PullState]:
    """How every pull of the council's file stands, by name."""
    with wiring.database.transaction("hg_desk") as connection:
        known = {row.name: row for row in list_pulls(connection)}
    return [_state(one, known.get(one.name)) for one in sorted(sources, key=lambda one: one.name)]


def start_over(wiring: Wiring, source: PullSource) -> None:
    """Forget how far a pull has come: its next run asks for everything."""
    with wiring.database.transaction("hg_desk") as connection:
        save_pull(
            connection,
            {"name": source.name, "feed": source.feed, "sealed_cursor": None, "next_at": wiring.clock()},
        )
        forget_pull_tags(connection, source.name)


def _require_wanted(wiring: Wiring, source: PullSource) -> None:
    """(1) A feed that nobody may supply now, or that is switched off, is not asked for. Raise `PullError`."""
    partner = partner_of(wiring, source.feed, f"pull:{source.client}")
    profile = wiring.feeds[source.feed].profile
    supply = wiring.register.decide_supply(partner.agency, profile.source, wiring.clock())
    if not supply.items & items_of(profile):
        raise PullError("feed-off")
    try:
        require_may_push(wiring, partner, source.feed, "ndjson")
    except (NotFoundError, ForbiddenError, UnsupportedMediaError):
        raise PullError("configuration") from None


def _ask(run: Run, client: PullClient) -> str:
    """(3), (4) What was collected before something went wrong is a batch all the same."""
    api = run.source.api
    latest = time.monotonic() + run.source.run_minutes * 60
    try:
        if isinstance(api, PdsPatients):
            return _numbers(run, client, api, latest)
        return _pages(run, client, api, latest)
    except (PullError, PullAnswerError) as error:
        if not isinstance(error, PullError) or error.reason != "batch-refused":
            run.deliver(run.cursor)
        raise


# Pages


def _pages(run: Run, client: PullClient, api: PagedApi, latest: float) -> str:
    """One sweep, or as much of it as a run may read. `done`, or `more` where the next run goes on."""
    seen_links: set[str] = set()
    seen_pages: set[bytes] = set()
    repeats = 0
    for number in range(run.source.max_pages):
        page, began = _page(run, client, api, resumed=number == 0)
        mark = hashlib.sha256(json.dumps(page.document, sort_keys=True).encode("utf-8", "surrogatepass")).digest()
        if mark not in seen_pages:
            run.add(dict(page.document), page.records)
        elif page.records:
            repeats += 1
        seen_pages.add(mark)
        if not page.following:
            run.deliver(Cursor(since=began - timedelta(minutes=run.source.overlap_minutes)))
            return "done"
        if page.following in seen_links or repeats >= _REPEATS:
            # What was read so far is kept; the sweep is not whole, so the next one begins where this one did.
            run.cursor = restarted(run.cursor)
            raise PullError("links-loop")
        seen_links.add(page.following)
        run.cursor = replace(run.cursor, following=page.following, began=began)
        out_of_time = time.monotonic() > latest
        if run.is_full or out_of_time:
            run.deliver(run.cursor)
        if out_of_time:
            return "more"
    run.deliver(run.cursor)
    return "more"


def _page(run: Run, client: PullClient, api: PagedApi, *, resumed: bool) -> tuple[Page, datetime]:
    """The page at the cursor, its link made whole, and when the sweep began by the earlier of the two clocks."""
    cursor = run.cursor
    if cursor.following and cursor.began:
        answer = _page_or_gone(client, api, cursor.following)
        if answer.status == _OK:
            return _whole(api.page(answer), answer), cursor.began
        # The partner has forgotten the page, as they may after some time: the sweep begins again.
        run.cursor = restarted(cursor)
        if not resumed:
            raise PullError("sweep-expired")
    now = run.wiring.clock()
    answer = client.get(api.first(run.cursor.since))
    if answer.status != _OK:
        raise PullError("refused")
    return _whole(api.page(answer), answer), min(now, answer.at) if answer.at else now


def _page_or_gone(client: PullClient, api: PagedApi, link: str) -> Answer:
    """A page that was named before. Sources differ in how they say that it is gone: 404, 410, or a plain refusal."""
    try:
        return client.get(api.following(link))
    except PullError as error:
        if error.reason != "refused":
            raise
        return Answer(410)


def _whole(page: Page, answer: Answer) -> Page:
    """A link may stand relative to the page that holds it."""
    if not page.following:
        return page
    try:
        return replace(page, following=urljoin(answer.asked, page.following))
    except ValueError:
        raise PullError("foreign-link") from None


# Numbers


def _numbers(run: Run, client: PullClient, api: KeyedApi, latest: float) -> str:
    """(2), (3) Every number that is due, those asked longest ago first. `done`, or `more`."""
    wiring, source = run.wiring, run.source
    with wiring.database.transaction("hg_desk") as connection:
        tags = pull_tags(connection, source.name)
    due_before = run.started - timedelta(hours=source.refresh_hours)
    known = {
        wiring.custody.digest.digest("pull-key", source.name.encode(), number.encode()): (number, persons)
        for number, persons in _numbers_known(wiring, run.started).items()
    }
    waiting = sorted(
        (tags[digest].seen_at if digest in tags else _NEVER, digest)
        for digest in known
        if digest not in tags or tags[digest].seen_at <= due_before
    )
    asked = waiting[: source.max_pages]
    for lot in _lots([digest for _, digest in asked]):
        _say_whom_we_ask_about(wiring, source, [persons for _, persons in map(known.__getitem__, lot)], run.started)
        for digest in lot:
            number, tag = known[digest][0], tags.get(digest)
            answer = client.get(api.ask(number, tag.tag if tag else ""))
            if answer.status == _OK:
                run.add(dict(api.record(answer)), 1)
            kept = tag.tag if tag and answer.status == _UNCHANGED else ""
            run.tags.append(
                {
                    "name": source.name, "key_digest": digest, "seen_at": run.started,
                    "tag": answer.tag if answer.status == _OK else kept,
                }
            )  # fmt: skip
            if run.is_full:
                run.deliver(run.cursor)
        run.deliver(run.cursor)
        if time.monotonic() > latest:
            return "more"
    # Whoever is not known by number any more, as after an erasure, is forgotten here too.
    with wiring.database.transaction("hg_desk") as connection:
        forget_pull_tags(connection, source.name, list(known))
    return "done" if len(asked) == len(waiting) else "more"


def _numbers_known(wiring: Wiring, now: datetime) -> dict[str, list[UUID]]:
    """NHS numbers that the linkage agreement lets be compared now, each with whose it is."""
    mask = matching_mask(wiring, now)
    vocabulary = wiring.register.vocabulary
    with wiring.database.transaction("hg_link") as connection:
        found = known_numbers(connection, _NHS_NUMBER)
    numbers: dict[str, list[UUID]] = {}
    for one in found:
        if mask >> vocabulary.cell(one.source, _NHS_NUMBER) & 1 and is_asked_for(one.number):
            persons = numbers.setdefault(one.number, [])
            if one.person_id not in persons:
                persons.append(one.person_id)
    return numbers


def _lots(due: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (due[start : start + _ASKED_AT_ONCE] for start in range(0, len(due), _ASKED_AT_ONCE))


def _say_whom_we_ask_about(wiring: Wiring, source: PullSource, lot: Sequence[list[UUID]], now: datetime) -> None:
    """(2) To ask by a number tells its owner that we know it: a disclosure, and durable before the first request."""
    owner = partner_of(wiring, source.feed, f"pull:{source.client}").agency
    subjects = tuple(sorted({str(person) for persons in lot for person in persons}))
    told = system_entry(
        wiring, EventClass.DISCLOSURE, now, purpose=LINKAGE_PURPOSE, decision=Decision.PERMIT, subjects=subjects,
        detail={"channel": "pull", "feed": source.feed, "recipient_agency": owner, "row_count": len(lot)},
    )  # fmt: skip
    with wiring.database.transaction("hg_link") as connection:
        append(connection, told)


def _state(source: PullSource, row: PullRow | None) -> PullState:
    outcome = row.outcome if row else None
    own: dict[str | None, str] = {
        None: "never ran", "done": "took what there was", "more": "took as much as one run may; the next goes on"
    }  # fmt: skip
    return PullState(
        source.name, source.feed, source.kind, source.every_minutes, row.started_at if row else None,
        row.finished_at if row else None, outcome, own.get(outcome) or WORDS.get(outcome or "", ""),
        row.failures if row else 0, row.next_at if row else None, row.batch_id if row else None,
        row.batches if row else 0, row.records if row else 0, row.requests if row else 0,
    )  # fmt: skip
