-- Declared restores: the log was taken back to a backup, and says from which leaf to which its own leaves are lost.
CREATE TABLE audit.restore (
  entry_id uuid PRIMARY KEY REFERENCES audit.entry,
  lost_from bigint NOT NULL CHECK (lost_from >= 0),
  lost_to bigint NOT NULL CHECK (lost_to > lost_from),
  note text NOT NULL
);
CREATE TRIGGER restore_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.restore
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- Declare a restore beside its entry, in the transaction that appends it. That entry is taken up before any other, so
-- that the first new leaf says that leaves are missing; and the tree must stand where the declaration says it does.
CREATE FUNCTION audit.declare_restore(p_entry uuid, p_lost_from bigint, p_lost_to bigint, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM audit.head h WHERE h.tree_size = p_lost_from FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the tree does not stand where the restore says' USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE audit.pending SET queued_at = '-infinity' WHERE entry_id = p_entry AND xact = pg_current_xact_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a restore is declared with an entry of its own' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO audit.restore (entry_id, lost_from, lost_to, note) VALUES (p_entry, p_lost_from, p_lost_to, p_note);
END $$;
REVOKE ALL ON FUNCTION audit.declare_restore(uuid, bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.declare_restore(uuid, bigint, bigint, text) TO hg_desk;
GRANT SELECT ON audit.restore TO hg_sequence, hg_desk;
