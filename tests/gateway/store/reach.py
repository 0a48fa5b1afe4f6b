"""What each role of the database reaches: every table, view, sequence and function, with its rights and its reason.

Rights are PostgreSQL's words, columns in brackets; a function's is EXECUTE and its name ends in `()`. What is not
written here, `test_reach` fails on; so it does on a line that reaches nothing any more. A role has what others lend it:
whoever is a member of `hg_ledger` may append.
"""

Reach = dict[str, tuple[str, str]]
"""Rights and reason by name."""

_LEDGER: Reach = {
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
}
_READ: Reach = {
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
    "audit.authorise()": ("EXECUTE", "an authorisation and its ticket, both or neither"),
    "audit.open_ticket()": ("EXECUTE", "redeems a committed, fresh, unused ticket in the transaction that reads"),
    "hearth.fact": ("SELECT", "row-level security: what the opened ticket admits, else nothing"),
    "hearth.item": ("SELECT", "numbers of items; no personal data"),
    "hearth.link": ("SELECT", "row-level security: the records that the opened ticket reaches, else nothing"),
    "hearth.location_items()": ("EXECUTE", "numbers of items that tell a location, for the policy"),
    "hearth.permit_bits()": ("EXECUTE", "masks of this transaction's own ticket, for the policy"),
    "hearth.permit_own_sources()": ("EXECUTE", "own sources of this transaction's own ticket, for the policy"),
    "hearth.permit_places()": ("EXECUTE", "places of masks of this transaction's own ticket, for the policy"),
    "hearth.permit_protected()": ("EXECUTE", "since when its persons are protected, for the policy"),
    "hearth.permit_records()": ("EXECUTE", "records that this transaction's own ticket reaches, for the policy"),
    "hearth.protected_location_item()": (
        "EXECUTE",
        "number of the item under which protected locations are judged, for the policy",
    ),
    "hearth.source": ("SELECT", "numbers of sources; no personal data"),
    "hearth.withheld_counts()": ("EXECUTE", "numbers in cells that the opened ticket may tell a number of"),
}
_DECIDE: Reach = {
    "hearth.decision_inputs()": ("EXECUTE", "yes, no or unknown about each person of a family"),
    "hearth.inputs_of()": ("EXECUTE", "yes, no or unknown about persons"),
    "hearth.life_ties()": ("EXECUTE", "how a member of staff is tied to persons, as codes, for review"),
    "hearth.notice_candidates()": ("EXECUTE", "families for whom a duty to tell a school has arisen, as ids and days"),
    "hearth.persons_of_record()": ("EXECUTE", "whose records some are, as ids, for review"),
    "hearth.work_ties()": ("EXECUTE", "how a worker's tasks are tied to persons, as codes and days, for review"),
}
_SEARCH: Reach = {
    "hearth.count_arrears_by_stage()": ("EXECUTE", "counts, which leave through disclosure control"),
    "hearth.count_discounts_by_district()": ("EXECUTE", "counts, which leave through disclosure control"),
    "hearth.count_suspended_by_year()": ("EXECUTE", "counts, which leave through disclosure control"),
    "hearth.search_candidates()": ("EXECUTE", "ids of persons by keyed tokens within the reader's mask"),
}
_INTAKE: Reach = {
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
    "desk.batch": ("SELECT INSERT UPDATE", "keeps count of a batch"),
    "desk.due_withdrawal": ("SELECT DELETE", "keyed digests of facts that a sender says no more"),
    "desk.rejected_row": ("INSERT", "rows handed back, sealed; written and not read"),
    "desk.row_error": ("SELECT INSERT", "why rows are handed back"),
    "desk.row_mended": ("SELECT INSERT", "which rows a later file mended; numbers alone"),
    "desk.said_key": ("SELECT INSERT DELETE", "keyed digests of what a file names, until it is taken"),
    "desk.source_is_shared()": ("EXECUTE", "whether several feeds or senders supply one source"),
    "hearth.current_digests()": ("EXECUTE", "keyed digests, so that what is unchanged is not stored again"),
    "hearth.erased_keys()": ("EXECUTE", "keyed digests of what was erased, so that it does not come back"),
    "hearth.fact": ("INSERT", "facts are written, and none is read"),
    "hearth.find_absent()": ("EXECUTE", "what a full file names no more becomes due; answers counts"),
    "hearth.find_emptied()": ("EXECUTE", "what is left of a record that is withdrawn becomes due; answers a count"),
    "hearth.find_named()": ("EXECUTE", "what a file of keys withdraws becomes due; answers a count"),
    "hearth.intern_records()": (
        "EXECUTE",
        "finds or makes the record of a partner's key, by keyed digest; answers ids",
    ),
    "hearth.item": ("SELECT", "numbers of items; no personal data"),
    "hearth.keep_said()": ("EXECUTE", "what is said again is not due any more; answers a count"),
    "hearth.known_records()": ("EXECUTE", "ids of records known under an earlier key"),
    "hearth.note_also_said()": ("EXECUTE", "who else says what stands, by keyed digest; answers nothing"),
    "hearth.search_token": ("INSERT", "keyed tokens are written, and none is read"),
    "hearth.source": ("SELECT", "numbers of sources; no personal data"),
    "hearth.withdraw_due()": ("EXECUTE", "tombstones of what a sender says no more; answers a count"),
    "desk.spooled_batch": ("SELECT INSERT UPDATE DELETE", "batches that wait in the spool, and how far each is"),
    "jobs.defer_batch(uuid)": ("EXECUTE", "queues a batch with the row that opens it"),
    "jobs.defer_linkage()": ("EXECUTE", "queues a linkage run with the rows that need it"),
    "jobs.hasten_linkage()": ("EXECUTE", "lets the run that waits go first, for an event that cannot wait"),
}
_LINK: Reach = {
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
    "desk.batch": (
        "SELECT(batch_id,source_no,state,received_at,validate_only,linked_at) UPDATE(linked_at)",
        "which files a run has met; no counts",
    ),
    "desk.notice": ("SELECT INSERT", "tells a recipient what a duty to share says they must be told"),
    "hearth.fact": (
        "SELECT(fact_id,fact_key,record_id,source_no,item_no,value,valid_from,valid_to,tombstone,batch_id,recorded_at)",
        "row-level security: who somebody is and where they lived; no nature, role, handling or agreement",
    ),
    "hearth.household": (
        "SELECT INSERT UPDATE(redirect_to,retired_at)",
        "households end and redirect, ids never change",
    ),
    "hearth.household_member": ("SELECT INSERT DELETE", "who lives together, derived anew by each run"),
    "hearth.item": ("SELECT", "numbers of items; no personal data"),
    "hearth.kin": ("SELECT INSERT DELETE", "recorded relationships, derived anew by each run"),
    "hearth.link": ("SELECT INSERT UPDATE(superseded_at)", "which record is whose, as versions"),
    "hearth.link_review": ("SELECT INSERT", "pairs for a steward"),
    "hearth.person": ("SELECT INSERT UPDATE(redirect_to,retired_at)", "persons end and redirect, ids never change"),
    "hearth.source": ("SELECT", "numbers of sources; no personal data"),
    "hearth.source_record": ("SELECT", "records by source, to be joined"),
}
_SEQUENCE: Reach = {
    "audit.card": ("SELECT", "search, subject lists and review read cards, not openings"),
    "audit.checkpoint": ("SELECT INSERT", "signs each new head"),
    "audit.cosignature": ("SELECT INSERT", "keeps what witnesses answered"),
    "audit.entry": ("SELECT", "leaves, for exports and the verifier"),
    "audit.head": ("SELECT UPDATE(tree_size)", "moves the head by compare-and-swap"),
    "audit.leaf": ("SELECT INSERT", "puts entries in their place"),
    "audit.node": ("SELECT INSERT", "keeps filled subtrees"),
    "audit.pending": ("SELECT DELETE", "takes entries off the queue"),
    "audit.restore": ("SELECT", "declared restores, which proofs across a gap need"),
    "audit.ticket": ("SELECT", "tickets, which are sealed with their entries and verified"),
    "audit.ticket_subject": ("SELECT", "masks of tickets, which are sealed with their entries and verified"),
    "audit.witness_state": ("SELECT INSERT UPDATE", "keeps how far each witness has come"),
    "audit.witnessed": ("SELECT INSERT", "keeps since when the log is witnessed"),
    "audit.write_cards()": ("EXECUTE", "has cards written of openings that it cannot read"),
    "audit.write_subject_lists()": ("EXECUTE", "has subjects' lists written of openings that it cannot read"),
}
_ERASE: Reach = {
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
    "audit.card": ("SELECT", "finds the entries about a person"),
    "audit.coverage_map": ("SELECT", "keeps, as hashes, what stood for somebody in maps"),
    "audit.coverage_map_nodes": ("SELECT", "keeps, as hashes, what stood for somebody in maps"),
    "audit.coverage_map_stone": ("SELECT INSERT", "keeps, as hashes, what stood for somebody in maps"),
    "audit.entry": ("SELECT", "finds the entries about a person"),
    "audit.erase_as_said()": (
        "EXECUTE",
        "erases the openings that an entry of the same transaction names, and no others",
    ),
    "audit.erase_subject_lists()": ("EXECUTE", "erases a person's lists, as an entry of the same transaction says"),
    "audit.list_start()": ("EXECUTE", "the hash that an empty list starts from; nobody's data"),
    "audit.opened()": ("EXECUTE", "takes one opened value out of an opening; looks nothing up"),
    "audit.opening": ("SELECT", "finds the entries whose words name a person"),
    "audit.pending": ("SELECT", "finds entries about a person that wait"),
    "audit.subject": ("SELECT", "finds the lists of a person"),
    "audit.subject_list": ("SELECT", "finds the lists of a person"),
    "desk.access_answer": ("SELECT DELETE", "what the desk keeps about a family goes"),
    "desk.access_request": (
        "SELECT DELETE UPDATE(sealed_reason)",
        "what the desk keeps about a family goes, or loses its words",
    ),
    "desk.batch": ("SELECT(batch_id,source_no)", "whose feed a row came by"),
    "desk.declaration": (
        "SELECT DELETE UPDATE(family_id,sealed_reason,sealed_case_reference,expires_at)",
        "what the desk keeps about a family goes, or loses its words",
    ),
    "desk.emergency": ("SELECT(declaration_id)", "which declarations must stay"),
    "desk.erase_beside()": ("EXECUTE", "erases what the desk keeps beside a family, as an entry says"),
    "desk.erasure": (
        "SELECT INSERT DELETE UPDATE(family_id,persons,sealed_words,state,decided_by,decided_worker,decided_at)",
        "what two officers decided",
    ),
    "desk.legal_hold": ("SELECT DELETE", "what holds an erasure up"),
    "desk.notice": ("SELECT DELETE", "what the desk keeps about a family goes"),
    "desk.rejected_row": ("SELECT DELETE", "rows handed back go with their key"),
    "hearth.erase_records()": (
        "EXECUTE",
        "erases facts and tokens of records, as an entry of the same transaction says",
    ),
    "hearth.erased_keys()": ("EXECUTE", "keyed digests of what was erased"),
    "hearth.erased_record": ("SELECT", "keyed digests that must not come back"),
    "hearth.erasure_digests()": ("EXECUTE", "keyed digests of the records to be erased"),
    "hearth.erasure_links()": ("EXECUTE", "who is tied to whom, as ids"),
    "hearth.erasure_words()": ("EXECUTE", "words by which entries that name a person are found"),
    "hearth.records_of_keys()": ("EXECUTE", "records of partners' keys, as ids"),
    "hearth.records_to_erase()": ("EXECUTE", "records of a person, as ids"),
    "hearth.source": ("SELECT", "numbers of sources; no personal data"),
}
_DESK: Reach = {
    "audit.agreement_names()": ("EXECUTE", "names without their clauses; looks nothing up"),
    "audit.append_entry()": ("EXECUTE", "whoever acts on personal data says so in the log, and cannot read there"),
    "audit.card": ("SELECT", "search, subject lists and review read cards, not openings"),
    "audit.card_of()": ("EXECUTE", "the card that an opening demands, for the verifier"),
    "audit.chain()": ("EXECUTE", "the hash of a list one leaf longer; looks nothing up"),
    "audit.chain_step()": ("EXECUTE", "one step of such a hash; looks nothing up"),
    "audit.checkpoint": ("SELECT", "signed heads, for receipts, exports and the verifier"),
    "audit.cosignature": ("SELECT", "witnesses' signatures, for receipts and exports"),
    "audit.coverage_map": ("SELECT INSERT", "the hourly maps of lists, which are logged"),
    "audit.coverage_map_nodes": ("SELECT INSERT DELETE", "hashes of the newest maps, for proofs"),
    "audit.coverage_map_stone": ("SELECT", "hashes of what was erased from maps, for proofs"),
    "audit.declare_restore()": ("EXECUTE", "declares a restore, with the signed note of its gap"),
    "audit.enrol_subjects()": ("EXECUTE", "gives every person both lists, whether or not anything stands on them"),
    "audit.entry": ("SELECT", "leaves, for exports and the verifier"),
    "audit.head": ("SELECT", "the size of the tree"),
    "audit.leaf": ("SELECT", "places of leaves, for proofs"),
    "audit.list_start()": ("EXECUTE", "the hash that an empty list starts from; nobody's data"),
    "audit.node": ("SELECT", "hashes of subtrees, for proofs"),
    "audit.opened()": ("EXECUTE", "takes one opened value out of an opening; looks nothing up"),
    "audit.texts()": ("EXECUTE", "puts an opened list in order; looks nothing up"),
    "audit.opening": ("SELECT", "opened entries, for officers; every such reading is an entry"),
    "audit.pending": ("SELECT", "entries that wait for their place, which a receipt and the verifier tell"),
    "audit.restore": ("SELECT", "declared restores, which proofs across a gap need"),
    "audit.subject": ("SELECT", "persons who have lists, for maps and reports"),
    "audit.subject_list": ("SELECT", "lists, for subject reports; every report is an entry"),
    "audit.ticket": ("SELECT", "tickets, which are sealed with their entries and verified"),
    "audit.ticket_subject": ("SELECT", "masks of tickets, which are sealed with their entries and verified"),
    "audit.witness_state": ("SELECT", "how far each witness has come"),
    "audit.witnessed": ("SELECT", "since when the log is witnessed, or not"),
    "desk.access_answer": ("SELECT INSERT", "answers to requests under a law, sealed"),
    "desk.access_request": ("SELECT INSERT UPDATE", "requests, their words sealed"),
    "desk.access_review": ("SELECT INSERT UPDATE(path,signals,score,judged_at)", "what review found of each access"),
    "desk.assertion_seen": ("SELECT INSERT UPDATE DELETE", "assertions that must not come twice"),
    "desk.batch": ("SELECT INSERT UPDATE", "batches and their counts"),
    "desk.declaration": ("SELECT INSERT", "declared purposes, their words sealed"),
    "desk.emergency": (
        "SELECT INSERT UPDATE(answered_at,answered_by,justified,suspended_at,lifted_at,lifted_by)",
        "uses of break-glass and their second person",
    ),
    "desk.emergency_alert": ("SELECT INSERT", "whom that was told"),
    "desk.erasure": (
        "SELECT INSERT UPDATE(family_id,persons,sealed_words,state,decided_by,decided_worker,decided_at)",
        "erasures that one officer asks for and another decides",
    ),
    "desk.legal_hold": ("SELECT INSERT UPDATE(lifted_by,lifted_at)", "what holds an erasure up"),
    "desk.notice": ("SELECT INSERT UPDATE", "notices and when they were read; the family is an opaque id"),
    "desk.partner_use": ("SELECT INSERT", "counted months of a partner's uses, never changed"),
    "desk.pull": ("SELECT INSERT UPDATE", "how each pull stands; where it goes on is sealed"),
    "desk.pull_tag": ("SELECT INSERT UPDATE DELETE", "versions a partner gave us, under keyed digests"),
    "desk.rejected_row": ("SELECT DELETE", "rows handed back to their sender, sealed; gone after thirty days"),
    "desk.spooled_batch": ("SELECT", "how far a batch is"),
    "desk.review_draw": ("SELECT INSERT", "which items a week's review drew"),
    "desk.review_item": (
        "SELECT INSERT UPDATE(state,closed_at,closed_by,outcome,sealed_words)",
        "items of review and how each was closed",
    ),
    "desk.review_progress": ("SELECT UPDATE(next_leaf)", "how far review has come"),
    "desk.review_question": (
        "SELECT INSERT UPDATE(answered_at,sealed_answer)",
        "what a worker was asked and answered, sealed",
    ),
    "desk.review_use": ("SELECT INSERT", "which accesses an item is about"),
    "desk.row_error": ("SELECT", "why rows are handed back"),
    "desk.row_mended": ("SELECT", "which of them were mended"),
    "desk.session": ("SELECT INSERT UPDATE DELETE", "signed-in sessions, their state sealed"),
    "desk.staff": ("SELECT INSERT UPDATE DELETE", "the staff list: work, not lives"),
    "desk.subject_release": (
        "SELECT INSERT UPDATE(decided_by,decided_worker,decided_at,approved)",
        "releases of what subject reports leave out: asked for once, decided once",
    ),
    "desk.watched_family": ("SELECT INSERT DELETE", "families that a service asks to be watched"),
    "hearth.item": ("SELECT", "numbers of items; no personal data"),
    "hearth.source": ("SELECT", "numbers of sources; no personal data"),
    "hearth.staff_token": ("INSERT", "keyed tokens of staff's own lives; written and not read"),
    "hearth.subject_of()": ("EXECUTE", "whose a family's handle is, as an id, for a subject report"),
}
_QUEUE = "the queue of jobs: their names and times, and no argument that names a person"
_WORKER = "how a worker takes, finishes and repeats jobs"
_QUEUE_TABLES = (
    "events",
    "jobs",
    "periodic_defers",
    "workers",
)
_QUEUE_FUNCTIONS = (
    "cancel_job_v1()",
    "defer_jobs_v1()",
    "defer_periodic_job_v2()",
    "fetch_job_v2()",
    "finish_job_v1()",
    "notify_queue_abort_job_v1()",
    "notify_queue_job_inserted_v1()",
    "prune_stalled_workers_v1()",
    "register_worker_v1()",
    "retry_job_v1()",
    "retry_job_v2()",
    "trigger_abort_requested_events_procedure_v1()",
    "trigger_function_scheduled_events_v1()",
    "trigger_function_status_events_insert_v1()",
    "trigger_function_status_events_update_v1()",
    "unlink_periodic_defers_v1()",
    "unregister_worker_v1()",
    "update_heartbeat_v1()",
)
_JOBS: Reach = {
    "jobs.defer_batch(uuid)": ("EXECUTE", "queues a batch"),
    "jobs.defer_linkage()": ("EXECUTE", "queues a linkage run"),
    **{
        f"jobs.procrastinate_{name}": ("SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER MAINTAIN", _QUEUE)
        for name in _QUEUE_TABLES
    },
    **{f"jobs.procrastinate_{name}_id_seq": ("USAGE", _QUEUE) for name in _QUEUE_TABLES},
    **{f"jobs.procrastinate_{name}": ("EXECUTE", _WORKER) for name in _QUEUE_FUNCTIONS},
}

REACH: dict[str, Reach] = {
    "hg_ledger": _LEDGER,
    "hg_read": _READ,
    "hg_decide": _DECIDE,
    "hg_search": _SEARCH,
    "hg_intake": _INTAKE,
    "hg_link": _LINK,
    "hg_sequence": _SEQUENCE,
    "hg_erase": _ERASE,
    "hg_desk": _DESK,
    "hg_jobs": _JOBS,
}

SCHEMAS = {
    "audit": {"hg_ledger", "hg_read", "hg_intake", "hg_link", "hg_sequence", "hg_erase", "hg_desk"},
    "desk": {"hg_intake", "hg_link", "hg_erase", "hg_desk"},
    "hearth": {"hg_read", "hg_decide", "hg_search", "hg_intake", "hg_link", "hg_erase", "hg_desk"},
    "jobs": {"hg_intake", "hg_jobs"},
}
"""Roles that may name what stands in a schema. None may make anything in one."""
