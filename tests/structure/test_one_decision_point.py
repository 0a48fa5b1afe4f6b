"""One decision point: no route reads personal data but through a use case that asks the register for a permit."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from tests.structure.decision_point import LAYERS, functions_of, undecided

ROOT = Path(__file__).resolve().parents[2]

READERS = frozenset(
    f"gateway.store.{name}"
    for name in (
        "facts.load_facts", "facts.load_authorised", "facts.withheld_counts",
        "inputs.family_inputs", "inputs.person_inputs", "inputs.search_candidates", "inputs.tied_within",
        "figures.count_groups", "notices.notice_candidates", "notices.notices_for",
        "notices.notice_for", "notices.escalate_overdue", "batches.read_row_errors", "log.one_entry",
        "pulls.known_numbers",
        "log_search.search_cards", "log_search.completing_entries", "log_search.newest_waiting",
        "log.exported_openings",
        "partner_uses.count_uses", "partner_uses.counted_months", "partner_uses.persons_of_record",
        "partner_uses.uses_of_person", "partner_uses.own_collections", "partner_uses.own_openings",
        "log.judged_entries", "requests.open_requests", "requests.lock_request", "requests.own_request",
        "requests.answer_of", "requests.note_overdue", "reviews.open_reviews",
        "reviews.lock_review", "reviews.question_of", "reviews.questions_to", "access_reviews.cards_between",
        "access_reviews.cards_since", "access_reviews.cards_of", "access_reviews.judgements_of",
        "access_reviews.work_ties", "access_reviews.life_ties", "access_reviews.reasons_said",
        "erasure.identifying_values", "erasure.entries_about", "erasure.spoken_entries", "erasure.link_versions",
        "erasure_desk.open_erasures", "erasure_desk.lock_erasure", "erasure_desk.unfinished_erasures",
        "erasure_desk.standing_holds", "erasure_desk.lock_hold", "erasure_desk.rejected_rows",
        "emergencies.list_emergencies", "emergencies.lock_emergency", "emergencies.suspend_overdue",
        "identities.identity_facts", "identities.current_links", "identities.household_members",
        "identities.record_ids", "identities.person_ranks", "near_identities.identity_facts_of",
        "near_identities.links_of", "near_identities.links_to", "near_identities.households_of",
        "near_identities.ranks_of", "link_keys.near_records", "link_keys.kept_of", "link_keys.records_under",
        "subject_releases.open_releases", "subject_releases.lock_release", "subject_lists.list_elements",
        "disputes.disputes_of", "disputes.dispute_of", "disputes.disputes_to", "disputes.open_disputes",
        "disputes.disputed_fact", "retractions.drop_search_tokens", "viewers.looks_at", "viewers.notices_to",
        "viewers.hidden_places", "viewers.told_of",
        "match_decisions.waiting_pairs", "match_decisions.waiting_pair", "match_decisions.records_of_handle",
        "match_decisions.decision_of", "match_decisions.decisions_on",
        "mixed_profiles.mixtures", "mixed_profiles.mixture", "as_known.page_as_known",
        "household_corrections.persons_of_household", "household_corrections.homes_of_handle",
        "household_corrections.corrected_homes",
        "near_identities.members_of", "near_identities.left_since", "near_identities.ever_of",
        "near_identities.earlier_homes_of",
    )
)  # fmt: skip
"""What the store gives of anybody: facts and counts of them, states, hits, notices, rows, entries, requests."""

SAYS_NOTHING_OF_ANYBODY = frozenset(
    {
        # Reference data: addresses of places, and services that organisations publish.
        "gazetteer", "services",
        # Whole modules: the database itself, keys and sessions, the reader's own declaration, queued jobs.
        "advisory", "batch_seal", "declarations", "embedded", "engine", "jobs", "migrate", "plain_errors", "scripts",
        "sign_ins", "tables", "uploads", "wire", "witnesses",
        # Files that wait, sealed, and how far each is; what only writes, by COPY.
        "fact_columns", "fact_copy", "fact_lines", "spool", "spooled_batches",
        # Ids of records, digests of keys, and what takes away.
        "erasure.keep_linkage_out", "erasure.keep_linkage_out_soon",
        "erasure.records_of_family", "erasure.records_of_keys", "erasure.key_digests",
        "erasure.erased_keys", "erasure.entries_before", "erasure.erase_records", "erasure.erase_as_said",
        "erasure_desk.save_erasure", "erasure_desk.change_erasure", "erasure_desk.save_hold", "erasure_desk.lift_hold",
        "erasure_desk.delete_notices", "erasure_desk.forget_declarations", "erasure_desk.delete_requests",
        "erasure_desk.replace_reason", "erasure_desk.delete_decided", "erasure_desk.delete_beside",
        "erasure_desk.delete_rejected_row", "erasure_lists", "erasure_tables",
        # What only writes, or gives digests, hashes, numbers of a file, signatures and counts of leaves.
        "ledger", "append_many", "group_commit",
        "facts.find_records", "facts.current_digests", "facts.save_facts", "facts.keep_order", "facts.save_tokens",
        "identities.add_persons", "identities.retire_persons", "identities.replace_links", "waiting_pairs",
        "identities.redirect_anew",
        "identities.replace_households", "identities.replace_kin", "near_identities.replace_members",
        "near_identities.replace_kin_of", "link_keys.replace_compared", "link_keys.count_names",
        "link_keys.replace_base",
        # Ids of records with their sources; keyed hashes with counts; what an index is made with.
        "near_identities.sources_of", "near_identities.adopted_records",
        "near_identities.brought_by", "near_identities.identified_by",
        "link_keys.compared_digests", "link_keys.names_held", "link_keys.read_base",
        "notices.save_notice", "notices.mark_read", "notices.whom_it_tells_of",
        "requests.save_request", "requests.save_answer", "reviews.raise_review", "reviews.reviews_raised",
        "emergencies.save_emergency", "subject_releases.save_release", "subject_releases.decide_on_release",
        # Ids and counts of items of review, how far it has come, and when staff work.
        "reviews.save_items", "reviews.change_review", "reviews.review_uses", "reviews.known_groups",
        "reviews.items_of_week", "reviews.save_draw", "reviews.save_question", "reviews.save_reply",
        "reviews.watch_family", "reviews.stop_watching", "reviews.watched_families",
        "access_reviews.lock_progress", "access_reviews.move_progress", "access_reviews.newest_leaf",
        "access_reviews.save_judgements", "staff",
        # Hashes, counts and opaque ids of lists and of maps over them.
        "subject_lists.enrol_subjects", "subject_lists.next_map_number",
        "subject_lists.rows_of_map", "subject_lists.rows_between", "subject_lists.add_map",
        "subject_lists.due_lineages", "subject_lists.came_late", "log.waiting_since", "log.is_read_only",
        "subject_lists.newest_map",
        "subject_lists.lineage_map", "subject_lists.map_nodes", "subject_lists.stored_map",
        # Feeds: who switched what on, figures of batches, alerts, and messages of ids.
        "feed_switches", "feed_tables", "feed_history", "feed_alerts", "webhooks",
        # What the verifier compares; of all this its verdict holds a column's name and a leaf's index.
        "list_checks", "card_checks",
        # What stewards decided, from record to record; which items records hold, and how many people were told.
        "match_tables", "match_decisions.standing_decisions", "match_decisions.save_doubt",
        "match_decisions.reviews_among", "match_decisions.decisions_among", "match_decisions.add_decision",
        "match_decisions.add_undoing", "match_decisions.told_apart", "match_decisions.set_aside",
        "mixed_profiles.people_of",
        "mixed_profiles.parting_decisions", "mixed_profiles.known_mixtures",
        "mixed_profiles.save_mixture", "mixed_profiles.items_held", "mixed_profiles.told_of_mixture",
        # What stewards say of households, from one opaque id to another; between people of a ticket that was opened.
        "household_tables", "household_corrections.standing_corrections", "household_corrections.corrections_about",
        "household_corrections.correction_of", "household_corrections.add_correction",
        "household_corrections.add_withdrawal", "household_corrections.corrected_ties", "match_decisions.handle_of",
        # From one opaque id to another; and which entries an outcome refers to.
        "correction_tables", "retention", "disputes.raise_dispute", "disputes.answer_dispute",
        "retractions.known_records",
        "retractions.has_retractions", "retractions.own_facts", "retractions.retracted_keys", "retractions.retract",
        "retractions.untold_retractions", "retractions.retracted_facts", "retractions.mark_told",
        "retractions.reinstate", "viewers.save_correction_notices", "viewers.mark_notice_read",
        "subject_releases.subject_of", "subject_releases.answered_for_others",
        "emergencies.change_emergency", "emergencies.break_glass_rests", "batches.open_batch", "batches.find_batch",
        "batches.batch_of",
        "batches.update_batch", "batches.read_batch", "batches.list_batches", "batches.save_row_errors",
        "batches.save_rejected_rows", "batches.forget_expired_rows", "batches.coverage", "log.head_size",
        # Sizes and ids of files; numbers of rows mended; keyed digests that are said no more, and how many.
        "batches.sizes_of_full", "batches.waiting_over", "batches.unlinked_batches", "batches.mark_linked",
        "mended_rows", "withdrawals",
        "sequencing", "log.sealed_ticket", "log.newest_checkpoint", "log.stored_nodes",
        # A declared restore says how many leaves were lost; of a line on paper, whether it was taken in before.
        "restores", "journal.entries_of_lines",
        # How pulls stand, and versions under keyed digests.
        "pulls.read_pull", "pulls.list_pulls", "pulls.save_pull", "pulls.pull_tags", "pulls.save_pull_tags",
        "pulls.forget_pull_tags",
        "partner_uses.first_entry", "partner_uses.keep_month",
        "log.one_picture", "log.stream", "log.exported_rows", "log.every_leaf", "log.every_ticket", "log.every_node",
        "log.every_checkpoint", "log.waiting_entries", "log_search.waiting_entries_count",
    }
)  # fmt: skip

_HOW_MANY = "how many wait to be read, to whom they are addressed: nothing of any of them leaves the use case"
_OFFICER = "officers oversee the log by role (DPA 2018 s.62): `require_officer` first, and each look is an entry"
_OFFICER_BEFORE = "the same, asked by `search_log` or `export_entries_for_officer`, or by the machine's own operator"
_DECIDES = "officers by role; the decider whom the register names sees what is asked of it: no fact of anybody"
_TOLD = "a document names the roles that an emergency is told to; the row names staff and no family"
_USES = "counts by purpose and month of one's own data, small ones merged, sealed ones in none (practice P2)"
_PRIVACY = (
    "the supplying agency's privacy officer asks of its own client; roles and purposes, never sealed (practice P2)"
)
_REPORT = "for `subject_report`, which requires an officer: what a subject may see of entries about them alone"
_CASE = "for an item that an officer has opened: `open_review` and `close_review` require one first"
_ASKED = "what a worker is asked about their own accesses: when and what for, which they know"
_GOES = "what two officers decided to erase is looked for and taken away; of all this the answer holds counts"
_SENT = "a disputed fact, to the sender whose own file brought it, as they sent it, with what is said against it"
_CORRECTS = "who was shown what is wrong is told so; the answer holds a number, small ones as one (practice P2)"
BY_ROLE = {
    "usecases.subjects.answering_disputes._own_dispute -> store.disputes.dispute_of": _SENT,
    "usecases.subjects.answering_disputes.open_task -> store.disputes.disputed_fact": _SENT,
    "usecases.subjects.answering_disputes.own_tasks -> store.disputes.disputes_to": _SENT,
    "usecases.subjects.correction_notices.my_correction_notices -> store.viewers.notices_to": (
        "that something the reader was shown is wrong: no name, no fact"
    ),
    "usecases.subjects.disputing.disputes_open -> store.disputes.open_disputes": _OFFICER,
    "usecases.subjects.disputing.read_dispute -> store.disputes.dispute_of": (
        "a dispute, to whoever raised it on a permitted fact, or an officer: no value of the fact"
    ),
    "usecases.subjects.disputing.read_dispute -> store.viewers.told_of": (
        "who was told, as roles, for the person concerned (UK GDPR Art 19); sealed readings left out"
    ),
    "usecases.families.search_token_renewal.renew_tokens -> store.retractions.drop_search_tokens": (
        "values of which keyed tokens are made anew; none of them leaves"
    ),
    "usecases.subjects.telling_viewers._facts_by_person -> store.erasure.link_versions": _CORRECTS,
    "usecases.subjects.telling_viewers._viewers -> store.viewers.looks_at": _CORRECTS,
    "usecases.subjects.telling_viewers._viewers -> store.viewers.hidden_places": _CORRECTS,
    "usecases.log.reading_log.search_entries -> store.log_search.search_cards": _OFFICER_BEFORE,
    "usecases.log.exporting_entries._page -> store.log_search.search_cards": _OFFICER_BEFORE,
    "usecases.log.reading_log.read_entry -> store.log_search.completing_entries": _OFFICER,
    "usecases.log.reading_log.read_entry -> store.log.one_entry": _OFFICER,
    "usecases.families.requesting.requests_open -> store.requests.open_requests": _DECIDES,
    "usecases.review.reviewing.review_queue -> store.reviews.open_reviews": _OFFICER,
    "usecases.review.reviewing.open_review -> store.reviews.lock_review": _OFFICER,
    "usecases.review.reviewing.close_review -> store.reviews.lock_review": _OFFICER,
    "usecases.review.reviewing_questions.ask_worker -> store.reviews.lock_review": _OFFICER,
    "usecases.review.reviewing_questions.ask_worker -> store.access_reviews.cards_of": _OFFICER,
    "usecases.review.reviewing._case -> store.access_reviews.cards_of": _CASE,
    "usecases.review.reviewing._case -> store.access_reviews.judgements_of": _CASE,
    "usecases.review.reviewing._case -> store.access_reviews.reasons_said": _CASE,
    "usecases.review.reviewing._case -> store.reviews.question_of": _CASE,
    "usecases.review.reviewing_questions.my_questions -> store.reviews.questions_to": _ASKED,
    "usecases.review.reviewing_questions.my_questions -> store.access_reviews.cards_of": _ASKED,
    "usecases.review.reviewing_questions.answer_question -> store.reviews.lock_review": _ASKED,
    "usecases.review.reviewing_questions.answer_question -> store.reviews.question_of": _ASKED,
    "usecases.subjects.subject_releases.releases_waiting -> store.subject_releases.open_releases": _OFFICER,
    "usecases.subjects.subject_releases.decide_release -> store.subject_releases.lock_release": _OFFICER,
    "usecases.subjects.subject_releases.approved_release -> store.subject_releases.lock_release": _REPORT,
    "usecases.subjects.subject_sections._since -> store.subject_lists.list_elements": _REPORT,
    "usecases.subjects.subject_sections._section -> store.subject_lists.list_elements": _REPORT,
    "usecases.log.map_receipts._receipt -> store.log.one_entry": "the entry of a map: hashes, of nobody",
    "store.mixed_profiles.people_of -> store.erasure.link_versions": "how many people some records are of: a number",
    "usecases.subjects.as_known.page_on -> store.as_known.page_as_known": _OFFICER,
    "usecases.linking.breach_forms.breaches -> store.mixed_profiles.mixtures": _OFFICER,
    "usecases.linking.breach_forms.breach_form -> store.mixed_profiles.mixture": _OFFICER,
    "usecases.subjects.erasing.decide_erasure -> store.erasure_desk.lock_erasure": _OFFICER,
    "usecases.subjects.erasing.erasures_open -> store.erasure_desk.open_erasures": _OFFICER,
    "usecases.subjects.legal_holds.holds_standing -> store.erasure_desk.standing_holds": _OFFICER,
    "usecases.subjects.legal_holds.lift_hold -> store.erasure_desk.lock_hold": _OFFICER,
    "usecases.subjects.erasure_carried_out._about -> store.erasure.entries_about": _GOES,
    "usecases.subjects.erasure_carried_out._entries -> store.erasure.spoken_entries": _GOES,
    "usecases.subjects.erasure_carried_out._erase_rejected_rows -> store.erasure_desk.rejected_rows": _GOES,
    "usecases.subjects.erasure_carried_out._persons -> store.erasure.identifying_values": _GOES,
    "usecases.subjects.erasure_carried_out.carry_out -> store.erasure.link_versions": _GOES,
    "usecases.subjects.erasure_carried_out.refuse_held -> store.erasure.link_versions": _GOES,
    "usecases.subjects.erasure_carried_out._lineage -> store.erasure_desk.standing_holds": _GOES,
    "usecases.families.emergencies.lift_suspension -> store.emergencies.lock_emergency": _OFFICER,
    "usecases.families.emergencies.answer_emergency -> store.emergencies.lock_emergency": _TOLD,
    "usecases.families.emergencies.emergencies -> store.emergencies.list_emergencies": _TOLD,
    "usecases.intake.batches._handed_out -> store.batches.read_row_errors": "the sender's own rows",
    "usecases.intake.page_batches.row_problems -> store.batches.read_row_errors": (
        "rules that the rows of the agency's own file broke; never a value"
    ),
    "usecases.log.receipts._receipt -> store.log.one_entry": "commitments and hashes, to the own agency",
    "usecases.intake.batch_receipts.batch_receipt -> store.log.one_entry": (
        "the place in the log of the sender's own file, and nothing else of the entry"
    ),
    "usecases.telling.reading_notices.my_notices -> store.notices.notices_for": (
        "that something waits, to whom it is addressed: no name, no family; to open it asks the register"
    ),
    "usecases.telling.unread.unread -> store.notices.notices_for": _HOW_MANY,
    "usecases.telling.unread.unread -> store.viewers.notices_to": _HOW_MANY,
    "usecases.log.partner_uses._count_months -> store.partner_uses.count_uses": _USES,
    "usecases.log.partner_uses._count_months -> store.partner_uses.counted_months": _USES,
    "usecases.log.partner_uses.uses_of_own_data -> store.partner_uses.counted_months": _USES,
    "usecases.log.partner_uses.uses_of_one_person -> store.partner_uses.persons_of_record": _PRIVACY,
    "usecases.log.partner_uses.uses_of_one_person -> store.partner_uses.uses_of_person": _PRIVACY,
    "usecases.log.partner_uses.reconcile_batches -> store.partner_uses.own_collections": (
        "ids of files that the agency itself sent"
    ),
}
"""Ways on which no agreement is asked, each with its reason: oversight, one's own, or nothing of anybody."""


@pytest.fixture(scope="module")
def functions():
    return functions_of(ROOT)


def test_every_way_from_a_route_to_personal_data_asks_the_register_or_has_its_reason(functions):
    assert undecided(functions, READERS).keys() == BY_ROLE.keys()


def test_whoever_reads_by_role_of_oversight_is_required_to_be_an_officer(functions):
    by_officers = [way.partition(" -> ")[0] for way, reason in BY_ROLE.items() if reason is _OFFICER]

    assert by_officers
    for name in by_officers:
        assert "gateway.usecases.people.officers.require_officer" in functions[f"gateway.{name}"].calls


def test_every_function_of_the_store_is_known_to_read_personal_data_or_not_to(functions):
    public = {
        name
        for name in functions
        if name.startswith("gateway.store.") and name.rpartition(".")[2][0].islower() and "._" not in name
    }
    whole = {f"gateway.store.{name}" for name in SAYS_NOTHING_OF_ANYBODY}

    unknown = {name for name in public - READERS if name not in whole and name.rpartition(".")[0] not in whole}

    assert unknown == set()
    assert public >= READERS


def test_the_walk_reaches_the_reading_of_a_family_where_nobody_asks(functions):
    """Else it would find nothing wrong because it finds nothing."""
    unasked = {name: replace(function, asks=False) for name, function in functions.items()}

    ways = undecided(unasked, READERS)

    family = ways["usecases.families.disclosure._read -> store.facts.load_facts"]
    assert family == {"GET /families/{family_id}", "POST /families/{family_id}/print"}
    assert "usecases.families.disclosure.authorise_and_load -> store.facts.load_authorised" in ways
    assert "usecases.families.figures.make_figure -> store.figures.count_groups" in ways


def test_no_module_is_imported_whole_past_the_walk():
    for layer in LAYERS:
        for path in (ROOT / "gateway" / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not [name for name in names if name.startswith("gateway")], path.name


USE_CASE = """
from gateway.store.facts import load_facts

def peek(wiring):
    with wiring.database.transaction("hg_read") as connection:
        return load_facts(connection)
"""
ROUTE = """
from gateway.usecases.peeking import peek

@router.get("/peek")
def look(wiring):
    return peek(wiring)
"""
DIRECT = """
from gateway.store import facts

@router.get("/peek")
def look(wiring):
    return facts.load_facts(wiring.database)
"""
ASKED = USE_CASE.replace("def peek(wiring):", "def peek(wiring):\n    wiring.register.decide(None)")
THROUGH_ANOTHER = USE_CASE.replace(
    "def peek(wiring):", "def unused(wiring):\n    wiring.register.decide(None)\n\ndef peek(wiring):"
)


@pytest.mark.parametrize(
    ("modules", "caught"),
    [
        ({"gateway.usecases.peeking": USE_CASE, "gateway.api.peeking": ROUTE}, "usecases.peeking.peek"),
        ({"gateway.usecases.peeking": USE_CASE, "gateway.web.routes.peeking": ROUTE}, "usecases.peeking.peek"),
        ({"gateway.api.peeking": DIRECT}, "api.peeking.look"),
        ({"gateway.usecases.peeking": THROUGH_ANOTHER, "gateway.api.peeking": ROUTE}, "usecases.peeking.peek"),
        ({"gateway.usecases.peeking": ASKED, "gateway.api.peeking": ROUTE}, None),
    ],
    ids=["a route of the API", "a page", "past the use cases", "asked elsewhere in the module", "asked"],
)
def test_a_route_that_reads_without_a_permit_would_be_found(modules, caught):
    found = undecided(functions_of(ROOT, modules), READERS).keys() - BY_ROLE.keys()

    assert found == ({f"{caught} -> store.facts.load_facts"} if caught else set())
