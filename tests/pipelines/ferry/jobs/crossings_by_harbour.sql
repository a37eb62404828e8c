SELECT harbour, COUNT(*) AS crossings FROM crossings GROUP BY harbour
