-- Whoever fled stayed somewhere first, and registers date a stay from the first of the month: what is known to have
-- begun in the four weeks before a protection tells where they went as well. What has no day is judged by the day on
-- which it was learnt, as before: else all that was learnt shortly before, old addresses too, would be hidden.
CREATE OR REPLACE FUNCTION hearth.judged_item(
  p_item smallint, p_source smallint, p_from date, p_recorded timestamptz, p_since date,
  p_location smallint[], p_protected smallint, p_own smallint[]
) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_since IS NOT NULL AND p_item = ANY (p_location) AND NOT p_source = ANY (p_own)
                   AND coalesce(p_from + 28, (p_recorded AT TIME ZONE 'UTC')::date) >= p_since
              THEN p_protected ELSE p_item END
$$;

-- The same, written out.
ALTER POLICY fact_by_ticket ON hearth.fact USING (
  record_id = ANY ((SELECT p.records FROM hearth.permit p)::uuid[])
  AND get_bit(
    (SELECT p.shown FROM hearth.permit p),
    ((SELECT p.places FROM hearth.permit p)::integer[])[
        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
      + source_no * 256
      + CASE WHEN item_no = ANY ((SELECT l.items FROM hearth.location_item l)::smallint[])
                  AND coalesce(valid_from + 28, (recorded_at AT TIME ZONE 'UTC')::date) >=
                      ((SELECT hearth.permit_protected())::date[])[
                        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
                  AND NOT source_no = ANY ((SELECT hearth.permit_own_sources())::smallint[])
             THEN (SELECT hearth.protected_location_item()) ELSE item_no END
  ) = 1
);

-- Police know a refuge by an address: that they know another one since says nothing of the danger. So a mark of that
-- kind is not due either where the file names somebody without one; its sender withdraws it by the key, or retracts it.
CREATE OR REPLACE FUNCTION hearth.find_absent(p_batch uuid, OUT standing bigint, OUT due bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH mark AS MATERIALIZED (
    SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected'
  ), held AS MATERIALIZED (SELECT h.fact_key FROM hearth.held_by_sender(p_batch) h), missing AS MATERIALIZED (
    SELECT h.fact_key FROM held h
     WHERE NOT EXISTS (SELECT FROM desk.said_key s WHERE s.batch_id = p_batch AND s.fact_key = h.fact_key)
  ), marked AS MATERIALIZED (
    SELECT m.fact_key, f.record_id, bool_or(f.value->>'kind' = 'refuge') AS by_address
      FROM missing m JOIN hearth.fact f ON f.fact_key = m.fact_key AND f.item_no = (SELECT item_no FROM mark)
     GROUP BY m.fact_key, f.record_id
  ), told AS MATERIALIZED (
    SELECT p.record_id, bool_or(f.item_no = (SELECT item_no FROM mark)) AS as_protected
      FROM (SELECT DISTINCT record_id FROM marked) p JOIN hearth.fact f ON f.record_id = p.record_id
      JOIN desk.said_key s ON s.batch_id = p_batch AND s.fact_key = f.fact_key
     GROUP BY p.record_id
  ), absent AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, m.fact_key FROM missing m
     WHERE NOT EXISTS (
       SELECT FROM marked p WHERE p.fact_key = m.fact_key
          AND (p.by_address OR NOT EXISTS (SELECT FROM told t WHERE t.record_id = p.record_id AND NOT t.as_protected)))
    RETURNING 1)
  SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM absent)
$$;
