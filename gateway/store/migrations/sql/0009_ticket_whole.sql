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

-- And it belongs to an entry that is not yet a leaf: what a leaf is signed with seals what its tickets admit.
CREATE FUNCTION audit.ticket_with_its_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM audit.pending p WHERE p.entry_id = NEW.entry_id) THEN
    RAISE EXCEPTION 'a ticket needs an authorisation of its own' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION audit.ticket_with_its_entry() FROM PUBLIC;
CREATE TRIGGER ticket_with_entry BEFORE INSERT ON audit.ticket
  FOR EACH ROW EXECUTE FUNCTION audit.ticket_with_its_entry();
