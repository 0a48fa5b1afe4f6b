-- What a read costs the database, once more; measured in docs/decisions/0020-appending.md.

-- A leaf and a card are written for entries that the same statement has just joined, and no entry can be deleted: asking
-- again, row by row, whether the entry is there cost a seventh of what the sequencer asks of the database. The verifier
-- finds a leaf or a card that lost its entry, whoever took it away.
ALTER TABLE audit.leaf DROP CONSTRAINT leaf_entry_id_fkey;
ALTER TABLE audit.card DROP CONSTRAINT card_entry_id_fkey;

-- As before. Most lists have one member or none, and those need no query of their own.
CREATE OR REPLACE FUNCTION audit.card_of(
  p_entry uuid, p_index bigint, p_at timestamptz, p_event text, p_fields jsonb
) RETURNS SETOF audit.card LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT p_entry, p_index, p_at, p_event, v ->> 0, v ->> 1, v ->> 2, v ->> 3, v ->> 4, v ->> 5, (v ->> 6)::uuid,
         v ->> 7, v ->> 8, (v ->> 9)::boolean, (v ->> 10)::uuid, v ->> 11,
         CASE jsonb_array_length(nullif(v -> 14, 'null')) WHEN 0 THEN '{}' WHEN 1 THEN ARRAY[v #>> '{14,0}']
              ELSE ARRAY(SELECT * FROM jsonb_array_elements_text(nullif(v -> 14, 'null')) one ORDER BY one) END,
         CASE jsonb_array_length(nullif(v -> 15, 'null')) WHEN 0 THEN '{}' WHEN 1 THEN ARRAY[(v #>> '{15,0}')::uuid]
              ELSE ARRAY(SELECT one::uuid FROM jsonb_array_elements_text(nullif(v -> 15, 'null')) one ORDER BY one) END,
         CASE jsonb_array_length(nullif(v -> 16, 'null')) WHEN 0 THEN '{}' WHEN 1 THEN ARRAY[v #>> '{16,0}']
              ELSE ARRAY(SELECT * FROM jsonb_array_elements_text(nullif(v -> 16, 'null')) one ORDER BY one) END,
         v ->> 12, v ->> 13
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
DROP FUNCTION audit.texts(jsonb);

-- As before. A function of one expression is called for every row: in this language without starting a query.
CREATE OR REPLACE FUNCTION audit.chain_step(p_head bytea, p_start bytea, p_leaf bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN sha256('\x02'::bytea || coalesce(p_head, p_start) || p_leaf);
END $$;

-- As before; most entries rely on one clause, and a name that stands twice is found once.
CREATE OR REPLACE FUNCTION audit.agreement_names(p_clauses text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  document text := split_part(p_clauses[1], '/', 1);
BEGIN
  IF cardinality(p_clauses) = 1 THEN
    RETURN ARRAY[p_clauses[1], document, split_part(document, '@', 1)];
  END IF;
  RETURN (SELECT coalesce(array_agg(DISTINCT name), '{}')
            FROM unnest(p_clauses) AS relied (clause), LATERAL (VALUES
                   (clause), (split_part(clause, '/', 1)), (split_part(split_part(clause, '/', 1), '@', 1))
                 ) AS names (name));
END $$;
