-- Linkage takes a pair out of the stewards' queue where it does not ask about it any more, and says anew why one waits.
GRANT UPDATE (reason, run_id, raised_at, state) ON hearth.link_review TO hg_link;

-- Which records a service marks as an adopted child's, as ids, of some or (NULL) of all: linkage keeps the birth identity
-- apart from the new one.
CREATE FUNCTION hearth.adopted_records(p_records uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  protected CONSTANT smallint := (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected');
BEGIN
  -- Apart: of some records the index is to be used, of all of them not.
  IF p_records IS NULL THEN
    p_records := ARRAY(SELECT DISTINCT f.record_id FROM hearth.fact f
                        WHERE f.item_no = protected AND f.value ->> 'kind' = 'adoption');
  END IF;
  RETURN QUERY SELECT DISTINCT v.record_id FROM (
    SELECT DISTINCT ON (f.fact_key) f.record_id, f.value, f.tombstone FROM hearth.fact f
     WHERE f.record_id = ANY (p_records) AND f.item_no = protected
     ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
   WHERE NOT v.tombstone AND v.value ->> 'kind' = 'adoption';
END $$;
REVOKE ALL ON FUNCTION hearth.adopted_records(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.adopted_records(uuid[]) TO hg_link;
