-- Filtration: who is 18 today. A record delivered twice is the same row: the table's key is id.
SELECT
  id,
  first_name,
  last_name,
  CAST(floor(months_between(current_date(), CAST(born_at AS DATE)) / 12) AS INT) AS age
FROM user_created
WHERE add_months(CAST(born_at AS DATE), 12 * 18) <= current_date()
