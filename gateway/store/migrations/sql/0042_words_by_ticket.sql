-- The words that an erasure looks for are read under a ticket, as everything that somebody said of a person is; and no
-- entry gets a leaf that is another's.

-- As before, for who opened a ticket in this transaction whose entry names all these records.
CREATE OR REPLACE FUNCTION hearth.erasure_words(p_records uuid[])
RETURNS TABLE (record_id uuid, item text, value jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit.ticket_use u JOIN audit.ticket t USING (ticket_id) JOIN audit.opening o USING (entry_id)
     WHERE u.xact = pg_current_xact_id_if_assigned()
       AND p_records <@ ARRAY(
         SELECT r.id::uuid FROM jsonb_array_elements_text(audit.opened(o.fields, 'detail') -> 'records') AS r (id))
  ) THEN
    RAISE EXCEPTION 'no opened ticket names these records' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY SELECT DISTINCT f.record_id, i.name, f.value
    FROM hearth.fact f JOIN hearth.item i USING (item_no)
   WHERE f.record_id = ANY (p_records) AND NOT f.tombstone AND i.linkable;
END $$;
GRANT EXECUTE ON FUNCTION audit.open_ticket(uuid),
  audit.append_many(uuid[], text[], timestamptz[], bytea[], jsonb[], uuid[], integer[], text[],
    timestamptz[], integer[], uuid[], smallint[], bit varying[], bit varying[], bit varying[]) TO hg_erase;

-- The leaf where it is of this entry and class, and otherwise NULL, which no column takes: a leaf of another entry
-- could never be proved, and would stop every export of the log.
CREATE FUNCTION audit.own_leaf(p_entry uuid, p_event text, p_leaf bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN position(('"entry":"' || p_entry::text || '","event":"' || p_event || '",')::bytea IN p_leaf) > 0
              THEN p_leaf END
$$;
REVOKE ALL ON FUNCTION audit.own_leaf(uuid, text, bytea) FROM PUBLIC;

-- As before, and the leaf is the entry's own.
CREATE OR REPLACE FUNCTION audit.append_entry(p_entry uuid, p_event text, p_at timestamptz, p_leaf bytea, p_fields jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said text;
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf)
  VALUES (p_entry, p_event, p_at, audit.own_leaf(p_entry, p_event, p_leaf));
  INSERT INTO audit.opening (entry_id, fields) VALUES (p_entry, p_fields);
  INSERT INTO audit.pending (entry_id) VALUES (p_entry);
  -- Opened values are canonical JSON: "W101", or null. Assigned: PERFORM would run a query for it.
  said := set_config('hearthgate.entry', p_entry::text, true);
  said := set_config('hearthgate.actor', coalesce(trim('"' FROM nullif(p_fields #>> '{who,1}', 'null')), ''), true);
  said := set_config('hearthgate.purpose', coalesce(trim('"' FROM nullif(p_fields #>> '{purpose,1}', 'null')), ''), true);
END $$;
CREATE OR REPLACE FUNCTION audit.append_many(
  p_entries uuid[], p_events text[], p_at timestamptz[], p_leaves bytea[], p_fields jsonb[],
  p_tickets uuid[] DEFAULT '{}', p_entry_nos integer[] DEFAULT '{}', p_own_sources text[] DEFAULT '{}',
  p_not_after timestamptz[] DEFAULT '{}',
  p_ticket_nos integer[] DEFAULT '{}', p_persons uuid[] DEFAULT '{}', p_bands smallint[] DEFAULT '{}',
  p_shown bit varying[] DEFAULT '{}', p_counted bit varying[] DEFAULT '{}', p_existing bit varying[] DEFAULT '{}'
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf)
  SELECT e.id, e.event, e.at, audit.own_leaf(e.id, e.event, e.leaf)
    FROM unnest(p_entries, p_events, p_at, p_leaves) AS e (id, event, at, leaf);
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
