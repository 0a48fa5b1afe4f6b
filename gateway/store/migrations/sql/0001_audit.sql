-- The audit log. Rows are inserted and never changed: no role but hg_erase (openings only) may update or delete.
CREATE SCHEMA audit;
CREATE SCHEMA hearth;

CREATE TABLE audit.entry (
  entry_id uuid PRIMARY KEY,
  event_class text NOT NULL,
  recorded_at timestamptz NOT NULL,
  leaf bytea NOT NULL CHECK (octet_length(leaf) <= 65536)
);

-- Salts and opened values of an entry's commitments: erasable, apart from the leaf, which leaves the council.
CREATE TABLE audit.opening (
  entry_id uuid PRIMARY KEY REFERENCES audit.entry,
  fields jsonb NOT NULL
);

-- Committed entries that are not yet leaves. Drained by the sequencer; never chase ids, commits arrive out of order.
CREATE TABLE audit.pending (
  entry_id uuid PRIMARY KEY REFERENCES audit.entry,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE audit.leaf (
  leaf_index bigint PRIMARY KEY CHECK (leaf_index >= 0),
  entry_id uuid NOT NULL UNIQUE REFERENCES audit.entry,
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32)
);

-- Hashes of perfect subtrees, so that any proof is one indexed query.
CREATE TABLE audit.node (
  level smallint NOT NULL,
  node_index bigint NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (level, node_index)
);

CREATE TABLE audit.checkpoint (
  tree_size bigint PRIMARY KEY,
  note text NOT NULL,
  signed_at timestamptz NOT NULL
);

-- One row: the size that the next batch starts from; two sequencers cannot both advance it.
CREATE TABLE audit.head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  tree_size bigint NOT NULL
);
INSERT INTO audit.head (tree_size) VALUES (0);

-- An authorisation that was committed: what row-level security asks for before it shows a row.
CREATE TABLE audit.ticket (
  ticket_id uuid PRIMARY KEY,
  entry_id uuid NOT NULL REFERENCES audit.entry,
  own_sources smallint[] NOT NULL,
  not_after timestamptz NOT NULL,
  issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  xact xid8 NOT NULL DEFAULT pg_current_xact_id()
);

-- Masks per subject and link band: `shown` admits rows, `counted` and `existing` admit only a number or a yes.
CREATE TABLE audit.ticket_subject (
  ticket_id uuid NOT NULL REFERENCES audit.ticket,
  person_id uuid NOT NULL,
  band smallint NOT NULL CHECK (band BETWEEN 0 AND 3),
  shown bit varying NOT NULL,
  counted bit varying NOT NULL,
  existing bit varying NOT NULL,
  PRIMARY KEY (ticket_id, person_id, band)
);

CREATE TABLE audit.ticket_use (
  ticket_id uuid PRIMARY KEY REFERENCES audit.ticket,
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  used_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ticket_use_xact ON audit.ticket_use (xact);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER ticket_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.ticket
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- Redeem a ticket in the transaction that reads. It must have been committed by another transaction, be under
-- thirty seconds old, still permitted, and not used before; a second use meets the primary key.
CREATE FUNCTION audit.open_ticket(p_ticket uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM 1 FROM audit.ticket t
   WHERE t.ticket_id = p_ticket
     AND t.xact <> pg_current_xact_id()
     AND t.issued_at > clock_timestamp() - interval '30 seconds'
     AND t.not_after > clock_timestamp();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no committed and fresh authorisation' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit.ticket_use (ticket_id) VALUES (p_ticket);
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION 'this authorisation was used before' USING ERRCODE = 'insufficient_privilege';
END $$;

REVOKE ALL ON FUNCTION audit.open_ticket(uuid) FROM PUBLIC;
GRANT USAGE ON SCHEMA audit TO hg_ledger, hg_read, hg_sequence, hg_erase, hg_desk;
GRANT INSERT ON audit.entry, audit.opening TO hg_ledger;
GRANT INSERT (entry_id) ON audit.pending TO hg_ledger;
GRANT INSERT (ticket_id, entry_id, own_sources, not_after) ON audit.ticket TO hg_read;
GRANT INSERT ON audit.ticket_subject TO hg_read;
GRANT EXECUTE ON FUNCTION audit.open_ticket(uuid) TO hg_read;
GRANT SELECT ON audit.entry, audit.leaf, audit.node, audit.checkpoint, audit.head, audit.pending TO hg_sequence;
GRANT INSERT ON audit.leaf, audit.node, audit.checkpoint TO hg_sequence;
GRANT DELETE ON audit.pending TO hg_sequence;
GRANT UPDATE (tree_size) ON audit.head TO hg_sequence;
-- The log's own reader (officers' pages, receipts, verifier, exports): every such reading is an entry too.
GRANT SELECT ON audit.entry, audit.opening, audit.leaf, audit.node, audit.checkpoint, audit.head, audit.pending
  TO hg_desk;
GRANT SELECT, UPDATE ON audit.opening TO hg_erase;
