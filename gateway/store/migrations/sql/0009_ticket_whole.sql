-- The subjects of a ticket are written by the transaction that issues it. One added later would be read before it is
-- committed: insert a subject into a committed ticket, open it, select, roll back, and nothing says what was read.
CREATE FUNCTION audit.subjects_with_their_ticket() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN audit.ticket t ON t.ticket_id = a.ticket_id
              WHERE t.xact <> pg_current_xact_id()) THEN
    RAISE EXCEPTION 'a ticket is whole when it is issued' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.subjects_with_their_ticket() FROM PUBLIC;
CREATE TRIGGER ticket_subject_with_ticket AFTER INSERT ON audit.ticket_subject
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.subjects_with_their_ticket();
