-- What a decision may know before it is made: yes, no or unknown per declared input, and nothing else.

CREATE FUNCTION hearth.current_person(p_family uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE chain AS (
    SELECT p.person_id, p.redirect_to FROM hearth.person p WHERE p.family_id = p_family
    UNION ALL
    SELECT p.person_id, p.redirect_to FROM hearth.person p JOIN chain c ON p.person_id = c.redirect_to
  )
  SELECT c.person_id FROM chain c WHERE c.redirect_to IS NULL
$$;

CREATE FUNCTION hearth.neighbours(p_persons uuid[]) RETURNS TABLE (person_id uuid, other_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.person_id, b.person_id
    FROM hearth.household_member a JOIN hearth.household_member b USING (household_id)
   WHERE a.person_id = ANY (p_persons) AND a.person_id <> b.person_id
   UNION
  SELECT k.person_id, k.other_id FROM hearth.kin k WHERE k.person_id = ANY (p_persons)
$$;

-- Everyone who may belong to the family of a person: two steps over shared homes and recorded relationships. A
-- superset: the reader's own family is derived again from what that reader may see.
CREATE FUNCTION hearth.family_candidates(p_person uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH first AS (
    SELECT p_person AS person_id UNION SELECT n.other_id FROM hearth.neighbours(ARRAY[p_person]) n
  ), second AS (
    SELECT f.person_id FROM first f
     UNION
    SELECT n.other_id FROM hearth.neighbours((SELECT array_agg(f.person_id) FROM first f)) n
  )
  SELECT array_agg(s.person_id ORDER BY s.person_id) FROM second s
$$;

CREATE TYPE hearth.decision_input AS (
  person_id uuid, family_id uuid, bands smallint[], minor text, agreed_to_help text, safeguarding_concern text,
  protected text, domestic_abuse text, perpetrator_in_household text, reader_works_with_perpetrator text,
  named_case text, relationship text
);

CREATE FUNCTION hearth.three(p_value boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_value IS NULL THEN 'unknown' WHEN p_value THEN 'yes' ELSE 'no' END
$$;

CREATE FUNCTION hearth.birth_range(p_date text) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE length(p_date)
    WHEN 4 THEN daterange((p_date || '-01-01')::date, (p_date || '-12-31')::date, '[]')
    WHEN 7 THEN daterange((p_date || '-01')::date, ((p_date || '-01')::date + interval '1 month - 1 day')::date, '[]')
    ELSE daterange(p_date::date, p_date::date, '[]') END
$$;

CREATE FUNCTION hearth.inputs_of(
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
           coalesce(f.happened_at::date, f.valid_from) AS on_date, f.source_no
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
    SELECT DISTINCT ON (v.person_id) v.person_id, v.value->>'answer' = 'yes' AS agreed
      FROM live v
     WHERE v.name = 'support.agreed_to_help' AND v.value->>'answer' IN ('yes', 'no', 'withdrawn')
     ORDER BY v.person_id, v.on_date DESC NULLS LAST, v.recorded_at DESC
  ), violent AS (
    SELECT DISTINCT v.person_id FROM live v
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
              WHERE v.person_id = p.person_id AND v.name = 'identity.birth_date') b),
    -- Adults answer for themselves alone. For a child it is what the adults around them answered: yes if one agreed
    -- and none refused (practice P5: never per family, and nobody is shown who refused).
    hearth.three(coalesce(
      (SELECT a.agreed FROM answer a WHERE a.person_id = p.person_id),
      (SELECT CASE WHEN bool_and(a.agreed) THEN true WHEN bool_or(NOT a.agreed) THEN false END
         FROM near n JOIN answer a ON a.person_id = n.other_id
        WHERE n.person_id = p.person_id
          AND (SELECT bool_and(lower(b.born) > (p_now - interval '18 years')::date)
                 FROM (SELECT hearth.birth_range(v.value->>'date') AS born FROM live v
                        WHERE v.person_id = p.person_id AND v.name = 'identity.birth_date') b)))),
    hearth.three((SELECT v.value->>'answer' = 'yes' FROM live v
      WHERE v.person_id = p.person_id AND v.name = 'safeguarding.concern' AND v.value->>'answer' IN ('yes', 'no')
        AND coalesce((v.value->>'expires')::date, p_now::date) >= p_now::date
      ORDER BY v.on_date DESC NULLS LAST, v.recorded_at DESC LIMIT 1)),
    hearth.three(EXISTS (SELECT FROM live v WHERE v.person_id = p.person_id AND v.name = 'identity.protected')),
    hearth.three(EXISTS (SELECT FROM near n JOIN live v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.name IN ('da.incident', 'da.risk', 'da.support'))),
    hearth.three(EXISTS (SELECT FROM near n JOIN violent v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.person_id <> p.person_id)),
    hearth.three(EXISTS (SELECT FROM near n JOIN violent v ON v.person_id = n.other_id
      JOIN live a ON a.person_id = v.person_id AND a.name = 'care.allocation' AND a.value->>'worker' = p_worker
      WHERE n.person_id = p.person_id AND v.person_id <> p.person_id)),
    hearth.three(EXISTS (SELECT FROM near n JOIN live v ON v.person_id = n.other_id
      WHERE n.person_id = p.person_id AND v.name IN ('da.risk', 'da.incident') AND (v.value->>'marac')::boolean)),
    CASE (SELECT a.rank FROM allocation a WHERE a.person_id = p.person_id)
      WHEN 1 THEN 'allocated_worker' WHEN 2 THEN 'manager' WHEN 3 THEN 'team'
      ELSE CASE WHEN EXISTS (SELECT FROM referral r WHERE r.person_id = p.person_id) THEN 'mash' ELSE 'none' END END
    FROM hearth.person p
   WHERE p.person_id = ANY (p_persons) AND p.redirect_to IS NULL
   ORDER BY p.person_id
$$;

-- The declared inputs for a family, first the person whose family it is. No row: there is no such family.
CREATE FUNCTION hearth.decision_inputs(
  p_family uuid, p_worker text, p_team text, p_manager boolean, p_mash boolean, p_now timestamptz
) RETURNS SETOF hearth.decision_input
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.* FROM (SELECT hearth.current_person(p_family) AS person_id) e,
    LATERAL hearth.inputs_of(hearth.family_candidates(e.person_id), p_worker, p_team, p_manager, p_mash, p_now) d
   WHERE e.person_id IS NOT NULL
   ORDER BY d.person_id <> e.person_id, d.person_id
$$;

-- Persons some of whose records hold all of a query's tokens, in cells of the reader's subject-independent mask.
-- p_tokens is a list of alternatives a term: each inner list is one term under every key in use.
CREATE FUNCTION hearth.search_candidates(p_terms jsonb, p_mask bit varying, p_limit integer) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH term AS (
    SELECT ordinality AS term_no, decode(t.token, 'hex') AS token
      FROM jsonb_array_elements(p_terms) WITH ORDINALITY e(alternatives, ordinality),
           LATERAL jsonb_array_elements_text(e.alternatives) t(token)
  ), hit AS (
    SELECT DISTINCT l.person_id, t.term_no
      FROM term t
      JOIN hearth.search_token s ON s.token = t.token
      JOIN hearth.link l ON l.record_id = s.record_id AND l.superseded_at IS NULL
     WHERE get_bit(p_mask, s.source_no * 256 + s.item_no) = 1
  )
  SELECT coalesce(array_agg(c.person_id), '{}') FROM (
    SELECT h.person_id FROM hit h GROUP BY h.person_id
    HAVING count(*) = (SELECT jsonb_array_length(p_terms))
    ORDER BY h.person_id LIMIT p_limit
  ) c
$$;

-- How many entries lie in the cells of which the opened ticket may tell a number or a yes, for the persons shown.
CREATE FUNCTION hearth.withheld_counts(p_persons uuid[])
RETURNS TABLE (source_no smallint, item_no smallint, mode text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH bits AS MATERIALIZED (
    SELECT hearth.permit_bits('counted') AS counted, hearth.permit_bits('existing') AS existing,
           hearth.permit_width() AS width, hearth.location_items() AS location,
           hearth.protected_location_item() AS protected_item, hearth.permit_own_sources() AS own
  ), versions AS (
    SELECT DISTINCT ON (f.fact_key) f.source_no, f.tombstone, p.slot,
           hearth.judged_item(f.item_no, f.source_no, f.valid_from, f.recorded_at, p.protected_since,
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

REVOKE ALL ON FUNCTION hearth.current_person(uuid), hearth.neighbours(uuid[]), hearth.family_candidates(uuid),
  hearth.inputs_of(uuid[], text, text, boolean, boolean, timestamptz),
  hearth.decision_inputs(uuid, text, text, boolean, boolean, timestamptz),
  hearth.search_candidates(jsonb, bit varying, integer), hearth.withheld_counts(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.decision_inputs(uuid, text, text, boolean, boolean, timestamptz),
  hearth.inputs_of(uuid[], text, text, boolean, boolean, timestamptz) TO hg_decide;
GRANT EXECUTE ON FUNCTION hearth.search_candidates(jsonb, bit varying, integer) TO hg_search;
GRANT EXECUTE ON FUNCTION hearth.withheld_counts(uuid[]) TO hg_read;
