SELECT depot, COUNT(*) AS returns FROM returns GROUP BY depot
