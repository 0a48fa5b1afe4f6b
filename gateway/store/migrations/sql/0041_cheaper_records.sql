-- What the intake asks of every chunk, asked once a chunk; measured in docs/decisions/0022-batches.md.

-- As before. Records are looked up in one walk over the index, not one by one; those that this transaction has made
-- nobody else can see, let alone erase, so they need not be held.
CREATE OR REPLACE FUNCTION hearth.refuse_erased_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  named uuid[] := ARRAY(SELECT DISTINCT a.record_id FROM added a);
  others uuid[];
  found bigint;
  held bigint := 0;
  erased boolean;
BEGIN
  SELECT count(*),
         array_agg(r.record_id) FILTER (WHERE r.xmin <> pg_current_xact_id()::xid OR r.subject_kind = 'erased')
    INTO found, others
    FROM hearth.source_record r WHERE r.record_id = ANY (named);
  IF others IS NOT NULL THEN
    SELECT count(*), bool_or(h.subject_kind = 'erased') INTO held, erased
      FROM (SELECT r.subject_kind FROM hearth.source_record r WHERE r.record_id = ANY (others) FOR KEY SHARE) h;
  END IF;
  IF found < cardinality(named) OR held < cardinality(others) OR EXISTS (
    SELECT FROM (SELECT DISTINCT a.source_no, a.item_no FROM added a) k
     WHERE NOT EXISTS (SELECT FROM hearth.source s WHERE s.source_no = k.source_no)
        OR NOT EXISTS (SELECT FROM hearth.item i WHERE i.item_no = k.item_no)
  ) THEN
    RAISE EXCEPTION 'no such record, source or item' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF erased THEN
    RAISE EXCEPTION 'this record has been erased' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

-- The source of a record is held as that of a fact is: by a question a statement, where a reference asks it once a row.
ALTER TABLE hearth.source_record DROP CONSTRAINT source_record_source_no_fkey;
CREATE FUNCTION hearth.refuse_unknown_source() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT a.source_no FROM added a) k
     WHERE NOT EXISTS (SELECT FROM hearth.source s WHERE s.source_no = k.source_no)
  ) THEN
    RAISE EXCEPTION 'no such source' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION hearth.refuse_unknown_source() FROM PUBLIC;
CREATE TRIGGER record_of_a_known_source AFTER INSERT ON hearth.source_record REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_unknown_source();
CREATE TRIGGER record_of_a_source_that_is_changed AFTER UPDATE ON hearth.source_record REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION hearth.refuse_unknown_source();

-- A fact has few versions, which are put in order once they are found; and keys stand in no order that anybody asks for.
DROP INDEX hearth.fact_key_versions;
CREATE INDEX fact_by_key ON hearth.fact USING hash (fact_key);
