-- A tie says of which correction it is: who is said to live with two people tells a reader nothing of those two.
DROP FUNCTION hearth.corrected_ties();
CREATE FUNCTION hearth.corrected_ties() RETURNS TABLE (
  correction_id uuid, person_id uuid, other_id uuid, belongs boolean, valid_from date, valid_to date,
  source_nos smallint[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH subject AS (
    SELECT array_agg(DISTINCT s.person_id) AS persons
      FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
     WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
  )
  SELECT c.correction_id, c.person_id, m.person_id, c.belongs, c.valid_from, c.valid_to, c.source_nos
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id), subject s
   WHERE c.person_id = ANY (s.persons) AND m.person_id = ANY (s.persons) AND c.person_id <> m.person_id
   ORDER BY c.corrected_at, c.correction_id, m.person_id
$$;
REVOKE ALL ON FUNCTION hearth.corrected_ties() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.corrected_ties() TO hg_read;
