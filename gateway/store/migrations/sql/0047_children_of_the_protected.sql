-- Who is marked is found by itself: few are. The number is that of `identity.protected`; an item keeps it for good.
CREATE INDEX fact_protected ON hearth.fact (record_id) WHERE item_no = 11;

-- A child who fled with somebody is seldom marked, and a case file, a school or a surgery tells where both are now. So a
-- child is protected since somebody was of those with whom the child lives or to whom the child is tied. An adopted
-- child's mark protects that child alone. What has no day counts here from the day on which it was learnt: from ever,
-- the school of every child of a restricted parent would be hidden from those who look after the child.
CREATE FUNCTION hearth.protected_by_marks(p_person uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH near AS MATERIALIZED (
    SELECT p_person AS person_id, true AS own
     UNION ALL
    SELECT n.other_id, false FROM hearth.neighbours(ARRAY[p_person]) n
  ), mark AS MATERIALIZED (
    SELECT DISTINCT ON (f.fact_key) n.own, f.valid_from, f.tombstone, f.value->>'kind' AS kind,
           (min(f.recorded_at) OVER (PARTITION BY f.fact_key) AT TIME ZONE 'UTC')::date AS learnt
      FROM near n
      JOIN hearth.link l ON l.person_id = n.person_id AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id AND f.item_no = 11
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), child AS (
    SELECT bool_or(lower(hearth.birth_range(v.value->>'date')) > (current_date - interval '18 years')::date) AS yes
      FROM (SELECT DISTINCT ON (f.fact_key) f.value, f.tombstone
              FROM hearth.link l JOIN hearth.fact f ON f.record_id = l.record_id
             WHERE l.person_id = p_person AND l.superseded_at IS NULL
               AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.birth_date')
             ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
     WHERE NOT v.tombstone
  )
  -- One's own undated protection counts from ever, also beside a dated one: what one service knows of the day must not
  -- change what another service's rows show (scene S3), and the earlier day is the safer one.
  SELECT CASE WHEN count(*) = 0 THEN NULL
              ELSE min(coalesce(m.valid_from, CASE WHEN m.own THEN '-infinity'::date ELSE m.learnt END)) END
    FROM mark m
   WHERE NOT m.tombstone AND (m.own OR (m.kind <> 'adoption' AND (SELECT c.yes FROM child c)))
$$;
REVOKE ALL ON FUNCTION hearth.protected_by_marks(uuid) FROM PUBLIC;

-- Asked of everybody at each reading, and nearly nobody has a mark near: to see that first costs a hundredth of judging
-- the marks (45 us instead of 3,500 in the database of benchmarks.audit).
CREATE OR REPLACE FUNCTION hearth.protected_since(p_person uuid) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
       SELECT FROM hearth.link l JOIN hearth.fact f ON f.record_id = l.record_id AND f.item_no = 11
        WHERE l.person_id = p_person AND l.superseded_at IS NULL)
     AND NOT EXISTS (
       SELECT FROM hearth.neighbours(ARRAY[p_person]) n
         JOIN hearth.link l ON l.person_id = n.other_id AND l.superseded_at IS NULL
         JOIN hearth.fact f ON f.record_id = l.record_id AND f.item_no = 11) THEN
    RETURN NULL;
  END IF;
  RETURN hearth.protected_by_marks(p_person);
END $$;
