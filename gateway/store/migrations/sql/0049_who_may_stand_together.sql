-- Linkage knows more ties than a reader may see. Whom nothing that this reader may see can put onto a page is not read of,
-- and an entry about a reading is not about them (practice P1): their list of who looked would tell them what a reader
-- who sees nothing of them does for somebody whom they once lived with. p_cells are cells of the mask, source * 256 +
-- item; an address is looked for in the cell of a protected location too. More may be named than the page shows.
CREATE FUNCTION hearth.tied_within(p_persons uuid[], p_bands smallint[], p_cells integer[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN QUERY
  WITH tie AS MATERIALIZED (
    SELECT i.item_no, i.name, (SELECT p.item_no FROM hearth.item p WHERE i.name = 'address.residence'
                                  AND p.name = 'address.protected_location') AS protected_no
      FROM hearth.item i WHERE i.name IN ('address.residence', 'household.membership', 'family.relationship')
  ), cell AS MATERIALIZED (
    SELECT c.person_id, c.band, c.cell FROM unnest(p_persons, p_bands, p_cells) c (person_id, band, cell)
  ), told AS MATERIALIZED (
    SELECT DISTINCT l.person_id, t.name, f.value->>'household' AS household, (f.value->>'other')::uuid AS other
      FROM (SELECT DISTINCT c.person_id, c.band FROM cell c) p
      JOIN hearth.link l ON l.person_id = p.person_id AND l.band = p.band AND l.superseded_at IS NULL
      JOIN hearth.fact f ON f.record_id = l.record_id
      JOIN tie t ON t.item_no = f.item_no
     WHERE (l.person_id, l.band, f.source_no * 256 + f.item_no) IN (SELECT c.person_id, c.band, c.cell FROM cell c)
        OR (l.person_id, l.band, f.source_no * 256 + t.protected_no) IN (SELECT c.person_id, c.band, c.cell FROM cell c)
  )
  SELECT t.person_id FROM told t WHERE t.name <> 'household.membership'
   UNION
  SELECT t.person_id FROM told t JOIN told o ON o.household = t.household AND o.person_id <> t.person_id
   UNION
  SELECT l.person_id FROM told t JOIN hearth.link l ON l.record_id = t.other AND l.superseded_at IS NULL
   UNION
  SELECT unnest(ARRAY[c.person_id, m.person_id])
    FROM hearth.household_correction_standing c JOIN hearth.household_member m USING (household_id)
   WHERE c.belongs AND c.person_id = ANY (p_persons);
END $$;
REVOKE ALL ON FUNCTION hearth.tied_within(uuid[], smallint[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hearth.tied_within(uuid[], smallint[], integer[]) TO hg_decide;
