-- What stewards decide about pairs of records, and what became of profiles that were of two people.

-- A decision is never changed: one that does not hold any more is undone in a row of its own.
CREATE TABLE hearth.match_decision (
  decision_id uuid PRIMARY KEY,
  review_id uuid NOT NULL,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  other_record_id uuid NOT NULL REFERENCES hearth.source_record,
  verdict text NOT NULL CHECK (verdict IN ('same', 'different', 'unsure')),
  sealed_reason bytea NOT NULL,
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL,
  CHECK (record_id < other_record_id)
);
CREATE INDEX match_decision_record ON hearth.match_decision (record_id);
CREATE INDEX match_decision_other ON hearth.match_decision (other_record_id);

CREATE TABLE hearth.match_undone (
  decision_id uuid PRIMARY KEY REFERENCES hearth.match_decision,
  sealed_reason bytea NOT NULL,
  undone_by text NOT NULL,
  undone_at timestamptz NOT NULL
);

-- That somebody doubts whether records that are held to be one person's are.
CREATE TABLE hearth.match_doubt (
  doubt_id uuid PRIMARY KEY,
  record_ids uuid[] NOT NULL,
  sealed_reason bytea NOT NULL,
  doubted_by text NOT NULL,
  doubted_at timestamptz NOT NULL
);
CREATE INDEX match_doubt_records ON hearth.match_doubt USING gin (record_ids);

-- A profile that was of two people, from when it was until it was parted. `decision_id` is what parted it. `record_ids`
-- are the records that had been taken for this person and were another's. A form of UK GDPR Art 33 is made of it.
CREATE TABLE hearth.mixed_profile (
  breach_id uuid PRIMARY KEY,
  decision_id uuid NOT NULL REFERENCES hearth.match_decision,
  person_id uuid NOT NULL,
  record_ids uuid[] NOT NULL,
  mixed_from timestamptz NOT NULL,
  mixed_to timestamptz NOT NULL,
  found_at timestamptz NOT NULL,
  UNIQUE (decision_id, person_id)
);

DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['match_decision', 'match_undone', 'match_doubt', 'mixed_profile'] LOOP
    EXECUTE format('CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry()', guarded);
  END LOOP;
END $$;

CREATE FUNCTION hearth.forget_match_decisions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone uuid[];
BEGIN
  gone := ARRAY(SELECT d.decision_id FROM hearth.match_decision d
                 WHERE d.record_id = NEW.record_id OR d.other_record_id = NEW.record_id);
  DELETE FROM hearth.mixed_profile WHERE decision_id = ANY (gone) OR NEW.record_id = ANY (record_ids);
  DELETE FROM hearth.match_doubt WHERE NEW.record_id = ANY (record_ids);
  DELETE FROM hearth.match_undone WHERE decision_id = ANY (gone);
  DELETE FROM hearth.match_decision WHERE decision_id = ANY (gone);
  RETURN NULL;
END $$;
CREATE TRIGGER match_decisions_of_an_erased_record AFTER UPDATE OF subject_kind ON hearth.source_record
  FOR EACH ROW WHEN (NEW.subject_kind = 'erased') EXECUTE FUNCTION hearth.forget_match_decisions();

-- What would move with a person: for the order in which a steward is given pairs, and for nothing else.
CREATE FUNCTION hearth.match_weights(p_persons uuid[])
RETURNS TABLE (person_id uuid, facts bigint, people bigint, safeguarding boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.person_id, count(DISTINCT f.fact_key),
         (SELECT count(*) FROM hearth.kin k WHERE k.person_id = p.person_id),
         coalesce(bool_or(i.name ~ '^(safeguarding|da)\.' OR i.name = 'identity.protected'), false)
    FROM unnest(p_persons) AS p (person_id)
    LEFT JOIN hearth.link l ON l.person_id = p.person_id AND l.superseded_at IS NULL
    LEFT JOIN hearth.fact f USING (record_id)
    LEFT JOIN hearth.item i USING (item_no)
   GROUP BY p.person_id
$$;

-- Which items of which sources records hold or held, since when, and no value: for tracing who was shown them.
CREATE FUNCTION hearth.items_held(p_records uuid[])
RETURNS TABLE (fact_key bytea, record_id uuid, source_no smallint, item_no smallint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT f.fact_key, f.record_id, f.source_no, f.item_no, min(f.recorded_at)
    FROM hearth.fact f WHERE f.record_id = ANY (p_records)
   GROUP BY f.fact_key, f.record_id, f.source_no, f.item_no
$$;

ALTER TABLE desk.correction_notice DROP CONSTRAINT correction_notice_kind_check;
ALTER TABLE desk.correction_notice
  ADD CONSTRAINT correction_notice_kind_check CHECK (kind IN ('withdrawn', 'corrected', 'answered', 'parted'));

REVOKE ALL ON FUNCTION hearth.forget_match_decisions(), hearth.match_weights(uuid[]), hearth.items_held(uuid[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.match_weights(uuid[]) TO hg_link;
GRANT EXECUTE ON FUNCTION hearth.items_held(uuid[]) TO hg_erase;
GRANT USAGE ON SCHEMA jobs TO hg_link;
GRANT EXECUTE ON FUNCTION jobs.defer_linkage() TO hg_link;
GRANT SELECT, INSERT ON hearth.match_decision, hearth.match_undone, hearth.match_doubt TO hg_link;
GRANT SELECT ON hearth.match_decision, hearth.match_undone TO hg_erase;
GRANT SELECT, INSERT ON hearth.mixed_profile TO hg_erase;
