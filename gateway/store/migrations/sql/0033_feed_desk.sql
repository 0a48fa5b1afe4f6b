-- A figure that rests on confidential patient information: counted are those alone who may be (National Data Opt-out).

-- Patients who attended an emergency department in the year before a day, by month; somebody who came in three months
-- counts in each. Counted is whoever agreed to help, whose record is surely theirs (band 0), and whose newest check of
-- the opt-out, at most 28 days old, says that they did not opt out. Whoever was not checked is left out like whoever
-- opted out: nobody can tell the two apart.
CREATE FUNCTION hearth.count_attendances_by_month(p_day date) RETURNS TABLE (label text, entries bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH attended AS (
    SELECT DISTINCT l.person_id, to_char(a.valid_from, 'YYYY-MM') AS month
      FROM hearth.newest_facts('health', 'health.attendance') a
      JOIN hearth.link l ON l.record_id = a.record_id AND l.superseded_at IS NULL AND l.band = 0
     WHERE a.value->>'kind' = 'EMER' AND a.valid_from <= p_day AND a.valid_from > p_day - 365
  ), checked AS (
    SELECT DISTINCT ON (l.person_id) l.person_id, o.value->>'opted_out' = 'false' AS may_be_counted
      FROM hearth.newest_facts('pds', 'health.opt_out') o
      JOIN hearth.link l ON l.record_id = o.record_id AND l.superseded_at IS NULL
     WHERE o.valid_from <= p_day AND o.valid_from > p_day - 28
     ORDER BY l.person_id, o.valid_from DESC, o.value->>'opted_out' DESC
  ), agreed AS (
    SELECT i.person_id
      FROM hearth.inputs_of(array(SELECT DISTINCT a.person_id FROM attended a), '', '', false, false, p_day::timestamptz) i
     WHERE i.agreed_to_help = 'yes'
  )
  SELECT a.month, count(*) FROM attended a JOIN checked c USING (person_id) JOIN agreed USING (person_id)
   WHERE c.may_be_counted GROUP BY 1
$$;

REVOKE ALL ON FUNCTION hearth.count_attendances_by_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.count_attendances_by_month(date) TO hg_search;
