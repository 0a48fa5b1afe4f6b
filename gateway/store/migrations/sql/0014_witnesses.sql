-- Cosignatures of witnesses.
SELECT 1;
