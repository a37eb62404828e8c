"""The largest order of each country. The master, memory and cores come from pipeline.yaml."""

from pyspark.sql import functions as F
from pyspark.sql.window import Window

# Made by sparkflow: typed readers of the topics this job `reads`, and a writer for the tables it `writes`.
import sparkflow_pipeline as pipeline


def main():
    orders = pipeline.read("orders_created")
    by_total = Window.partitionBy("country").orderBy(F.desc_nulls_last("total"), "id")
    largest = orders.withColumn("rank", F.row_number().over(by_total)).where("rank = 1")
    pipeline.write(largest.select("country", "id", "customer", "total"), "largest_orders")


if __name__ == "__main__":
    main()
