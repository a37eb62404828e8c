"""Trades with the profit they would bring."""

import sparkflow_pipeline as pipeline
from pyspark.sql import functions as F

BOUGHT_AT = {"BTC-USD": 60000.0, "ETH-USD": 3000.0}


def main():
    prices = F.create_map(*[F.lit(item) for pair in BOUGHT_AT.items() for item in pair])
    trades = pipeline.read_stream("crypto_trades").drop("event")
    profit = (F.col("price") - F.coalesce(prices[F.col("symbol")], F.col("price"))) * F.col("size")
    pipeline.write_stream(trades.withColumn("profit", profit), "trades").awaitTermination()


main()
