-- Break-glass: who opened a family in an emergency, whom that was told, and the second person who looked at it.

-- One row a declaration. Without a second person by `confirm_by` the reader's right to break-glass rests, until an
-- officer lifts that. The reader's name is sealed; the family is not here: whoever may know it reads the log.
CREATE TABLE desk.emergency (
  emergency_id uuid PRIMARY KEY,
  declaration_id uuid NOT NULL UNIQUE REFERENCES desk.declaration,
  entry_id uuid NOT NULL,
  subject text NOT NULL,
  worker text NOT NULL,
  sealed_name bytea NOT NULL,
  agency text NOT NULL,
  role text NOT NULL,
  team text NOT NULL,
  purpose text NOT NULL,
  agreement text NOT NULL,
  opened_at timestamptz NOT NULL,
  confirm_by timestamptz,
  answered_at timestamptz,
  answered_by text,
  justified boolean,
  suspended_at timestamptz,
  lifted_at timestamptz,
  lifted_by text,
  CHECK ((answered_at IS NULL) = (justified IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
  CHECK (lifted_at IS NULL OR suspended_at IS NOT NULL)
);
CREATE INDEX emergency_subject ON desk.emergency (subject);

CREATE TABLE desk.emergency_alert (
  emergency_id uuid NOT NULL REFERENCES desk.emergency,
  agency text NOT NULL,
  role text NOT NULL,
  raised_at timestamptz NOT NULL,
  PRIMARY KEY (emergency_id, agency, role)
);

GRANT SELECT, INSERT ON desk.emergency, desk.emergency_alert TO hg_desk;
GRANT UPDATE (answered_at, answered_by, justified, suspended_at, lifted_at, lifted_by) ON desk.emergency TO hg_desk;
