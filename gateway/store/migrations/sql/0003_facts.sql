-- Facts: versions of one value of one item about one subject of one source. Inserted, never overwritten.
CREATE TABLE hearth.source (
  source_no smallint PRIMARY KEY,
  name text NOT NULL UNIQUE
);

CREATE TABLE hearth.item (
  item_no smallint PRIMARY KEY,
  name text NOT NULL UNIQUE,
  linkable boolean NOT NULL,
  location_bearing boolean NOT NULL
);

CREATE TABLE hearth.source_record (
  record_id uuid PRIMARY KEY,
  source_no smallint NOT NULL REFERENCES hearth.source,
  subject_kind text NOT NULL CHECK (subject_kind IN ('person', 'household', 'place')),
  key_digest bytea NOT NULL UNIQUE
);

CREATE TABLE hearth.fact (
  fact_id uuid PRIMARY KEY,
  fact_key bytea NOT NULL,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  source_no smallint NOT NULL REFERENCES hearth.source,
  item_no smallint NOT NULL REFERENCES hearth.item,
  value jsonb NOT NULL,
  valid_from date,
  valid_to date,
  happened_at timestamptz,
  nature text NOT NULL CHECK (nature IN ('fact', 'opinion', 'allegation')),
  subject_role text,
  handling text,
  disputed boolean NOT NULL DEFAULT false,
  tombstone boolean NOT NULL DEFAULT false,
  content_digest bytea NOT NULL,
  batch_id uuid NOT NULL,
  agreement text NOT NULL,
  recorded_at timestamptz NOT NULL
);
CREATE INDEX fact_key_versions ON hearth.fact (fact_key, recorded_at DESC);
CREATE INDEX fact_by_record ON hearth.fact (record_id, fact_key, recorded_at DESC);
CREATE INDEX fact_by_batch ON hearth.fact (batch_id);

-- Keyed tokens of names, dates of birth, postcodes and identifiers: search finds candidates by these alone.
CREATE TABLE hearth.search_token (
  token bytea NOT NULL,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  source_no smallint NOT NULL,
  item_no smallint NOT NULL,
  PRIMARY KEY (token, record_id, item_no)
);
CREATE INDEX search_token_record ON hearth.search_token (record_id);

-- Find or make the record of a partner's own key. Insert-only intake has no SELECT, so this answers ids alone.
CREATE FUNCTION hearth.intern_records(p_ids uuid[], p_sources smallint[], p_kinds text[], p_digests bytea[])
RETURNS TABLE (key_digest bytea, record_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO hearth.source_record (record_id, source_no, subject_kind, key_digest)
  SELECT * FROM unnest(p_ids, p_sources, p_kinds, p_digests)
  ON CONFLICT (key_digest) DO NOTHING;
  RETURN QUERY SELECT r.key_digest, r.record_id FROM hearth.source_record r WHERE r.key_digest = ANY (p_digests);
END $$;

-- Records known under a digest made with an earlier key: looked up before a new one is made.
CREATE FUNCTION hearth.known_records(p_digests bytea[]) RETURNS TABLE (key_digest bytea, record_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT r.key_digest, r.record_id FROM hearth.source_record r WHERE r.key_digest = ANY (p_digests)
$$;

-- The newest content of each fact, as digests: what is unchanged is not stored again.
CREATE FUNCTION hearth.current_digests(p_keys bytea[]) RETURNS TABLE (fact_key bytea, content_digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT ON (f.fact_key) f.fact_key, f.content_digest
    FROM hearth.fact f WHERE f.fact_key = ANY (p_keys)
   ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC
$$;

REVOKE ALL ON FUNCTION hearth.intern_records(uuid[], smallint[], text[], bytea[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION hearth.known_records(bytea[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION hearth.current_digests(bytea[]) FROM PUBLIC;
GRANT USAGE ON SCHEMA hearth TO hg_read, hg_decide, hg_search, hg_intake, hg_link, hg_erase, hg_desk;
GRANT EXECUTE ON FUNCTION hearth.intern_records(uuid[], smallint[], text[], bytea[]) TO hg_intake;
GRANT EXECUTE ON FUNCTION hearth.known_records(bytea[]), hearth.current_digests(bytea[]) TO hg_intake;
GRANT INSERT ON hearth.fact, hearth.search_token TO hg_intake;
GRANT SELECT ON hearth.source, hearth.item TO hg_read, hg_intake, hg_link, hg_desk;
