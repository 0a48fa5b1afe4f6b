-- Versions of a fact were judged one by one, each by its own day. What ends a fact, a withdrawal or a retraction, has
-- none but that on which it came: of somebody protected it was hidden like all that came since, and the address that it
-- had ended went on showing, to everybody and for good. So did one whose sender put its first day right.

-- Whether two versions tell one place, number or school; `p_near`: a postcode is enough.
CREATE FUNCTION hearth.same_place(p_one jsonb, p_other jsonb, p_near boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM unnest(ARRAY['uprn', 'lines', 'urn', 'school', 'practice', 'value']
                       || CASE WHEN p_near THEN '{postcode}'::text[] END) k
     WHERE nullif(p_one->>k, '') = p_other->>k)
$$;

-- Whether a version tells where somebody has been since p_since. What has no day is judged by the day on which its
-- place was learnt, not by that of a later version that says the same, such as one that is disputed. What a later
-- version has ended, or says to be of since then, no earlier one tells; but where later ones tell other places, the
-- earlier one goes on as if that had not been told.
CREATE FUNCTION hearth.tells_since(p_key bytea, p_fact uuid, p_since date) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH version AS MATERIALIZED (
    SELECT f.fact_id, f.tombstone, f.value, f.valid_from, f.recorded_at,
           NOT hearth.same_place(f.value, lag(f.value) OVER (ORDER BY f.recorded_at, f.fact_id), false) AS other
      FROM hearth.fact f WHERE f.fact_key = p_key
  ), stay AS MATERIALIZED (
    SELECT v.*, count(*) FILTER (WHERE v.other) OVER (ORDER BY v.recorded_at, v.fact_id) AS place FROM version v
  ), judged AS MATERIALIZED (
    SELECT s.fact_id, s.tombstone, s.value, s.recorded_at,
           coalesce(s.valid_from + 28, (min(s.recorded_at) OVER (PARTITION BY s.place) AT TIME ZONE 'UTC')::date)
             >= p_since AS since
      FROM stay s
  )
  SELECT j.since OR EXISTS (
           SELECT FROM judged l
            WHERE (l.recorded_at, l.fact_id) > (j.recorded_at, j.fact_id)
              AND (l.tombstone OR (l.since AND hearth.same_place(l.value, j.value, true))))
    FROM judged j WHERE j.fact_id = p_fact
$$;

DROP FUNCTION hearth.judged_item(smallint, smallint, date, timestamptz, date, smallint[], smallint, smallint[]);
-- The cell under which a version is judged, as before but for what tells of since then.
CREATE FUNCTION hearth.judged_item(
  p_item smallint, p_source smallint, p_key bytea, p_fact uuid, p_since date,
  p_location smallint[], p_protected smallint, p_own smallint[]
) RETURNS smallint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_since IS NOT NULL AND p_item = ANY (p_location) AND NOT p_source = ANY (p_own)
              THEN CASE WHEN hearth.tells_since(p_key, p_fact, p_since) THEN p_protected ELSE p_item END
              ELSE p_item END
$$;

-- As before, under the newest version's own cell.
CREATE OR REPLACE FUNCTION hearth.withheld_counts(p_persons uuid[])
RETURNS TABLE (source_no smallint, item_no smallint, mode text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH bits AS MATERIALIZED (
    SELECT hearth.permit_bits('counted') AS counted, hearth.permit_bits('existing') AS existing,
           hearth.permit_width() AS width, hearth.location_items() AS location,
           hearth.protected_location_item() AS protected_item, hearth.permit_own_sources() AS own
  ), versions AS (
    SELECT DISTINCT ON (f.fact_key) f.source_no, f.tombstone, p.slot,
           hearth.judged_item(f.item_no, f.source_no, f.fact_key, f.fact_id, p.protected_since,
                              b.location, b.protected_item, b.own) AS item_no
      FROM hearth.permit_rows() p
      JOIN hearth.link l ON l.record_id = p.record_id AND l.superseded_at IS NULL AND l.person_id = ANY (p_persons)
      JOIN hearth.fact f ON f.record_id = p.record_id, bits b
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), judged AS (
    SELECT v.source_no, v.item_no,
           CASE WHEN get_bit(b.counted, v.slot * b.width + v.source_no * 256 + v.item_no) = 1 THEN 'count'
                WHEN get_bit(b.existing, v.slot * b.width + v.source_no * 256 + v.item_no) = 1 THEN 'exists' END AS mode
      FROM versions v, bits b WHERE NOT v.tombstone
  )
  SELECT j.source_no, j.item_no, j.mode, count(*) FROM judged j WHERE j.mode IS NOT NULL
   GROUP BY j.source_no, j.item_no, j.mode ORDER BY j.source_no, j.item_no, j.mode
$$;

-- The same, written out. The function is strict: it runs for rows of somebody protected alone.
ALTER POLICY fact_by_ticket ON hearth.fact USING (
  record_id = ANY ((SELECT p.records FROM hearth.permit p)::uuid[])
  AND get_bit(
    (SELECT p.shown FROM hearth.permit p),
    ((SELECT p.places FROM hearth.permit p)::integer[])[
        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
      + source_no * 256
      + CASE WHEN item_no = ANY ((SELECT l.items FROM hearth.location_item l)::smallint[])
                  AND NOT source_no = ANY ((SELECT hearth.permit_own_sources())::smallint[])
                  AND hearth.tells_since(fact_key, fact_id, ((SELECT hearth.permit_protected())::date[])[
                        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)])
             THEN (SELECT hearth.protected_location_item()) ELSE item_no END
  ) = 1
);
REVOKE ALL ON FUNCTION hearth.same_place(jsonb, jsonb, boolean), hearth.tells_since(bytea, uuid, date),
  hearth.judged_item(smallint, smallint, bytea, uuid, date, smallint[], smallint, smallint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.tells_since(bytea, uuid, date) TO hg_read;

-- As before, and a child is whoever was one when the protection began: on their eighteenth birthday what tells where
-- they have been since came to light, and with it where their mother is. And while somebody is marked, the days of
-- marks that were withdrawn count on: whoever came back to a refuge was hidden from the second time on alone, and where
-- she was the first time came to light. A mark that was retracted was never right.
CREATE OR REPLACE FUNCTION hearth.protected_by_marks(p_person uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH near AS MATERIALIZED (
    SELECT p_person AS person_id, true AS own
     UNION ALL
    SELECT n.other_id, false FROM hearth.neighbours(ARRAY[p_person]) n
  ), mark AS MATERIALIZED (
    SELECT n.own, (array_agg(f.tombstone ORDER BY f.recorded_at DESC, f.fact_id DESC))[1] AS withdrawn,
           (array_agg(f.valid_from ORDER BY f.tombstone, f.recorded_at DESC, f.fact_id DESC))[1] AS valid_from,
           (array_agg(f.value->>'kind' ORDER BY f.tombstone, f.recorded_at DESC, f.fact_id DESC))[1] AS kind,
           (min(f.recorded_at) AT TIME ZONE 'UTC')::date AS learnt,
           EXISTS (SELECT FROM hearth.retracted_fact r WHERE r.fact_key = f.fact_key) AS retracted
      FROM near n
      JOIN hearth.link l ON l.person_id = n.person_id AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id AND f.item_no = 11
     GROUP BY n.own, f.fact_key
    HAVING NOT bool_and(f.tombstone)
  ), child AS (
    SELECT max(lower(hearth.birth_range(v.value->>'date'))) AS born
      FROM (SELECT DISTINCT ON (f.fact_key) f.value, f.tombstone
              FROM hearth.link l JOIN hearth.fact f ON f.record_id = l.record_id
             WHERE l.person_id = p_person AND l.superseded_at IS NULL
               AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.birth_date')
             ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
     WHERE NOT v.tombstone
  )
  -- One's own undated protection counts from ever, also beside a dated one: what one service knows of the day must not
  -- change what another service's rows show (scene S3), and the earlier day is the safer one.
  SELECT CASE WHEN bool_or(NOT m.withdrawn)
              THEN min(coalesce(m.valid_from,
                                CASE WHEN m.own AND NOT m.withdrawn THEN '-infinity'::date ELSE m.learnt END)) END
    FROM mark m
   WHERE NOT (m.withdrawn AND m.retracted)
     AND (m.own OR (m.kind <> 'adoption'
                    AND (SELECT c.born FROM child c)
                        > (least(coalesce(m.valid_from, m.learnt), current_date) - interval '18 years')::date))
$$;

-- As before, but what marks somebody as protected goes with the last of what is known of them: forgotten before, it
-- would bring to light where they have been since. The number is that of `identity.protected`.
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
     AND NOT (f.item_no = 11 AND NOT f.tombstone AND EXISTS (
       SELECT FROM hearth.link l JOIN hearth.link o ON o.person_id = l.person_id AND o.superseded_at IS NULL
         JOIN hearth.fact k ON k.record_id = o.record_id AND k.item_no <> 11 AND NOT k.tombstone
        WHERE l.record_id = f.record_id AND l.superseded_at IS NULL))
   ORDER BY f.fact_key LIMIT p_limit
$$;

-- As before, but what a sender has taken back ties nobody: no page shows it, and whom a landlord no longer names with
-- somebody who fled was told in a report of who looked that her page was opened. Of addresses an earlier version may be
-- shown, of ties never.
CREATE OR REPLACE FUNCTION hearth.tied_within(p_persons uuid[], p_bands smallint[], p_cells integer[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN QUERY
  WITH tie AS MATERIALIZED (
    SELECT i.item_no, i.name, (SELECT p.item_no FROM hearth.item p WHERE i.name = 'address.residence'
                                  AND p.name = 'address.protected_location') AS protected_no
      FROM hearth.item i WHERE i.name IN ('address.residence', 'household.membership', 'family.relationship')
  ), cell AS MATERIALIZED (
    SELECT c.person_id, c.band, c.cell FROM unnest(p_persons, p_bands, p_cells) c (person_id, band, cell)
  ), told AS MATERIALIZED (
    SELECT DISTINCT l.person_id, t.name, f.value->>'household' AS household, (f.value->>'other')::uuid AS other
      FROM (SELECT DISTINCT c.person_id, c.band FROM cell c) p
      JOIN hearth.link l ON l.person_id = p.person_id AND l.band = p.band AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id
      JOIN tie t ON t.item_no = f.item_no
     WHERE ((l.person_id, l.band, f.source_no * 256 + f.item_no) IN (SELECT c.person_id, c.band, c.cell FROM cell c)
        OR (l.person_id, l.band, f.source_no * 256 + t.protected_no) IN (SELECT c.person_id, c.band, c.cell FROM cell c))
       AND NOT f.tombstone
       AND NOT EXISTS (
         SELECT FROM hearth.fact n
          WHERE n.fact_key = f.fact_key AND (n.recorded_at, n.fact_id) > (f.recorded_at, f.fact_id)
            AND (n.tombstone OR t.name <> 'address.residence'))
  )
  SELECT t.person_id FROM told t WHERE t.name <> 'household.membership'
   UNION
  SELECT t.person_id FROM told t JOIN told o ON o.household = t.household AND o.person_id <> t.person_id
   UNION
  SELECT l.person_id FROM told t JOIN hearth.link l ON l.record_id = t.other AND l.superseded_at IS NULL
   UNION
  SELECT unnest(ARRAY[c.person_id, m.person_id])
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id)
   WHERE c.belongs AND c.person_id = ANY (p_persons);
END $$;

-- Of which facts no reader is shown what they tell of a place, and since when: where somebody protected has been since.
-- Who could not see them is not told that they were taken back.
CREATE FUNCTION hearth.hidden_places(p_keys bytea[]) RETURNS TABLE (fact_key bytea, hidden_from timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH place AS MATERIALIZED (
    SELECT f.fact_key, f.record_id, min(coalesce(f.valid_from + 28, (f.recorded_at AT TIME ZONE 'UTC')::date)) AS told
      FROM hearth.fact f JOIN hearth.item i ON i.item_no = f.item_no AND i.location_bearing
     WHERE f.fact_key = ANY (p_keys) AND NOT f.tombstone
     GROUP BY f.fact_key, f.record_id
  ), person AS MATERIALIZED (
    SELECT l.record_id, l.person_id, hearth.protected_since(l.person_id) AS since
      FROM (SELECT DISTINCT p.record_id FROM place p) r
      JOIN hearth.link l ON l.record_id = r.record_id AND l.superseded_at IS NULL
  ), marked AS MATERIALIZED (
    SELECT p.person_id, min(f.recorded_at) AS learnt
      FROM (SELECT DISTINCT o.person_id FROM person o WHERE o.since IS NOT NULL) p
     CROSS JOIN LATERAL (SELECT p.person_id AS other_id
                          UNION SELECT n.other_id FROM hearth.neighbours(ARRAY[p.person_id]) n) near
      JOIN hearth.link l ON l.person_id = near.other_id AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id AND f.item_no = 11
     GROUP BY p.person_id
  )
  SELECT p.fact_key, m.learnt
    FROM place p JOIN person o USING (record_id) JOIN marked m USING (person_id) WHERE p.told >= o.since
$$;
REVOKE ALL ON FUNCTION hearth.hidden_places(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.hidden_places(bytea[]) TO hg_erase;
