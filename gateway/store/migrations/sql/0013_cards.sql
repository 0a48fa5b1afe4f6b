-- Cards: what officers, subject lists and partners find entries by.
SELECT 1;
