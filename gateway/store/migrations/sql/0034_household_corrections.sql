-- What stewards say of who belongs to a household, beside what is derived.

-- A correction is about a person by one of their records, so that it stays theirs whatever linkage makes of persons, and
-- about a household by an id that redirects. It is never changed: one that does not hold any more is withdrawn in a row
-- of its own. `source_nos`: the sources that its evidence rests on; none where it is the council's own statement.
CREATE TABLE hearth.household_correction (
  correction_id uuid PRIMARY KEY,
  household_id uuid NOT NULL,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  belongs boolean NOT NULL,
  valid_from date,
  valid_to date,
  source_nos smallint[] NOT NULL,
  sealed_reason bytea NOT NULL,
  corrected_by text NOT NULL,
  corrected_at timestamptz NOT NULL,
  CHECK (valid_from <= valid_to)
);
CREATE INDEX household_correction_record ON hearth.household_correction (record_id);
CREATE INDEX household_correction_household ON hearth.household_correction (household_id);

CREATE TABLE hearth.household_correction_withdrawn (
  correction_id uuid PRIMARY KEY REFERENCES hearth.household_correction,
  sealed_reason bytea NOT NULL,
  withdrawn_by text NOT NULL,
  withdrawn_at timestamptz NOT NULL
);

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['household_correction', 'household_correction_withdrawn'] LOOP
    EXECUTE format('CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry()', guarded);
  END LOOP;
END $$;

CREATE FUNCTION hearth.forget_household_corrections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM hearth.household_correction_withdrawn w USING hearth.household_correction c
   WHERE c.correction_id = w.correction_id AND c.record_id = NEW.record_id;
  DELETE FROM hearth.household_correction WHERE record_id = NEW.record_id;
  RETURN NULL;
END $$;
CREATE TRIGGER household_corrections_of_an_erased_record AFTER UPDATE OF subject_kind ON hearth.source_record
  FOR EACH ROW WHEN (NEW.subject_kind = 'erased') EXECUTE FUNCTION hearth.forget_household_corrections();

-- Corrections that stand, each with the person and the household of now; those of a household that ended are at rest.
CREATE VIEW hearth.household_correction_standing AS
  WITH RECURSIVE chain AS (
    SELECT c.correction_id, c.household_id FROM hearth.household_correction c
     WHERE NOT EXISTS (SELECT FROM hearth.household_correction_withdrawn w WHERE w.correction_id = c.correction_id)
     UNION
    SELECT n.correction_id, h.redirect_to FROM chain n JOIN hearth.household h ON h.household_id = n.household_id
     WHERE h.redirect_to IS NOT NULL
  )
  SELECT c.correction_id, h.household_id, c.record_id, l.person_id, c.belongs, c.valid_from, c.valid_to, c.source_nos,
         c.corrected_by, c.corrected_at
    FROM chain n
    JOIN hearth.household h ON h.household_id = n.household_id AND h.retired_at IS NULL
    JOIN hearth.household_correction c ON c.correction_id = n.correction_id
    JOIN hearth.link l ON l.record_id = c.record_id AND l.superseded_at IS NULL;

-- Whom a correction takes out of a household is looked at as before: what a reader may not see of the correction must
-- change nothing for them, and what protects people of one home goes on doing so.
CREATE OR REPLACE FUNCTION hearth.neighbours(p_persons uuid[]) RETURNS TABLE (person_id uuid, other_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.person_id, b.person_id
    FROM hearth.household_member a JOIN hearth.household_member b USING (household_id)
   WHERE a.person_id = ANY (p_persons) AND a.person_id <> b.person_id
   UNION
  SELECT k.person_id, k.other_id FROM hearth.kin k WHERE k.person_id = ANY (p_persons)
   UNION
  SELECT c.person_id, m.person_id
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id)
   WHERE NOT c.belongs AND c.person_id = ANY (p_persons) AND c.person_id <> m.person_id
   UNION
  SELECT m.person_id, c.person_id
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id)
   WHERE NOT c.belongs AND m.person_id = ANY (p_persons) AND c.person_id <> m.person_id
$$;

-- Corrections between people whom this transaction's opened ticket is about, as ties between two of them.
CREATE FUNCTION hearth.corrected_ties() RETURNS TABLE (
  person_id uuid, other_id uuid, belongs boolean, valid_from date, valid_to date, source_nos smallint[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH subject AS (
    SELECT array_agg(DISTINCT s.person_id) AS persons
      FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
     WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
  )
  SELECT c.person_id, m.person_id, c.belongs, c.valid_from, c.valid_to, c.source_nos
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id), subject s
   WHERE c.person_id = ANY (s.persons) AND m.person_id = ANY (s.persons) AND c.person_id <> m.person_id
   ORDER BY c.corrected_at, c.correction_id, m.person_id
$$;

REVOKE ALL ON FUNCTION hearth.forget_household_corrections(), hearth.corrected_ties() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.corrected_ties() TO hg_read;
GRANT SELECT, INSERT ON hearth.household_correction, hearth.household_correction_withdrawn TO hg_link;
GRANT SELECT ON hearth.household_correction_standing TO hg_link;
