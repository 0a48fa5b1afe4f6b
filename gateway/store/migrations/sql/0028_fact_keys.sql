-- Two feeds of one source say the same fact in words of their own: each stands by its words, and the later are shown.
-- `hearth.also_said` holds what stands beside a fact's newest version: other words of another feed, or the very words of
-- the newest version, said by another sender as well. Within a feed the later file wins, whoever sent it.

-- The newest version of a fact of some content.
CREATE FUNCTION hearth.version_of(p_key bytea, p_content bytea) RETURNS TABLE (fact_id uuid, began date)
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT f.fact_id, coalesce((f.happened_at AT TIME ZONE 'UTC')::date, f.valid_from)
    FROM hearth.fact f WHERE f.fact_key = p_key AND f.content_digest = p_content AND NOT f.tombstone
   ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1
$$;

-- Of some facts, those by which a sender of a feed stands: whether theirs are the words shown, and since when it is so.
CREATE FUNCTION hearth.said_by(p_feed text, p_sender text, p_keys bytea[]) RETURNS TABLE (
  fact_key bytea, newest_id uuid, content_digest bytea, shown boolean, began date
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.fact_key, n.fact_id, n.content_digest, (n.feed, n.sender) = (p_feed, p_sender),
         CASE WHEN (n.feed, n.sender) = (p_feed, p_sender) OR v.fact_id IS NULL THEN n.began ELSE v.began END
    FROM hearth.newest_said(p_keys) n
    LEFT JOIN hearth.also_said a ON a.fact_key = n.fact_key AND a.feed = p_feed AND a.sender = p_sender
    LEFT JOIN LATERAL hearth.version_of(a.fact_key, a.content_digest) v ON true
   WHERE NOT n.tombstone AND ((n.feed, n.sender) = (p_feed, p_sender) OR a.fact_key IS NOT NULL)
$$;

-- The words by which a batch's feed stands beside newer ones of another: said again, they are nothing new.
CREATE FUNCTION hearth.own_words(p_batch uuid, p_keys bytea[]) RETURNS TABLE (fact_key bytea, content_digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT a.fact_key, a.content_digest
    FROM desk.batch t JOIN hearth.also_said a ON a.feed = t.feed
   WHERE t.batch_id = p_batch AND a.fact_key = ANY (p_keys)
$$;

-- Before a batch says facts in new words: what its own feed said is superseded, and what another feed says stands on.
CREATE FUNCTION hearth.make_way(p_batch uuid, p_keys bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM hearth.also_said a USING desk.batch t
   WHERE t.batch_id = p_batch AND a.feed = t.feed AND a.fact_key = ANY (p_keys);
  INSERT INTO hearth.also_said (fact_key, feed, sender, batch_id, content_digest)
  SELECT n.fact_key, n.feed, n.sender, n.batch_id, n.content_digest
    FROM desk.batch t, hearth.newest_said(p_keys) n
   WHERE t.batch_id = p_batch AND NOT n.tombstone AND n.feed <> t.feed
      ON CONFLICT (fact_key, feed, sender) DO UPDATE
     SET batch_id = excluded.batch_id, content_digest = excluded.content_digest
$$;

-- Note by which words a batch's sender stands, of facts that it changes nothing of; not where they are the sender's own.
DROP FUNCTION hearth.note_also_said(uuid, bytea[]);
CREATE FUNCTION hearth.note_also_said(p_batch uuid, p_keys bytea[], p_contents bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM hearth.also_said a USING desk.batch t, unnest(p_keys, p_contents) AS s (fact_key, content)
   WHERE t.batch_id = p_batch AND a.feed = t.feed AND a.fact_key = s.fact_key AND a.content_digest <> s.content;
  INSERT INTO hearth.also_said (fact_key, feed, sender, batch_id, content_digest)
  SELECT n.fact_key, t.feed, t.sender, t.batch_id, s.content
    FROM desk.batch t, unnest(p_keys, p_contents) AS s (fact_key, content)
    JOIN hearth.newest_said(p_keys) n USING (fact_key)
   WHERE t.batch_id = p_batch AND NOT n.tombstone AND (n.feed, n.sender) IS DISTINCT FROM (t.feed, t.sender)
      ON CONFLICT (fact_key, feed, sender) DO UPDATE
     SET batch_id = excluded.batch_id, content_digest = excluded.content_digest
$$;

CREATE OR REPLACE FUNCTION hearth.held_by_sender(p_batch uuid) RETURNS TABLE (fact_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH this AS MATERIALIZED (SELECT * FROM desk.batch b WHERE b.batch_id = p_batch),
  named AS (
    SELECT f.fact_key FROM this t JOIN desk.batch b ON b.feed = t.feed AND b.sender = t.sender
      JOIN hearth.fact f ON f.batch_id = b.batch_id
    UNION
    SELECT a.fact_key FROM this t JOIN hearth.also_said a ON a.feed = t.feed AND a.sender = t.sender
  )
  SELECT s.fact_key FROM this t, hearth.said_by(t.feed, t.sender, ARRAY(SELECT m.fact_key FROM named m)) s
   WHERE s.began IS NULL OR (s.began >= coalesce(t.coverage_from, '-infinity')
                             AND s.began <= coalesce(t.coverage_to, 'infinity'))
$$;

CREATE OR REPLACE FUNCTION hearth.find_named(p_batch uuid, p_keys bytea[], p_records uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH named AS (
    SELECT unnest(p_keys) AS fact_key
    UNION
    SELECT f.fact_key FROM hearth.fact f WHERE f.record_id = ANY (p_records)
  ), due AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, s.fact_key
      FROM desk.batch t, hearth.said_by(t.feed, t.sender, ARRAY(SELECT m.fact_key FROM named m)) s
     WHERE t.batch_id = p_batch
        ON CONFLICT DO NOTHING
    RETURNING 1) SELECT count(*) FROM due
$$;

CREATE OR REPLACE FUNCTION hearth.find_emptied(p_batch uuid, p_records uuid[], p_describing smallint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH standing AS (
    SELECT s.fact_key, f.record_id, f.item_no
      FROM desk.batch t, hearth.said_by(t.feed, t.sender, ARRAY(
             SELECT DISTINCT f.fact_key FROM hearth.fact f WHERE f.record_id = ANY (p_records))) s
      JOIN hearth.fact f ON f.fact_id = s.newest_id
     WHERE t.batch_id = p_batch
       AND NOT EXISTS (SELECT FROM desk.due_withdrawal d WHERE d.batch_id = p_batch AND d.fact_key = s.fact_key)
  ), due AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, s.fact_key FROM standing s
     WHERE NOT EXISTS (SELECT FROM standing o WHERE o.record_id = s.record_id AND o.item_no <> ALL (p_describing))
        ON CONFLICT DO NOTHING
    RETURNING 1) SELECT count(*) FROM due
$$;

-- Of records and households that a file of keys withdraws whole: ties to them become due; and so does whoever is tied to
-- them alone, where the sender's feed says nothing of theirs but who they are. p_others: the feed describes people in the
-- rows of others; else only those of a withdrawn household are meant.
CREATE FUNCTION hearth.find_tied(
  p_batch uuid, p_persons uuid[], p_households uuid[], p_others boolean, p_ties smallint[], p_describing smallint[]
) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH this AS MATERIALIZED (SELECT * FROM desk.batch b WHERE b.batch_id = p_batch),
  gone AS (SELECT unnest(p_persons || p_households) AS id),
  tie AS MATERIALIZED (
    SELECT s.fact_key, f.record_id AS one, coalesce(f.value->>'other', f.value->>'household')::uuid AS other,
           f.value ? 'household' AS home
      FROM this t, hearth.said_by(t.feed, t.sender, ARRAY(
             SELECT DISTINCT f.fact_key FROM this t JOIN desk.batch b ON b.feed = t.feed AND b.sender = t.sender
               JOIN hearth.fact f ON f.batch_id = b.batch_id AND f.item_no = ANY (p_ties))) s
      JOIN hearth.fact f ON f.fact_id = s.newest_id
  ), cut AS (SELECT * FROM tie t WHERE t.one IN (SELECT id FROM gone) OR t.other IN (SELECT id FROM gone)), beside AS (
    (SELECT c.one AS id FROM cut c WHERE c.other = ANY (p_households) OR (p_others AND NOT c.home)
      UNION SELECT c.other FROM cut c WHERE p_others AND NOT c.home)
    EXCEPT SELECT id FROM gone
    EXCEPT SELECT unnest(CASE WHEN t.home THEN ARRAY[t.one] ELSE ARRAY[t.one, t.other] END) FROM tie t
            WHERE t.one NOT IN (SELECT id FROM gone) AND t.other NOT IN (SELECT id FROM gone)
  ), theirs AS (
    SELECT s.fact_key, f.record_id, f.item_no
      FROM this t, hearth.said_by(t.feed, t.sender, ARRAY(
             SELECT DISTINCT f.fact_key FROM beside b JOIN hearth.fact f ON f.record_id = b.id)) s
      JOIN hearth.fact f ON f.fact_id = s.newest_id
  ), due AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, c.fact_key FROM cut c
     UNION
    SELECT p_batch, t.fact_key FROM theirs t
     WHERE NOT EXISTS (SELECT FROM theirs o WHERE o.record_id = t.record_id AND o.item_no <> ALL (p_describing))
        ON CONFLICT DO NOTHING
    RETURNING 1) SELECT count(*) FROM due
$$;

-- A sender says some facts no more. Where others stand by one it goes on in their words, the same ones before any other;
-- else it gets a tombstone, of the batch p_batch or of the one that last said it. p_ids: a new id for each fact. Gives
-- each fact of theirs, and whether the words that were shown are gone.
CREATE FUNCTION hearth.end_words(
  p_feed text, p_sender text, p_keys bytea[], p_ids uuid[], p_batch uuid, p_at timestamptz
) RETURNS TABLE (fact_key bytea, record_id uuid, item_no smallint, gone boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  CREATE TEMPORARY TABLE ending ON COMMIT DROP AS
    SELECT s.fact_key, s.newest_id, s.shown, row_number() OVER (ORDER BY s.fact_key) AS place, f.record_id, f.item_no,
           s.shown AND NOT coalesce(o.same, false) AS gone, o.feed, o.sender, o.batch_id, o.fact_id
      FROM hearth.said_by(p_feed, p_sender, p_keys) s
      JOIN hearth.fact f ON f.fact_id = s.newest_id
      LEFT JOIN LATERAL (
        SELECT a.feed, a.sender, a.batch_id, v.fact_id, a.content_digest = s.content_digest AS same
          FROM hearth.also_said a JOIN desk.batch b ON b.batch_id = a.batch_id
         CROSS JOIN LATERAL hearth.version_of(a.fact_key, a.content_digest) v
         WHERE a.fact_key = s.fact_key AND (a.feed, a.sender) <> (p_feed, p_sender)
         ORDER BY a.content_digest = s.content_digest DESC, b.received_at DESC, a.batch_id LIMIT 1) o ON s.shown;
  DELETE FROM hearth.also_said a USING ending e
   WHERE a.fact_key = e.fact_key AND ((a.feed, a.sender) = (p_feed, p_sender) OR (a.feed, a.sender) = (e.feed, e.sender));
  INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, valid_to, happened_at,
                           nature, subject_role, handling, disputed, tombstone, content_digest, batch_id, agreement,
                           recorded_at)
  SELECT p_ids[e.place], n.fact_key, n.record_id, n.source_no, n.item_no, coalesce(v.value, '{}'), v.valid_from,
         v.valid_to, v.happened_at, coalesce(v.nature, 'fact'), v.subject_role, v.handling,
         coalesce(v.disputed, false), v.fact_id IS NULL, coalesce(v.content_digest, ''),
         coalesce(e.batch_id, p_batch, n.batch_id), coalesce(v.agreement, n.agreement),
         greatest(p_at, n.recorded_at)
    FROM ending e JOIN hearth.fact n ON n.fact_id = e.newest_id LEFT JOIN hearth.fact v ON v.fact_id = e.fact_id
   WHERE e.shown;
  RETURN QUERY SELECT e.fact_key, e.record_id, e.item_no, e.gone FROM ending e;
  DROP TABLE ending;
END $$;

CREATE OR REPLACE FUNCTION hearth.withdraw_due(p_batch uuid, p_at timestamptz, p_ids uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  withdrawn bigint;
  records uuid[];
  items smallint[];
BEGIN
  SELECT count(*), array_agg(w.record_id) FILTER (WHERE w.gone), array_agg(w.item_no) FILTER (WHERE w.gone)
    INTO withdrawn, records, items
    FROM desk.batch t, hearth.end_words(t.feed, t.sender, ARRAY(
           SELECT d.fact_key FROM desk.due_withdrawal d WHERE d.batch_id = p_batch), p_ids, p_batch, p_at) w
   WHERE t.batch_id = p_batch;
  DELETE FROM hearth.search_token s
   USING (SELECT DISTINCT u.record_id, u.item_no FROM unnest(records, items) AS u (record_id, item_no)) g
   WHERE s.record_id = g.record_id AND s.item_no = g.item_no AND NOT EXISTS (
     SELECT FROM (SELECT DISTINCT ON (f.fact_key) f.tombstone FROM hearth.fact f
                   WHERE f.record_id = g.record_id AND f.item_no = g.item_no
                   ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v WHERE NOT v.tombstone);
  DELETE FROM desk.due_withdrawal d WHERE d.batch_id = p_batch;
  RETURN withdrawn;
END $$;

-- Erasure makes a fact's key unknowable; what stood under the old one goes with its last version.
CREATE OR REPLACE FUNCTION hearth.forget_old_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM hearth.also_said a USING gone g
   WHERE a.fact_key = g.fact_key AND NOT EXISTS (SELECT FROM hearth.fact f WHERE f.fact_key = g.fact_key);
  DELETE FROM desk.due_withdrawal d USING gone g
   WHERE d.fact_key = g.fact_key AND NOT EXISTS (SELECT FROM hearth.fact f WHERE f.fact_key = g.fact_key);
  RETURN NULL;
END $$;

-- A retraction keeps from coming back what the one who retracts has said, and nobody else's words. `gone`: they were the
-- words shown, so whoever saw them is told.
ALTER TABLE hearth.retracted_fact DISABLE TRIGGER change_with_entry;
ALTER TABLE hearth.retracted_fact
  ADD COLUMN feed text, ADD COLUMN sender text, ADD COLUMN gone boolean NOT NULL DEFAULT true;
UPDATE hearth.retracted_fact r SET feed = coalesce(n.feed, ''), sender = coalesce(n.sender, '')
  FROM (SELECT k.fact_key, s.feed, s.sender
          FROM hearth.retracted_fact k LEFT JOIN LATERAL hearth.newest_said(ARRAY[k.fact_key]) s ON true) n
 WHERE n.fact_key = r.fact_key;
ALTER TABLE hearth.retracted_fact
  ALTER COLUMN feed SET NOT NULL, ALTER COLUMN sender SET NOT NULL,
  DROP CONSTRAINT retracted_fact_pkey, ADD PRIMARY KEY (fact_key, feed, sender);
ALTER TABLE hearth.retracted_fact ENABLE TRIGGER change_with_entry;

-- The staff of a source's owner are one sender here: what one of them took back, a colleague's file does not bring.
CREATE FUNCTION desk.is_same_sender(p_one text, p_other text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_one = p_other OR (starts_with(p_one, 'staff:') AND starts_with(p_other, 'staff:'))
$$;

CREATE OR REPLACE FUNCTION hearth.hold_to_corrections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM hearth.retracted_fact)
     AND EXISTS (SELECT FROM added a JOIN hearth.retracted_fact r USING (fact_key)
                   JOIN desk.batch b ON b.batch_id = a.batch_id
                  WHERE NOT a.tombstone AND b.feed = r.feed AND desk.is_same_sender(b.sender, r.sender)) THEN
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

DROP FUNCTION hearth.retracted_keys(bytea[]);
CREATE FUNCTION hearth.retracted_keys(p_batch uuid, p_keys bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.fact_key FROM desk.batch t JOIN hearth.retracted_fact r ON r.feed = t.feed
   WHERE t.batch_id = p_batch AND r.fact_key = ANY (p_keys) AND desk.is_same_sender(r.sender, t.sender)
$$;

CREATE OR REPLACE FUNCTION hearth.own_facts(
  p_sender text, p_feed text, p_records uuid[], p_items smallint[], p_keys bytea[]
) RETURNS TABLE (fact_key bytea, record_id uuid, source_no smallint, item_no smallint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH asked AS (
    SELECT f.fact_key FROM unnest(p_records, p_items) AS a (record_id, item_no)
      JOIN hearth.fact f ON f.record_id = a.record_id AND (a.item_no IS NULL OR f.item_no = a.item_no)
     UNION
    SELECT unnest(p_keys)
  )
  SELECT s.fact_key, f.record_id, f.source_no, f.item_no,
         (SELECT min(v.recorded_at) FROM hearth.fact v WHERE v.fact_key = s.fact_key)
    FROM hearth.said_by(p_feed, p_sender, ARRAY(SELECT a.fact_key FROM asked a)) s
    JOIN hearth.fact f ON f.fact_id = s.newest_id
   ORDER BY s.fact_key
$$;

-- Take facts back in the name of one who said them: their words go, with a mark that keeps them from coming back; what
-- was shown takes its unopened notices with it, and its open disputes are answered. Gives how many facts.
DROP FUNCTION hearth.retract_facts(uuid, bytea[], uuid[], text, timestamptz);
CREATE FUNCTION hearth.retract_facts(
  p_retraction uuid, p_feed text, p_sender text, p_keys bytea[], p_ids uuid[], p_by text, p_at timestamptz
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts bigint;
  gone bytea[];
BEGIN
  SELECT count(*), array_agg(e.fact_key) FILTER (WHERE e.gone) INTO facts, gone
    FROM hearth.end_words(p_feed, p_sender, p_keys, p_ids, NULL, p_at) e;
  INSERT INTO hearth.retracted_fact (fact_key, feed, sender, record_id, retraction_id, retracted_at, gone)
  SELECT DISTINCT ON (f.fact_key) f.fact_key, p_feed, p_sender, f.record_id, p_retraction, p_at,
         f.fact_key = ANY (coalesce(gone, '{}'))
    FROM hearth.fact f WHERE f.fact_key = ANY (p_keys)
      ON CONFLICT DO NOTHING;
  DELETE FROM desk.notice n
   WHERE n.read_at IS NULL AND n.reason_key IN (
     SELECT sha256(k || convert_to(n.purpose || '/' || n.recipient_agency || '/' || n.recipient_role || '/'
                                   || n.recipient_unit, 'UTF8')) FROM unnest(gone) AS k);
  UPDATE hearth.dispute SET state = 'withdrawn', answered_by = p_by, answered_at = p_at
   WHERE state = 'open' AND fact_key = ANY (gone);
  RETURN facts;
END $$;

CREATE OR REPLACE FUNCTION hearth.retracted_facts(p_retraction uuid)
RETURNS TABLE (fact_key bytea, record_id uuid, source_no smallint, item_no smallint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.fact_key, r.record_id, f.source_no, f.item_no, min(f.recorded_at)
    FROM hearth.retracted_fact r JOIN hearth.fact f USING (fact_key)
   WHERE r.retraction_id = p_retraction AND r.gone
   GROUP BY r.fact_key, r.record_id, f.source_no, f.item_no ORDER BY r.fact_key
$$;

CREATE OR REPLACE FUNCTION hearth.reinstate_facts(
  p_sender text, p_feed text, p_records uuid[], p_items smallint[], p_keys bytea[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts bigint;
BEGIN
  DELETE FROM hearth.retracted_fact r
   WHERE r.feed = p_feed AND desk.is_same_sender(r.sender, p_sender)
     AND (r.fact_key = ANY (p_keys)
          OR EXISTS (SELECT FROM unnest(p_records, p_items) AS a (record_id, item_no)
                      WHERE a.record_id = r.record_id
                        AND (a.item_no IS NULL OR EXISTS (SELECT FROM hearth.fact f WHERE f.fact_key = r.fact_key
                                                             AND f.item_no = a.item_no))));
  GET DIAGNOSTICS facts = ROW_COUNT;
  RETURN facts;
END $$;

-- Retention: what a feed last said of a fact counts, whatever another feed has said since.
CREATE OR REPLACE FUNCTION hearth.facts_past_retention(
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
     AND NOT EXISTS (SELECT FROM hearth.fact later JOIN desk.batch c ON c.batch_id = later.batch_id
                      WHERE later.fact_key = f.fact_key AND c.feed = p_feed
                        AND (later.recorded_at, later.fact_id) > (f.recorded_at, f.fact_id))
     AND CASE WHEN p_counted = 'recorded' OR f.tombstone THEN f.recorded_at < p_before
              ELSE coalesce(f.valid_to, (f.happened_at AT TIME ZONE 'Europe/London')::date)
                   < (p_before AT TIME ZONE 'Europe/London')::date END
     AND NOT EXISTS (SELECT FROM held WHERE held.record_id = f.record_id)
     AND NOT EXISTS (SELECT FROM hearth.dispute d WHERE d.fact_key = f.fact_key AND d.state = 'open')
   ORDER BY f.fact_key LIMIT p_limit
$$;

-- Forget what a feed has said of some facts, as erasure does: every version keeps which source once said something of
-- which kind in which batch. What another feed stands by goes on in its name; what no feed stands by any more goes too.
DROP FUNCTION hearth.forget_facts(bytea[]);
CREATE FUNCTION hearth.forget_facts(p_feed text, p_keys bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  versions bigint;
BEGIN
  DELETE FROM hearth.dispute WHERE fact_key = ANY (p_keys);
  DELETE FROM desk.due_withdrawal d USING desk.batch b
   WHERE d.fact_key = ANY (p_keys) AND b.batch_id = d.batch_id AND b.feed = p_feed;
  DELETE FROM hearth.also_said a WHERE a.fact_key = ANY (p_keys) AND a.feed = p_feed;
  UPDATE hearth.fact f SET batch_id = a.batch_id
    FROM hearth.also_said a CROSS JOIN LATERAL hearth.version_of(a.fact_key, a.content_digest) v
   WHERE a.fact_key = ANY (p_keys) AND f.fact_id = v.fact_id
     AND EXISTS (SELECT FROM desk.batch b WHERE b.batch_id = f.batch_id AND b.feed = p_feed);
  UPDATE hearth.fact f
     SET fact_key = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), value = '{}', valid_from = NULL,
         valid_to = NULL, happened_at = NULL, nature = 'fact', subject_role = NULL, handling = NULL, disputed = false,
         tombstone = true, content_digest = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
   WHERE f.fact_key = ANY (p_keys) AND NOT EXISTS (
     SELECT FROM desk.batch b
      WHERE b.batch_id = f.batch_id AND b.feed <> p_feed
        AND (EXISTS (SELECT FROM hearth.also_said a WHERE a.fact_key = f.fact_key AND a.feed = b.feed)
             OR EXISTS (SELECT FROM hearth.newest_said(ARRAY[f.fact_key]) n WHERE NOT n.tombstone AND n.feed = b.feed)));
  GET DIAGNOSTICS versions = ROW_COUNT;
  RETURN versions;
END $$;

REVOKE ALL ON FUNCTION hearth.version_of(bytea, bytea), hearth.said_by(text, text, bytea[]),
  hearth.own_words(uuid, bytea[]), hearth.make_way(uuid, bytea[]), hearth.note_also_said(uuid, bytea[], bytea[]),
  hearth.find_tied(uuid, uuid[], uuid[], boolean, smallint[], smallint[]),
  hearth.end_words(text, text, bytea[], uuid[], uuid, timestamptz), hearth.retracted_keys(uuid, bytea[]),
  hearth.retract_facts(uuid, text, text, bytea[], uuid[], text, timestamptz), hearth.forget_facts(text, bytea[]),
  desk.is_same_sender(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.own_words(uuid, bytea[]), hearth.make_way(uuid, bytea[]),
  hearth.note_also_said(uuid, bytea[], bytea[]), hearth.retracted_keys(uuid, bytea[]),
  hearth.find_tied(uuid, uuid[], uuid[], boolean, smallint[], smallint[]) TO hg_intake;
GRANT EXECUTE ON FUNCTION hearth.retract_facts(uuid, text, text, bytea[], uuid[], text, timestamptz),
  hearth.forget_facts(text, bytea[]) TO hg_erase;
