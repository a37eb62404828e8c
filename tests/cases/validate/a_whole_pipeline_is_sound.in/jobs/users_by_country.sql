SELECT country, count(*) AS users
FROM users
WHERE country IS NOT NULL
GROUP BY country
