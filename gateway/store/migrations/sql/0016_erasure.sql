-- Lawful erasure.
SELECT 1;
