-- Persons, their records and their households. Ids are stable; a retired id redirects and is never used again.
CREATE TABLE hearth.person (
  person_id uuid PRIMARY KEY,
  family_id uuid NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  redirect_to uuid REFERENCES hearth.person,
  retired_at timestamptz
);

-- Which record is whose: versions, so that "who was it on 3 March" is a query and re-linking rewrites no fact.
-- band: 0 verified, 1 strong, 2 probable, 3 review.
CREATE TABLE hearth.link (
  link_id uuid PRIMARY KEY,
  record_id uuid NOT NULL REFERENCES hearth.source_record,
  person_id uuid NOT NULL REFERENCES hearth.person,
  band smallint NOT NULL CHECK (band BETWEEN 0 AND 3),
  evidence text[] NOT NULL DEFAULT '{}',
  run_id uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  superseded_at timestamptz
);
CREATE UNIQUE INDEX link_current ON hearth.link (record_id) WHERE superseded_at IS NULL;
CREATE INDEX link_person ON hearth.link (person_id) WHERE superseded_at IS NULL;

CREATE TABLE hearth.household (
  household_id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  redirect_to uuid REFERENCES hearth.household,
  retired_at timestamptz
);

CREATE TABLE hearth.household_member (
  household_id uuid NOT NULL REFERENCES hearth.household,
  person_id uuid NOT NULL REFERENCES hearth.person,
  valid_from date,
  valid_to date,
  PRIMARY KEY (household_id, person_id)
);
CREATE INDEX household_member_person ON hearth.household_member (person_id);

-- Recorded relationships between persons, both ways, for finding who may belong to a family.
CREATE TABLE hearth.kin (
  person_id uuid NOT NULL REFERENCES hearth.person,
  other_id uuid NOT NULL REFERENCES hearth.person,
  PRIMARY KEY (person_id, other_id)
);

CREATE TABLE hearth.link_review (
  review_id uuid PRIMARY KEY,
  record_id uuid NOT NULL,
  other_record_id uuid NOT NULL,
  reason text NOT NULL,
  run_id uuid NOT NULL,
  raised_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open',
  UNIQUE (record_id, other_record_id)
);

-- What this transaction's opened ticket admits; its age is asked too, since a restored database counts transactions anew. Each runs once in a query, as an initial plan; a function a row
-- would cost two to thirteen times as much.
CREATE TYPE hearth.permit_row AS (record_id uuid, slot integer, protected_since date);

CREATE FUNCTION hearth.protected_since(p_person uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  -- An undated protection counts from ever, also beside a dated one: what one service knows of the day must not
  -- change what another service's rows show (scene S3), and the earlier day is the safer one.
  SELECT CASE WHEN count(*) = 0 THEN NULL ELSE min(coalesce(v.valid_from, '-infinity'::date)) END
    FROM (SELECT DISTINCT ON (f.fact_key) f.valid_from, f.tombstone
            FROM hearth.link l
            JOIN hearth.fact f ON f.record_id = l.record_id
           WHERE l.person_id = p_person AND l.superseded_at IS NULL
             AND f.item_no = (SELECT i.item_no FROM hearth.item i WHERE i.name = 'identity.protected')
           ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
   WHERE NOT v.tombstone
$$;

CREATE FUNCTION hearth.permit_rows() RETURNS SETOF hearth.permit_row
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH subject AS (
    SELECT s.person_id, s.band, hearth.protected_since(s.person_id) AS since,
           (row_number() OVER (ORDER BY s.person_id, s.band) - 1)::integer AS slot
      FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
     WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
  )
  SELECT l.record_id, s.slot, s.since
    FROM subject s JOIN hearth.link l ON l.person_id = s.person_id AND l.band = s.band AND l.superseded_at IS NULL
   ORDER BY l.record_id
$$;

CREATE FUNCTION hearth.permit_records() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(p.record_id ORDER BY p.record_id), '{}') FROM hearth.permit_rows() p
$$;

CREATE FUNCTION hearth.permit_slots() RETURNS integer[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(p.slot ORDER BY p.record_id), '{}') FROM hearth.permit_rows() p
$$;

CREATE FUNCTION hearth.permit_protected() RETURNS date[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(p.protected_since ORDER BY p.record_id), '{}') FROM hearth.permit_rows() p
$$;

-- All slots' masks behind one another; the width of one slot is their common length.
CREATE FUNCTION hearth.permit_bits(p_kind text) RETURNS bit varying
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(string_agg((CASE p_kind WHEN 'shown' THEN s.shown WHEN 'counted' THEN s.counted
                                          ELSE s.existing END)::text, '' ORDER BY s.person_id, s.band), '')::bit varying
    FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE FUNCTION hearth.permit_width() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(max(length(s.shown)), 1)
    FROM audit.ticket_use u JOIN audit.ticket_subject s ON s.ticket_id = u.ticket_id
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE FUNCTION hearth.permit_own_sources() RETURNS smallint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(max(t.own_sources), '{}')
    FROM audit.ticket_use u JOIN audit.ticket t ON t.ticket_id = u.ticket_id
   WHERE u.xact = pg_current_xact_id_if_assigned() AND u.used_at > clock_timestamp() - interval '5 minutes'
$$;

CREATE FUNCTION hearth.location_items() RETURNS smallint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(i.item_no), '{}') FROM hearth.item i WHERE i.location_bearing
$$;

CREATE FUNCTION hearth.protected_location_item() RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.item_no FROM hearth.item i WHERE i.name = 'address.protected_location'
$$;

-- The cell under which a fact is judged: where a person is protected, whatever tells a location since the
-- protection began is judged as a protected location, unless the reader's own agency said it.
CREATE FUNCTION hearth.judged_item(
  p_item smallint, p_source smallint, p_from date, p_recorded timestamptz, p_since date,
  p_location smallint[], p_protected smallint, p_own smallint[]
) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_since IS NOT NULL AND p_item = ANY (p_location) AND NOT p_source = ANY (p_own)
                   AND coalesce(p_from, (p_recorded AT TIME ZONE 'UTC')::date) >= p_since
              THEN p_protected ELSE p_item END
$$;

ALTER TABLE hearth.fact ENABLE ROW LEVEL SECURITY;
CREATE POLICY fact_by_ticket ON hearth.fact FOR SELECT TO hg_read USING (
  record_id = ANY ((SELECT hearth.permit_records())::uuid[])
  AND get_bit(
    (SELECT hearth.permit_bits('shown')),
    ((SELECT hearth.permit_slots())::integer[])[array_position((SELECT hearth.permit_records())::uuid[], record_id)]
      * (SELECT hearth.permit_width())
      + source_no * 256
      + hearth.judged_item(
          item_no, source_no, valid_from, recorded_at,
          ((SELECT hearth.permit_protected())::date[])[array_position((SELECT hearth.permit_records())::uuid[], record_id)],
          (SELECT hearth.location_items()), (SELECT hearth.protected_location_item()),
          (SELECT hearth.permit_own_sources()))
  ) = 1
);
-- Linkage reads who a person is and where they lived, and nothing else.
CREATE POLICY fact_identity ON hearth.fact FOR SELECT TO hg_link USING (
  item_no = ANY ((SELECT array_agg(i.item_no) FROM hearth.item i WHERE i.linkable)::smallint[])
);

ALTER TABLE hearth.link ENABLE ROW LEVEL SECURITY;
CREATE POLICY link_by_ticket ON hearth.link FOR SELECT TO hg_read USING (
  record_id = ANY ((SELECT hearth.permit_records())::uuid[])
);
CREATE POLICY link_all ON hearth.link TO hg_link USING (true) WITH CHECK (true);

GRANT SELECT ON hearth.fact, hearth.link TO hg_read;
GRANT SELECT (fact_id, fact_key, record_id, source_no, item_no, value, valid_from, valid_to, tombstone, batch_id,
              recorded_at) ON hearth.fact TO hg_link;
GRANT SELECT ON hearth.source_record TO hg_link;
GRANT SELECT, INSERT ON hearth.person, hearth.household, hearth.link_review TO hg_link;
GRANT UPDATE (redirect_to, retired_at) ON hearth.person, hearth.household TO hg_link;
GRANT SELECT, INSERT ON hearth.link TO hg_link;
GRANT UPDATE (superseded_at) ON hearth.link TO hg_link;
GRANT SELECT, INSERT, DELETE ON hearth.household_member, hearth.kin TO hg_link;

REVOKE ALL ON FUNCTION hearth.protected_since(uuid), hearth.permit_rows(), hearth.permit_records(),
  hearth.permit_slots(), hearth.permit_protected(), hearth.permit_bits(text), hearth.permit_width(),
  hearth.permit_own_sources(), hearth.location_items(), hearth.protected_location_item() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.permit_records(), hearth.permit_slots(), hearth.permit_protected(),
  hearth.permit_bits(text), hearth.permit_width(), hearth.permit_own_sources(), hearth.location_items(),
  hearth.protected_location_item() TO hg_read;
