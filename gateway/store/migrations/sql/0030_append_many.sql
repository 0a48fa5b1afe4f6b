-- Entries of several readers go into the log in one transaction, with one wait for the disk: see
-- docs/decisions/0020-appending.md.

-- Append entries with their openings, and issue the tickets of those that authorise a read. Arrays of one group run in
-- parallel: an entry each; a ticket each, `p_entry_nos` saying to which of the entries above it belongs; and a person
-- and band each, `p_ticket_nos` saying of which ticket. So a ticket is of an entry that this call appends, and whole. A
-- number that there is not gives NULL, which no column takes. Nobody acts here for whom a row about people may change:
-- the settings that say so stay as they are.
CREATE FUNCTION audit.append_many(
  p_entries uuid[], p_events text[], p_at timestamptz[], p_leaves bytea[], p_fields jsonb[],
  p_tickets uuid[] DEFAULT '{}', p_entry_nos integer[] DEFAULT '{}', p_own_sources text[] DEFAULT '{}',
  p_not_after timestamptz[] DEFAULT '{}',
  p_ticket_nos integer[] DEFAULT '{}', p_persons uuid[] DEFAULT '{}', p_bands smallint[] DEFAULT '{}',
  p_shown bit varying[] DEFAULT '{}', p_counted bit varying[] DEFAULT '{}', p_existing bit varying[] DEFAULT '{}'
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf)
  SELECT * FROM unnest(p_entries, p_events, p_at, p_leaves);
  INSERT INTO audit.opening (entry_id, fields) SELECT * FROM unnest(p_entries, p_fields);
  INSERT INTO audit.pending (entry_id) SELECT * FROM unnest(p_entries);
  IF cardinality(p_tickets) > 0 THEN
    INSERT INTO audit.ticket (ticket_id, entry_id, own_sources, not_after)
    SELECT t.ticket_id, p_entries[t.entry_no], t.own_sources::smallint[], t.not_after
      FROM unnest(p_tickets, p_entry_nos, p_own_sources, p_not_after) AS t (ticket_id, entry_no, own_sources, not_after);
    INSERT INTO audit.ticket_subject (ticket_id, person_id, band, shown, counted, existing)
    SELECT p_tickets[s.ticket_no], s.person_id, s.band, s.shown, s.counted, s.existing
      FROM unnest(p_ticket_nos, p_persons, p_bands, p_shown, p_counted, p_existing)
           AS s (ticket_no, person_id, band, shown, counted, existing);
  END IF;
END $$;

REVOKE ALL ON FUNCTION audit.append_many(uuid[], text[], timestamptz[], bytea[], jsonb[], uuid[], integer[], text[],
  timestamptz[], integer[], uuid[], smallint[], bit varying[], bit varying[], bit varying[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.append_many(uuid[], text[], timestamptz[], bytea[], jsonb[], uuid[], integer[], text[],
  timestamptz[], integer[], uuid[], smallint[], bit varying[], bit varying[], bit varying[]) TO hg_read;

-- One entry with its ticket is a group of one.
DROP FUNCTION audit.authorise(uuid, text, timestamptz, bytea, jsonb, uuid, smallint[], timestamptz,
  uuid[], smallint[], bit varying[], bit varying[], bit varying[]);

-- Batches differ in nothing that a plan could use: one plan serves all.
ALTER FUNCTION audit.write_cards(uuid[], bigint[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION audit.write_subject_lists(bigint, bigint) SET plan_cache_mode = force_generic_plan;
