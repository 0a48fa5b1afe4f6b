-- Find or make the record of a partner's own key: one that is new takes the id proposed for it. Answers those that have
-- another id, and without one those whose key was erased; of a new file, that is none.
CREATE FUNCTION hearth.propose_records(p_ids uuid[], p_sources smallint[], p_kinds text[], p_digests bytea[])
RETURNS TABLE (proposed uuid, record_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  made bigint;
BEGIN
  INSERT INTO hearth.source_record (record_id, source_no, subject_kind, key_digest)
  SELECT n.* FROM unnest(p_ids, p_sources, p_kinds, p_digests) AS n (id, source, kind, digest)
   WHERE NOT EXISTS (SELECT FROM hearth.erased_record e WHERE e.key_digest = n.digest)
  ON CONFLICT (key_digest) DO NOTHING;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made < cardinality(p_ids) THEN
    RETURN QUERY
    SELECT n.id, r.record_id FROM unnest(p_ids, p_digests) AS n (id, digest)
      LEFT JOIN hearth.source_record r ON r.key_digest = n.digest
     WHERE r.record_id IS DISTINCT FROM n.id;
  END IF;
END $$;
REVOKE ALL ON FUNCTION hearth.propose_records(uuid[], smallint[], text[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.propose_records(uuid[], smallint[], text[], bytea[]) TO hg_intake;
DROP FUNCTION hearth.intern_records(uuid[], smallint[], text[], bytea[]);

-- As before, in one pass over what was added. A record that this transaction has made nobody else can see, let alone
-- erase: it need not be held, which would write it once more.
CREATE OR REPLACE FUNCTION hearth.refuse_erased_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  others uuid[];
  found bigint := 0;
  unknown boolean;
  erased boolean;
BEGIN
  WITH named AS MATERIALIZED (
    SELECT DISTINCT a.record_id, a.source_no, a.item_no FROM added a
  )
  SELECT (SELECT array_agg(DISTINCT n.record_id) FROM named n
           WHERE NOT EXISTS (SELECT FROM hearth.source_record r
                              WHERE r.record_id = n.record_id AND r.xmin = pg_current_xact_id()::xid
                                AND r.subject_kind <> 'erased')),
         EXISTS (SELECT FROM (SELECT DISTINCT n.source_no, n.item_no FROM named n) k
                  WHERE NOT EXISTS (SELECT FROM hearth.source s WHERE s.source_no = k.source_no)
                     OR NOT EXISTS (SELECT FROM hearth.item i WHERE i.item_no = k.item_no))
    INTO others, unknown;
  IF others IS NOT NULL THEN
    SELECT count(h.subject_kind), bool_or(h.subject_kind = 'erased') INTO found, erased
      FROM unnest(others) AS n (record_id)
     CROSS JOIN LATERAL (SELECT r.subject_kind FROM hearth.source_record r WHERE r.record_id = n.record_id
                            FOR KEY SHARE) h;
  END IF;
  IF unknown OR found < cardinality(others) THEN
    RAISE EXCEPTION 'no such record, source or item' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF erased THEN
    RAISE EXCEPTION 'this record has been erased' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

-- What is looked up by record is put in order once it is found: the key and the moment in the index only made it four
-- times as large, and each new fact dearer.
DROP INDEX hearth.fact_by_record;
CREATE INDEX fact_by_record ON hearth.fact (record_id);
