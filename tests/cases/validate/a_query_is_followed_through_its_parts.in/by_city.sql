WITH adults AS (
  SELECT id, city, age FROM people_created WHERE aeg >= 18
)
SELECT a.city, count(*) AS adults, max(a.ages) AS oldest
FROM adults a
LEFT JOIN (SELECT city FROM by_city) known ON known.town = a.city
WHERE a.city IS NOT NULL
GROUP BY a.city
