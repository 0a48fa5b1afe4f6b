-- Who is not in a full file any more has left the service, not the danger: what marked them as protected is not due. It
-- is where the file still names them and marks them no more; while it marks them in other words, from a later day say,
-- they were protected all along. A sender who wants it gone withdraws it by its key, or retracts it.
CREATE OR REPLACE FUNCTION hearth.find_absent(p_batch uuid, OUT standing bigint, OUT due bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH mark AS MATERIALIZED (
    SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected'
  ), held AS MATERIALIZED (SELECT h.fact_key FROM hearth.held_by_sender(p_batch) h), missing AS MATERIALIZED (
    SELECT h.fact_key FROM held h
     WHERE NOT EXISTS (SELECT FROM desk.said_key s WHERE s.batch_id = p_batch AND s.fact_key = h.fact_key)
  ), marked AS MATERIALIZED (
    SELECT DISTINCT m.fact_key, f.record_id
      FROM missing m JOIN hearth.fact f ON f.fact_key = m.fact_key AND f.item_no = (SELECT item_no FROM mark)
  ), told AS MATERIALIZED (
    SELECT p.record_id, bool_or(f.item_no = (SELECT item_no FROM mark)) AS as_protected
      FROM (SELECT DISTINCT record_id FROM marked) p JOIN hearth.fact f ON f.record_id = p.record_id
      JOIN desk.said_key s ON s.batch_id = p_batch AND s.fact_key = f.fact_key
     GROUP BY p.record_id
  ), absent AS (
    INSERT INTO desk.due_withdrawal (batch_id, fact_key)
    SELECT p_batch, m.fact_key FROM missing m
     WHERE NOT EXISTS (SELECT FROM marked p WHERE p.fact_key = m.fact_key
                          AND NOT EXISTS (SELECT FROM told t WHERE t.record_id = p.record_id AND NOT t.as_protected))
    RETURNING 1)
  SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM absent)
$$;
