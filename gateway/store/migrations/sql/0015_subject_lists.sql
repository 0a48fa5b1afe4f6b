-- Lists of entries about each subject, and the hourly map over them.
SELECT 1;
