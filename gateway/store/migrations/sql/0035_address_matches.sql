-- Addresses that the gazetteer knows, ready to be matched with those that came without a UPRN. Reference data of places:
-- nobody's. Made by a run of linkage over everything from what the gazetteer's owner sent, where that has changed.
CREATE TABLE hearth.gazetteer_address (
  address_no integer PRIMARY KEY,
  uprn text NOT NULL,
  lines text NOT NULL,
  postcode text,
  street_key text,
  valid_from date,
  valid_to date
);
CREATE INDEX gazetteer_address_postcode ON hearth.gazetteer_address (postcode);
CREATE INDEX gazetteer_address_street ON hearth.gazetteer_address (street_key);

-- What the table above was made of.
CREATE TABLE hearth.gazetteer_base (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  standing text NOT NULL
);
GRANT SELECT, INSERT, DELETE ON hearth.gazetteer_address, hearth.gazetteer_base TO hg_link;

-- How the gazetteer stands: another text whenever something was added to it, changed or taken back.
CREATE FUNCTION hearth.gazetteer_standing() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) || ' ' || coalesce(max(f.recorded_at)::text, '')
    FROM hearth.fact f WHERE f.item_no = 71
$$;

-- Every way in which the gazetteer writes the address of a home, with the postcode of the property where a way has none.
-- A parent shell is no home: what is classified as one, or has properties within it and is not classified as a dwelling.
CREATE FUNCTION hearth.gazetteer_addresses()
RETURNS TABLE (uprn text, lines text, postcode text, valid_from date, valid_to date)
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
           bool_or(s.value->>'classification' LIKE 'R%') AS dwelling
      FROM said s WHERE s.value->>'classification' IS NOT NULL GROUP BY 1
  ), parent AS (
    SELECT DISTINCT s.value->>'parent' AS uprn FROM said s WHERE s.value->>'parent' IS NOT NULL
  )
  SELECT DISTINCT s.uprn, s.value->>'lines', coalesce(s.value->>'postcode', p.postcode), s.valid_from,
         coalesce(s.valid_to, p.valid_to)
    FROM said s LEFT JOIN property p USING (uprn) LEFT JOIN classed c USING (uprn) LEFT JOIN parent h USING (uprn)
   WHERE s.value->>'lines' IS NOT NULL AND NOT coalesce(c.shell, false)
     AND (h.uprn IS NULL OR coalesce(c.dwelling, false))
$$;

-- Those of some batches that brought something of the gazetteer: what they change is for a run over everything.
CREATE FUNCTION hearth.gazetteer_batches(p_batches uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT b FROM unnest(p_batches) b
   WHERE EXISTS (SELECT FROM hearth.fact f
                  WHERE f.batch_id = b
                    AND f.item_no = 71)
$$;
REVOKE ALL ON FUNCTION hearth.gazetteer_standing(), hearth.gazetteer_addresses(), hearth.gazetteer_batches(uuid[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.gazetteer_standing(), hearth.gazetteer_addresses(), hearth.gazetteer_batches(uuid[])
  TO hg_link;

-- Reference data is little beside what is about people, and is found by itself. The numbers are those of `place.address`
-- and `service.entry`: an item keeps its number for good.
CREATE INDEX fact_reference ON hearth.fact (item_no, fact_key, recorded_at DESC) WHERE item_no IN (68, 71);

-- The directory of services, which anyone who signs in may look into: organisations and what they publish, no person.
-- In order of name. A text is found anywhere in name, organisation, category and description, whatever its case;
-- `p_district` is the outward part of a postcode. `p_after` is the place of the last entry of the page before.
CREATE FUNCTION hearth.find_services(p_text text, p_category text, p_district text, p_after text, p_limit integer)
RETURNS TABLE (service_id uuid, place text, value jsonb, checked date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT v.record_id, v.place, v.value, v.valid_from
    FROM (SELECT DISTINCT ON (f.fact_key) f.record_id, f.value, f.valid_from, f.valid_to, f.tombstone,
                 lower(f.value->>'name') || ' ' || f.record_id AS place
            FROM hearth.fact f WHERE f.item_no = 68
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
   WHERE NOT v.tombstone AND v.place > p_after COLLATE "C"
     AND (p_text = '' OR position(lower(p_text) IN lower(concat_ws(' ', v.value->>'name', v.value->>'organisation',
                                                                   v.value->>'category', v.value->>'description'))) > 0)
     AND (p_category = '' OR position(lower(p_category) IN lower(v.value->>'category')) > 0)
     AND (p_district = '' OR v.value->>'postcode' ~* ('(^|\s)' || p_district || '\s?[0-9][a-z]{2}(\s|$)'))
   ORDER BY v.place COLLATE "C" LIMIT p_limit
$$;
REVOKE ALL ON FUNCTION hearth.find_services(text, text, text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.find_services(text, text, text, text, integer) TO hg_desk;
