-- What its sender is shown of a disputed fact is read under a ticket; and what search tokens are made anew of is what
-- tokens are made of.

-- As before, for who opened a ticket in this transaction whose entry names the dispute, and while that is open.
CREATE OR REPLACE FUNCTION hearth.disputed_fact(p_dispute uuid, p_sender text)
RETURNS TABLE (item_no smallint, value jsonb, valid_from date, valid_to date, happened_at timestamptz, nature text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit.ticket_use u JOIN audit.ticket t USING (ticket_id) JOIN audit.opening o USING (entry_id)
     WHERE u.xact = pg_current_xact_id_if_assigned()
       AND audit.opened(o.fields, 'detail') -> 'records' ? p_dispute::text
  ) THEN
    RAISE EXCEPTION 'no opened ticket names this dispute' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT n.item_no, n.value, n.valid_from, n.valid_to, n.happened_at, n.nature
    FROM (SELECT DISTINCT ON (f.fact_key) f.*, d.fact_key AS disputed_key
            FROM hearth.dispute d JOIN hearth.fact f USING (record_id)
           WHERE d.dispute_id = p_dispute AND d.sender = p_sender AND d.state = 'open'
             AND (f.fact_key = d.fact_key
                  OR f.item_no IN (SELECT i.item_no FROM hearth.item i
                                    WHERE i.name IN ('identity.name', 'identity.birth_date', 'identity.upn')))
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) n
   WHERE NOT n.tombstone ORDER BY n.fact_key <> n.disputed_key, n.item_no;
END $$;
REVOKE EXECUTE ON FUNCTION hearth.disputed_fact(uuid, text) FROM hg_desk;
GRANT EXECUTE ON FUNCTION hearth.disputed_fact(uuid, text) TO hg_erase;

-- As before, of items that tell who somebody is: no other has tokens, and no other value is given.
CREATE OR REPLACE FUNCTION hearth.drop_search_tokens(p_records uuid[], p_items smallint[])
RETURNS TABLE (record_id uuid, source_no smallint, item_no smallint, value jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  DELETE FROM hearth.search_token t USING unnest(p_records, p_items) AS a (record_id, item_no)
   WHERE t.record_id = a.record_id AND t.item_no = a.item_no;
  RETURN QUERY
  SELECT n.record_id, n.source_no, n.item_no, n.value
    FROM (SELECT DISTINCT ON (f.fact_key) f.* FROM unnest(p_records, p_items) AS a (record_id, item_no)
            JOIN hearth.item i ON i.item_no = a.item_no AND i.linkable
            JOIN hearth.fact f ON f.record_id = a.record_id AND f.item_no = a.item_no
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) n
   WHERE NOT n.tombstone;
END $$;
