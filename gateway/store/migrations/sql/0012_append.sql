-- Appending an entry, in one call.
SELECT 1;
