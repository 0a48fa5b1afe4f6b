-- Opening a ticket looks its records up one subject at a time, whatever the planner believes of tables nobody has
-- analysed yet: a join over all links cost each read three milliseconds once the log had grown.
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
