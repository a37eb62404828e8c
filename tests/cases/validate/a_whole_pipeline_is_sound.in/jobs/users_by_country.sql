SELECT country, count(*) AS users
FROM users
GROUP BY country
