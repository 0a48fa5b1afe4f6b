-- Declared restores.
SELECT 1;
