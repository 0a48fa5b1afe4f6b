-- Senders of one feed say the same fact in words of their own: each stands by its words, as two feeds do, and the later
-- are shown. What the staff of one agency send by hand is one sender's: there the later file wins.

-- The words by which a batch's sender stands beside newer ones of another: said again, they are nothing new.
CREATE OR REPLACE FUNCTION hearth.own_words(p_batch uuid, p_keys bytea[])
RETURNS TABLE (fact_key bytea, content_digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT a.fact_key, a.content_digest
    FROM desk.batch t JOIN hearth.also_said a ON a.feed = t.feed AND desk.is_same_sender(a.sender, t.sender)
   WHERE t.batch_id = p_batch AND a.fact_key = ANY (p_keys)
$$;

-- Before a batch says facts in new words: what its own sender said is superseded, and what another says stands on.
CREATE OR REPLACE FUNCTION hearth.make_way(p_batch uuid, p_keys bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM hearth.also_said a USING desk.batch t
   WHERE t.batch_id = p_batch AND a.feed = t.feed AND desk.is_same_sender(a.sender, t.sender)
     AND a.fact_key = ANY (p_keys);
  INSERT INTO hearth.also_said (fact_key, feed, sender, batch_id, content_digest)
  SELECT n.fact_key, n.feed, n.sender, n.batch_id, n.content_digest
    FROM desk.batch t, hearth.newest_said(p_keys) n
   WHERE t.batch_id = p_batch AND NOT n.tombstone
     AND NOT (n.feed = t.feed AND desk.is_same_sender(n.sender, t.sender))
      ON CONFLICT (fact_key, feed, sender) DO UPDATE
     SET batch_id = excluded.batch_id, content_digest = excluded.content_digest
$$;

-- Note by which words a batch's sender stands, of facts that it changes nothing of; not where they are the sender's own.
CREATE OR REPLACE FUNCTION hearth.note_also_said(p_batch uuid, p_keys bytea[], p_contents bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM hearth.also_said a USING desk.batch t, unnest(p_keys, p_contents) AS s (fact_key, content)
   WHERE t.batch_id = p_batch AND a.feed = t.feed AND desk.is_same_sender(a.sender, t.sender)
     AND a.fact_key = s.fact_key AND a.content_digest <> s.content;
  INSERT INTO hearth.also_said (fact_key, feed, sender, batch_id, content_digest)
  SELECT n.fact_key, t.feed, t.sender, t.batch_id, s.content
    FROM desk.batch t, unnest(p_keys, p_contents) AS s (fact_key, content)
    JOIN hearth.newest_said(p_keys) n USING (fact_key)
   WHERE t.batch_id = p_batch AND NOT n.tombstone AND (n.feed, n.sender) IS DISTINCT FROM (t.feed, t.sender)
      ON CONFLICT (fact_key, feed, sender) DO UPDATE
     SET batch_id = excluded.batch_id, content_digest = excluded.content_digest
$$;

-- Retention: a fact of a feed is past its time when the last words are by which a sender of that feed stands, whatever
-- another feed has said since.
CREATE FUNCTION hearth.is_past(p_fact hearth.fact, p_counted text, p_before timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_counted = 'recorded' OR p_fact.tombstone THEN p_fact.recorded_at < p_before
              ELSE coalesce(p_fact.valid_to, (p_fact.happened_at AT TIME ZONE 'Europe/London')::date)
                   < (p_before AT TIME ZONE 'Europe/London')::date END
$$;

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
     AND hearth.is_past(f, p_counted, p_before)
     AND NOT EXISTS (SELECT FROM hearth.also_said a
                      CROSS JOIN LATERAL hearth.version_of(a.fact_key, a.content_digest) v
                       JOIN hearth.fact beside ON beside.fact_id = v.fact_id
                      WHERE a.fact_key = f.fact_key AND a.feed = p_feed
                        AND hearth.is_past(beside, p_counted, p_before) IS NOT TRUE)
     AND NOT EXISTS (SELECT FROM held WHERE held.record_id = f.record_id)
     AND NOT EXISTS (SELECT FROM hearth.dispute d WHERE d.fact_key = f.fact_key AND d.state = 'open')
   ORDER BY f.fact_key LIMIT p_limit
$$;

REVOKE ALL ON FUNCTION hearth.is_past(hearth.fact, text, timestamptz) FROM PUBLIC;

-- Whether a feed is on, and by which terms, is asked in the transaction that takes its file.
GRANT SELECT ON desk.feed_switch TO hg_intake;

-- A check of the National Data Opt-out says of a number what its bearer chose, and not that somebody bears it: a record of
-- which nothing else was ever said, and that is nobody's yet, is no person. It is one with the first thing that is.
CREATE FUNCTION hearth.nobodys_records() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH choice AS MATERIALIZED (
    SELECT DISTINCT f.record_id FROM hearth.fact f
     WHERE f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'health.opt_out')
  )
  SELECT c.record_id FROM choice c
   WHERE NOT EXISTS (SELECT FROM hearth.link l WHERE l.record_id = c.record_id AND l.superseded_at IS NULL)
     AND NOT EXISTS (SELECT FROM hearth.fact o WHERE o.record_id = c.record_id
                        AND o.item_no <> (SELECT i.item_no FROM hearth.item i WHERE i.name = 'health.opt_out'))
$$;

CREATE OR REPLACE FUNCTION hearth.records_of_batches(p_batches uuid[], p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH choice AS (SELECT i.item_no FROM hearth.item i WHERE i.name = 'health.opt_out')
  SELECT DISTINCT r.record_id FROM hearth.fact f JOIN hearth.source_record r USING (record_id)
   WHERE f.batch_id = ANY (p_batches) AND r.subject_kind = 'person'
     AND (f.item_no <> (SELECT c.item_no FROM choice c)
          OR EXISTS (SELECT FROM hearth.fact o WHERE o.record_id = f.record_id
                        AND o.item_no <> (SELECT c.item_no FROM choice c)))
   LIMIT p_most + 1
$$;
REVOKE ALL ON FUNCTION hearth.nobodys_records() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.nobodys_records() TO hg_link;

-- A clock that ran ahead and was set right has left versions of a later time: what a batch says after them follows them
-- all the same, by a microsecond.
CREATE FUNCTION hearth.keep_order(p_batch uuid, p_keys bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  UPDATE hearth.fact f SET recorded_at = e.recorded_at + interval '1 microsecond'
    FROM unnest(p_keys) AS k (fact_key)
   CROSS JOIN LATERAL (SELECT v.recorded_at, v.fact_id FROM hearth.fact v
                        WHERE v.fact_key = k.fact_key AND v.batch_id <> p_batch
                        ORDER BY v.recorded_at DESC, v.fact_id DESC LIMIT 1) e
   WHERE f.fact_key = k.fact_key AND f.batch_id = p_batch AND (f.recorded_at, f.fact_id) < (e.recorded_at, e.fact_id)
$$;
REVOKE ALL ON FUNCTION hearth.keep_order(uuid, bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.keep_order(uuid, bytea[]) TO hg_intake;

-- As before, and a tombstone follows what it ends although its id, made by such a clock, may be the smaller.
CREATE OR REPLACE FUNCTION hearth.end_words(
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
         greatest(p_at, n.recorded_at + CASE WHEN p_ids[e.place] > n.fact_id THEN interval '0'
                                             ELSE interval '1 microsecond' END)
    FROM ending e JOIN hearth.fact n ON n.fact_id = e.newest_id LEFT JOIN hearth.fact v ON v.fact_id = e.fact_id
   WHERE e.shown;
  RETURN QUERY SELECT e.fact_key, e.record_id, e.item_no, e.gone FROM ending e;
  DROP TABLE ending;
END $$;
