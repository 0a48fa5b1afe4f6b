-- Notices and figures: two more questions that are answered with ids and counts alone.

-- Few facts are about a child who was there: the search for notices reads these and no others.
CREATE INDEX fact_child_present ON hearth.fact (recorded_at) WHERE subject_role = 'child present';

-- Recent incidents at which a child was present, with the URN of the school on whose roll the child was that day.
-- Ids, a day, a band and a URN; no names, no places. An incident of a child who was on no roll is nobody's notice.
CREATE FUNCTION hearth.notice_candidates(p_since date)
RETURNS TABLE (fact_key bytea, fact_id uuid, person_id uuid, family_id uuid, band smallint, source_no smallint,
               happened_on date, unit text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH incident AS (
    SELECT f.fact_key, f.fact_id, f.record_id, f.source_no,
           coalesce((f.happened_at AT TIME ZONE 'Europe/London')::date, f.valid_from) AS happened_on
      FROM hearth.fact f
     WHERE f.subject_role = 'child present' AND NOT f.tombstone
       AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'da.incident')
       AND NOT EXISTS (SELECT FROM hearth.fact later WHERE later.fact_key = f.fact_key
                        AND (later.recorded_at, later.fact_id) > (f.recorded_at, f.fact_id))
  ), child AS (
    SELECT i.*, p.person_id, p.family_id, l.band
      FROM incident i
      JOIN hearth.link l ON l.record_id = i.record_id AND l.superseded_at IS NULL
      JOIN hearth.person p ON p.person_id = l.person_id
     WHERE i.happened_on >= p_since
  ), enrolment AS (
    SELECT DISTINCT ON (f.fact_key) c.person_id AS pupil, f.value, f.valid_from, f.valid_to, f.tombstone, f.recorded_at
      FROM (SELECT DISTINCT c.person_id FROM child c) c
      JOIN hearth.link l ON l.person_id = c.person_id AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id
     WHERE f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'education.enrolment')
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  )
  -- Two schools that both claim the pupil on that day: nobody's notice until a person looks: judged as a weak link
  -- which the duty refers.
  SELECT c.fact_key, c.fact_id, c.person_id, c.family_id,
         CASE WHEN e.schools > 1 THEN greatest(c.band, 2::smallint) ELSE c.band END, c.source_no, c.happened_on, e.unit
    FROM child c
   CROSS JOIN LATERAL (
     SELECT (array_agg(e.value->>'urn' ORDER BY e.valid_from DESC NULLS LAST, e.recorded_at DESC,
                       e.value->>'urn'))[1] AS unit, count(DISTINCT e.value->>'urn') AS schools
       FROM enrolment e
      WHERE e.pupil = c.person_id AND NOT e.tombstone AND e.value->>'urn' IS NOT NULL
        AND coalesce(e.valid_from, '-infinity') <= c.happened_on AND coalesce(e.valid_to, 'infinity') >= c.happened_on
      HAVING count(*) > 0) e
   ORDER BY c.happened_on, c.fact_id
$$;

-- The newest versions of one source's facts of one item: what figures count. Never granted to a serving role.
CREATE FUNCTION hearth.newest_facts(p_source text, p_item text)
RETURNS TABLE (record_id uuid, value jsonb, valid_from date, valid_to date, recorded_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT v.record_id, v.value, v.valid_from, v.valid_to, v.recorded_at
    FROM (SELECT DISTINCT ON (f.fact_key) f.*
            FROM hearth.fact f
           WHERE f.source_no = (SELECT s.source_no FROM hearth.source s WHERE s.name = p_source)
             AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = p_item)
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
   WHERE NOT v.tombstone
$$;

-- Figures: a group and how many records of the one source fall into it, on a day. Records are counted, not linked
-- persons, so no other source can move a number. Group '' is "not recorded".
CREATE FUNCTION hearth.count_discounts_by_district(p_day date) RETURNS TABLE (label text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH discount AS (
    SELECT DISTINCT d.record_id FROM hearth.newest_facts('council_tax', 'ctax.discount') d
     WHERE d.value->>'code' = 'SPD'
       AND coalesce(d.valid_from, '-infinity') <= p_day AND coalesce(d.valid_to, 'infinity') >= p_day
  ), home AS (
    SELECT DISTINCT ON (a.record_id) a.record_id, split_part(a.value->>'postcode', ' ', 1) AS district
      FROM hearth.newest_facts('council_tax', 'address.residence') a
     WHERE coalesce(a.valid_from, '-infinity') <= p_day AND coalesce(a.valid_to, 'infinity') >= p_day
     ORDER BY a.record_id, a.valid_from DESC NULLS LAST, a.recorded_at DESC, a.value::text
  )
  SELECT coalesce(h.district, ''), count(*) FROM discount d LEFT JOIN home h USING (record_id) GROUP BY 1
$$;

CREATE FUNCTION hearth.count_suspended_by_year(p_day date) RETURNS TABLE (label text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH suspended AS (
    SELECT DISTINCT e.record_id FROM hearth.newest_facts('schools', 'education.exclusion') e
     WHERE e.value->>'category' = 'SUSP' AND e.valid_from <= p_day AND e.valid_from > p_day - 365
  ), enrolled AS (
    SELECT DISTINCT ON (e.record_id) e.record_id, e.value->>'year_group' AS year_group
      FROM hearth.newest_facts('schools', 'education.enrolment') e
     WHERE e.value->>'year_group' IS NOT NULL
     ORDER BY e.record_id, e.valid_from DESC NULLS LAST, e.recorded_at DESC, e.value::text
  )
  SELECT coalesce(e.year_group, ''), count(*) FROM suspended s LEFT JOIN enrolled e USING (record_id) GROUP BY 1
$$;

CREATE FUNCTION hearth.count_arrears_by_stage(p_day date) RETURNS TABLE (label text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(b.stage, ''), count(*)
    FROM (SELECT DISTINCT ON (a.record_id) a.record_id, a.value->>'stage' AS stage,
                 (a.value->>'balance')::numeric AS balance
            FROM hearth.newest_facts('housing', 'housing.arrears') a
           WHERE coalesce(a.valid_from, '-infinity') <= p_day
           ORDER BY a.record_id, a.valid_from DESC NULLS LAST, a.recorded_at DESC, a.value::text) b
   WHERE b.balance > 0 GROUP BY 1
$$;

REVOKE ALL ON FUNCTION hearth.notice_candidates(date), hearth.newest_facts(text, text),
  hearth.count_discounts_by_district(date), hearth.count_suspended_by_year(date),
  hearth.count_arrears_by_stage(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.notice_candidates(date) TO hg_decide;
GRANT EXECUTE ON FUNCTION hearth.count_discounts_by_district(date), hearth.count_suspended_by_year(date),
  hearth.count_arrears_by_stage(date) TO hg_search;
