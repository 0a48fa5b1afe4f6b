-- Who lives in a care home, a hostel or a boarding school makes no household with the others there, however few there are.
-- RI is a residential institution, CH a hotel, boarding house or hostel (AddressBase classification). A house in multiple
-- occupation (RH) is told by its names instead: a mother and her child in one may be a household.
ALTER TABLE hearth.gazetteer_address ADD COLUMN communal boolean NOT NULL DEFAULT false;
CREATE INDEX gazetteer_address_communal ON hearth.gazetteer_address (uprn) WHERE communal;

DROP FUNCTION hearth.gazetteer_addresses();
CREATE FUNCTION hearth.gazetteer_addresses()
RETURNS TABLE (uprn text, lines text, postcode text, valid_from date, valid_to date, communal boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH said AS (
    SELECT v.value->>'uprn' AS uprn, v.value, v.valid_from, v.valid_to
      FROM (SELECT DISTINCT ON (f.fact_key) f.value, f.valid_from, f.valid_to, f.tombstone
              FROM hearth.fact f
             WHERE f.item_no = 71
             ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
     WHERE NOT v.tombstone AND v.value->>'uprn' IS NOT NULL
  ), property AS (
    SELECT DISTINCT ON (s.uprn) s.uprn, s.value->>'postcode' AS postcode, s.valid_to
      FROM said s WHERE s.value->>'lines' IS NULL AND s.value->>'classification' IS NULL
     ORDER BY s.uprn, s.valid_to DESC NULLS FIRST
  ), classed AS (
    SELECT s.uprn, bool_or(s.value->>'classification' LIKE 'P%') AS shell,
           bool_or(s.value->>'classification' LIKE 'R%') AS dwelling,
           bool_or(s.value->>'classification' ~ '^(RI|CH)') AS communal
      FROM said s WHERE s.value->>'classification' IS NOT NULL GROUP BY 1
  ), parent AS (
    SELECT DISTINCT s.value->>'parent' AS uprn FROM said s WHERE s.value->>'parent' IS NOT NULL
  )
  SELECT DISTINCT s.uprn, s.value->>'lines', coalesce(s.value->>'postcode', p.postcode), s.valid_from,
         coalesce(s.valid_to, p.valid_to), coalesce(c.communal, false)
    FROM said s LEFT JOIN property p USING (uprn) LEFT JOIN classed c USING (uprn) LEFT JOIN parent h USING (uprn)
   WHERE s.value->>'lines' IS NOT NULL AND NOT coalesce(c.shell, false)
     AND (h.uprn IS NULL OR coalesce(c.dwelling, false))
$$;
REVOKE ALL ON FUNCTION hearth.gazetteer_addresses() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.gazetteer_addresses() TO hg_link;

-- The next run over everything makes them anew.
DELETE FROM hearth.gazetteer_base;
