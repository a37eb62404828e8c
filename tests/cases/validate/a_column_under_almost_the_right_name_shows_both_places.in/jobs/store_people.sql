-- Who lives where.
SELECT
  id,
  p.postcode
FROM people_created p
