-- Review of accesses, and the staff list.

-- Who works where: what a staff list says of somebody's work. `leave` are periods on which somebody stands in.
CREATE TABLE desk.staff (
  worker_ref text PRIMARY KEY,
  agency text NOT NULL,
  role text NOT NULL,
  team text NOT NULL,
  line_manager text,
  shifts text NOT NULL,
  leave daterange[] NOT NULL DEFAULT '{}',
  loaded_at timestamptz NOT NULL
);

-- What a staff list says of somebody's own life, as keyed tokens and never as a value: they can be compared with the
-- tokens that records are found by, and read by nobody.
CREATE TABLE hearth.staff_token (
  worker_ref text NOT NULL REFERENCES desk.staff ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('surname', 'birth-date', 'postcode', 'uprn', 'phone')),
  token bytea NOT NULL,
  PRIMARY KEY (worker_ref, kind, token)
);
CREATE INDEX staff_token_token ON hearth.staff_token (token);
CREATE TRIGGER change_with_entry BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hearth.staff_token
  FOR EACH STATEMENT EXECUTE FUNCTION audit.change_with_entry();

-- Which persons a staff member may be: the same date of birth and the same last name. Nobody may call this.
CREATE FUNCTION hearth.staff_persons() RETURNS TABLE (worker_ref text, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH born AS (
    SELECT DISTINCT s.worker_ref, l.person_id
      FROM hearth.staff_token s
      JOIN hearth.search_token t ON t.token = s.token
      JOIN hearth.link l ON l.record_id = t.record_id AND l.superseded_at IS NULL
     WHERE s.kind = 'birth-date'
  )
  SELECT b.worker_ref, b.person_id FROM born b
   WHERE EXISTS (SELECT FROM hearth.link l
                   JOIN hearth.search_token t ON t.record_id = l.record_id
                   JOIN hearth.staff_token s ON s.token = t.token
                  WHERE l.person_id = b.person_id AND l.superseded_at IS NULL
                    AND s.worker_ref = b.worker_ref AND s.kind = 'surname')
$$;

-- Days from an end, or to a beginning that was later: 0 while a period holds an instant.
CREATE FUNCTION hearth.days_outside(p_from date, p_to date, p_at date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_to < p_at THEN p_at - p_to WHEN p_from > p_at THEN p_at - p_from ELSE 0 END
$$;

-- Whom an access was to: the person of the family that was opened, or the persons that a search listed.
CREATE FUNCTION hearth.access_persons(p_no integer[], p_family uuid[], p_person uuid[])
RETURNS TABLE (no integer, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.no, coalesce(a.person, p.person_id)
    FROM unnest(p_no, p_family, p_person) AS a (no, family, person)
    LEFT JOIN LATERAL (SELECT hearth.current_person(a.family) AS person_id WHERE a.family IS NOT NULL) p ON true
   WHERE coalesce(a.person, p.person_id) IS NOT NULL
$$;

-- Ties of work between readers and persons: codes and days, no value of any record. One row an access and person in;
-- `about` names the source that knows the person.
CREATE FUNCTION hearth.work_ties(
  p_no integer[], p_worker text[], p_team text[], p_agency text[], p_role text[], p_family uuid[], p_person uuid[],
  p_at timestamptz[]
) RETURNS TABLE (no integer, tie text, reach text, days integer, about text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH asked AS MATERIALIZED (
    SELECT a.no, a.worker, a.team, a.agency, a.role, a.family, p.person_id,
           (a.at AT TIME ZONE 'Europe/London')::date AS on_day
      FROM unnest(p_no, p_worker, p_team, p_agency, p_role, p_family, p_at)
           AS a (no, worker, team, agency, role, family, at)
      JOIN (SELECT DISTINCT x.no, x.person_id FROM hearth.access_persons(p_no, p_family, p_person) x) p USING (no)
  ), near AS MATERIALIZED (
    SELECT DISTINCT a.person_id, a.person_id AS other_id, 'person' AS reach FROM asked a
     UNION
    SELECT n.person_id, n.other_id, 'household'
      FROM hearth.neighbours((SELECT array_agg(DISTINCT a.person_id) FROM asked a)) n
  ), fact AS MATERIALIZED (
    SELECT v.* FROM (
      SELECT DISTINCT ON (f.fact_key) l.person_id, i.name AS item, s.name AS source, f.value, f.valid_from, f.valid_to,
             coalesce((f.happened_at AT TIME ZONE 'Europe/London')::date, f.valid_from) AS on_day, f.tombstone
        FROM hearth.link l
        JOIN hearth.fact f ON f.record_id = l.record_id
        JOIN hearth.item i ON i.item_no = f.item_no AND i.name IN ('care.allocation', 'care.contact', 'care.section47')
        JOIN hearth.source s ON s.source_no = f.source_no
       WHERE l.superseded_at IS NULL AND l.band < 3 AND l.person_id IN (SELECT n.other_id FROM near n)
       ORDER BY f.fact_key, f.recorded_at DESC, f.fact_id DESC) v
     WHERE NOT v.tombstone
  ), held AS (
    SELECT a.no, a.worker, a.team, a.agency, a.role, a.on_day, n.reach, f.item, f.source, f.value,
           hearth.days_outside(f.valid_from, f.valid_to, a.on_day) AS outside, a.on_day - f.on_day AS since
      FROM asked a JOIN near n ON n.person_id = a.person_id JOIN fact f ON f.person_id = n.other_id
  ), allocation AS (
    SELECT h.*, h.value->>'worker' AS allocated, h.value->>'team' AS of_team, h.value->>'role' AS part
      FROM held h WHERE h.item = 'care.allocation'
  ), tied AS (
    SELECT a.no, CASE a.part WHEN 'allocated_worker' THEN 'allocated' WHEN 'manager' THEN 'manages'
                             ELSE 'involved' END AS tie, a.reach, a.outside AS days
      FROM allocation a WHERE a.allocated = a.worker
     UNION ALL
    SELECT a.no, 'team', a.reach, a.outside FROM allocation a WHERE a.of_team = a.team
     UNION ALL
    SELECT a.no, 'manages-worker', a.reach, a.outside
      FROM allocation a JOIN desk.staff w ON w.worker_ref = a.allocated WHERE w.line_manager = a.worker
     UNION ALL
    SELECT a.no, 'covers-worker', a.reach, 0
      FROM allocation a
      JOIN desk.staff w ON w.worker_ref = a.allocated
      JOIN desk.staff mine ON mine.worker_ref = a.worker
     WHERE a.outside = 0 AND a.allocated <> a.worker AND w.agency = mine.agency
       AND (w.role = mine.role OR w.line_manager = mine.line_manager)
       AND EXISTS (SELECT FROM unnest(w.leave) period WHERE period @> a.on_day)
     UNION ALL
    SELECT h.no, 'referral', h.reach, h.since FROM held h WHERE h.item = 'care.contact' AND h.source = 'mash'
     UNION ALL
    SELECT h.no, 'enquiry', h.reach, h.since FROM held h WHERE h.item = 'care.section47'
     UNION ALL
    SELECT a.no, 'notice', 'person', a.on_day - (n.raised_at AT TIME ZONE 'Europe/London')::date
      FROM asked a JOIN desk.notice n ON n.family_id = a.family
     WHERE n.recipient_agency = a.agency AND a.role IN (n.recipient_role, n.escalates_to_role)
       AND n.recipient_unit = a.team
  )
  SELECT t.no, t.tie, t.reach, t.days, NULL FROM tied t WHERE t.days IS NOT NULL
   UNION
  SELECT a.no, 'known-to', n.reach, 0, s.name
    FROM asked a
    JOIN near n ON n.person_id = a.person_id
    JOIN hearth.link l ON l.person_id = n.other_id AND l.superseded_at IS NULL
    JOIN hearth.source_record r ON r.record_id = l.record_id
    JOIN hearth.source s ON s.source_no = r.source_no
$$;

-- Ties of life between staff and persons: which rule meets, never what it met on. `p_rare` is how many persons may
-- have a last name that is to count as uncommon.
CREATE FUNCTION hearth.life_ties(
  p_no integer[], p_worker text[], p_family uuid[], p_person uuid[], p_at timestamptz[], p_rare integer
) RETURNS TABLE (no integer, tie text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH asked AS MATERIALIZED (
    SELECT DISTINCT a.no, a.worker, p.person_id, (a.at AT TIME ZONE 'Europe/London')::date AS on_day
      FROM unnest(p_no, p_worker, p_at) AS a (no, worker, at)
      JOIN hearth.access_persons(p_no, p_family, p_person) p USING (no)
  ), own AS MATERIALIZED (
    SELECT s.worker_ref, s.person_id FROM hearth.staff_persons() s
  ), mine AS (
    SELECT a.no, a.worker, a.person_id, a.on_day, o.person_id AS own_id
      FROM asked a JOIN own o ON o.worker_ref = a.worker
  ), shared AS (
    SELECT DISTINCT a.no, a.person_id, s.kind, s.token
      FROM asked a
      JOIN hearth.link l ON l.person_id = a.person_id AND l.superseded_at IS NULL
      JOIN hearth.search_token t ON t.record_id = l.record_id
      JOIN hearth.staff_token s ON s.worker_ref = a.worker AND s.token = t.token
  ), named AS (
    SELECT DISTINCT s.token,
           (SELECT count(*) FROM (SELECT DISTINCT l.person_id FROM hearth.search_token t
                                    JOIN hearth.link l ON l.record_id = t.record_id AND l.superseded_at IS NULL
                                   WHERE t.token = s.token LIMIT p_rare + 1) p) AS persons
      FROM shared s WHERE s.kind = 'surname'
  ), met AS (
    SELECT m.no, 'self' AS tie FROM mine m WHERE m.own_id = m.person_id
     UNION
    SELECT m.no, CASE WHEN bool_or(coalesce(a.valid_to, m.on_day) >= m.on_day
                                   AND coalesce(b.valid_to, m.on_day) >= m.on_day) THEN 'family'
                      ELSE 'past-household' END
      FROM mine m
      JOIN hearth.household_member a ON a.person_id = m.own_id
      JOIN hearth.household_member b ON b.household_id = a.household_id AND b.person_id = m.person_id
     WHERE m.own_id <> m.person_id
     GROUP BY m.no, m.person_id, m.on_day
     UNION
    SELECT m.no, 'family' FROM mine m JOIN hearth.kin k ON k.person_id = m.own_id AND k.other_id = m.person_id
     UNION
    SELECT m.no, 'shared-kin'
      FROM mine m
      JOIN hearth.kin k ON k.person_id = m.own_id
      JOIN hearth.kin o ON o.other_id = k.other_id AND o.person_id = m.person_id
     WHERE m.own_id <> m.person_id
     UNION
    SELECT a.no, CASE WHEN EXISTS (SELECT FROM desk.staff mine JOIN desk.staff their USING (agency)
                                    WHERE mine.worker_ref = a.worker AND their.worker_ref = o.worker_ref
                                      AND (mine.role = their.role OR mine.team = their.team)) THEN 'teammate'
                      ELSE 'colleague' END
      FROM asked a JOIN own o ON o.person_id = a.person_id AND o.worker_ref <> a.worker
     UNION
    SELECT s.no, CASE s.kind WHEN 'uprn' THEN 'same-address' WHEN 'phone' THEN 'same-phone' ELSE 'same-postcode' END
      FROM shared s WHERE s.kind IN ('uprn', 'phone', 'postcode')
     UNION
    SELECT s.no, 'rare-surname' FROM shared s JOIN named n USING (token) WHERE s.kind = 'surname' AND n.persons <= p_rare
  )
  SELECT m.no, m.tie FROM met m
$$;

-- What review found of an access; everything else about it stands on its card, and goes with that when it is erased.
CREATE TABLE desk.access_review (
  access_id uuid PRIMARY KEY REFERENCES audit.entry,
  leaf_index bigint NOT NULL UNIQUE,
  path text,
  signals text[] NOT NULL DEFAULT '{}',
  score integer NOT NULL DEFAULT 0,
  judged_at timestamptz NOT NULL
);

CREATE TABLE desk.review_progress (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  next_leaf bigint NOT NULL
);
INSERT INTO desk.review_progress (next_leaf) VALUES (0);

-- Families of which officers want to see who looks at them: somebody well known, a case that is in the newspaper.
CREATE TABLE desk.watched_family (
  family_id uuid PRIMARY KEY,
  since timestamptz NOT NULL,
  asked_by text NOT NULL
);

-- A week's draw, with the checkpoint that seeds it, so that anybody can draw again.
CREATE TABLE desk.review_draw (
  draw_id uuid PRIMARY KEY,
  week date NOT NULL,
  drawn_at timestamptz NOT NULL,
  checkpoint_size bigint NOT NULL,
  root bytea NOT NULL,
  pool integer NOT NULL,
  ranked integer NOT NULL,
  sampled integer NOT NULL
);

-- An item is one reader and one family, or one reader's day of a kind of attempt. `how` it came here: raised when it
-- happened, ranked by doubt, or drawn by lot. `group_digest` is keyed. An officer's words are sealed.
ALTER TABLE desk.review_item
  ADD COLUMN how text NOT NULL DEFAULT 'raised' CHECK (how IN ('raised', 'ranked', 'sampled')),
  ADD COLUMN who text NOT NULL DEFAULT '',
  ADD COLUMN group_digest bytea,
  ADD COLUMN score integer NOT NULL DEFAULT 0,
  ADD COLUMN week date,
  ADD COLUMN draw_id uuid REFERENCES desk.review_draw,
  ADD COLUMN closed_at timestamptz,
  ADD COLUMN closed_by text,
  ADD COLUMN outcome text,
  ADD COLUMN sealed_words bytea,
  ADD CHECK (state IN ('open', 'asked', 'answered', 'closed')),
  ADD CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (state = 'closed') = (outcome IS NOT NULL)
             AND (state = 'closed') = (sealed_words IS NOT NULL) AND (state = 'closed') = (closed_by IS NOT NULL));
CREATE INDEX review_item_open ON desk.review_item (raised_at DESC) WHERE state <> 'closed';
CREATE INDEX review_item_who ON desk.review_item (who, kind) WHERE state <> 'closed';
CREATE INDEX review_item_group ON desk.review_item (group_digest) WHERE group_digest IS NOT NULL;

-- The uses that an item is about, beside the one that it was raised for.
CREATE TABLE desk.review_use (
  review_id uuid NOT NULL REFERENCES desk.review_item,
  entry_id uuid NOT NULL REFERENCES audit.entry,
  PRIMARY KEY (review_id, entry_id)
);
CREATE INDEX review_use_entry ON desk.review_use (entry_id);

-- The worker is asked before anybody judges. Question and answer are sealed.
CREATE TABLE desk.review_question (
  review_id uuid PRIMARY KEY REFERENCES desk.review_item,
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  sealed_question bytea NOT NULL,
  answered_at timestamptz,
  sealed_answer bytea,
  CHECK ((answered_at IS NULL) = (sealed_answer IS NULL))
);

REVOKE ALL ON FUNCTION hearth.staff_persons(), hearth.access_persons(integer[], uuid[], uuid[]),
  hearth.work_ties(integer[], text[], text[], text[], text[], uuid[], uuid[], timestamptz[]),
  hearth.life_ties(integer[], text[], uuid[], uuid[], timestamptz[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  hearth.work_ties(integer[], text[], text[], text[], text[], uuid[], uuid[], timestamptz[]),
  hearth.life_ties(integer[], text[], uuid[], uuid[], timestamptz[], integer) TO hg_decide;
GRANT SELECT, INSERT, UPDATE, DELETE ON desk.staff TO hg_desk;
GRANT INSERT ON hearth.staff_token TO hg_desk;
GRANT SELECT, INSERT, UPDATE (path, signals, score, judged_at) ON desk.access_review TO hg_desk;
GRANT SELECT, UPDATE (next_leaf) ON desk.review_progress TO hg_desk;
GRANT SELECT, INSERT ON desk.review_draw, desk.review_use TO hg_desk;
GRANT SELECT, INSERT, DELETE ON desk.watched_family TO hg_desk;
GRANT SELECT, INSERT, UPDATE (answered_at, sealed_answer) ON desk.review_question TO hg_desk;
GRANT UPDATE (closed_at, closed_by, outcome, sealed_words) ON desk.review_item TO hg_desk;
