-- Uploads that can be resumed: a file arrives in parts, each a sealed file of its own, and becomes a batch when it is
-- whole. How it is to be taken, and by whom, is sealed. What is never ended is forgotten after some days.
CREATE TABLE desk.upload (
  upload_id uuid PRIMARY KEY,
  feed text NOT NULL,
  agency text NOT NULL,
  sender text NOT NULL,
  sealed_order bytea NOT NULL,
  sealed_key bytea NOT NULL,
  key_digest bytea NOT NULL,
  encoding text NOT NULL,
  bytes_whole bigint,
  bytes_received bigint NOT NULL DEFAULT 0 CHECK (bytes_received >= 0),
  batch_id uuid REFERENCES desk.batch,
  expires_at timestamptz NOT NULL,
  CHECK (bytes_whole IS NULL OR bytes_received <= bytes_whole)
);
CREATE UNIQUE INDEX upload_key ON desk.upload (sender, feed, key_digest);
CREATE INDEX upload_expiry ON desk.upload (expires_at);

CREATE TABLE desk.upload_part (
  upload_id uuid NOT NULL REFERENCES desk.upload ON DELETE CASCADE,
  begins_at bigint NOT NULL,
  spool text NOT NULL UNIQUE,
  PRIMARY KEY (upload_id, begins_at)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.upload, desk.upload_part TO hg_intake;
