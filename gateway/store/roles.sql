-- The database roles (architecture section 4). Run once on a server by an administrator; idempotent.
-- Passwords are set apart from this file. hg_owner owns everything and does not log in.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['hg_owner', 'hg_ledger'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    END IF;
  END LOOP;
  FOREACH role_name IN ARRAY ARRAY['hg_read', 'hg_decide', 'hg_search', 'hg_intake', 'hg_link', 'hg_sequence',
                                   'hg_erase', 'hg_desk', 'hg_jobs'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', role_name);
    END IF;
  END LOOP;
END $$;
-- Row-level security refuses COPY, RETURNING and targeted ON CONFLICT; intake may only insert, so it bypasses it.
ALTER ROLE hg_intake BYPASSRLS;
ALTER ROLE hg_erase BYPASSRLS;
-- hg_ledger may append to the log; whoever acts on personal data may do that.
GRANT hg_ledger TO hg_read, hg_intake, hg_link, hg_erase, hg_desk;

-- What this role reads it finds by an index. A plan made while the tables of tickets were small would read through them
-- from end to end, and is kept while they grow.
ALTER ROLE hg_read SET enable_seqscan = off;
