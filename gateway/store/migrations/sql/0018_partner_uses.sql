-- How each partner's data was used.
SELECT 1;
