-- Linkage takes a pair out of the stewards' queue where it does not ask about it any more, and says anew why one waits.
GRANT UPDATE (reason, run_id, raised_at, state) ON hearth.link_review TO hg_link;
