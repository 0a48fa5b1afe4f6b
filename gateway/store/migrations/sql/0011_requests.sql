-- Requests under a law that is named: the law sealed, the entry, and the answer of the person who decides.

-- What was stored in clear is not carried over; the entry of an earlier request still says its law.
ALTER TABLE desk.access_request DROP COLUMN law;
ALTER TABLE desk.access_request ADD COLUMN sealed_law bytea;
ALTER TABLE desk.access_request ADD COLUMN entry_id uuid;
ALTER TABLE desk.access_request ADD COLUMN overdue_at timestamptz;

-- One answer a request, never changed. What was granted, the bases, the reason and who gave it are sealed together.
CREATE TABLE desk.access_answer (
  request_id uuid PRIMARY KEY REFERENCES desk.access_request,
  entry_id uuid NOT NULL,
  person text NOT NULL,
  answered_at timestamptz NOT NULL,
  sealed_answer bytea NOT NULL
);

GRANT SELECT, INSERT ON desk.access_answer TO hg_desk;
