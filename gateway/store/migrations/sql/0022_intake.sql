-- Intake: a batch waits in the spool and is taken in one transaction, in its request or by a worker.
ALTER TABLE desk.batch DROP CONSTRAINT batch_state_check;
ALTER TABLE desk.batch ADD CONSTRAINT batch_state_check CHECK (state IN (
  'received', 'validating', 'waiting', 'accepted', 'accepted in part', 'refused'));

-- A batch that is not finished: its file in the spool, who sent it with which words (sealed), and how far it is.
CREATE TABLE desk.spooled_batch (
  batch_id uuid PRIMARY KEY REFERENCES desk.batch,
  spool text NOT NULL UNIQUE,
  sealed_order bytea NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  bytes_total bigint NOT NULL,
  bytes_taken bigint NOT NULL DEFAULT 0,
  rows_taken integer NOT NULL DEFAULT 0,
  taking_since timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.spooled_batch TO hg_intake;
GRANT SELECT ON desk.spooled_batch TO hg_desk;

-- Queue one batch, in the transaction that makes it. No lock of the queue's: a worker that died would hold it for ever,
-- and whoever takes a batch waits for its source by himself.
CREATE FUNCTION jobs.defer_batch(p_batch uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM procrastinate_defer_jobs_v1(ARRAY[
    ROW('intake', 'take_batch', 0, NULL, 'batch/' || p_batch,
        jsonb_build_object('batch_id', p_batch), NULL)::procrastinate_job_to_defer_v1
  ]);
EXCEPTION WHEN unique_violation THEN
  NULL;
END $$;
REVOKE ALL ON FUNCTION jobs.defer_batch(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.defer_batch(uuid) TO hg_intake;

-- A fact's source, item and record are asked for once a statement, over all of its rows, and no longer row by row: the
-- three questions cost more than the row. As those keys did, this holds the records until the transaction ends, so that
-- an erasure waits for it. Nobody may delete a record, an item or a source.
ALTER TABLE hearth.fact DROP CONSTRAINT fact_source_no_fkey, DROP CONSTRAINT fact_item_no_fkey,
  DROP CONSTRAINT fact_record_id_fkey;
ALTER TABLE hearth.search_token DROP CONSTRAINT search_token_record_id_fkey;
CREATE OR REPLACE FUNCTION hearth.refuse_erased_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  wanted bigint;
  found bigint;
  erased boolean;
BEGIN
  SELECT count(*), count(h.subject_kind), bool_or(h.subject_kind = 'erased') INTO wanted, found, erased
    FROM (SELECT DISTINCT a.record_id FROM added a) n
    LEFT JOIN LATERAL (SELECT r.subject_kind FROM hearth.source_record r WHERE r.record_id = n.record_id
                          FOR KEY SHARE) h ON true;
  IF found < wanted
     OR EXISTS (SELECT FROM (SELECT DISTINCT a.source_no, a.item_no FROM added a) n
                 WHERE NOT EXISTS (SELECT FROM hearth.source s WHERE s.source_no = n.source_no)
                    OR NOT EXISTS (SELECT FROM hearth.item i WHERE i.item_no = n.item_no)) THEN
    RAISE EXCEPTION 'no such record, source or item' USING ERRCODE = 'foreign_key_violation';
  END IF;
  IF erased THEN
    RAISE EXCEPTION 'this record has been erased' USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$;

-- One batch fills empty tables with millions of rows, and a session keeps the plan that it made at the first thousand:
-- so these look rows up by index from the start, and cost the same for the last row as for the first.
ALTER FUNCTION hearth.current_digests(bytea[]) SET enable_seqscan = off;
ALTER FUNCTION hearth.known_records(bytea[]) SET enable_seqscan = off;
ALTER FUNCTION hearth.erased_keys(bytea[]) SET enable_seqscan = off;
ALTER FUNCTION hearth.intern_records(uuid[], smallint[], text[], bytea[]) SET enable_seqscan = off;
