-- What the tree alone does not hold, sealed by the sequencer as it takes entries in: when a checkpoint was signed,
-- and what the tickets of its entries admitted. And the indexes by which officers find entries.
ALTER TABLE audit.leaf ADD COLUMN ticket_digest bytea CHECK (octet_length(ticket_digest) = 32);
ALTER TABLE audit.checkpoint ADD COLUMN batch_note text NOT NULL;

CREATE INDEX entry_newest ON audit.entry (recorded_at DESC, entry_id DESC);
CREATE INDEX opening_who ON audit.opening ((fields #>> '{who,1}'));
CREATE INDEX opening_household ON audit.opening ((fields #>> '{household,1}'))
  WHERE fields #>> '{household,1}' <> 'null';
CREATE INDEX ticket_entry ON audit.ticket (entry_id);

CREATE TRIGGER node_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.node
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER ticket_subject_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.ticket_subject
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER ticket_use_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.ticket_use
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER opening_stays BEFORE DELETE OR TRUNCATE ON audit.opening
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

GRANT SELECT ON audit.ticket, audit.ticket_subject TO hg_sequence, hg_desk;
