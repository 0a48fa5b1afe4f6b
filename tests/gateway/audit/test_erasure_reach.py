"""Every column that could tell of a person is known to erasure, with what becomes of it; a new one fails here."""

from sqlalchemy import text

_GONE = "its rows go with the person"
_AS_SAID = "goes as an erasure entry says"
_IF_CLOSED = "goes where the item is closed"
_NOBODY = "an id, a hash or a signature of the log's own: random, or nothing without a salt"
_STAFF = "of a member of staff or a machine, not of somebody whom records are about"
COLUMNS = {
    "audit.card.household": _AS_SAID, "audit.card.subjects": _AS_SAID, "audit.opening.fields": _AS_SAID,
    "audit.ticket_subject.person_id": _AS_SAID, "audit.ticket_use.records": _AS_SAID,
    "audit.subject_list.person_id": _GONE, "audit.subject_list.head": _GONE,
    # The key of an erased list, for the maps that were signed; its count and head are those of an empty list.
    "audit.subject.person_id": "stays, an opaque id", "audit.subject.key": "stays, a hash of that id",
    "audit.subject.head": _GONE,
    "audit.coverage_map_stone.key": "stays, a hash of that id", "audit.coverage_map_stone.leaf": _NOBODY,
    "audit.coverage_map_nodes.nodes": _NOBODY, "audit.entry.leaf": _NOBODY, "audit.leaf.leaf_hash": _NOBODY,
    "audit.leaf.ticket_digest": _NOBODY, "audit.node.hash": _NOBODY,
    "desk.access_answer.sealed_answer": _GONE, "desk.access_request.family_id": _GONE,
    "desk.access_request.sealed_reason": _GONE, "desk.access_request.sealed_law": _GONE,
    "desk.assertion_seen.jti_digest": _STAFF,
    # Of a whole file; what a sender called a push.
    "desk.batch.content_digest": "stays, keyed", "desk.batch.idempotency_digest": "stays, keyed",
    "desk.batch.sealed_sha256": "stays, of a whole file",
    "desk.correction_notice.family_id": _GONE,
    "desk.declaration.family_id": _GONE, "desk.declaration.sealed_reason": _GONE,
    "desk.declaration.sealed_case_reference": _GONE,
    "desk.due_withdrawal.fact_key": _GONE,
    "desk.emergency.sealed_name": _STAFF,
    "desk.erasure.family_id": "goes with the last step", "desk.erasure.persons": "goes with the last step",
    "desk.erasure.sealed_words": "goes with the last step",
    "desk.feed_code.code_digest": "stays: the keyed digest of a code that many rows have",
    "desk.feed_switch.sealed_off": _STAFF, "desk.feed_switch.sealed_words": _STAFF,
    "desk.legal_hold.family_id": _GONE, "desk.legal_hold.sealed_words": _GONE,
    "desk.notice.family_id": _GONE, "desk.notice.reason_key": _GONE, "desk.rejected_row.sealed": _GONE,
    # An open item is about a member of staff and stays; its digest of reader and family is keyed.
    "desk.pull.sealed_cursor": "where a partner's list goes on: a page and an instant, of nobody",
    "desk.pull_tag.key_digest": "keyed; goes with the next whole run, as its number is not known any more",
    "desk.review_item.group_digest": _IF_CLOSED, "desk.review_item.sealed_words": _GONE,
    "desk.review_question.sealed_question": _IF_CLOSED, "desk.review_question.sealed_answer": _IF_CLOSED,
    "desk.review_draw.root": _NOBODY,
    # Pages that a reader has open, for the rest of the working day at most.
    # Keyed; of one file, for as long as it is taken or waits.
    "desk.said_key.fact_key": "goes with the end of its file",
    "desk.session.sealed_state": "ends with the session", "desk.session.session_digest": _STAFF,
    "desk.spooled_batch.sealed_order": "who sent a file, and how; goes with its end",
    "desk.upload.key_digest": _STAFF, "desk.upload.sealed_key": _STAFF, "desk.upload.sealed_order": _STAFF,
    "desk.webhook.sealed_previous": _STAFF, "desk.webhook.sealed_secret": _STAFF,
    "desk.webhook_delivery.body": "opaque ids of files, feeds and tasks, and nobody's",
    "desk.subject_release.sealed_request": _GONE, "desk.watched_family.family_id": _GONE,
    "hearth.also_said.content_digest": _GONE, "hearth.also_said.fact_key": _GONE,
    "hearth.dispute.content_digest": _GONE, "hearth.dispute.fact_key": _GONE, "hearth.dispute.family_id": _GONE,
    "hearth.dispute.person_id": _GONE, "hearth.dispute.record_id": _GONE, "hearth.dispute.sealed_reason": _GONE,
    "hearth.dispute.sealed_words": _GONE,
    "hearth.retracted_fact.fact_key": _GONE, "hearth.retracted_fact.record_id": _GONE,
    "hearth.erased_record.key_digest": "made by it: what keeps the key from coming back",
    "hearth.fact.fact_key": "replaced by a random one", "hearth.fact.value": "emptied",
    "hearth.fact.content_digest": "replaced by a random one", "hearth.fact.record_id": "of a skeleton that is nobody's",
    "hearth.household_correction.household_id": _GONE, "hearth.household_correction.record_id": _GONE,
    "hearth.household_correction.sealed_reason": _GONE, "hearth.household_correction_withdrawn.sealed_reason": _GONE,
    "hearth.household_member.person_id": _GONE, "hearth.household_member.household_id": _GONE,
    "hearth.household.household_id": "goes with its last member",
    "hearth.kin.person_id": _GONE, "hearth.kin.other_id": _GONE,
    "hearth.link.person_id": _GONE, "hearth.link.record_id": _GONE,
    # What linkage compares, and keyed hashes of what records share.
    "hearth.link_key.record_id": _GONE, "hearth.link_record.record_id": _GONE, "hearth.link_record.sealed": _GONE,
    "hearth.link_record.digest": _GONE,
    "hearth.link_review.record_id": _GONE, "hearth.link_review.other_record_id": _GONE,
    "hearth.match_decision.record_id": _GONE, "hearth.match_decision.other_record_id": _GONE,
    "hearth.match_decision.sealed_reason": _GONE, "hearth.match_undone.sealed_reason": _GONE,
    "hearth.match_doubt.record_ids": _GONE, "hearth.match_doubt.sealed_reason": _GONE,
    "hearth.mixed_profile.person_id": _GONE, "hearth.mixed_profile.record_ids": _GONE,
    "hearth.person.person_id": _GONE, "hearth.person.family_id": _GONE,
    "hearth.search_token.token": _GONE, "hearth.search_token.record_id": _GONE,
    "hearth.source_record.record_id": "a skeleton that is nobody's",
    "hearth.source_record.key_digest": "replaced by a random one",
    "hearth.staff_token.token": _STAFF,
}  # fmt: skip
_COLUMNS = text(
    """
    SELECT n.nspname || '.' || c.relname || '.' || a.attname
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND n.nspname IN ('audit', 'desk', 'hearth')
       AND (a.attname ~ 'person|family|household|subjects|record_id|records$|other_id'
            OR format_type(a.atttypid, NULL) IN ('bytea', 'jsonb'))
       AND format_type(a.atttypid, NULL) IN ('uuid', 'uuid[]', 'bytea', 'jsonb')
    """
)


def test_every_column_that_could_tell_of_a_person_is_known_to_erasure(admin):
    with admin.begin() as connection:
        found = set(connection.execute(_COLUMNS).scalars())
    assert found == COLUMNS.keys()
