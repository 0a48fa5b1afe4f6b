-- A record that this transaction itself has made is nobody else's to erase before it ends: only the others are held.
-- Most records of a first file are its own, and to hold one is to write its row again.
CREATE OR REPLACE FUNCTION hearth.refuse_erased_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  wanted bigint;
  found bigint;
  others uuid[];
  erased boolean;
BEGIN
  SELECT count(*), count(r.record_id),
         array_agg(r.record_id) FILTER (WHERE r.xmin IS DISTINCT FROM pg_current_xact_id()::xid)
    INTO wanted, found, others
    FROM (SELECT DISTINCT a.record_id FROM added a) n
    -- Limited, so that each is looked up by itself: a session keeps its plan, and the table grows under it.
    LEFT JOIN LATERAL (SELECT s.record_id, s.xmin FROM hearth.source_record s WHERE s.record_id = n.record_id
                        LIMIT 1) r ON true;
  IF found < wanted
     OR EXISTS (SELECT FROM (SELECT DISTINCT a.source_no, a.item_no FROM added a) n
                 WHERE NOT EXISTS (SELECT FROM hearth.source s WHERE s.source_no = n.source_no)
                    OR NOT EXISTS (SELECT FROM hearth.item i WHERE i.item_no = n.item_no)) THEN
    RAISE EXCEPTION 'no such record, source or item' USING ERRCODE = 'foreign_key_violation';
  END IF;
  SELECT bool_or(h.subject_kind = 'erased') INTO erased
    FROM (SELECT r.subject_kind FROM hearth.source_record r WHERE r.record_id = ANY (others) FOR KEY SHARE) h;
  IF erased THEN
    RAISE EXCEPTION 'this record has been erased' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;
