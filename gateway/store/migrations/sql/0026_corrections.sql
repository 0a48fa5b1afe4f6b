-- Corrections, retractions, disputes and retention.

-- A fact that its owner has taken back. While it stands here no version of it is taken, whatever that says: a file sent
-- again must not bring it back. Keyed digests; what was said is in the versions before the tombstone.
CREATE TABLE hearth.retracted_fact (
  fact_key bytea PRIMARY KEY,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  retraction_id uuid NOT NULL,
  retracted_at timestamptz NOT NULL
);
CREATE INDEX retracted_fact_record ON hearth.retracted_fact (record_id);

-- One taking back of facts, and whether who saw them has been told: that is asked of the log after the facts are gone,
-- when nobody can be shown them any more.
CREATE TABLE desk.retraction (
  retraction_id uuid PRIMARY KEY,
  retracted_at timestamptz NOT NULL,
  told_at timestamptz
);
CREATE INDEX retraction_untold ON desk.retraction (retracted_at) WHERE told_at IS NULL;

-- What somebody says against a fact about them, in their own words, and what the fact's owner answered.
CREATE TABLE hearth.dispute (
  dispute_id uuid PRIMARY KEY,
  fact_key bytea NOT NULL,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  person_id uuid NOT NULL,
  family_id uuid NOT NULL,
  source_no smallint NOT NULL REFERENCES hearth.source,
  item_no smallint NOT NULL REFERENCES hearth.item,
  feed text NOT NULL,
  sender text NOT NULL,
  content_digest bytea NOT NULL,
  sealed_words bytea NOT NULL,
  raised_by text NOT NULL,
  raised_worker text NOT NULL,
  raised_agency text NOT NULL,
  raised_at timestamptz NOT NULL,
  answer_by timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'withdrawn', 'corrected', 'not-upheld')),
  sealed_reason bytea,
  answered_by text,
  answered_at timestamptz,
  CHECK ((state = 'open') = (answered_at IS NULL) AND (state = 'open') = (answered_by IS NULL))
);
CREATE UNIQUE INDEX dispute_open ON hearth.dispute (fact_key) WHERE state = 'open';
CREATE INDEX dispute_sender ON hearth.dispute (sender, raised_at) WHERE state = 'open';
CREATE INDEX dispute_record ON hearth.dispute (record_id);

-- Whoever was shown what has been taken back or corrected is told, without its being said again. `occasion_id` is the
-- retraction or the dispute. `sealed`: the reading was one that a subject who asks is not told of.
CREATE TABLE desk.correction_notice (
  notice_id uuid PRIMARY KEY,
  occasion_id uuid NOT NULL,
  viewer text NOT NULL,
  agency text NOT NULL,
  role text,
  team text,
  family_id uuid,
  kind text NOT NULL CHECK (kind IN ('withdrawn', 'corrected', 'answered')),
  seen_on date NOT NULL,
  sealed boolean NOT NULL,
  told_at timestamptz NOT NULL,
  read_at timestamptz,
  UNIQUE (occasion_id, viewer, agency)
);
CREATE INDEX correction_notice_viewer ON desk.correction_notice (viewer, agency, told_at);
CREATE INDEX correction_notice_family ON desk.correction_notice (family_id);

CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.retracted_fact
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();
CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.dispute
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();

-- Erasure of a record takes its marks and disputes with it; that of a person, the notices under their handle.
CREATE FUNCTION hearth.forget_corrections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM desk.correction_notice n USING hearth.dispute d
   WHERE d.record_id = NEW.record_id AND n.occasion_id = d.dispute_id;
  DELETE FROM hearth.dispute WHERE record_id = NEW.record_id;
  DELETE FROM hearth.retracted_fact WHERE record_id = NEW.record_id;
  RETURN NULL;
END $$;
CREATE TRIGGER corrections_of_an_erased_record AFTER UPDATE OF subject_kind ON hearth.source_record
  FOR EACH ROW WHEN (NEW.subject_kind = 'erased') EXECUTE FUNCTION hearth.forget_corrections();

CREATE FUNCTION hearth.forget_correction_notices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM desk.correction_notice WHERE family_id = OLD.family_id;
  RETURN NULL;
END $$;
CREATE TRIGGER notices_of_an_erased_person AFTER DELETE ON hearth.person
  FOR EACH ROW EXECUTE FUNCTION hearth.forget_correction_notices();
CREATE TRIGGER notices_of_an_ended_person AFTER UPDATE OF family_id ON hearth.person
  FOR EACH ROW WHEN (NEW.family_id <> OLD.family_id) EXECUTE FUNCTION hearth.forget_correction_notices();

-- What is said anew of a disputed fact stays disputed until its owner has answered; what was retracted does not come
-- back. Intake leaves retracted facts out beforehand: this is for one that was retracted in the meantime.
CREATE FUNCTION hearth.hold_to_corrections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM hearth.retracted_fact)
     AND EXISTS (SELECT FROM added a JOIN hearth.retracted_fact r USING (fact_key) WHERE NOT a.tombstone) THEN
    RAISE EXCEPTION 'this fact has been retracted' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF EXISTS (SELECT FROM hearth.dispute d WHERE d.state = 'open') THEN
    -- A file that was on its way when the dispute was raised says something newer than the mark.
    UPDATE hearth.fact f
       SET disputed = true,
           recorded_at = greatest(f.recorded_at, (SELECT max(v.recorded_at) + interval '1 microsecond'
                                                    FROM hearth.fact v
                                                   WHERE v.fact_key = f.fact_key AND v.fact_id <> f.fact_id))
      FROM added a JOIN hearth.dispute d ON d.fact_key = a.fact_key AND d.state = 'open'
     WHERE f.fact_id = a.fact_id AND NOT a.disputed AND NOT a.tombstone;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER fact_held_to_corrections AFTER INSERT ON hearth.fact
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hearth.hold_to_corrections();

CREATE FUNCTION hearth.retracted_keys(p_keys bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.fact_key FROM hearth.retracted_fact r WHERE r.fact_key = ANY (p_keys)
$$;

-- Whether anything is retracted at all: mostly nothing is, and then a batch need not ask.
CREATE FUNCTION hearth.has_retractions() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM hearth.retracted_fact)
$$;

-- Facts that one sender may take back: current ones that its own files brought, of records (all items where the item
-- is NULL) or under keys of their own. `since` is when the fact was first known here.
CREATE FUNCTION hearth.own_facts(p_sender text, p_feed text, p_records uuid[], p_items smallint[], p_keys bytea[])
RETURNS TABLE (fact_key bytea, record_id uuid, source_no smallint, item_no smallint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH asked AS (
    SELECT f.fact_key FROM unnest(p_records, p_items) AS a (record_id, item_no)
      JOIN hearth.fact f ON f.record_id = a.record_id AND (a.item_no IS NULL OR f.item_no = a.item_no)
     UNION
    SELECT unnest(p_keys)
  ), newest AS (
    SELECT DISTINCT ON (f.fact_key) f.fact_key, f.record_id, f.source_no, f.item_no, f.batch_id, f.tombstone
      FROM asked JOIN hearth.fact f USING (fact_key)
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  )
  SELECT n.fact_key, n.record_id, n.source_no, n.item_no,
         (SELECT min(v.recorded_at) FROM hearth.fact v WHERE v.fact_key = n.fact_key)
    FROM newest n JOIN desk.batch b USING (batch_id)
   WHERE NOT n.tombstone AND b.sender = p_sender AND b.feed = p_feed
   ORDER BY n.fact_key
$$;

-- Take facts back: a tombstone for each (of no content: what is said again after a reinstatement is new), a mark that keeps it from coming back, no notice of it that nobody has opened,
-- and its open disputes answered. Gives how many facts.
CREATE FUNCTION hearth.retract_facts(
  p_retraction uuid, p_keys bytea[], p_versions uuid[], p_by text, p_at timestamptz
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts bigint;
BEGIN
  INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, nature, tombstone, content_digest,
                           batch_id, agreement, recorded_at)
  SELECT a.version, n.fact_key, n.record_id, n.source_no, n.item_no, '{}', 'fact', true,
         uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), n.batch_id, n.agreement,
         greatest(p_at, n.recorded_at + interval '1 microsecond')
    FROM unnest(p_keys, p_versions) AS a (fact_key, version)
   CROSS JOIN LATERAL (SELECT f.* FROM hearth.fact f WHERE f.fact_key = a.fact_key
                        ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1) n
   WHERE NOT n.tombstone;
  GET DIAGNOSTICS facts = ROW_COUNT;
  INSERT INTO hearth.retracted_fact (fact_key, record_id, retraction_id, retracted_at)
  SELECT DISTINCT ON (f.fact_key) f.fact_key, f.record_id, p_retraction, p_at
    FROM hearth.fact f WHERE f.fact_key = ANY (p_keys)
      ON CONFLICT DO NOTHING;
  DELETE FROM desk.notice n
   WHERE n.read_at IS NULL AND n.reason_key IN (
     SELECT sha256(k || convert_to(n.purpose || '/' || n.recipient_agency || '/' || n.recipient_role || '/'
                                   || n.recipient_unit, 'UTF8')) FROM unnest(p_keys) AS k);
  UPDATE hearth.dispute SET state = 'withdrawn', answered_by = p_by, answered_at = p_at
   WHERE state = 'open' AND fact_key = ANY (p_keys);
  RETURN facts;
END $$;

-- Facts that one retraction took back.
CREATE FUNCTION hearth.retracted_facts(p_retraction uuid)
RETURNS TABLE (fact_key bytea, record_id uuid, source_no smallint, item_no smallint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.fact_key, r.record_id, f.source_no, f.item_no, min(f.recorded_at)
    FROM hearth.retracted_fact r JOIN hearth.fact f USING (fact_key)
   WHERE r.retraction_id = p_retraction
   GROUP BY r.fact_key, r.record_id, f.source_no, f.item_no ORDER BY r.fact_key
$$;

-- Let the owner say again what it has taken back: the marks go, and its next file brings the facts.
CREATE FUNCTION hearth.reinstate_facts(p_sender text, p_feed text, p_records uuid[], p_items smallint[], p_keys bytea[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts bigint;
BEGIN
  DELETE FROM hearth.retracted_fact r
   WHERE r.fact_key IN (
     SELECT f.fact_key FROM hearth.fact f JOIN desk.batch b USING (batch_id)
      WHERE b.sender = p_sender AND b.feed = p_feed AND f.fact_key = r.fact_key
        AND (f.fact_key = ANY (p_keys)
             OR EXISTS (SELECT FROM unnest(p_records, p_items) AS a (record_id, item_no)
                         WHERE a.record_id = f.record_id AND (a.item_no IS NULL OR a.item_no = f.item_no))));
  GET DIAGNOSTICS facts = ROW_COUNT;
  RETURN facts;
END $$;

-- Search tokens of some items of some records go; the values that are still current are given, to make theirs anew.
CREATE FUNCTION hearth.drop_search_tokens(p_records uuid[], p_items smallint[])
RETURNS TABLE (record_id uuid, source_no smallint, item_no smallint, value jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  DELETE FROM hearth.search_token t USING unnest(p_records, p_items) AS a (record_id, item_no)
   WHERE t.record_id = a.record_id AND t.item_no = a.item_no;
  RETURN QUERY
  SELECT n.record_id, n.source_no, n.item_no, n.value
    FROM (SELECT DISTINCT ON (f.fact_key) f.* FROM unnest(p_records, p_items) AS a (record_id, item_no)
            JOIN hearth.fact f ON f.record_id = a.record_id AND f.item_no = a.item_no
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) n
   WHERE NOT n.tombstone;
END $$;

-- Record a dispute over the version of a fact that somebody was shown: the same version again, marked as disputed.
CREATE FUNCTION hearth.raise_dispute(
  p_dispute uuid, p_fact uuid, p_version uuid, p_person uuid, p_family uuid, p_words bytea, p_by text, p_worker text,
  p_agency text, p_at timestamptz, p_answer_by timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  newest hearth.fact;
BEGIN
  SELECT n.* INTO newest FROM hearth.fact s JOIN hearth.fact n USING (fact_key)
   WHERE s.fact_id = p_fact ORDER BY n.recorded_at DESC, n.fact_id DESC LIMIT 1;
  IF newest.fact_id IS DISTINCT FROM p_fact OR newest.tombstone THEN
    RETURN 'superseded';
  END IF;
  INSERT INTO hearth.dispute (dispute_id, fact_key, record_id, person_id, family_id, source_no, item_no, feed, sender,
                              content_digest, sealed_words, raised_by, raised_worker, raised_agency, raised_at,
                              answer_by)
  SELECT p_dispute, newest.fact_key, newest.record_id, p_person, p_family, newest.source_no, newest.item_no, b.feed,
         b.sender, newest.content_digest, p_words, p_by, p_worker, p_agency, p_at, p_answer_by
    FROM desk.batch b WHERE b.batch_id = newest.batch_id
      ON CONFLICT (fact_key) WHERE state = 'open' DO NOTHING;
  IF NOT FOUND THEN
    RETURN 'disputed';
  END IF;
  PERFORM hearth.mark_disputed(newest.fact_key, p_version, true, p_at);
  RETURN 'raised';
END $$;

-- The newest version of a fact again, with the mark set or taken away; what its sender pushes again stays unchanged.
CREATE FUNCTION hearth.mark_disputed(p_key bytea, p_version uuid, p_disputed boolean, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, valid_to, happened_at,
                           nature, subject_role, handling, disputed, tombstone, content_digest, batch_id, agreement,
                           recorded_at)
  SELECT p_version, f.fact_key, f.record_id, f.source_no, f.item_no, f.value, f.valid_from, f.valid_to, f.happened_at,
         f.nature, f.subject_role, f.handling, p_disputed, false, f.content_digest, f.batch_id, f.agreement,
         greatest(p_at, f.recorded_at + interval '1 microsecond')
    FROM (SELECT n.* FROM hearth.fact n WHERE n.fact_key = p_key ORDER BY n.recorded_at DESC, n.fact_id DESC LIMIT 1) f
   WHERE NOT f.tombstone
$$;

-- What a fact's own sender is shown of a dispute: the fact as it stands, and who the record is by the same source.
CREATE FUNCTION hearth.disputed_fact(p_dispute uuid, p_sender text)
RETURNS TABLE (item_no smallint, value jsonb, valid_from date, valid_to date, happened_at timestamptz, nature text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.item_no, n.value, n.valid_from, n.valid_to, n.happened_at, n.nature
    FROM (SELECT DISTINCT ON (f.fact_key) f.*, d.fact_key AS disputed_key
            FROM hearth.dispute d JOIN hearth.fact f USING (record_id)
           WHERE d.dispute_id = p_dispute AND d.sender = p_sender
             AND (f.fact_key = d.fact_key
                  OR f.item_no IN (SELECT i.item_no FROM hearth.item i
                                    WHERE i.name IN ('identity.name', 'identity.birth_date', 'identity.upn')))
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) n
   WHERE NOT n.tombstone ORDER BY n.fact_key <> n.disputed_key, n.item_no
$$;

-- The owner's answer. `corrected` where a file of theirs has brought another version since; gives the new state, or
-- NULL where nothing was open or no such version has come.
CREATE FUNCTION hearth.answer_dispute(
  p_dispute uuid, p_sender text, p_state text, p_version uuid, p_reason bytea, p_by text, p_at timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asked hearth.dispute;
  newest hearth.fact;
BEGIN
  SELECT d.* INTO asked FROM hearth.dispute d
   WHERE d.dispute_id = p_dispute AND d.sender = p_sender AND d.state = 'open' FOR UPDATE;
  IF asked.dispute_id IS NULL THEN
    RETURN NULL;
  END IF;
  IF p_state = 'corrected' THEN
    SELECT f.* INTO newest FROM hearth.fact f WHERE f.fact_key = asked.fact_key
     ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1;
    IF newest.content_digest = asked.content_digest THEN
      RETURN NULL;
    END IF;
  END IF;
  UPDATE hearth.dispute SET state = p_state, sealed_reason = p_reason, answered_by = p_by, answered_at = p_at
   WHERE dispute_id = p_dispute;
  IF p_state <> 'withdrawn' THEN
    PERFORM hearth.mark_disputed(asked.fact_key, p_version, false, p_at);
  END IF;
  RETURN p_state;
END $$;

-- Retention. Facts of one feed and one item whose newest version ended (its last day, or the moment of an event) or was
-- recorded before an instant; not those of anybody on whom a legal hold stands, nor those in dispute (Art 18(1)(a)).
CREATE FUNCTION hearth.facts_past_retention(
  p_feed text, p_item text, p_counted text, p_before timestamptz, p_limit integer
) RETURNS TABLE (fact_key bytea, record_id uuid, item_no smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH held AS MATERIALIZED (
    SELECT l.record_id
      FROM desk.legal_hold h JOIN hearth.person p ON p.family_id = h.family_id JOIN hearth.link l USING (person_id)
     WHERE h.lifted_at IS NULL
     UNION
    SELECT l.record_id
      FROM desk.legal_hold h JOIN hearth.link l ON l.person_id = hearth.current_person(h.family_id)
     WHERE h.lifted_at IS NULL
  )
  SELECT f.fact_key, f.record_id, f.item_no
    FROM hearth.fact f JOIN desk.batch b USING (batch_id)
   WHERE b.feed = p_feed AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = p_item)
     -- A skeleton says nothing any more, and has no earlier version.
     AND NOT (f.tombstone AND f.value = '{}' AND f.valid_from IS NULL
              AND NOT EXISTS (SELECT FROM hearth.fact v WHERE v.fact_key = f.fact_key AND v.fact_id <> f.fact_id))
     AND NOT EXISTS (SELECT FROM hearth.fact later WHERE later.fact_key = f.fact_key
                      AND (later.recorded_at, later.fact_id) > (f.recorded_at, f.fact_id))
     AND CASE WHEN p_counted = 'recorded' OR f.tombstone THEN f.recorded_at < p_before
              ELSE coalesce(f.valid_to, (f.happened_at AT TIME ZONE 'Europe/London')::date)
                   < (p_before AT TIME ZONE 'Europe/London')::date END
     AND NOT EXISTS (SELECT FROM held WHERE held.record_id = f.record_id)
     AND NOT EXISTS (SELECT FROM hearth.dispute d WHERE d.fact_key = f.fact_key AND d.state = 'open')
   ORDER BY f.fact_key LIMIT p_limit
$$;

-- Forget facts as erasure does: every version keeps which source once said something of which kind in which batch.
CREATE FUNCTION hearth.forget_facts(p_keys bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  versions bigint;
BEGIN
  DELETE FROM hearth.dispute WHERE fact_key = ANY (p_keys);
  UPDATE hearth.fact
     SET fact_key = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), value = '{}', valid_from = NULL,
         valid_to = NULL, happened_at = NULL, nature = 'fact', subject_role = NULL, handling = NULL, disputed = false,
         tombstone = true, content_digest = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
   WHERE fact_key = ANY (p_keys);
  GET DIAGNOSTICS versions = ROW_COUNT;
  RETURN versions;
END $$;

-- Decisions: what rests on disputed facts alone is not known. The newest answer counts, and where it is disputed none
-- older stands in for it.
CREATE FUNCTION hearth.sure(p_some_undisputed boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  -- No row at all is NULL and means no; rows of which every one is disputed are false and mean unknown.
  SELECT CASE WHEN p_some_undisputed IS NULL THEN 'no' WHEN p_some_undisputed THEN 'yes' ELSE 'unknown' END
$$;

CREATE OR REPLACE FUNCTION hearth.inputs_of(
  p_persons uuid[], p_worker text, p_team text, p_manager boolean, p_mash boolean, p_now timestamptz
) RETURNS SETOF hearth.decision_input
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH near AS (
    SELECT n.person_id, n.other_id FROM hearth.neighbours(p_persons) n
     UNION SELECT p, p FROM unnest(p_persons) p
  ), wanted AS (
    SELECT i.item_no, i.name FROM hearth.item i WHERE i.name IN (
      'identity.birth_date', 'identity.protected', 'support.agreed_to_help', 'safeguarding.concern', 'da.incident',
      'da.risk', 'da.support', 'care.allocation', 'care.contact')
  ), latest AS MATERIALIZED (
    SELECT DISTINCT ON (f.fact_key)
           l.person_id, w.name, f.value, f.valid_from, f.valid_to, f.subject_role, f.tombstone, f.recorded_at,
           coalesce(f.happened_at::date, f.valid_from) AS on_date, f.source_no,
           f.disputed
      FROM hearth.link l
      JOIN hearth.fact f ON f.record_id = l.record_id
      JOIN wanted w ON w.item_no = f.item_no
     WHERE l.superseded_at IS NULL AND l.band < 3
       AND l.person_id IN (SELECT n.other_id FROM near n)
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), live AS MATERIALIZED (
    SELECT * FROM latest v WHERE NOT v.tombstone
  ), allocation AS (
    SELECT n.person_id,
           min(CASE WHEN v.value->>'worker' = p_worker AND v.value->>'role' = 'allocated_worker' THEN 1
                    WHEN v.value->>'worker' = p_worker AND v.value->>'role' = 'manager' THEN 2
                    WHEN p_manager AND v.value->>'team' = p_team THEN 2
                    WHEN v.value->>'worker' = p_worker OR v.value->>'team' = p_team THEN 3 END) AS rank
      FROM near n JOIN live v ON v.person_id = n.other_id
     WHERE v.name = 'care.allocation'
       AND coalesce(v.valid_from, '-infinity') <= p_now::date AND coalesce(v.valid_to, 'infinity') >= p_now::date
     GROUP BY n.person_id
  ), referral AS (
    SELECT DISTINCT n.person_id
      FROM near n JOIN live v ON v.person_id = n.other_id
     WHERE p_mash AND v.name = 'care.contact'
       AND v.source_no = (SELECT s.source_no FROM hearth.source s WHERE s.name = 'mash')
       AND v.on_date > p_now::date - 90
  ), answer AS (
    SELECT DISTINCT ON (v.person_id) v.person_id,
           CASE WHEN NOT v.disputed THEN v.value->>'answer' = 'yes' END AS agreed
      FROM live v
     WHERE v.name = 'support.agreed_to_help' AND v.value->>'answer' IN ('yes', 'no', 'withdrawn')
     ORDER BY v.person_id, v.on_date DESC NULLS LAST, v.recorded_at DESC
  ), violent AS (
    SELECT v.person_id, v.disputed FROM live v
     WHERE v.name = 'da.incident' AND v.subject_role IN ('suspect', 'offender', 'arrested', 'charged')
  )
  SELECT p.person_id, p.family_id,
    (SELECT array_agg(DISTINCT l.band ORDER BY l.band) FROM hearth.link l
      WHERE l.person_id = p.person_id AND l.superseded_at IS NULL),
    -- unknown wherever the sources' dates of birth do not all fall on one side of the eighteenth birthday
    (SELECT hearth.three(CASE
        WHEN count(*) = 0 THEN NULL
        WHEN bool_and(lower(b.born) > (p_now - interval '18 years')::date) THEN true
        WHEN bool_and(upper(b.born) - 1 <= (p_now - interval '18 years')::date) THEN false END)
       FROM (SELECT hearth.birth_range(v.value->>'date') AS born FROM live v
              WHERE v.person_id = p.person_id AND v.name = 'identity.birth_date' AND NOT v.disputed) b),
    -- Adults answer for themselves alone. For a child it is what the adults around them answered: yes if one agreed
    -- and none refused (practice P5: never per family, and nobody is shown who refused).
    hearth.three(coalesce(
      (SELECT a.agreed FROM answer a WHERE a.person_id = p.person_id),
      (SELECT CASE WHEN bool_and(coalesce(a.agreed, false)) THEN true WHEN bool_or(NOT a.agreed) THEN false END
         FROM near n JOIN answer a ON a.person_id = n.other_id
        WHERE n.person_id = p.person_id AND NOT EXISTS (SELECT FROM answer o WHERE o.person_id = p.person_id)
          AND (SELECT bool_and(lower(b.born) > (p_now - interval '18 years')::date)
                 FROM (SELECT hearth.birth_range(v.value->>'date') AS born FROM live v
                        WHERE v.person_id = p.person_id AND v.name = 'identity.birth_date' AND NOT v.disputed) b)))),
    hearth.three((SELECT CASE WHEN NOT v.disputed THEN v.value->>'answer' = 'yes' END FROM live v
      WHERE v.person_id = p.person_id AND v.name = 'safeguarding.concern' AND v.value->>'answer' IN ('yes', 'no')
        AND coalesce((v.value->>'expires')::date, p_now::date) >= p_now::date
      ORDER BY v.on_date DESC NULLS LAST, v.recorded_at DESC LIMIT 1)),
    hearth.sure((SELECT bool_or(NOT v.disputed) FROM live v WHERE v.person_id = p.person_id AND v.name = 'identity.protected')),
    hearth.sure((SELECT bool_or(NOT v.disputed) FROM near n JOIN live v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.name IN ('da.incident', 'da.risk', 'da.support'))),
    hearth.sure((SELECT bool_or(NOT v.disputed) FROM near n JOIN violent v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.person_id <> p.person_id)),
    hearth.sure((SELECT bool_or(NOT v.disputed) FROM near n JOIN violent v ON v.person_id = n.other_id
      JOIN live a ON a.person_id = v.person_id AND a.name = 'care.allocation' AND a.value->>'worker' = p_worker
      WHERE n.person_id = p.person_id AND v.person_id <> p.person_id)),
    hearth.sure((SELECT bool_or(NOT v.disputed) FROM near n JOIN live v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.name IN ('da.risk', 'da.incident') AND (v.value->>'marac')::boolean)),
    CASE (SELECT a.rank FROM allocation a WHERE a.person_id = p.person_id)
      WHEN 1 THEN 'allocated_worker' WHEN 2 THEN 'manager' WHEN 3 THEN 'team'
      ELSE CASE WHEN EXISTS (SELECT FROM referral r WHERE r.person_id = p.person_id) THEN 'mash' ELSE 'none' END END
    FROM hearth.person p
   WHERE p.person_id = ANY (p_persons) AND p.redirect_to IS NULL
   ORDER BY p.person_id
$$;

ALTER TABLE hearth.dispute ENABLE ROW LEVEL SECURITY;
-- A reader is given the words of a dispute with the fact that they are about, and never without it.
CREATE POLICY dispute_by_fact ON hearth.dispute FOR SELECT TO hg_read USING (
  EXISTS (SELECT FROM hearth.fact f WHERE f.fact_key = dispute.fact_key)
);
CREATE POLICY dispute_at_desk ON hearth.dispute FOR SELECT TO hg_desk USING (true);
CREATE POLICY dispute_retracted ON hearth.dispute FOR SELECT TO hg_erase USING (true);

REVOKE ALL ON FUNCTION hearth.forget_corrections(), hearth.forget_correction_notices(), hearth.hold_to_corrections(),
  hearth.retracted_keys(bytea[]), hearth.has_retractions(), hearth.own_facts(text, text, uuid[], smallint[], bytea[]),
  hearth.retract_facts(uuid, bytea[], uuid[], text, timestamptz),
  hearth.retracted_facts(uuid), hearth.reinstate_facts(text, text, uuid[], smallint[], bytea[]),
  hearth.drop_search_tokens(uuid[], smallint[]),
  hearth.raise_dispute(uuid, uuid, uuid, uuid, uuid, bytea, text, text, text, timestamptz, timestamptz),
  hearth.mark_disputed(bytea, uuid, boolean, timestamptz), hearth.disputed_fact(uuid, text),
  hearth.answer_dispute(uuid, text, text, uuid, bytea, text, timestamptz),
  hearth.facts_past_retention(text, text, text, timestamptz, integer), hearth.forget_facts(bytea[]),
  hearth.sure(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.retracted_keys(bytea[]), hearth.has_retractions() TO hg_intake;
GRANT EXECUTE ON FUNCTION hearth.known_records(bytea[]), hearth.own_facts(text, text, uuid[], smallint[], bytea[]),
  hearth.retract_facts(uuid, bytea[], uuid[], text, timestamptz),
  hearth.retracted_facts(uuid), hearth.reinstate_facts(text, text, uuid[], smallint[], bytea[]),
  hearth.drop_search_tokens(uuid[], smallint[]),
  hearth.answer_dispute(uuid, text, text, uuid, bytea, text, timestamptz),
  hearth.facts_past_retention(text, text, text, timestamptz, integer), hearth.forget_facts(bytea[]) TO hg_erase;
GRANT EXECUTE ON FUNCTION
  hearth.raise_dispute(uuid, uuid, uuid, uuid, uuid, bytea, text, text, text, timestamptz, timestamptz),
  hearth.disputed_fact(uuid, text) TO hg_desk;
GRANT USAGE ON SCHEMA jobs TO hg_erase;
GRANT EXECUTE ON FUNCTION jobs.defer_linkage() TO hg_erase;
GRANT INSERT ON hearth.search_token TO hg_erase;
GRANT SELECT (fact_key, raised_at, sealed_words, state, dispute_id) ON hearth.dispute TO hg_read;
GRANT SELECT ON hearth.dispute TO hg_desk, hg_erase;
GRANT SELECT, INSERT ON desk.correction_notice TO hg_erase;
GRANT SELECT, INSERT, UPDATE (told_at) ON desk.retraction TO hg_erase;
GRANT SELECT, UPDATE (read_at) ON desk.correction_notice TO hg_desk;
