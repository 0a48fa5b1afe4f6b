-- Two lists for each person, and the maps that commit to all lists at one moment (audit/subject_list.py and
-- audit/coverage_map.py say how they are hashed). Derived from openings by the sequencer; the verifier derives them
-- anew. Everybody has both lists, so that having one tells nothing.
CREATE FUNCTION audit.list_start(p_person uuid, p_list text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(('hearthgate/subject-list/v1' || E'\n' || p_list || E'\n' || p_person || E'\n')::bytea)
$$;

CREATE FUNCTION audit.chain_step(p_head bytea, p_start bytea, p_leaf bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256('\x02'::bytea || coalesce(p_head, p_start) || p_leaf)
$$;
CREATE AGGREGATE audit.chain(bytea, bytea) (SFUNC = audit.chain_step, STYPE = bytea);

-- Where each list stands. `enrolled`: number of the first map that holds a list whose person was enrolled without an
-- entry; NULL where the sequencer met the person first. `erased`: number of the first map that says so.
CREATE TABLE audit.subject (
  person_id uuid NOT NULL,
  list text NOT NULL CHECK (list IN ('disclosable', 'sealed')),
  key bytea NOT NULL GENERATED ALWAYS AS (
    sha256(('hearthgate/coverage-map/v1' || E'\n' || list || E'\n' || person_id || E'\n')::bytea)) STORED,
  enrolled bigint,
  erased bigint,
  count bigint NOT NULL,
  head bytea NOT NULL CHECK (octet_length(head) = 32),
  PRIMARY KEY (person_id, list)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX subject_key ON audit.subject (list, key);

CREATE TABLE audit.subject_list (
  person_id uuid NOT NULL,
  list text NOT NULL CHECK (list IN ('disclosable', 'sealed')),
  position bigint NOT NULL CHECK (position > 0),
  leaf_index bigint NOT NULL,
  head bytea NOT NULL CHECK (octet_length(head) = 32),
  PRIMARY KEY (person_id, list, position)
);
CREATE INDEX subject_list_leaf ON audit.subject_list (leaf_index);

-- One map of each kind is taken at a time, at one size of the tree; `at` is the instant up to which it is whole.
CREATE TABLE audit.coverage_map (
  map_no bigint NOT NULL CHECK (map_no > 0),
  list text NOT NULL CHECK (list IN ('disclosable', 'sealed')),
  occasion text NOT NULL CHECK (occasion IN ('hour', 'lineage')),
  at timestamptz NOT NULL,
  tree_size bigint NOT NULL,
  key_id text NOT NULL,
  note text NOT NULL,
  entry_id uuid NOT NULL UNIQUE REFERENCES audit.entry,
  PRIMARY KEY (map_no, list)
);
CREATE INDEX coverage_map_size ON audit.coverage_map (list, tree_size);

-- The nodes at depth 12 of a map from which proofs are still made: the newest, and those taken after a combination.
CREATE TABLE audit.coverage_map_nodes (
  map_no bigint NOT NULL,
  list text NOT NULL,
  nodes bytea NOT NULL,
  PRIMARY KEY (map_no, list),
  FOREIGN KEY (map_no, list) REFERENCES audit.coverage_map
);

-- What stood in such a map for somebody who was erased later, so that their neighbours' proofs stay possible.
CREATE TABLE audit.coverage_map_stone (
  map_no bigint NOT NULL,
  list text NOT NULL,
  key bytea NOT NULL,
  leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
  PRIMARY KEY (map_no, list, key),
  FOREIGN KEY (map_no, list) REFERENCES audit.coverage_map
);

-- Append the leaves [p_base, p_size) to the lists of their subjects. A combination stands on both lists, so that
-- each can be followed through merges and splits alone. An entry that does not say whether it is sealed is.
CREATE FUNCTION audit.write_subject_lists(p_base bigint, p_size bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  WITH taken AS MATERIALIZED (
    SELECT DISTINCT p.person_id, k.list, c.leaf_index, l.leaf_hash
      FROM audit.card c JOIN audit.leaf l USING (leaf_index)
     CROSS JOIN LATERAL unnest(c.subjects) AS p (person_id)
      JOIN (VALUES ('disclosable'), ('sealed')) AS k (list)
        ON c.event_class = 'combination' OR (k.list = 'sealed') = coalesce(c.sealed, true)
     WHERE c.leaf_index >= p_base AND c.leaf_index < p_size
  ), standing AS MATERIALIZED (
    SELECT t.person_id, t.list, coalesce(s.count, 0) AS count,
           coalesce(s.head, audit.list_start(t.person_id, t.list)) AS head
      FROM (SELECT DISTINCT person_id, list FROM taken) t
      LEFT JOIN audit.subject s USING (person_id, list)
     WHERE s.erased IS NULL
  ), added AS (
    INSERT INTO audit.subject_list (person_id, list, position, leaf_index, head)
    SELECT t.person_id, t.list, s.count + row_number() OVER longer, t.leaf_index,
           audit.chain(s.head, t.leaf_hash) OVER longer
      FROM taken t JOIN standing s USING (person_id, list)
    WINDOW longer AS (PARTITION BY t.person_id, t.list ORDER BY t.leaf_index)
    RETURNING person_id, list, position, head
  )
  INSERT INTO audit.subject (person_id, list, count, head)
  SELECT DISTINCT ON (person_id, list) person_id, list, position, head
    FROM added ORDER BY person_id, list, position DESC
  ON CONFLICT (person_id, list) DO UPDATE SET count = EXCLUDED.count, head = EXCLUDED.head
$$;

-- Give both lists to persons who have none, from the p_limit persons after p_after; says after whom to go on. In the
-- order in which the sequencer writes, so that neither waits for the other in a circle.
CREATE FUNCTION audit.enrol_subjects(p_map bigint, p_after uuid, p_limit integer) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH looked_at AS MATERIALIZED (
    SELECT h.person_id FROM hearth.person h WHERE h.person_id > p_after ORDER BY h.person_id LIMIT p_limit
  ), enrolled AS (
    INSERT INTO audit.subject (person_id, list, enrolled, count, head)
    SELECT p.person_id, k.list, p_map, 0, audit.list_start(p.person_id, k.list)
      FROM looked_at p CROSS JOIN (VALUES ('disclosable'), ('sealed')) AS k (list)
      LEFT JOIN audit.subject s USING (person_id, list)
     WHERE s.person_id IS NULL
     ORDER BY p.person_id, k.list
    ON CONFLICT (person_id, list) DO NOTHING
  )
  SELECT p.person_id FROM looked_at p ORDER BY p.person_id DESC LIMIT 1
$$;

-- Erase a person's lists. What stood for them in the maps that still serve proofs was kept as hashes before.
CREATE FUNCTION audit.erase_subject_lists(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM audit.subject s JOIN audit.coverage_map_nodes n USING (list)
              WHERE s.person_id = p_person AND s.erased IS NULL
                AND (s.enrolled <= n.map_no OR EXISTS (
                  SELECT FROM audit.subject_list l JOIN audit.coverage_map m ON m.list = l.list AND m.map_no = n.map_no
                   WHERE l.person_id = p_person AND l.list = s.list AND l.leaf_index < m.tree_size))
                AND NOT EXISTS (SELECT FROM audit.coverage_map_stone t
                                 WHERE t.map_no = n.map_no AND t.list = n.list AND t.key = s.key)) THEN
    RAISE EXCEPTION 'a map that serves proofs would lose a leaf: keep its hash first';
  END IF;
  DELETE FROM audit.subject_list WHERE person_id = p_person;
  UPDATE audit.subject s
     SET erased = (SELECT coalesce(max(m.map_no), 0) + 1 FROM audit.coverage_map m), count = 0,
         head = audit.list_start(s.person_id, s.list)
   WHERE s.person_id = p_person AND s.erased IS NULL;
END $$;

SELECT audit.write_subject_lists(0, (SELECT tree_size FROM audit.head));

CREATE TRIGGER subject_list_stays BEFORE UPDATE OR TRUNCATE ON audit.subject_list
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER subject_stays BEFORE DELETE OR TRUNCATE ON audit.subject
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER coverage_map_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.coverage_map
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER coverage_map_stone_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.coverage_map_stone
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

REVOKE ALL ON FUNCTION audit.list_start(uuid, text), audit.chain_step(bytea, bytea, bytea),
  audit.chain(bytea, bytea), audit.write_subject_lists(bigint, bigint), audit.enrol_subjects(bigint, uuid, integer),
  audit.erase_subject_lists(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.write_subject_lists(bigint, bigint) TO hg_sequence;
GRANT EXECUTE ON FUNCTION audit.enrol_subjects(bigint, uuid, integer), audit.list_start(uuid, text),
  audit.chain_step(bytea, bytea, bytea), audit.chain(bytea, bytea) TO hg_desk;
GRANT EXECUTE ON FUNCTION audit.erase_subject_lists(uuid) TO hg_erase;
-- Maps are taken, and subject reports made, as the log's own reader; an erasure keeps the hashes it takes away.
GRANT SELECT ON audit.subject, audit.subject_list, audit.coverage_map, audit.coverage_map_nodes,
  audit.coverage_map_stone TO hg_desk;
GRANT INSERT ON audit.coverage_map TO hg_desk;
GRANT INSERT, DELETE ON audit.coverage_map_nodes TO hg_desk;
GRANT SELECT ON audit.subject, audit.subject_list, audit.coverage_map, audit.coverage_map_nodes TO hg_erase;
GRANT SELECT, INSERT ON audit.coverage_map_stone TO hg_erase;
