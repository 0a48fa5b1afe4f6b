-- A dispute is over the version that somebody was shown. It was a copy of the newest version of all, with a mark: where
-- that one is hidden for a protection, whoever disputed the earlier one that their page goes on showing was told that
-- there is no such fact, and so that there is a later one (scene S3). Whether a version is disputed is asked of the
-- disputes now, and of those alone whose version the reader may see.

ALTER TABLE hearth.dispute DISABLE TRIGGER change_with_entry;
-- `fact_id`: the version. `newest_id` and `newest_at`: the newest of all at that time; what its sender says after that of
-- a disputed fact is as disputed, be it that the file was on its way.
ALTER TABLE hearth.dispute ADD COLUMN fact_id uuid, ADD COLUMN newest_id uuid, ADD COLUMN newest_at timestamptz;
UPDATE hearth.dispute d
   SET fact_id = coalesce((SELECT f.fact_id FROM hearth.fact f
                            WHERE f.fact_key = d.fact_key AND f.content_digest = d.content_digest
                            ORDER BY f.recorded_at <= d.raised_at DESC,
                                     abs(extract(epoch FROM f.recorded_at - d.raised_at)), f.fact_id
                            LIMIT 1), d.dispute_id);
UPDATE hearth.dispute d
   SET (newest_id, newest_at) = (
     SELECT coalesce(f.fact_id, d.dispute_id), coalesce(f.recorded_at, d.raised_at)
       FROM (VALUES (d.fact_id)) shown (fact_id) LEFT JOIN hearth.fact f USING (fact_id));
ALTER TABLE hearth.dispute ALTER COLUMN fact_id SET NOT NULL, ALTER COLUMN newest_id SET NOT NULL,
  ALTER COLUMN newest_at SET NOT NULL;
ALTER TABLE hearth.dispute ENABLE TRIGGER change_with_entry;
DROP INDEX hearth.dispute_open;
CREATE UNIQUE INDEX dispute_open ON hearth.dispute (fact_id) WHERE state = 'open';
CREATE INDEX dispute_open_fact ON hearth.dispute (fact_key) WHERE state = 'open';

-- Marks that open disputes have made so far go: what is left is what sources mark themselves.
ALTER TABLE hearth.fact DISABLE TRIGGER USER;
UPDATE hearth.fact f SET disputed = false FROM hearth.dispute d
 WHERE d.state = 'open' AND f.fact_key = d.fact_key AND f.disputed AND f.recorded_at >= d.raised_at
   AND NOT coalesce((SELECT v.disputed FROM hearth.fact v
                      WHERE v.fact_key = d.fact_key AND v.recorded_at < d.raised_at
                      ORDER BY v.recorded_at DESC, v.fact_id DESC LIMIT 1), false);
ALTER TABLE hearth.fact ENABLE TRIGGER USER;

-- A reader is given the words of a dispute with the version that they are about, and never without it.
ALTER POLICY dispute_by_fact ON hearth.dispute USING (
  EXISTS (SELECT FROM hearth.fact f WHERE f.fact_id = dispute.fact_id)
);
GRANT SELECT (fact_id, newest_id, newest_at) ON hearth.dispute TO hg_read;

-- Those of the records of this transaction's own opened ticket of which anything was ever disputed.
CREATE VIEW hearth.permit_disputed WITH (security_barrier) AS
  SELECT d.record_id FROM hearth.dispute d WHERE d.record_id = ANY ((SELECT p.records FROM hearth.permit p)::uuid[]);

-- Versions of facts that are disputed, and those of which a dispute was upheld, as far as whoever asks may see them. A
-- function, so that its plan, three times that of the facts themselves, is made where something is disputed.
CREATE FUNCTION hearth.disputed_versions() RETURNS TABLE (fact_id uuid, is_open boolean, is_upheld boolean)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT f.fact_id, bool_or(d.state = 'open'), bool_or(f.fact_id = d.fact_id AND d.state <> 'open')
    FROM hearth.dispute d JOIN hearth.fact f ON f.fact_key = d.fact_key
   WHERE d.state <> 'not-upheld'
     AND (f.fact_id = d.fact_id OR (d.state = 'open' AND (f.recorded_at, f.fact_id) > (d.newest_at, d.newest_id)))
   GROUP BY f.fact_id;
END $$;

DROP FUNCTION hearth.raise_dispute(uuid, uuid, uuid, uuid, uuid, bytea, text, text, text, timestamptz, timestamptz);
-- Record a dispute over the version of a fact that somebody was shown. Superseded: the fact has ended, or a version came
-- after the moment of which they were shown it.
CREATE FUNCTION hearth.raise_dispute(
  p_dispute uuid, p_fact uuid, p_person uuid, p_family uuid, p_words bytea, p_by text, p_worker text,
  p_agency text, p_at timestamptz, p_answer_by timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shown hearth.fact;
  newest hearth.fact;
BEGIN
  SELECT f.* INTO shown FROM hearth.fact f WHERE f.fact_id = p_fact;
  SELECT f.* INTO newest FROM hearth.fact f WHERE f.fact_key = shown.fact_key
   ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1;
  IF shown.fact_id IS NULL OR newest.tombstone OR (newest.fact_id <> p_fact AND newest.recorded_at > p_at) THEN
    RETURN 'superseded';
  END IF;
  INSERT INTO hearth.dispute (dispute_id, fact_key, fact_id, newest_id, newest_at, record_id, person_id, family_id,
                              source_no, item_no, feed, sender, content_digest, sealed_words, raised_by, raised_worker,
                              raised_agency, raised_at, answer_by)
  SELECT p_dispute, shown.fact_key, p_fact, newest.fact_id, newest.recorded_at, shown.record_id, p_person, p_family,
         shown.source_no, shown.item_no, b.feed, b.sender, shown.content_digest, p_words, p_by, p_worker, p_agency, p_at, p_answer_by
    FROM desk.batch b WHERE b.batch_id = shown.batch_id
      ON CONFLICT (fact_id) WHERE state = 'open' DO NOTHING;
  RETURN CASE WHEN FOUND THEN 'raised' ELSE 'disputed' END;
END $$;
DROP FUNCTION hearth.mark_disputed(bytea, uuid, boolean, timestamptz);

-- As before, and what of a disputed fact comes anew needs no mark.
CREATE OR REPLACE FUNCTION hearth.hold_to_corrections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM hearth.retracted_fact)
     AND EXISTS (SELECT FROM added a JOIN hearth.retracted_fact r USING (fact_key)
                   JOIN desk.batch b ON b.batch_id = a.batch_id
                  WHERE NOT a.tombstone AND b.feed = r.feed AND desk.is_same_sender(b.sender, r.sender)) THEN
    RAISE EXCEPTION 'this fact has been retracted' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

-- As before: the disputed version, or the newest of what was said since.
CREATE OR REPLACE FUNCTION hearth.disputed_fact(p_dispute uuid, p_sender text)
RETURNS TABLE (item_no smallint, value jsonb, valid_from date, valid_to date, happened_at timestamptz, nature text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit.ticket_use u JOIN audit.ticket t USING (ticket_id) JOIN audit.opening o USING (entry_id)
     WHERE u.xact = pg_current_xact_id_if_assigned()
       AND audit.opened(o.fields, 'detail') -> 'records' ? p_dispute::text
  ) THEN
    RAISE EXCEPTION 'no opened ticket names this dispute' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT n.item_no, n.value, n.valid_from, n.valid_to, n.happened_at, n.nature
    FROM (SELECT DISTINCT ON (f.fact_key) f.*, d.fact_key AS disputed_key,
                 EXISTS (SELECT FROM hearth.fact l WHERE l.fact_key = d.fact_key AND l.tombstone
                            AND (l.recorded_at, l.fact_id) >= (f.recorded_at, f.fact_id)) AS ended
            FROM hearth.dispute d JOIN hearth.fact f USING (record_id)
           WHERE d.dispute_id = p_dispute AND d.sender = p_sender AND d.state = 'open'
             AND CASE WHEN f.fact_key = d.fact_key THEN f.fact_id = d.fact_id OR (f.recorded_at, f.fact_id) > (d.newest_at, d.newest_id)
                      ELSE f.item_no IN (SELECT i.item_no FROM hearth.item i
                                          WHERE i.name IN ('identity.name', 'identity.birth_date', 'identity.upn')) END
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) n
   WHERE NOT n.tombstone AND NOT (n.fact_key = n.disputed_key AND n.ended)
   ORDER BY n.fact_key <> n.disputed_key, n.item_no;
END $$;

DROP FUNCTION hearth.answer_dispute(uuid, text, text, uuid, bytea, text, timestamptz);
-- The owner's answer. `corrected` where another version has come. Gives whether the disputed version, or what was said
-- of it since, is the fact as it stands: `standing`, or `earlier` where another one stood when it was disputed, which is
-- not taken back with it; NULL where nothing was open or no other version has come.
CREATE FUNCTION hearth.answer_dispute(
  p_dispute uuid, p_sender text, p_state text, p_reason bytea, p_by text, p_at timestamptz
) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  asked hearth.dispute;
  newest hearth.fact;
BEGIN
  SELECT d.* INTO asked FROM hearth.dispute d
   WHERE d.dispute_id = p_dispute AND d.sender = p_sender AND d.state = 'open' FOR UPDATE;
  SELECT f.* INTO newest FROM hearth.fact f WHERE f.fact_key = asked.fact_key
   ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1;
  IF asked.dispute_id IS NULL OR (p_state = 'corrected' AND newest.content_digest = asked.content_digest) THEN
    RETURN NULL;
  END IF;
  UPDATE hearth.dispute SET state = p_state, sealed_reason = p_reason, answered_by = p_by, answered_at = p_at
   WHERE dispute_id = p_dispute;
  RETURN CASE WHEN newest.fact_id = asked.fact_id OR newest.tombstone
                   OR (newest.recorded_at, newest.fact_id) > (asked.newest_at, asked.newest_id)
              THEN 'standing' ELSE 'earlier' END;
END $$;

-- As before, with what is disputed asked of the disputes.
CREATE OR REPLACE FUNCTION hearth.page_as_known(p_family uuid, p_at timestamptz)
RETURNS TABLE (person_id uuid, record_id uuid, source_no smallint, item_no smallint, parted_at timestamptz,
               correction text, corrected_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH held AS (
    SELECT l.record_id, l.person_id FROM hearth.link l
     WHERE l.recorded_at <= p_at AND (l.superseded_at IS NULL OR l.superseded_at > p_at)
       AND l.record_id IN (SELECT e.record_id FROM hearth.link e JOIN hearth.person p USING (person_id)
                            WHERE p.family_id = p_family AND e.recorded_at <= p_at)
  ), shown AS (
    SELECT h.person_id FROM held h JOIN hearth.person p USING (person_id)
     GROUP BY h.person_id, p.family_id ORDER BY p.family_id = p_family DESC, count(*) DESC, h.person_id LIMIT 1
  ), page AS (
    SELECT l.record_id, l.person_id FROM hearth.link l JOIN shown USING (person_id)
     WHERE l.recorded_at <= p_at AND (l.superseded_at IS NULL OR l.superseded_at > p_at)
  ), now_of AS (
    SELECT hearth.current_person(p.family_id) AS person_id FROM hearth.person p JOIN shown USING (person_id)
  ), known AS (
    SELECT DISTINCT ON (f.fact_key) f.*, page.person_id FROM page JOIN hearth.fact f USING (record_id)
     WHERE f.recorded_at <= p_at
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), since AS (
    SELECT k.fact_key, n.tombstone, n.content_digest FROM known k CROSS JOIN LATERAL (
      SELECT v.* FROM hearth.fact v WHERE v.fact_key = k.fact_key
       ORDER BY v.recorded_at DESC, v.fact_id DESC LIMIT 1) n
  )
  SELECT k.person_id, k.record_id, k.source_no, k.item_no,
         (SELECT min(l.recorded_at) FROM hearth.link l
           WHERE l.record_id = k.record_id AND l.recorded_at > p_at AND l.person_id <> k.person_id
             AND EXISTS (SELECT FROM hearth.link c WHERE c.record_id = k.record_id AND c.superseded_at IS NULL
                            AND c.person_id NOT IN (SELECT person_id FROM now_of))),
         change.way,
         CASE change.way WHEN 'disputed' THEN said.at
              ELSE (SELECT min(v.recorded_at) FROM hearth.fact v
                     WHERE v.fact_key = k.fact_key AND v.recorded_at > p_at
                       AND CASE change.way WHEN 'changed' THEN v.content_digest <> k.content_digest
                                           ELSE v.tombstone END) END
    FROM known k JOIN since s USING (fact_key)
   CROSS JOIN LATERAL (
      SELECT min(d.raised_at) AS at FROM hearth.dispute d
       WHERE d.fact_key = k.fact_key AND d.state = 'open' AND d.raised_at > p_at) said
   CROSS JOIN LATERAL (
      SELECT CASE WHEN s.tombstone AND EXISTS (SELECT FROM hearth.retracted_fact r WHERE r.fact_key = k.fact_key
                                                  AND r.retracted_at > p_at) THEN 'taken-back'
                  WHEN s.tombstone THEN 'withdrawn'
                  WHEN s.content_digest <> k.content_digest THEN 'changed'
                  WHEN said.at IS NOT NULL THEN 'disputed' END AS way) change
   WHERE NOT k.tombstone
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
           coalesce(f.happened_at::date, f.valid_from) AS on_date, f.source_no, f.disputed, f.fact_key, f.fact_id
      FROM hearth.link l
      JOIN hearth.fact f ON f.record_id = l.record_id
      JOIN wanted w ON w.item_no = f.item_no
     WHERE l.superseded_at IS NULL AND l.band < 3
       AND l.person_id IN (SELECT n.other_id FROM near n)
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), live AS MATERIALIZED (
    SELECT v.person_id, v.name, v.value, v.valid_from, v.valid_to, v.subject_role, v.recorded_at, v.on_date, v.source_no,
           v.disputed OR EXISTS (SELECT FROM hearth.dispute d
                                  WHERE d.state = 'open' AND d.fact_key = v.fact_key
                                    AND (d.fact_id = v.fact_id
                                         OR (v.recorded_at, v.fact_id) > (d.newest_at, d.newest_id))) AS disputed
      FROM latest v WHERE NOT v.tombstone
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

REVOKE ALL ON FUNCTION hearth.disputed_versions(),
  hearth.raise_dispute(uuid, uuid, uuid, uuid, bytea, text, text, text, timestamptz, timestamptz),
  hearth.answer_dispute(uuid, text, text, bytea, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  hearth.raise_dispute(uuid, uuid, uuid, uuid, bytea, text, text, text, timestamptz, timestamptz) TO hg_desk;
GRANT EXECUTE ON FUNCTION hearth.answer_dispute(uuid, text, text, bytea, text, timestamptz) TO hg_erase;
GRANT EXECUTE ON FUNCTION hearth.disputed_versions() TO hg_read;
GRANT SELECT ON hearth.permit_disputed TO hg_read;
