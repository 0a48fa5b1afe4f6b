-- The desk: what the gateway needs to work that is not about a family: batches, declarations, sessions, notices.
-- Free text that a person typed (reasons, case references) is stored encrypted.
CREATE TABLE desk.batch (
  batch_id uuid PRIMARY KEY,
  feed text NOT NULL,
  source_no smallint NOT NULL,
  agency text NOT NULL,
  sender text NOT NULL,
  idempotency_digest bytea NOT NULL,
  content_digest bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('validating', 'accepted', 'accepted in part', 'refused')),
  rows_read integer NOT NULL DEFAULT 0,
  rows_accepted integer NOT NULL DEFAULT 0,
  rows_rejected integer NOT NULL DEFAULT 0,
  rows_refused integer NOT NULL DEFAULT 0,
  rows_flagged integer NOT NULL DEFAULT 0,
  facts_new integer NOT NULL DEFAULT 0,
  facts_unchanged integer NOT NULL DEFAULT 0,
  columns_not_kept text[] NOT NULL DEFAULT '{}',
  items_not_covered text[] NOT NULL DEFAULT '{}',
  refusal_code text,
  refusal_message text,
  refusal_remedy text,
  coverage_to date,
  receipt_entry uuid,
  received_at timestamptz NOT NULL,
  finished_at timestamptz,
  UNIQUE (sender, feed, idempotency_digest)
);
CREATE INDEX batch_agency ON desk.batch (agency, received_at DESC);

CREATE TABLE desk.row_error (
  batch_id uuid NOT NULL REFERENCES desk.batch,
  row_number integer NOT NULL,
  position smallint NOT NULL,
  error_column text NOT NULL,
  error_code text NOT NULL,
  message text NOT NULL,
  how_to_fix text NOT NULL,
  PRIMARY KEY (batch_id, row_number, position)
);

-- Rows handed back, encrypted under the feed's key, readable by their sender alone for 30 days.
CREATE TABLE desk.rejected_row (
  batch_id uuid NOT NULL REFERENCES desk.batch,
  row_number integer NOT NULL,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (batch_id, row_number)
);

CREATE TABLE desk.declaration (
  declaration_id uuid PRIMARY KEY,
  subject text NOT NULL,
  agency text NOT NULL,
  role text NOT NULL,
  purpose text NOT NULL,
  family_id uuid,
  sealed_reason bytea NOT NULL,
  sealed_case_reference bytea,
  break_glass boolean NOT NULL DEFAULT false,
  declared_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE desk.assertion_seen (
  jti_digest bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

CREATE TABLE desk.session (
  session_digest bytea PRIMARY KEY,
  sealed_state bytea NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

-- What a holder tells a recipient, with its clock (direction notify). Names no person: the family is an opaque id.
CREATE TABLE desk.notice (
  notice_id uuid PRIMARY KEY,
  recipient_agency text NOT NULL,
  recipient_role text NOT NULL,
  recipient_unit text NOT NULL,
  escalates_to_role text,
  family_id uuid NOT NULL,
  purpose text NOT NULL,
  title text NOT NULL,
  reason_key bytea NOT NULL UNIQUE,
  raised_at timestamptz NOT NULL,
  read_by timestamptz NOT NULL,
  read_at timestamptz,
  escalated_at timestamptz
);

-- Requests to see what is withheld, and one-off statutory requests: a named person decides, with a clock.
CREATE TABLE desk.access_request (
  request_id uuid PRIMARY KEY,
  subject text NOT NULL,
  agency text NOT NULL,
  role text NOT NULL,
  purpose text NOT NULL,
  family_id uuid,
  decider_role text NOT NULL,
  items text[] NOT NULL,
  law text,
  sealed_reason bytea NOT NULL,
  state text NOT NULL DEFAULT 'open',
  raised_at timestamptz NOT NULL,
  answer_by timestamptz NOT NULL
);

CREATE TABLE desk.review_item (
  review_id uuid PRIMARY KEY,
  kind text NOT NULL,
  entry_id uuid NOT NULL,
  agency text NOT NULL,
  role text NOT NULL,
  raised_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open'
);

GRANT USAGE ON SCHEMA desk TO hg_desk, hg_intake, hg_link;
GRANT SELECT, INSERT, UPDATE ON desk.batch TO hg_intake, hg_desk;
GRANT SELECT, INSERT ON desk.row_error TO hg_intake;
GRANT INSERT ON desk.rejected_row TO hg_intake;
GRANT SELECT ON desk.row_error TO hg_desk;
GRANT SELECT, DELETE ON desk.rejected_row TO hg_desk;
GRANT SELECT, INSERT ON desk.declaration, desk.review_item TO hg_desk;
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.session, desk.assertion_seen TO hg_desk;
GRANT SELECT, INSERT, UPDATE ON desk.notice, desk.access_request TO hg_desk;
GRANT UPDATE (state) ON desk.review_item TO hg_desk;
GRANT SELECT, INSERT ON desk.notice TO hg_link;
