-- Aggregation. The table holds one row per id, so a record that was delivered twice counts once.
SELECT country, count(*) AS users
FROM users
WHERE country IS NOT NULL
GROUP BY country
