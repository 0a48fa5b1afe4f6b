-- Queue one linkage run in the transaction that brought new facts; one that already waits is enough.
CREATE FUNCTION jobs.defer_linkage() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = jobs, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM procrastinate_defer_jobs_v1(ARRAY[
    ROW('linkage', 'link_everything', 0, 'linkage', 'linkage', '{}'::jsonb, NULL)::procrastinate_job_to_defer_v1
  ]);
EXCEPTION WHEN unique_violation THEN
  NULL;
END $$;
REVOKE ALL ON FUNCTION jobs.defer_linkage() FROM PUBLIC;
GRANT USAGE ON SCHEMA jobs TO hg_intake, hg_jobs;
GRANT EXECUTE ON FUNCTION jobs.defer_linkage() TO hg_intake;
GRANT ALL ON ALL TABLES IN SCHEMA jobs TO hg_jobs;
GRANT ALL ON ALL SEQUENCES IN SCHEMA jobs TO hg_jobs;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO hg_jobs;
