-- What each flag brought, on time and late.
SELECT
  ships.flag AS flag,
  COALESCE(port_calls.delayed, FALSE) AS delayed,
  COUNT(DISTINCT ships.imo) AS ship_count,
  COUNT(*) AS calls,
  COALESCE(SUM(port_calls.cargo_tons), CAST(0 AS DOUBLE)) AS tons
FROM port_calls
JOIN ships ON ships.imo = port_calls.ship
GROUP BY ships.flag, COALESCE(port_calls.delayed, FALSE)
