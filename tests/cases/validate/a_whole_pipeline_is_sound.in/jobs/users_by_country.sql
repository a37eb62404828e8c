SELECT country, count(*) AS users
FROM user_created
WHERE country IS NOT NULL
GROUP BY country
