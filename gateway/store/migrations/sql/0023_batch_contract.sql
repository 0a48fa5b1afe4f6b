-- The contract of a batch: modes, coverage, versions, waiting, mending, and when linkage has met it.
ALTER TABLE desk.batch
  ADD COLUMN mode text NOT NULL DEFAULT 'delta' CHECK (mode IN ('full', 'delta', 'tombstone')),
  ADD COLUMN coverage_from date,
  ADD COLUMN validate_only boolean NOT NULL DEFAULT false,
  ADD COLUMN mends uuid REFERENCES desk.batch,
  ADD COLUMN schema_version text,
  -- SHA-256 of the file as the sender has it, sealed: the receipt repeats it, and nobody here can try files on it.
  ADD COLUMN sealed_sha256 bytea,
  ADD COLUMN rows_mended integer NOT NULL DEFAULT 0,
  ADD COLUMN rows_left integer NOT NULL DEFAULT 0,
  ADD COLUMN facts_withdrawn integer NOT NULL DEFAULT 0,
  ADD COLUMN facts_to_withdraw integer NOT NULL DEFAULT 0,
  ADD COLUMN withdrawals text CHECK (withdrawals IN ('waiting', 'done', 'given up')),
  ADD COLUMN waits_for text CHECK (waits_for IN ('fewer-rows', 'many-withdrawals')),
  ADD COLUMN rows_usual integer,
  ADD COLUMN confirm_by timestamptz,
  ADD COLUMN confirmed_at timestamptz,
  ADD COLUMN linked_at timestamptz;
ALTER TABLE desk.batch DROP CONSTRAINT IF EXISTS batch_state_check;
ALTER TABLE desk.batch ADD CONSTRAINT batch_state_check
  CHECK (state IN ('received', 'validating', 'waiting', 'accepted', 'accepted in part', 'refused'));
CREATE INDEX batch_of_sender ON desk.batch (feed, sender, received_at DESC);

-- Rows of a batch that a later file mended, so that none is mended twice.
CREATE TABLE desk.row_mended (
  batch_id uuid NOT NULL REFERENCES desk.batch,
  row_number integer NOT NULL,
  mended_by uuid NOT NULL REFERENCES desk.batch,
  PRIMARY KEY (batch_id, row_number)
);

-- Keys of the facts that a batch has named so far: filled and emptied within its transaction.
CREATE TABLE desk.said_key (batch_id uuid NOT NULL REFERENCES desk.batch, fact_key bytea NOT NULL);
CREATE INDEX said_key_batch ON desk.said_key (batch_id, fact_key);

-- Keys of facts that a batch withdraws, at its end or once its sender says so.
CREATE TABLE desk.due_withdrawal (
  batch_id uuid NOT NULL REFERENCES desk.batch,
  fact_key bytea NOT NULL,
  PRIMARY KEY (batch_id, fact_key)
);
CREATE INDEX due_withdrawal_key ON desk.due_withdrawal (fact_key);

-- Who else says what a fact's newest version says: a pupil who has moved is on two schools' rolls for a while, and the
-- first school's next roll must not take the name away that the second one gives.
CREATE TABLE hearth.also_said (
  fact_key bytea NOT NULL,
  feed text NOT NULL,
  sender text NOT NULL,
  batch_id uuid NOT NULL,
  content_digest bytea NOT NULL,
  PRIMARY KEY (fact_key, feed, sender)
);
CREATE INDEX also_said_sender ON hearth.also_said (feed, sender);
CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.also_said
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();

-- The newest version of each of some facts, and who said it.
CREATE FUNCTION hearth.newest_said(p_keys bytea[]) RETURNS TABLE (
  fact_key bytea, fact_id uuid, batch_id uuid, feed text, sender text, content_digest bytea, tombstone boolean, began date
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.fact_key, v.fact_id, v.batch_id, b.feed, b.sender, v.content_digest, v.tombstone,
         coalesce((v.happened_at AT TIME ZONE 'UTC')::date, v.valid_from)
    FROM unnest(p_keys) AS k (fact_key)
   CROSS JOIN LATERAL (SELECT f.* FROM hearth.fact f WHERE f.fact_key = k.fact_key
                        ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1) v
    LEFT JOIN desk.batch b ON b.batch_id = v.batch_id
$$;

-- Of facts that a batch says without changing them: note it where the newest version is another's.
CREATE FUNCTION hearth.note_also_said(p_batch uuid, p_keys bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO hearth.also_said (fact_key, feed, sender, batch_id, content_digest)
  SELECT n.fact_key, t.feed, t.sender, t.batch_id, n.content_digest
    FROM desk.batch t, hearth.newest_said(ARRAY(SELECT DISTINCT unnest(p_keys))) n
   WHERE t.batch_id = p_batch AND NOT n.tombstone AND (n.feed, n.sender) IS DISTINCT FROM (t.feed, t.sender)
      ON CONFLICT (fact_key, feed, sender) DO UPDATE
     SET batch_id = excluded.batch_id, content_digest = excluded.content_digest
$$;

-- What stands and is said by the sender of a batch in its feed, of the days that the batch covers.
CREATE FUNCTION hearth.held_by_sender(p_batch uuid) RETURNS TABLE (fact_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH this AS MATERIALIZED (SELECT * FROM desk.batch b WHERE b.batch_id = p_batch),
  named AS (
    SELECT f.fact_key FROM this t JOIN desk.batch b ON b.feed = t.feed AND b.sender = t.sender
      JOIN hearth.fact f ON f.batch_id = b.batch_id
    UNION
    SELECT a.fact_key FROM this t JOIN hearth.also_said a ON a.feed = t.feed AND a.sender = t.sender
  )
  SELECT n.fact_key FROM this t, hearth.newest_said(ARRAY(SELECT m.fact_key FROM named m)) n
   WHERE NOT n.tombstone
     AND ((n.feed, n.sender) = (t.feed, t.sender)
          OR EXISTS (SELECT FROM hearth.also_said a WHERE a.fact_key = n.fact_key AND a.feed = t.feed
                        AND a.sender = t.sender AND a.content_digest = n.content_digest))
     AND (n.began IS NULL OR (n.began >= coalesce(t.coverage_from, '-infinity')
                              AND n.began <= coalesce(t.coverage_to, 'infinity')))
$$;

-- Find what a full file does not name any more; it is due, not withdrawn. Gives how much stood, how much of it is due.
CREATE FUNCTION hearth.find_absent(p_batch uuid, OUT standing bigint, OUT due bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH held AS MATERIALIZED (SELECT h.fact_key FROM hearth.held_by_sender(p_batch) h), absent AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, h.fact_key FROM held h
     WHERE NOT EXISTS (SELECT FROM desk.said_key s WHERE s.batch_id = p_batch AND s.fact_key = h.fact_key)
    RETURNING 1)
  SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM absent)
$$;

-- Of the facts of some keys and of some whole records, those that the sender said in this feed become due.
CREATE FUNCTION hearth.find_named(p_batch uuid, p_keys bytea[], p_records uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH this AS MATERIALIZED (SELECT * FROM desk.batch b WHERE b.batch_id = p_batch), named AS (
    SELECT unnest(p_keys) AS fact_key
    UNION
    SELECT f.fact_key FROM hearth.fact f WHERE f.record_id = ANY (p_records)
  ), due AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, n.fact_key FROM this t, hearth.newest_said(ARRAY(SELECT m.fact_key FROM named m)) n
     WHERE NOT n.tombstone
       AND ((n.feed, n.sender) = (t.feed, t.sender)
            OR EXISTS (SELECT FROM hearth.also_said a WHERE a.fact_key = n.fact_key AND a.feed = t.feed
                          AND a.sender = t.sender AND a.content_digest = n.content_digest))
        ON CONFLICT DO NOTHING
    RETURNING 1)
  SELECT count(*) FROM due
$$;

-- Of some records of which the sender's feed says nothing more than what describes them, that becomes due as well.
CREATE FUNCTION hearth.find_emptied(p_batch uuid, p_records uuid[], p_describing smallint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH this AS MATERIALIZED (SELECT * FROM desk.batch b WHERE b.batch_id = p_batch), standing AS (
    SELECT n.fact_key, f.record_id, f.item_no
      FROM this t, hearth.newest_said(ARRAY(
             SELECT DISTINCT f.fact_key FROM hearth.fact f WHERE f.record_id = ANY (p_records))) n
      JOIN hearth.fact f USING (fact_id)
     WHERE NOT n.tombstone
       AND ((n.feed, n.sender) = (t.feed, t.sender)
            OR EXISTS (SELECT FROM hearth.also_said a WHERE a.fact_key = n.fact_key AND a.feed = t.feed
                          AND a.sender = t.sender AND a.content_digest = n.content_digest))
       AND NOT EXISTS (SELECT FROM desk.due_withdrawal d WHERE d.batch_id = p_batch AND d.fact_key = n.fact_key)
  ), due AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, s.fact_key FROM standing s
     WHERE NOT EXISTS (SELECT FROM standing o WHERE o.record_id = s.record_id AND o.item_no <> ALL (p_describing))
        ON CONFLICT DO NOTHING
    RETURNING 1)
  SELECT count(*) FROM due
$$;

-- Whether more than one feed, or more than one sender of a feed, supplies a batch's source.
CREATE FUNCTION desk.source_is_shared(p_batch uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM desk.batch t JOIN desk.batch b ON b.source_no = t.source_no
                  WHERE t.batch_id = p_batch AND (b.feed, b.sender) <> (t.feed, t.sender)
                    AND b.state IN ('accepted', 'accepted in part') AND NOT b.validate_only)
$$;

-- What a sender has said again is not due any more, in whichever of their batches it waited. Gives how much.
CREATE FUNCTION hearth.keep_said(p_batch uuid) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH kept AS (
    DELETE FROM desk.due_withdrawal d USING desk.said_key s, desk.batch t, desk.batch b
     WHERE s.batch_id = p_batch AND t.batch_id = p_batch AND d.fact_key = s.fact_key
       AND b.batch_id = d.batch_id AND b.feed = t.feed AND b.sender = t.sender
    RETURNING d.batch_id
  ), counted AS (
    UPDATE desk.batch b SET facts_to_withdraw = b.facts_to_withdraw - k.times
      FROM (SELECT batch_id, count(*)::integer AS times FROM kept GROUP BY batch_id) k WHERE b.batch_id = k.batch_id
    RETURNING 1
  )
  SELECT count(*) FROM kept, (SELECT count(*) FROM counted) c
$$;

-- Withdraw what is due of a batch. Where somebody else says the same, the fact goes on in their name; else it gets a
-- tombstone, and what it could be found by goes with the last fact of its kind. Gives how much the sender says no
-- more, whoever else does: p_ids are as many new ids. Whatever changed hands since it became due stays.
CREATE FUNCTION hearth.withdraw_due(p_batch uuid, p_at timestamptz, p_ids uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  withdrawn bigint;
  gone uuid[];
BEGIN
  CREATE TEMPORARY TABLE withdrawing ON COMMIT DROP AS
    SELECT n.fact_key, n.fact_id, (n.feed, n.sender) = (t.feed, t.sender) AS ours,
           row_number() OVER (ORDER BY n.fact_key) AS place, o.feed AS other_feed, o.sender AS other_sender,
           o.batch_id AS other_batch
      FROM desk.batch t,
           hearth.newest_said(ARRAY(SELECT d.fact_key FROM desk.due_withdrawal d WHERE d.batch_id = p_batch)) n
      LEFT JOIN LATERAL (
        SELECT a.feed, a.sender, a.batch_id FROM hearth.also_said a, desk.batch b
         WHERE b.batch_id = p_batch AND a.fact_key = n.fact_key AND a.content_digest = n.content_digest
           AND (a.feed, a.sender) <> (b.feed, b.sender) ORDER BY a.batch_id LIMIT 1) o ON true
     WHERE t.batch_id = p_batch AND NOT n.tombstone;
  DELETE FROM hearth.also_said a USING withdrawing w, desk.batch t
   WHERE t.batch_id = p_batch AND a.fact_key = w.fact_key
     AND ((a.feed, a.sender) = (t.feed, t.sender) OR (w.ours AND (a.feed, a.sender) = (w.other_feed, w.other_sender)));
  INSERT INTO hearth.fact (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, valid_to, happened_at,
                           nature, subject_role, handling, disputed, tombstone, content_digest, batch_id, agreement,
                           recorded_at)
  SELECT p_ids[w.place], f.fact_key, f.record_id, f.source_no, f.item_no,
         CASE WHEN w.other_batch IS NULL THEN '{}' ELSE f.value END, f.valid_from, f.valid_to, f.happened_at,
         f.nature, f.subject_role, f.handling, f.disputed, w.other_batch IS NULL,
         CASE WHEN w.other_batch IS NULL THEN '' ELSE f.content_digest END, coalesce(w.other_batch, p_batch),
         f.agreement, p_at
    FROM withdrawing w JOIN hearth.fact f USING (fact_id) WHERE w.ours;
  DELETE FROM hearth.search_token s
   USING (SELECT DISTINCT f.record_id, f.item_no FROM withdrawing w JOIN hearth.fact f USING (fact_id)
           WHERE w.ours AND w.other_batch IS NULL) g
   WHERE s.record_id = g.record_id AND s.item_no = g.item_no AND NOT EXISTS (
     SELECT FROM (SELECT DISTINCT ON (f.fact_key) f.tombstone FROM hearth.fact f
                   WHERE f.record_id = g.record_id AND f.item_no = g.item_no
                   ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v WHERE NOT v.tombstone);
  SELECT count(*) INTO withdrawn FROM withdrawing;
  DROP TABLE withdrawing;
  DELETE FROM desk.due_withdrawal d WHERE d.batch_id = p_batch;
  RETURN withdrawn;
END $$;

-- Erasure makes a fact's key unknowable; what stood under the old one goes.
CREATE FUNCTION hearth.forget_old_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM hearth.also_said a USING gone g WHERE a.fact_key = g.fact_key;
  DELETE FROM desk.due_withdrawal d USING gone g WHERE d.fact_key = g.fact_key;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_old_keys AFTER UPDATE ON hearth.fact REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION hearth.forget_old_keys();

REVOKE ALL ON FUNCTION hearth.newest_said(bytea[]), hearth.note_also_said(uuid, bytea[]), hearth.held_by_sender(uuid),
  hearth.find_absent(uuid), hearth.find_named(uuid, bytea[], uuid[]), hearth.find_emptied(uuid, uuid[], smallint[]),
  hearth.keep_said(uuid), hearth.withdraw_due(uuid, timestamptz, uuid[]), hearth.forget_old_keys(),
  desk.source_is_shared(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.note_also_said(uuid, bytea[]), hearth.find_absent(uuid),
  hearth.find_named(uuid, bytea[], uuid[]), hearth.find_emptied(uuid, uuid[], smallint[]), hearth.keep_said(uuid),
  hearth.withdraw_due(uuid, timestamptz, uuid[]), desk.source_is_shared(uuid) TO hg_intake;
GRANT SELECT, INSERT ON desk.row_mended TO hg_intake;
GRANT SELECT ON desk.row_mended TO hg_desk;
GRANT SELECT, INSERT, DELETE ON desk.said_key TO hg_intake;
GRANT SELECT, DELETE ON desk.due_withdrawal TO hg_intake;
GRANT SELECT (batch_id, source_no, state, validate_only, linked_at, received_at), UPDATE (linked_at) ON desk.batch
  TO hg_link;
