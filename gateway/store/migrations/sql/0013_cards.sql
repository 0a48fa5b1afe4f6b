-- A card for each leaf: the opened fields by which officers, subject lists, partners and reviewers find entries. It
-- says what the opening says and nothing more, is written by the sequencer, and follows the opening when that is
-- erased. The verifier derives every card anew and compares.
CREATE TABLE audit.card (
  entry_id uuid PRIMARY KEY REFERENCES audit.entry,
  leaf_index bigint NOT NULL UNIQUE,
  recorded_at timestamptz NOT NULL,
  event_class text NOT NULL,
  phase text,
  who text,
  agency text,
  role text,
  team text,
  purpose text,
  household uuid,
  outcome text,
  decision text,
  sealed boolean,
  refers_to uuid,
  reason text,
  agreements text[] NOT NULL,
  subjects uuid[] NOT NULL,
  sources text[] NOT NULL,
  request_id text,
  trace_id text
);

-- One opened value; NULL where it was never filled in or is erased.
CREATE FUNCTION audit.opened(p_fields jsonb, p_name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif((p_fields #>> ARRAY[p_name, '1'])::jsonb, 'null'::jsonb)
$$;

CREATE FUNCTION audit.texts(p_list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(one ORDER BY one), '{}') FROM jsonb_array_elements_text(nullif(p_list, 'null')) one
$$;

-- The card of an entry, from its opening as that stands now. Opened values are joined and read as one: read one by
-- one they cost several times as much, and every leaf has its card.
CREATE FUNCTION audit.card_of(
  p_entry uuid, p_index bigint, p_at timestamptz, p_event text, p_fields jsonb
) RETURNS SETOF audit.card LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT p_entry, p_index, p_at, p_event, v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, v ->> 5, (v ->> 6)::uuid,
         v ->> 7, v ->> 8, (v ->> 9)::boolean, (v ->> 10)::uuid, v ->> 11, audit.texts(v -> 14),
         audit.texts(v -> 15)::uuid[], audit.texts(v -> 16), v ->> 12, v ->> 13
    FROM (SELECT ('[' || concat_ws(',',
           coalesce(p_fields #>> '{phase,1}', 'null'), coalesce(p_fields #>> '{who,1}', 'null'),
           coalesce(p_fields #>> '{agency,1}', 'null'), coalesce(p_fields #>> '{role,1}', 'null'),
           coalesce(p_fields #>> '{team,1}', 'null'), coalesce(p_fields #>> '{purpose,1}', 'null'),
           coalesce(p_fields #>> '{household,1}', 'null'), coalesce(p_fields #>> '{outcome,1}', 'null'),
           coalesce(p_fields #>> '{decision,1}', 'null'), coalesce(p_fields #>> '{sealed,1}', 'null'),
           coalesce(p_fields #>> '{refers_to,1}', 'null'), coalesce(p_fields #>> '{reason,1}', 'null'),
           coalesce(p_fields #>> '{request_id,1}', 'null'), coalesce(p_fields #>> '{trace_id,1}', 'null'),
           coalesce(p_fields #>> '{agreements,1}', 'null'), coalesce(p_fields #>> '{subjects,1}', 'null'),
           coalesce(p_fields #>> '{sources,1}', 'null')
         ) || ']')::jsonb AS v OFFSET 0) said
$$;

-- What somebody may call the agreements relied on: each clause, its version of the document, and the document.
CREATE FUNCTION audit.agreement_names(p_clauses text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT name), '{}')
    FROM unnest(p_clauses) AS relied (clause), LATERAL (VALUES
           (clause), (split_part(clause, '/', 1)), (split_part(split_part(clause, '/', 1), '@', 1))
         ) AS names (name)
$$;

-- The sequencer may have cards written and cannot read an opening. By index, also by a plan made while the log was small.
CREATE FUNCTION audit.write_cards(p_entries uuid[], p_indices bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  INSERT INTO audit.card
  SELECT c.* FROM unnest(p_entries, p_indices) AS taken (entry_id, leaf_index)
    JOIN audit.entry e USING (entry_id) LEFT JOIN audit.opening o USING (entry_id)
   CROSS JOIN LATERAL audit.card_of(e.entry_id, taken.leaf_index, e.recorded_at, e.event_class, o.fields) c
$$;

SELECT audit.write_cards(array_agg(l.entry_id), array_agg(l.leaf_index)) FROM audit.leaf l;

CREATE INDEX card_newest ON audit.card (recorded_at DESC, entry_id DESC);
CREATE INDEX card_who ON audit.card (who, recorded_at DESC, entry_id DESC);
CREATE INDEX card_household ON audit.card (household, recorded_at DESC, entry_id DESC) WHERE household IS NOT NULL;
CREATE INDEX card_agency ON audit.card (agency, recorded_at DESC, entry_id DESC);
CREATE INDEX card_role ON audit.card (role, recorded_at DESC, entry_id DESC);
CREATE INDEX card_team ON audit.card (team, recorded_at DESC, entry_id DESC);
CREATE INDEX card_purpose ON audit.card (purpose, recorded_at DESC, entry_id DESC);
CREATE INDEX card_outcome ON audit.card (outcome, recorded_at DESC, entry_id DESC);
CREATE INDEX card_event ON audit.card (event_class, recorded_at DESC, entry_id DESC);
CREATE INDEX card_refers_to ON audit.card (refers_to) WHERE refers_to IS NOT NULL;
CREATE INDEX card_subjects ON audit.card USING gin (subjects);
CREATE INDEX card_agreements ON audit.card USING gin (audit.agreement_names(agreements));
CREATE INDEX card_request ON audit.card USING hash (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX card_trace ON audit.card USING hash (trace_id) WHERE trace_id IS NOT NULL;

-- A card changes with its opening, when that is erased, and no role changes one.
CREATE FUNCTION audit.card_follows_opening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE audit.card c
     SET phase = d.phase, who = d.who, agency = d.agency, role = d.role, team = d.team, purpose = d.purpose,
         household = d.household, outcome = d.outcome, decision = d.decision, sealed = d.sealed,
         refers_to = d.refers_to, reason = d.reason, agreements = d.agreements, subjects = d.subjects,
         sources = d.sources, request_id = d.request_id, trace_id = d.trace_id
    FROM audit.card_of(NEW.entry_id, NULL, NULL, NULL, NEW.fields) d
   WHERE c.entry_id = NEW.entry_id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.card_follows_opening() FROM PUBLIC;
CREATE TRIGGER opening_with_card AFTER UPDATE ON audit.opening
  FOR EACH ROW EXECUTE FUNCTION audit.card_follows_opening();
CREATE TRIGGER card_stays BEFORE DELETE OR TRUNCATE ON audit.card
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

REVOKE ALL ON FUNCTION audit.opened(jsonb, text), audit.texts(jsonb), audit.agreement_names(text[]),
  audit.card_of(uuid, bigint, timestamptz, text, jsonb), audit.write_cards(uuid[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.write_cards(uuid[], bigint[]) TO hg_sequence;
GRANT EXECUTE ON FUNCTION audit.opened(jsonb, text), audit.texts(jsonb), audit.agreement_names(text[]),
  audit.card_of(uuid, bigint, timestamptz, text, jsonb) TO hg_desk;
GRANT SELECT ON audit.card TO hg_desk, hg_sequence;
