SELECT id, first_name, last_name, CAST(floor(months_between(current_timestamp(), born_at) / 12) AS int) AS age
FROM users
WHERE born_at <= add_months(current_timestamp(), -216)
