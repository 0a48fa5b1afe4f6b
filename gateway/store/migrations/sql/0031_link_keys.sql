-- One record linked as it comes: what is compared of each record, and the keys under which it is met.

-- What linkage may compare of a record, sealed; `digest` is keyed and tells whether that has changed. The hashes of its
-- usual names are those under which `link_name` counts how common each is.
CREATE TABLE hearth.link_record (
  record_id uuid PRIMARY KEY,
  sealed bytea NOT NULL,
  digest bytea NOT NULL CHECK (octet_length(digest) = 16),
  given_hash bigint,
  family_hash bigint
);

-- Keyed hashes of what records share: keys of blocking, places, other records and households of services that they name.
CREATE TABLE hearth.link_key (
  key_hash bigint NOT NULL,
  record_id uuid NOT NULL,
  PRIMARY KEY (key_hash, record_id)
);
CREATE INDEX link_key_record ON hearth.link_key (record_id);

-- How many records bear a name, as the last run over everything counted, by the keyed hash of the name.
CREATE TABLE hearth.link_name (
  name_hash bigint PRIMARY KEY,
  held integer NOT NULL CHECK (held > 0)
);

-- What the rows above were made with by the last run over everything: its model, the cells that it might compare, the
-- form of what is sealed and the key of the hashes. Where any of these is another now, only such a run may link.
CREATE TABLE hearth.link_base (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  run_id uuid NOT NULL,
  made_at timestamptz NOT NULL,
  made_with text NOT NULL,
  model text NOT NULL,
  records integer NOT NULL
);

-- Ties of one person are written anew by themselves now, from either side.
CREATE INDEX kin_other ON hearth.kin (other_id);

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['link_record', 'link_key', 'link_name', 'link_base'] LOOP
    EXECUTE format('CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry()', guarded);
  END LOOP;
END $$;

-- Whatever erases a record, or forgets what a fact of it said, takes along what linkage kept of it. The next run makes
-- anew what may still be compared.
CREATE FUNCTION hearth.forget_compared() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone uuid[];
BEGIN
  IF TG_TABLE_NAME = 'fact' THEN
    gone := ARRAY(SELECT DISTINCT a.record_id FROM after_it a JOIN before_it b USING (fact_id)
                   WHERE a.value IS DISTINCT FROM b.value);
  ELSE
    gone := ARRAY(SELECT a.record_id FROM after_it a WHERE a.subject_kind = 'erased');
  END IF;
  IF cardinality(gone) > 0 THEN
    DELETE FROM hearth.link_key k WHERE k.record_id = ANY (gone);
    DELETE FROM hearth.link_record r WHERE r.record_id = ANY (gone);
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION hearth.forget_compared() FROM PUBLIC;
CREATE TRIGGER forget_compared AFTER UPDATE ON hearth.fact
  REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION hearth.forget_compared();
CREATE TRIGGER forget_compared AFTER UPDATE ON hearth.source_record
  REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION hearth.forget_compared();

-- Records of which these batches brought something, as ids: of which items, it does not tell. At most `p_most` and one.
CREATE FUNCTION hearth.records_of_batches(p_batches uuid[], p_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT r.record_id FROM hearth.fact f JOIN hearth.source_record r USING (record_id)
   WHERE f.batch_id = ANY (p_batches) AND r.subject_kind = 'person' LIMIT p_most + 1
$$;
REVOKE ALL ON FUNCTION hearth.records_of_batches(uuid[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.records_of_batches(uuid[], integer) TO hg_link;

GRANT SELECT, INSERT, DELETE ON hearth.link_record, hearth.link_key, hearth.link_name, hearth.link_base TO hg_link;

-- Queue the linking of what batches brought, with the batch; one that already waits is enough.
CREATE FUNCTION jobs.defer_linking_new() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM procrastinate_defer_jobs_v1(ARRAY[
    ROW('linkage', 'link_new', 50, 'linkage', 'linking-new', '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1
  ]);
EXCEPTION WHEN unique_violation THEN
  NULL;
END $$;
REVOKE ALL ON FUNCTION jobs.defer_linking_new() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.defer_linking_new() TO hg_intake;
GRANT EXECUTE ON FUNCTION jobs.defer_linkage() TO hg_link;
GRANT USAGE ON SCHEMA jobs TO hg_link;

CREATE OR REPLACE FUNCTION jobs.hasten_linkage() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
  UPDATE procrastinate_jobs SET priority = 100
   WHERE task_name IN ('link_new', 'link_everything') AND status = 'todo' AND priority < 100
$$;
