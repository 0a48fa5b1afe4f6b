-- Lawful erasure (UK GDPR Art 17, DPA 2018 s.47): what is known of a person goes; the tree, and what is others', stays.

-- An erasure that one officer asks for and another decides. Who it is about goes from here with the last step of it.
CREATE TABLE desk.erasure (
  erasure_id uuid PRIMARY KEY,
  family_id uuid,
  persons uuid[] NOT NULL DEFAULT '{}',
  ground text NOT NULL,
  sealed_words bytea,
  asked_by text NOT NULL,
  asked_worker text NOT NULL,
  asked_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'refused', 'erased', 'done')),
  decided_by text,
  decided_worker text,
  decided_at timestamptz,
  CHECK (decided_by <> asked_by AND decided_worker <> asked_worker),
  CHECK ((state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_worker IS NULL)
         AND (decided_by IS NULL) = (decided_at IS NULL)),
  CHECK (state <> 'done' OR (family_id IS NULL AND persons = '{}' AND sealed_words IS NULL))
);
CREATE INDEX erasure_open ON desk.erasure (asked_at) WHERE state <> 'done';

-- While a hold stands nothing of the person is erased: legal claims, an inquiry, a court (Art 17(3)(b), (e)).
CREATE TABLE desk.legal_hold (
  hold_id uuid PRIMARY KEY,
  family_id uuid NOT NULL,
  sealed_words bytea NOT NULL,
  placed_by text NOT NULL,
  placed_at timestamptz NOT NULL,
  lifted_by text,
  lifted_at timestamptz,
  CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX legal_hold_stands ON desk.legal_hold (family_id) WHERE lifted_at IS NULL;

-- Partners' keys that must not come back, as the keyed digests that records are found by, tied to nothing else. Who
-- holds the digest key can ask whether a key that they know is here: that is what keeps it from coming back.
CREATE TABLE hearth.erased_record (
  key_digest bytea PRIMARY KEY CHECK (octet_length(key_digest) = 32)
);
CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.erased_record
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();

-- The skeleton of an erased record is nobody's: neither linkage nor search meets it.
ALTER TABLE hearth.source_record DROP CONSTRAINT source_record_subject_kind_check;
ALTER TABLE hearth.source_record ADD CONSTRAINT source_record_subject_kind_check
  CHECK (subject_kind IN ('person', 'household', 'place', 'erased'));

CREATE FUNCTION hearth.erased_keys(p_digests bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.key_digest FROM hearth.erased_record e WHERE e.key_digest = ANY (p_digests)
$$;

-- As before, but for keys that were erased: they get no record and no answer.
CREATE OR REPLACE FUNCTION hearth.intern_records(p_ids uuid[], p_sources smallint[], p_kinds text[], p_digests bytea[])
RETURNS TABLE (key_digest bytea, record_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO hearth.source_record (record_id, source_no, subject_kind, key_digest)
  SELECT n.* FROM unnest(p_ids, p_sources, p_kinds, p_digests) AS n (id, source, kind, digest)
   WHERE NOT EXISTS (SELECT FROM hearth.erased_record e WHERE e.key_digest = n.digest)
  ON CONFLICT (key_digest) DO NOTHING;
  RETURN QUERY SELECT r.key_digest, r.record_id FROM hearth.source_record r WHERE r.key_digest = ANY (p_digests);
END $$;

-- A push that looked its records up before an erasure was committed must not write to them after it.
CREATE FUNCTION hearth.refuse_erased_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN hearth.source_record r USING (record_id) WHERE r.subject_kind = 'erased') THEN
    RAISE EXCEPTION 'this record has been erased' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fact_of_a_record_that_stands AFTER INSERT ON hearth.fact
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_erased_record();
CREATE TRIGGER token_of_a_record_that_stands AFTER INSERT ON hearth.search_token
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_erased_record();

-- The records of the person whom a handle opens now, and those of service households that nobody else belongs to.
CREATE FUNCTION hearth.records_to_erase(p_family uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH own AS MATERIALIZED (
    SELECT l.record_id FROM hearth.link l
     WHERE l.person_id = hearth.current_person(p_family) AND l.superseded_at IS NULL
  ), belongs AS MATERIALIZED (
    SELECT f.record_id, (f.value ->> 'household')::uuid AS household FROM hearth.fact f
     WHERE NOT f.tombstone
       AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'household.membership')
  )
  SELECT coalesce(array_agg(x.record_id ORDER BY x.record_id), '{}') FROM (
    SELECT o.record_id FROM own o
     UNION
    SELECT b.household FROM belongs b JOIN own USING (record_id)
     WHERE NOT EXISTS (SELECT FROM belongs s
                        WHERE s.household = b.household AND s.record_id NOT IN (SELECT o.record_id FROM own o))
  ) x
$$;

-- Records that stand under digests of the list of erased keys: after a restore, these come back.
CREATE FUNCTION hearth.records_of_keys(p_digests bytea[]) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(r.record_id ORDER BY r.record_id), '{}')
    FROM hearth.source_record r WHERE r.key_digest = ANY (p_digests)
$$;

-- Whose these records ever were, and whose other records those persons ever had: one row a version of a link.
CREATE FUNCTION hearth.erasure_links(p_records uuid[])
RETURNS TABLE (person_id uuid, family_id uuid, record_id uuid, erased boolean, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.person_id, p.family_id, l.record_id, l.record_id = ANY (p_records), l.recorded_at, l.superseded_at
    FROM hearth.link l JOIN hearth.person p USING (person_id)
   WHERE l.person_id IN (SELECT x.person_id FROM hearth.link x WHERE x.record_id = ANY (p_records))
   ORDER BY l.person_id, l.recorded_at, l.link_id
$$;

-- Names, dates of birth, addresses and numbers: what words about somebody are found by. And the keys' digests.
CREATE FUNCTION hearth.erasure_words(p_records uuid[]) RETURNS TABLE (record_id uuid, item text, value jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT f.record_id, i.name, f.value
    FROM hearth.fact f JOIN hearth.item i USING (item_no)
   WHERE f.record_id = ANY (p_records) AND NOT f.tombstone AND i.linkable
$$;

CREATE FUNCTION hearth.erasure_digests(p_records uuid[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.key_digest FROM hearth.source_record r WHERE r.record_id = ANY (p_records) AND r.subject_kind <> 'erased'
$$;

-- Erase records, and the persons who were nobody but these. A fact keeps which source once said something of which
-- kind in which batch; what it said, when it was so and by what it could be found are gone. `p_gone` are persons all of
-- whose records these are; `p_ended` have none left, but earlier had some that are another's now: their id stays,
-- because that other's past stands under it.
CREATE FUNCTION hearth.erase_records(p_records uuid[], p_gone uuid[], p_ended uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts bigint;
  homes uuid[];
BEGIN
  IF EXISTS (SELECT FROM desk.legal_hold h JOIN hearth.person p USING (family_id)
              WHERE h.lifted_at IS NULL AND p.person_id = ANY (p_gone || p_ended)) THEN
    RAISE EXCEPTION 'a legal hold stands' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  INSERT INTO hearth.erased_record (key_digest)
  SELECT d.digest FROM hearth.erasure_digests(p_records) AS d (digest) ON CONFLICT DO NOTHING;
  -- First: this waits for pushes that are writing to these records, and the rest then sees what they wrote.
  UPDATE hearth.source_record
     SET subject_kind = 'erased', key_digest = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
   WHERE record_id = ANY (p_records);
  UPDATE hearth.fact
     SET fact_key = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), value = '{}', valid_from = NULL,
         valid_to = NULL, happened_at = NULL, nature = 'fact', subject_role = NULL, handling = NULL, disputed = false,
         tombstone = true, content_digest = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
   WHERE record_id = ANY (p_records);
  GET DIAGNOSTICS facts = ROW_COUNT;
  DELETE FROM hearth.search_token WHERE record_id = ANY (p_records);
  DELETE FROM hearth.link_review WHERE record_id = ANY (p_records) OR other_record_id = ANY (p_records);
  DELETE FROM hearth.link WHERE record_id = ANY (p_records);
  DELETE FROM hearth.kin WHERE person_id = ANY (p_gone || p_ended) OR other_id = ANY (p_gone || p_ended);
  WITH left_home AS (
    DELETE FROM hearth.household_member WHERE person_id = ANY (p_gone || p_ended) RETURNING household_id
  )
  SELECT array_agg(DISTINCT l.household_id) INTO homes FROM left_home l;
  DELETE FROM hearth.household h
   WHERE h.household_id = ANY (homes)
     AND NOT EXISTS (SELECT FROM hearth.household_member m WHERE m.household_id = h.household_id)
     AND NOT EXISTS (SELECT FROM hearth.household r WHERE r.redirect_to = h.household_id);
  UPDATE hearth.person SET redirect_to = NULL WHERE redirect_to = ANY (p_gone || p_ended);
  UPDATE hearth.person SET retired_at = coalesce(retired_at, clock_timestamp()), redirect_to = NULL,
                           family_id = gen_random_uuid()
   WHERE person_id = ANY (p_ended);
  DELETE FROM hearth.person WHERE person_id = ANY (p_gone);
  RETURN facts;
END $$;

-- Tickets are over after thirty seconds, and name whom they admitted: they go with the entry that they belong to, and
-- their digest stays sealed in the leaf's row.
CREATE FUNCTION audit.refuse_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('hearthgate.erasing', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.refuse_but_erasure() FROM PUBLIC;
DO $$
DECLARE
  tickets text;
BEGIN
  FOREACH tickets IN ARRAY ARRAY['ticket', 'ticket_subject', 'ticket_use'] LOOP
    EXECUTE format('DROP TRIGGER %1$I ON audit.%2$I', tickets || '_append_only', tickets);
    EXECUTE format('CREATE TRIGGER %1$I BEFORE UPDATE OR TRUNCATE ON audit.%2$I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', tickets || '_append_only', tickets);
    EXECUTE format('CREATE TRIGGER %1$I BEFORE DELETE ON audit.%2$I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_but_erasure()', tickets || '_stays', tickets);
  END LOOP;
END $$;

-- Erase openings: those entries and fields that an erasure entry of this very transaction names, and no others. Who
-- acted, when and for which purpose cannot be erased, nor what an erasure says of itself.
CREATE FUNCTION audit.erase_as_said(p_erasure uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb;
  named uuid[];
  gone text[];
  erased bigint;
BEGIN
  SELECT audit.opened(o.fields, 'detail') INTO said
    FROM audit.entry e JOIN audit.opening o USING (entry_id) JOIN audit.pending p USING (entry_id)
   WHERE e.entry_id = p_erasure AND e.event_class = 'erasure' AND p.xact = pg_current_xact_id();
  named := ARRAY(SELECT one::uuid FROM jsonb_array_elements_text(said -> 'records') one);
  gone := ARRAY(SELECT jsonb_array_elements_text(said -> 'erased_fields'));
  IF said IS NULL OR cardinality(gone) = 0 OR NOT gone <@ ARRAY['declaration', 'detail', 'household', 'items_shown',
       'masks', 'reason', 'shown_counts', 'sources', 'subjects']
     OR (SELECT count(*) FROM audit.entry e WHERE e.entry_id = ANY (named) AND e.event_class <> 'erasure')
        <> cardinality(named) THEN
    RAISE EXCEPTION 'no erasure entry of this transaction says so' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE audit.opening SET fields = fields - gone WHERE entry_id = ANY (named);
  GET DIAGNOSTICS erased = ROW_COUNT;
  IF 'masks' = ANY (gone) THEN
    PERFORM set_config('hearthgate.erasing', pg_current_xact_id()::text, true);
    DELETE FROM audit.ticket_use u USING audit.ticket t WHERE t.ticket_id = u.ticket_id AND t.entry_id = ANY (named);
    DELETE FROM audit.ticket_subject s USING audit.ticket t
     WHERE t.ticket_id = s.ticket_id AND t.entry_id = ANY (named);
    DELETE FROM audit.ticket t WHERE t.entry_id = ANY (named);
    PERFORM set_config('hearthgate.erasing', '', true);
  END IF;
  RETURN erased;
END $$;

-- The mark of a watched family, releases that were asked for in erased entries, and what review found of those. An item
-- that is still open is about a member of staff, and stays; with a closed one go question, answer and words.
CREATE FUNCTION desk.erase_beside(p_entries uuid[], p_handles uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  closed uuid[];
BEGIN
  closed := ARRAY(SELECT i.review_id FROM desk.review_item i
                   WHERE i.state = 'closed'
                     AND (i.entry_id = ANY (p_entries)
                          OR EXISTS (SELECT FROM desk.review_use u
                                      WHERE u.review_id = i.review_id AND u.entry_id = ANY (p_entries))));
  DELETE FROM desk.watched_family WHERE family_id = ANY (p_handles);
  DELETE FROM desk.subject_release WHERE entry_id = ANY (p_entries);
  DELETE FROM desk.review_question WHERE review_id = ANY (closed);
  DELETE FROM desk.review_use WHERE review_id = ANY (closed);
  DELETE FROM desk.review_item WHERE review_id = ANY (closed);
  DELETE FROM desk.access_review a
   WHERE a.access_id = ANY (p_entries)
     AND NOT EXISTS (SELECT FROM desk.review_item i WHERE i.entry_id = a.access_id)
     AND NOT EXISTS (SELECT FROM desk.review_use u WHERE u.entry_id = a.access_id);
END $$;

REVOKE ALL ON FUNCTION desk.erase_beside(uuid[], uuid[]), hearth.erased_keys(bytea[]), hearth.refuse_erased_record(),
  hearth.records_to_erase(uuid),
  hearth.records_of_keys(bytea[]), hearth.erasure_links(uuid[]), hearth.erasure_words(uuid[]),
  hearth.erasure_digests(uuid[]), hearth.erase_records(uuid[], uuid[], uuid[]), audit.erase_as_said(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.erased_keys(bytea[]) TO hg_intake, hg_erase;
GRANT EXECUTE ON FUNCTION hearth.records_to_erase(uuid), hearth.records_of_keys(bytea[]), hearth.erasure_links(uuid[]),
  hearth.erasure_words(uuid[]), hearth.erasure_digests(uuid[]), hearth.erase_records(uuid[], uuid[], uuid[]),
  audit.erase_as_said(uuid), desk.erase_beside(uuid[], uuid[]) TO hg_erase;
-- Openings go as an erasure entry says, and in no other way.
REVOKE UPDATE ON audit.opening FROM hg_erase;
-- To find the entries about a person: by card, by list, in words, and those that are not leaves yet.
GRANT SELECT ON audit.entry, audit.card, audit.pending TO hg_erase;
GRANT SELECT ON hearth.erased_record, hearth.source TO hg_erase;
GRANT EXECUTE ON FUNCTION audit.opened(jsonb, text), audit.list_start(uuid, text) TO hg_erase;
GRANT USAGE ON SCHEMA desk TO hg_erase;
GRANT SELECT, INSERT ON desk.erasure, desk.legal_hold TO hg_desk;
GRANT UPDATE (state, decided_by, decided_worker, decided_at, family_id, persons, sealed_words) ON desk.erasure
  TO hg_desk;
GRANT UPDATE (lifted_by, lifted_at) ON desk.legal_hold TO hg_desk;
GRANT SELECT, DELETE ON desk.legal_hold TO hg_erase;
GRANT SELECT, INSERT, DELETE ON desk.erasure TO hg_erase;
GRANT UPDATE (state, decided_by, decided_worker, decided_at, family_id, persons, sealed_words) ON desk.erasure
  TO hg_erase;
-- What the desk keeps about a family: deleted, or its words and its family taken out where a row must stay.
GRANT SELECT, DELETE ON desk.notice, desk.access_answer, desk.rejected_row TO hg_erase;
GRANT SELECT, DELETE, UPDATE (sealed_reason) ON desk.access_request TO hg_erase;
GRANT SELECT, DELETE, UPDATE (family_id, sealed_reason, sealed_case_reference, expires_at) ON desk.declaration
  TO hg_erase;
GRANT SELECT (declaration_id) ON desk.emergency TO hg_erase;
GRANT SELECT (batch_id, source_no) ON desk.batch TO hg_erase;
