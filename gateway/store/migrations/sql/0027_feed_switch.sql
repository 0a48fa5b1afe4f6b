-- Feeds that are switched on, watched, and told of.

-- A feed starts off. One officer proposes to switch it on, another decides; the words of both are sealed.
CREATE TABLE desk.feed_switch (
  switch_id uuid PRIMARY KEY,
  feed text NOT NULL,
  purpose text NOT NULL,
  dpia text NOT NULL,
  dpia_line text NOT NULL,
  use text NOT NULL CHECK (use IN ('match-only', 'full')),
  error_budget double precision NOT NULL CHECK (error_budget BETWEEN 0 AND 1),
  rhythm text NOT NULL,
  usual_rows integer CHECK (usual_rows > 0),
  sealed_words bytea NOT NULL,
  state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'refused', 'on', 'off')),
  proposed_by text NOT NULL,
  proposed_worker text NOT NULL,
  proposed_at timestamptz NOT NULL,
  decided_by text,
  decided_worker text,
  decided_at timestamptz,
  off_worker text,
  off_at timestamptz,
  sealed_off bytea,
  CHECK (decided_by <> proposed_by AND decided_worker <> proposed_worker),
  CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_worker IS NULL)
         AND (decided_by IS NULL) = (decided_at IS NULL)),
  CHECK ((state = 'off') = (off_at IS NOT NULL) AND (off_at IS NULL) = (off_worker IS NULL))
);
CREATE UNIQUE INDEX feed_switch_on ON desk.feed_switch (feed) WHERE state = 'on';
CREATE UNIQUE INDEX feed_switch_proposed ON desk.feed_switch (feed) WHERE state = 'proposed';

-- What was proposed stays as it was proposed; a state moves one way. Each act is an entry of its own transaction.
CREATE FUNCTION desk.feed_switch_moves() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state = 'proposed' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.state, NEW.state) IN (('proposed', 'on'), ('proposed', 'refused'), ('on', 'off')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a switch is proposed, decided on and turned off, in this order' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER moves BEFORE INSERT OR UPDATE ON desk.feed_switch
  FOR EACH ROW EXECUTE FUNCTION desk.feed_switch_moves();
CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON desk.feed_switch
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();

-- What a batch looked like, column by column, from a sample of its rows: figures, and no value.
CREATE TABLE desk.batch_column (
  batch_id uuid NOT NULL REFERENCES desk.batch,
  column_name text NOT NULL,
  looked_at integer NOT NULL,
  empty integer NOT NULL,
  new_codes integer NOT NULL,
  PRIMARY KEY (batch_id, column_name)
);

-- Codes that a column of few different values has held, as keyed digests.
CREATE TABLE desk.feed_code (
  feed text NOT NULL,
  column_name text NOT NULL,
  code_digest bytea NOT NULL CHECK (octet_length(code_digest) = 32),
  PRIMARY KEY (feed, column_name, code_digest)
);

-- Something about a feed that its sender and the council should know. `part` is a column's name, or empty; `sender`
-- is empty where it is about whatever comes of the feed.
CREATE TABLE desk.feed_alert (
  alert_id uuid PRIMARY KEY,
  feed text NOT NULL,
  agency text NOT NULL,
  sender text NOT NULL DEFAULT '',
  kind text NOT NULL,
  part text NOT NULL DEFAULT '',
  batch_id uuid REFERENCES desk.batch,
  observed double precision NOT NULL,
  expected double precision NOT NULL,
  raised_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text,
  closed_at timestamptz,
  CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);
CREATE UNIQUE INDEX feed_alert_open ON desk.feed_alert (feed, agency, sender, kind, part) WHERE closed_at IS NULL;
CREATE INDEX feed_alert_agency ON desk.feed_alert (agency, raised_at DESC);
CREATE INDEX batch_feed ON desk.batch (feed, received_at DESC);

-- Where a partner is told what happened, and what it was told. Secrets are sealed; a message holds ids only.
CREATE TABLE desk.webhook (
  webhook_id uuid PRIMARY KEY,
  agency text NOT NULL,
  address text NOT NULL,
  events text[] NOT NULL,
  sealed_secret bytea NOT NULL,
  sealed_previous bytea,
  previous_until timestamptz,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  failing_since timestamptz,
  disabled_at timestamptz,
  removed_at timestamptz,
  CHECK ((sealed_previous IS NULL) = (previous_until IS NULL))
);
CREATE INDEX webhook_agency ON desk.webhook (agency) WHERE removed_at IS NULL;

CREATE TABLE desk.webhook_delivery (
  delivery_id uuid PRIMARY KEY,
  webhook_id uuid NOT NULL REFERENCES desk.webhook,
  event text NOT NULL,
  body jsonb NOT NULL,
  happened_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given up')),
  attempts smallint NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  last_status smallint,
  last_problem text,
  finished_at timestamptz
);
CREATE INDEX webhook_delivery_due ON desk.webhook_delivery (next_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of ON desk.webhook_delivery (webhook_id, happened_at DESC);

-- Keys and agreements of whose end a partner was told: once each.
CREATE TABLE desk.webhook_told (
  webhook_id uuid NOT NULL REFERENCES desk.webhook,
  what text NOT NULL,
  PRIMARY KEY (webhook_id, what)
);

-- Queue one delivery run in the transaction in which something happened; one that already waits is enough.
CREATE FUNCTION jobs.defer_webhooks() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM procrastinate_defer_jobs_v1(ARRAY[
    ROW('webhooks', 'deliver_webhooks', 0, 'webhooks', 'webhooks', '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1
  ]);
EXCEPTION WHEN unique_violation THEN
  NULL;
END $$;
REVOKE ALL ON FUNCTION jobs.defer_webhooks() FROM PUBLIC;
GRANT USAGE ON SCHEMA jobs TO hg_desk;
GRANT EXECUTE ON FUNCTION jobs.defer_webhooks() TO hg_intake, hg_desk;

GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_worker, decided_at, off_worker, off_at, sealed_off)
  ON desk.feed_switch TO hg_desk;
GRANT INSERT ON desk.batch_column TO hg_intake;
GRANT SELECT, INSERT ON desk.feed_code TO hg_intake;
GRANT SELECT ON desk.batch_column TO hg_desk;
GRANT SELECT, INSERT, UPDATE (acknowledged_at, acknowledged_by, closed_at) ON desk.feed_alert TO hg_desk;
GRANT SELECT, INSERT, UPDATE (sealed_secret, sealed_previous, previous_until, failing_since, disabled_at, removed_at)
  ON desk.webhook TO hg_desk;
GRANT SELECT, INSERT, UPDATE (state, attempts, next_at, last_status, last_problem, finished_at)
  ON desk.webhook_delivery TO hg_desk;
GRANT SELECT, INSERT ON desk.webhook_told TO hg_desk;
GRANT SELECT (webhook_id, agency, events, disabled_at, removed_at) ON desk.webhook TO hg_intake;
GRANT INSERT ON desk.webhook_delivery TO hg_intake;
