-- Review of accesses, and the staff list.
SELECT 1;
