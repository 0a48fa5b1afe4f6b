-- What witnesses answered: their cosignatures of checkpoints, which checkpoints have as many as the policy asks for,
-- and how each witness does. A cosignature names its own key, so it can be checked whatever the policy says by then.
CREATE TABLE audit.cosignature (
  tree_size bigint NOT NULL REFERENCES audit.checkpoint,
  vkey text NOT NULL,
  line text NOT NULL,
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (tree_size, vkey)
);

-- `vkeys` are the witnesses that made the quorum, as the policy stood then.
CREATE TABLE audit.witnessed (
  tree_size bigint PRIMARY KEY REFERENCES audit.checkpoint,
  vkeys text[] NOT NULL,
  reached_at timestamptz NOT NULL
);

-- One row a witness, as it was found last; `problem` is a code, and stands until the witness has cosigned again.
CREATE TABLE audit.witness_state (
  vkey text PRIMARY KEY,
  tree_size bigint,
  cosigned_at timestamptz,
  problem text,
  problem_since timestamptz,
  CHECK ((problem IS NULL) = (problem_since IS NULL))
);

CREATE TRIGGER cosignature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER witnessed_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.witnessed
  FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

GRANT SELECT, INSERT ON audit.cosignature, audit.witnessed TO hg_sequence;
GRANT SELECT, INSERT, UPDATE ON audit.witness_state TO hg_sequence;
GRANT SELECT ON audit.cosignature, audit.witnessed, audit.witness_state TO hg_desk;
