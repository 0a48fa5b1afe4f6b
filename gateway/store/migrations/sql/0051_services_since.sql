-- Who works with somebody, treats or houses them tells where they are from their protection on, and a charter may say so
-- of what began since alone (`rows: since_protection`). The bit 255 of a source's cells in a ticket says that of its
-- services only what began before may be shown. The numbers are those of `concept_model.items.SERVICE_BEARING`.

-- What a version says of who works with somebody, treats or houses them; the rest is how that goes on.
CREATE FUNCTION hearth.service_named(p_value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_array(p_value->'name', p_value->'organisation', p_value->'service', p_value->'kind',
                           p_value->'reference', p_value->'landlord', p_value->'placement', p_value->'provider')
$$;

-- Whether a version tells of a service that began since p_since, as `hearth.tells_since` says it of places. A version
-- that names another service than the first one did is judged by the day on which that was learnt as well: senders keep
-- the day on which they came to know somebody.
CREATE FUNCTION hearth.serves_since(p_key bytea, p_fact uuid, p_since date) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH version AS MATERIALIZED (
    SELECT f.fact_id, f.tombstone, f.recorded_at, hearth.service_named(f.value) AS service,
           coalesce(f.valid_from, (f.happened_at AT TIME ZONE 'UTC')::date) + 28 AS began,
           first_value(hearth.service_named(f.value)) OVER (ORDER BY f.recorded_at, f.fact_id) AS first,
           (min(f.recorded_at) OVER (PARTITION BY hearth.service_named(f.value)) AT TIME ZONE 'UTC')::date AS learnt
      FROM hearth.fact f WHERE f.fact_key = p_key
  ), judged AS MATERIALIZED (
    SELECT v.fact_id, v.tombstone, v.recorded_at, v.service,
           coalesce(v.began, v.learnt) >= p_since OR (v.service <> v.first AND v.learnt >= p_since) AS since
      FROM version v
  )
  SELECT j.since OR EXISTS (
           SELECT FROM judged l
            WHERE (l.recorded_at, l.fact_id) > (j.recorded_at, j.fact_id)
              AND (l.tombstone OR (l.since AND l.service = j.service)))
    FROM judged j WHERE j.fact_id = p_fact
$$;

-- As before, and a place that a later version is the first to tell is judged by the day on which that was learnt as
-- well: whoever moves and whose sender keeps the day of the first address told where they have been since.
CREATE OR REPLACE FUNCTION hearth.tells_since(p_key bytea, p_fact uuid, p_since date) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH version AS MATERIALIZED (
    SELECT f.fact_id, f.tombstone, f.value, f.valid_from, f.recorded_at,
           NOT hearth.same_place(f.value, lag(f.value) OVER (ORDER BY f.recorded_at, f.fact_id), false) AS other
      FROM hearth.fact f WHERE f.fact_key = p_key
  ), stay AS MATERIALIZED (
    SELECT v.*, count(*) FILTER (WHERE v.other) OVER (ORDER BY v.recorded_at, v.fact_id) AS place FROM version v
  ), learnt AS MATERIALIZED (
    SELECT s.*, (min(s.recorded_at) OVER (PARTITION BY s.place) AT TIME ZONE 'UTC')::date AS learnt FROM stay s
  ), judged AS MATERIALIZED (
    SELECT n.fact_id, n.tombstone, n.value, n.recorded_at,
           coalesce(n.valid_from + 28, n.learnt) >= p_since OR (n.place > 1 AND n.learnt >= p_since) AS since
      FROM learnt n
  )
  SELECT j.since OR EXISTS (
           SELECT FROM judged l
            WHERE (l.recorded_at, l.fact_id) > (j.recorded_at, j.fact_id)
              AND (l.tombstone OR (l.since AND hearth.same_place(l.value, j.value, true))))
    FROM judged j WHERE j.fact_id = p_fact
$$;

-- Whether a version may not be shown, although its cell may: it tells of a service since the protection. Of whom the
-- decision took to be protected and the database knows no day, none is shown.
CREATE FUNCTION hearth.is_later_service(
  p_item smallint, p_limited integer, p_key bytea, p_fact uuid, p_since date
) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_limited = 1 AND p_item IN (39, 48, 51, 57, 58)
              THEN coalesce(hearth.serves_since(p_key, p_fact, p_since), true) ELSE false END
$$;

-- As before, and what is shown is not counted as withheld.
CREATE OR REPLACE FUNCTION hearth.withheld_counts(p_persons uuid[])
RETURNS TABLE (source_no smallint, item_no smallint, mode text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH bits AS MATERIALIZED (
    SELECT hearth.permit_bits('shown') AS shown, hearth.permit_bits('counted') AS counted,
           hearth.permit_bits('existing') AS existing,
           hearth.permit_width() AS width, hearth.location_items() AS location,
           hearth.protected_location_item() AS protected_item, hearth.permit_own_sources() AS own
  ), versions AS (
    SELECT DISTINCT ON (f.fact_key) f.source_no, f.tombstone, p.slot * b.width + f.source_no * 256 AS place,
           hearth.judged_item(f.item_no, f.source_no, f.fact_key, f.fact_id, p.protected_since,
                              b.location, b.protected_item, b.own) AS item_no,
           hearth.is_later_service(f.item_no, get_bit(b.shown, p.slot * b.width + f.source_no * 256 + 255),
                                   f.fact_key, f.fact_id, p.protected_since) AS later
      FROM hearth.permit_rows() p
      JOIN hearth.link l ON l.record_id = p.record_id AND l.superseded_at IS NULL AND l.person_id = ANY (p_persons)
      JOIN hearth.fact f ON f.record_id = p.record_id, bits b
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
  ), judged AS (
    SELECT v.source_no, v.item_no,
           CASE WHEN get_bit(b.shown, v.place + v.item_no) = 1 AND NOT v.later THEN NULL
                WHEN get_bit(b.counted, v.place + v.item_no) = 1 THEN 'count'
                WHEN get_bit(b.existing, v.place + v.item_no) = 1 THEN 'exists' END AS mode
      FROM versions v, bits b WHERE NOT v.tombstone
  )
  SELECT j.source_no, j.item_no, j.mode, count(*) FROM judged j WHERE j.mode IS NOT NULL
   GROUP BY j.source_no, j.item_no, j.mode ORDER BY j.source_no, j.item_no, j.mode
$$;

-- As before, and of services what the ticket lets out.
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
  AND CASE WHEN item_no IN (39, 48, 51, 57, 58)
                AND get_bit(
                  (SELECT p.shown FROM hearth.permit p),
                  ((SELECT p.places FROM hearth.permit p)::integer[])[
                      array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
                    + source_no * 256 + 255) = 1
           THEN NOT coalesce(hearth.serves_since(fact_key, fact_id, ((SELECT hearth.permit_protected())::date[])[
                  array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]), true)
           ELSE true END
);
REVOKE ALL ON FUNCTION hearth.service_named(jsonb), hearth.serves_since(bytea, uuid, date),
  hearth.is_later_service(smallint, integer, bytea, uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.serves_since(bytea, uuid, date) TO hg_read;

-- As before, and of services too, from the day on which they began.
CREATE OR REPLACE FUNCTION hearth.hidden_places(p_keys bytea[]) RETURNS TABLE (fact_key bytea, hidden_from timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH place AS MATERIALIZED (
    SELECT f.fact_key, f.record_id,
           min(coalesce(coalesce(f.valid_from, (f.happened_at AT TIME ZONE 'UTC')::date) + 28,
                        (f.recorded_at AT TIME ZONE 'UTC')::date)) AS told
      FROM hearth.fact f JOIN hearth.item i ON i.item_no = f.item_no
     WHERE f.fact_key = ANY (p_keys) AND NOT f.tombstone
       AND (i.location_bearing OR i.item_no IN (39, 48, 51, 57, 58))
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
