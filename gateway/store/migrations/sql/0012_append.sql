-- The ledger's two calls, and the guard that no row about people changes without one of them.
-- No role inserts into the log any more: what a function writes is whole, or it is not there.

-- A function is for whom it is granted to, one that is written later too: nothing is everybody's.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA audit, desk, hearth, jobs FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The transaction that appended an entry: what the guard below asks for. The caller cannot set it.
ALTER TABLE audit.pending ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();

-- Append an entry with its opening, for the sequencer to take up. Says in this transaction alone who acts and why:
-- a purpose is absent where the entry has none, and then nothing about people can be changed.
CREATE FUNCTION audit.append_entry(p_entry uuid, p_event text, p_at timestamptz, p_leaf bytea, p_fields jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said text;
BEGIN
  INSERT INTO audit.entry (entry_id, event_class, recorded_at, leaf) VALUES (p_entry, p_event, p_at, p_leaf);
  INSERT INTO audit.opening (entry_id, fields) VALUES (p_entry, p_fields);
  INSERT INTO audit.pending (entry_id) VALUES (p_entry);
  -- Opened values are canonical JSON: "W101", or null. Assigned: PERFORM would run a query for it.
  said := set_config('hearthgate.entry', p_entry::text, true);
  said := set_config('hearthgate.actor', coalesce(trim('"' FROM nullif(p_fields #>> '{who,1}', 'null')), ''), true);
  said := set_config('hearthgate.purpose', coalesce(trim('"' FROM nullif(p_fields #>> '{purpose,1}', 'null')), ''), true);
END $$;

-- Append an authorisation and issue its ticket: both or neither, whole, and never a ticket for another's entry. The
-- arrays run in parallel, one place for each person and band. Once committed, the ticket opens rows for thirty seconds.
-- One plan for all: a plan made for each call's arrays costs more than it saves.
CREATE FUNCTION audit.authorise(
  p_entry uuid, p_event text, p_at timestamptz, p_leaf bytea, p_fields jsonb,
  p_ticket uuid, p_own_sources smallint[], p_not_after timestamptz,
  p_persons uuid[], p_bands smallint[], p_shown bit varying[], p_counted bit varying[], p_existing bit varying[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
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

-- What the two functions write belongs together because they write it: asking once more, row by row, whether an
-- opening has its entry or a subject its ticket cost more than the inserts. The verifier looks for what lacks its
-- other half, whoever took it away.
ALTER TABLE audit.opening DROP CONSTRAINT opening_entry_id_fkey;
ALTER TABLE audit.pending DROP CONSTRAINT pending_entry_id_fkey;
ALTER TABLE audit.ticket DROP CONSTRAINT ticket_entry_id_fkey;
ALTER TABLE audit.ticket_subject DROP CONSTRAINT ticket_subject_ticket_id_fkey;
ALTER TABLE audit.ticket_use DROP CONSTRAINT ticket_use_ticket_id_fkey;
DROP TRIGGER ticket_subject_with_ticket ON audit.ticket_subject;
DROP TRIGGER ticket_with_entry ON audit.ticket;
DROP FUNCTION audit.subjects_with_their_ticket(), audit.ticket_with_its_entry();

-- Salts do not shrink, so trying to compress an opening is work for nothing; it stays in its row. Officers search
-- cards, not openings.
ALTER TABLE audit.opening ALTER COLUMN fields SET STORAGE EXTERNAL;
ALTER TABLE audit.opening SET (toast_tuple_target = 8160);
ALTER TABLE audit.entry ALTER COLUMN leaf SET STORAGE EXTERNAL;
DROP INDEX audit.opening_who, audit.opening_household, audit.entry_newest;

-- What a ticket admits is worked out once, when it is opened, and not once more for every part of the policy that
-- asks: `records` it reaches, and for each the `place` of its masks among all slots' masks (slot times width). Since
-- when a person is protected is asked only where a row tells a location. A ticket opened before this stands for
-- nothing: it was spent within its transaction.
ALTER TABLE audit.ticket_use ADD COLUMN records uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE audit.ticket_use ADD COLUMN places integer[] NOT NULL DEFAULT '{}';
ALTER TABLE audit.ticket_use ADD COLUMN width integer NOT NULL DEFAULT 1;
ALTER TABLE audit.ticket_use ALTER COLUMN records DROP DEFAULT, ALTER COLUMN places DROP DEFAULT,
  ALTER COLUMN width DROP DEFAULT;

-- As before, and one ticket a transaction: two would be read as one. A used one is met by the primary key.
CREATE OR REPLACE FUNCTION audit.open_ticket(p_ticket uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  INSERT INTO audit.ticket_use (ticket_id, records, places, width)
  SELECT t.ticket_id, coalesce(a.records, '{}'), coalesce(a.places, '{}'), coalesce(a.width, 1)
    FROM audit.ticket t
   CROSS JOIN LATERAL (
     SELECT array_agg(l.record_id) AS records, array_agg(s.slot * s.width) AS places, max(s.width) AS width
       FROM (SELECT b.person_id, b.band, length(b.shown) AS width,
                    (row_number() OVER (ORDER BY b.person_id, b.band) - 1)::integer AS slot
               FROM audit.ticket_subject b WHERE b.ticket_id = p_ticket) s
       JOIN hearth.link l ON l.person_id = s.person_id AND l.band = s.band AND l.superseded_at IS NULL) a
   WHERE t.ticket_id = p_ticket
     AND t.xact <> pg_current_xact_id()
     AND t.issued_at > clock_timestamp() - interval '30 seconds'
     AND t.not_after > clock_timestamp()
     AND NOT EXISTS (SELECT FROM audit.ticket_use u WHERE u.xact = pg_current_xact_id()
                        AND u.used_at > clock_timestamp() - interval '5 minutes')
      ON CONFLICT (ticket_id) DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no committed and fresh authorisation that was not used before'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

CREATE AGGREGATE audit.joined_bits(bit varying) (SFUNC = bitcat, STYPE = bit varying, INITCOND = '');
REVOKE ALL ON FUNCTION audit.joined_bits(bit varying) FROM PUBLIC;

-- In the order of `permit_records`.
CREATE OR REPLACE FUNCTION hearth.permit_rows() RETURNS SETOF hearth.permit_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH used AS MATERIALIZED (
    SELECT u.ticket_id, u.records, u.places, u.width FROM audit.ticket_use u
     WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
  ), subject AS MATERIALIZED (
    SELECT (row_number() OVER (ORDER BY s.person_id, s.band) - 1)::integer AS slot,
           hearth.protected_since(s.person_id) AS since
      FROM used u JOIN audit.ticket_subject s USING (ticket_id)
  )
  SELECT r.record_id, s.slot, s.since
    FROM used u, unnest(u.records, u.places) WITH ORDINALITY AS r (record_id, place, number), subject s
   WHERE s.slot = r.place / u.width
   ORDER BY r.number
$$;

CREATE OR REPLACE FUNCTION hearth.permit_records() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.records FROM audit.ticket_use u
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE FUNCTION hearth.permit_places() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.places FROM audit.ticket_use u
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE OR REPLACE FUNCTION hearth.permit_protected() RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT array_agg(p.protected_since) FROM hearth.permit_rows() p
$$;

CREATE OR REPLACE FUNCTION hearth.permit_width() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.width FROM audit.ticket_use u
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE OR REPLACE FUNCTION hearth.permit_bits(p_kind text) RETURNS bit varying
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT audit.joined_bits(CASE p_kind WHEN 'shown' THEN s.shown WHEN 'counted' THEN s.counted ELSE s.existing END
                           ORDER BY s.person_id, s.band)
    FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE OR REPLACE FUNCTION hearth.permit_own_sources() RETURNS smallint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.own_sources FROM audit.ticket_use u JOIN audit.ticket t ON t.ticket_id = u.ticket_id
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;
REVOKE ALL ON FUNCTION hearth.permit_places() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.permit_places() TO hg_read;

-- The same cell as `hearth.judged_item` gives, written out: each part in brackets runs once in a query, and those
-- about protection only where a row tells a location. A mask, a place or a record that is not there admits nothing.
ALTER POLICY fact_by_ticket ON hearth.fact USING (
  record_id = ANY ((SELECT hearth.permit_records())::uuid[])
  AND get_bit(
    (SELECT hearth.permit_bits('shown')),
    ((SELECT hearth.permit_places())::integer[])[array_position((SELECT hearth.permit_records())::uuid[], record_id)]
      + source_no * 256
      + CASE WHEN item_no = ANY ((SELECT hearth.location_items())::smallint[])
                  AND coalesce(valid_from, (recorded_at AT TIME ZONE 'UTC')::date) >=
                      ((SELECT hearth.permit_protected())::date[])[
                        array_position((SELECT hearth.permit_records())::uuid[], record_id)]
                  AND NOT source_no = ANY ((SELECT hearth.permit_own_sources())::smallint[])
             THEN (SELECT hearth.protected_location_item()) ELSE item_no END
  ) = 1
);
REVOKE EXECUTE ON FUNCTION hearth.permit_slots(), hearth.permit_width() FROM hg_read;
DROP FUNCTION hearth.permit_slots();

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
