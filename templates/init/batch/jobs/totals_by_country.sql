-- One record may be in the topic more than once: an order counts once.
SELECT country, COUNT(DISTINCT id) AS orders, SUM(total) AS total
FROM (SELECT DISTINCT id, country, total FROM orders_created) AS once
GROUP BY country
