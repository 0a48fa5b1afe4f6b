-- Pulls from partners, and where each left off.

-- One row a pull. The cursor is sealed, because its links are the partner's own words; secrets are never here.
CREATE TABLE desk.pull (
  name text PRIMARY KEY,
  feed text NOT NULL,
  sealed_cursor bytea,
  started_at timestamptz,
  finished_at timestamptz,
  outcome text,
  failures int NOT NULL DEFAULT 0 CHECK (failures >= 0),
  next_at timestamptz NOT NULL,
  batch_id uuid REFERENCES desk.batch,
  batches int NOT NULL DEFAULT 0,
  records int NOT NULL DEFAULT 0,
  requests int NOT NULL DEFAULT 0
);

-- Which version of a record a partner last gave us, under the keyed digest of the number that was asked for.
CREATE TABLE desk.pull_tag (
  name text NOT NULL,
  key_digest bytea NOT NULL,
  tag text NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (name, key_digest)
);

GRANT SELECT, INSERT, UPDATE ON desk.pull TO hg_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.pull_tag TO hg_desk;

-- An event that cannot wait: the linkage run that waits for it goes before every other job.
CREATE FUNCTION jobs.hasten_linkage() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
  UPDATE procrastinate_jobs SET priority = 100
   WHERE task_name = 'link_everything' AND status = 'todo' AND priority < 100
$$;
REVOKE ALL ON FUNCTION jobs.hasten_linkage() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION jobs.hasten_linkage() TO hg_intake;
