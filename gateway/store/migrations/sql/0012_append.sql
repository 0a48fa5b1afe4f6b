-- The ledger's two calls, and the guard that no row about people changes without one of them.
-- No role inserts into the log any more: what a function writes is whole, or it is not there.

-- The transaction that appended an entry: what the guard below asks for. The caller cannot set it.
ALTER TABLE audit.pending ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();

-- Append an entry with its opening, for the sequencer to take up. Says in this transaction alone who acts and why:
-- a purpose is absent where the entry has none, and then nothing about people can be changed.
CREATE FUNCTION audit.append_entry(p_entry uuid, p_event text, p_at timestamptz, p_leaf bytea, p_fields jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf) VALUES (p_entry, p_event, p_at, p_leaf);
  INSERT INTO audit.opening (entry_id, fields) VALUES (p_entry, p_fields);
  INSERT INTO audit.pending (entry_id) VALUES (p_entry);
  -- Opened values are canonical JSON: "W101", or null.
  PERFORM set_config('hearthgate.entry', p_entry::text, true),
          set_config('hearthgate.actor', coalesce(trim('"' FROM nullif(p_fields #>> '{who,1}', 'null')), ''), true),
          set_config('hearthgate.purpose', coalesce(trim('"' FROM nullif(p_fields #>> '{purpose,1}', 'null')), ''), true);
END $$;

-- Append an authorisation and issue its ticket: both or neither, whole, and never a ticket for another's entry. The
-- arrays run in parallel, one place for each person and band. Once committed, the ticket opens rows for thirty seconds.
CREATE FUNCTION audit.authorise(
  p_entry uuid, p_event text, p_at timestamptz, p_leaf bytea, p_fields jsonb,
  p_ticket uuid, p_own_sources smallint[], p_not_after timestamptz,
  p_persons uuid[], p_bands smallint[], p_shown bit varying[], p_counted bit varying[], p_existing bit varying[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf) VALUES (p_entry, p_event, p_at, p_leaf);
  INSERT INTO audit.opening (entry_id, fields) VALUES (p_entry, p_fields);
  INSERT INTO audit.pending (entry_id) VALUES (p_entry);
  INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after)
  VALUES (p_ticket, p_entry, p_own_sources, p_not_after);
  INSERT INTO audit.ticket_subject (ticket_id, person_id, band, shown, counted, existing)
  SELECT p_ticket, s.* FROM unnest(p_persons, p_bands, p_shown, p_counted, p_existing) s;
END $$;

REVOKE ALL ON FUNCTION audit.append_entry(uuid, text, timestamptz, bytea, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit.authorise(uuid, text, timestamptz, bytea, jsonb, uuid, smallint[], timestamptz,
  uuid[], smallint[], bit varying[], bit varying[], bit varying[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.append_entry(uuid, text, timestamptz, bytea, jsonb) TO hg_ledger;
GRANT EXECUTE ON FUNCTION audit.authorise(uuid, text, timestamptz, bytea, jsonb, uuid, smallint[], timestamptz,
  uuid[], smallint[], bit varying[], bit varying[], bit varying[]) TO hg_read;
REVOKE INSERT ON audit.entry, audit.opening FROM hg_ledger;
REVOKE INSERT (entry_id) ON audit.pending FROM hg_ledger;
REVOKE INSERT (ticket_id, entry_id, own_sources, not_after) ON audit.ticket FROM hg_read;
REVOKE INSERT ON audit.ticket_subject FROM hg_read;

-- No row about people changes but in a transaction that has appended its entry before, with an actor and a purpose.
-- The settings say which entry; that it is this transaction's own, they cannot make anybody believe. Once a statement,
-- so a change of no row is refused as well.
CREATE FUNCTION audit.change_with_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF coalesce(current_setting('hearthgate.actor', true), '') = ''
     OR coalesce(current_setting('hearthgate.purpose', true), '') = '' THEN
    RAISE EXCEPTION 'a change needs an actor and a purpose' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM FROM audit.pending p
    WHERE p.entry_id = nullif(current_setting('hearthgate.entry', true), '')::uuid AND p.xact = pg_current_xact_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a change needs an entry of its own transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.change_with_entry() FROM PUBLIC;

-- Every table of the schema but the numbers of items and sources, which migrations alone write.
DO $$
DECLARE
  guarded regclass;
BEGIN
  FOR guarded IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'hearth'::regnamespace AND c.relkind IN ('r', 'p')
                    AND c.relname NOT IN ('item', 'source') LOOP
    EXECUTE format('CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry()', guarded);
  END LOOP;
END $$;
