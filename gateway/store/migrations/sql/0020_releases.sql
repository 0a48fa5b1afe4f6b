-- Subject reports: from a family's or a person's handle to the person; and releases of what reports leave out.

-- Whom a handle is of. A retired person redirects to the one who holds the records now.
CREATE FUNCTION hearth.subject_of(p_handle uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH RECURSIVE step (person_id, redirect_to, number) AS (
    SELECT p.person_id, p.redirect_to, 1 FROM hearth.person p WHERE p.person_id = p_handle OR p.family_id = p_handle
    UNION ALL
    SELECT p.person_id, p.redirect_to, s.number + 1 FROM step s JOIN hearth.person p ON p.person_id = s.redirect_to
  )
  SELECT person_id FROM step ORDER BY number DESC LIMIT 1
$$;
REVOKE ALL ON FUNCTION hearth.subject_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.subject_of(uuid) TO hg_desk;

-- One officer asks, another decides, once. Of whom it is and why is sealed; who asked and who decided is in the log,
-- and here so that the database itself refuses that one person does both.
CREATE TABLE desk.subject_release (
  release_id uuid PRIMARY KEY,
  entry_id uuid NOT NULL,
  asked_by text NOT NULL,
  asked_worker text NOT NULL,
  asked_at timestamptz NOT NULL,
  recipient text NOT NULL CHECK (recipient IN ('subject', 'regulator', 'court')),
  sealed_request bytea NOT NULL,
  decided_by text,
  decided_worker text,
  decided_at timestamptz,
  approved boolean,
  CHECK ((decided_by IS NULL) = (approved IS NULL) AND (decided_at IS NULL) = (approved IS NULL)
         AND (decided_worker IS NULL) = (approved IS NULL)),
  CHECK (decided_by <> asked_by AND decided_worker <> asked_worker)
);
GRANT SELECT, INSERT ON desk.subject_release TO hg_desk;
GRANT UPDATE (decided_by, decided_worker, decided_at, approved) ON desk.subject_release TO hg_desk;
