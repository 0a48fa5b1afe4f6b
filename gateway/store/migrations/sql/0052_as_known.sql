-- What somebody's page held at an instant, by item and source, and what of it has been corrected since; no value. Where
-- the handle's own person had no record then, it was taken for another person, and that one's page is meant.
CREATE FUNCTION hearth.page_as_known(p_family uuid, p_at timestamptz)
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
    SELECT k.fact_key, n.tombstone, n.disputed, n.content_digest FROM known k CROSS JOIN LATERAL (
      SELECT v.* FROM hearth.fact v WHERE v.fact_key = k.fact_key
       ORDER BY v.recorded_at DESC, v.fact_id DESC LIMIT 1) n
  )
  SELECT k.person_id, k.record_id, k.source_no, k.item_no,
         (SELECT min(l.recorded_at) FROM hearth.link l
           WHERE l.record_id = k.record_id AND l.recorded_at > p_at AND l.person_id <> k.person_id
             AND EXISTS (SELECT FROM hearth.link c WHERE c.record_id = k.record_id AND c.superseded_at IS NULL
                            AND c.person_id NOT IN (SELECT person_id FROM now_of))),
         change.way,
         (SELECT min(v.recorded_at) FROM hearth.fact v
           WHERE v.fact_key = k.fact_key AND v.recorded_at > p_at
             AND CASE change.way WHEN 'disputed' THEN v.disputed
                                 WHEN 'changed' THEN v.content_digest <> k.content_digest ELSE v.tombstone END)
    FROM known k JOIN since s USING (fact_key)
   CROSS JOIN LATERAL (
      SELECT CASE WHEN s.tombstone AND EXISTS (SELECT FROM hearth.retracted_fact r WHERE r.fact_key = k.fact_key
                                                  AND r.retracted_at > p_at) THEN 'taken-back'
                  WHEN s.tombstone THEN 'withdrawn'
                  WHEN s.content_digest <> k.content_digest THEN 'changed'
                  WHEN s.disputed AND NOT k.disputed THEN 'disputed' END AS way) change
   WHERE NOT k.tombstone
$$;

REVOKE ALL ON FUNCTION hearth.page_as_known(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.page_as_known(uuid, timestamptz) TO hg_erase;
