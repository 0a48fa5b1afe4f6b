-- What the opened ticket admits, read by a policy as cheaply as a row is read; measured in
-- docs/decisions/0020-appending.md. A call of a function that runs with its owner's rights sets a search path and starts
-- a query of its own: six such calls cost a search as much as everything else that it asks. A view has its owner's
-- rights as well, and is planned with the query that names it.

-- All subjects' masks of what may be shown, joined in the order of `places`. A ticket opened before this is spent.
ALTER TABLE audit.ticket_use ADD COLUMN shown bit varying NOT NULL DEFAULT '';
ALTER TABLE audit.ticket_use ALTER COLUMN shown DROP DEFAULT;

-- As before, and the masks are joined here.
CREATE OR REPLACE FUNCTION audit.open_ticket(p_ticket uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  INSERT INTO audit.ticket_use (ticket_id, records, places, width, shown)
  SELECT t.ticket_id, coalesce(a.records, '{}'), coalesce(a.places, '{}'), coalesce(a.width, 1),
         coalesce((SELECT audit.joined_bits(b.shown ORDER BY b.person_id, b.band)
                     FROM audit.ticket_subject b WHERE b.ticket_id = p_ticket), '')
    FROM audit.ticket t
   CROSS JOIN LATERAL (
     SELECT array_agg(l.record_id) AS records, array_agg(s.slot * s.width) AS places, max(s.width) AS width
       FROM (SELECT b.person_id, b.band, length(b.shown) AS width,
                    (row_number() OVER (ORDER BY b.person_id, b.band) - 1)::integer AS slot
               FROM audit.ticket_subject b WHERE b.ticket_id = p_ticket) s
      CROSS JOIN LATERAL (SELECT k.record_id FROM hearth.link k
                           WHERE k.person_id = s.person_id AND k.band = s.band AND k.superseded_at IS NULL OFFSET 0) l
     ) a
   WHERE t.ticket_id = p_ticket
     AND t.xact <> pg_current_xact_id()
     AND t.issued_at > clock_timestamp() - interval '30 seconds'
     AND t.not_after > clock_timestamp()
     AND NOT EXISTS (SELECT FROM audit.ticket_use u WHERE u.xact = pg_current_xact_id()
                        AND u.used_at > clock_timestamp() - interval '5 minutes' OFFSET 0)
      ON CONFLICT (ticket_id) DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no committed and fresh authorisation that was not used before'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

-- The ticket that this very transaction has opened; no row before that.
CREATE VIEW hearth.permit WITH (security_barrier) AS
  SELECT u.records, u.places, u.shown FROM audit.ticket_use u
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes';

CREATE INDEX item_location ON hearth.item (item_no) WHERE location_bearing;
CREATE VIEW hearth.location_item WITH (security_barrier) AS
  SELECT coalesce(array_agg(i.item_no), '{}') AS items FROM hearth.item i WHERE i.location_bearing;
GRANT SELECT ON hearth.permit, hearth.location_item TO hg_read;

-- As before. What tells since when somebody is protected stays a function: few rows ask it.
ALTER POLICY fact_by_ticket ON hearth.fact USING (
  record_id = ANY ((SELECT p.records FROM hearth.permit p)::uuid[])
  AND get_bit(
    (SELECT p.shown FROM hearth.permit p),
    ((SELECT p.places FROM hearth.permit p)::integer[])[
        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
      + source_no * 256
      + CASE WHEN item_no = ANY ((SELECT l.items FROM hearth.location_item l)::smallint[])
                  AND coalesce(valid_from, (recorded_at AT TIME ZONE 'UTC')::date) >=
                      ((SELECT hearth.permit_protected())::date[])[
                        array_position((SELECT p.records FROM hearth.permit p)::uuid[], record_id)]
                  AND NOT source_no = ANY ((SELECT hearth.permit_own_sources())::smallint[])
             THEN (SELECT hearth.protected_location_item()) ELSE item_no END
  ) = 1
);
ALTER POLICY link_by_ticket ON hearth.link USING (
  record_id = ANY ((SELECT p.records FROM hearth.permit p)::uuid[])
);
DROP FUNCTION hearth.permit_records(), hearth.permit_places();
REVOKE EXECUTE ON FUNCTION hearth.permit_bits(text), hearth.location_items() FROM hg_read;
