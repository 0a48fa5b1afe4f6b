-- How often each partner's facts were shown to others, by purpose and month. A month is counted once, when it is over,
-- and never again: figures that are told twice and differ would tell of what lies between.
CREATE TABLE desk.partner_use (
  month date NOT NULL CHECK (month = date_trunc('month', month)),
  agency text NOT NULL,
  purpose text NOT NULL,
  accesses integer NOT NULL CHECK (accesses >= 0),
  counted_at timestamptz NOT NULL,
  PRIMARY KEY (agency, month, purpose)
);
GRANT SELECT, INSERT ON desk.partner_use TO hg_desk;

-- Who the record of a partner's own key was, and when: ids and instants, for the question of a privacy officer.
CREATE FUNCTION hearth.persons_of_record(p_digests bytea[])
RETURNS TABLE (person_id uuid, since timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT l.person_id, l.recorded_at, l.superseded_at
    FROM hearth.source_record r JOIN hearth.link l USING (record_id)
   WHERE r.key_digest = ANY (p_digests)
$$;
REVOKE ALL ON FUNCTION hearth.persons_of_record(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.persons_of_record(bytea[]) TO hg_decide;
