from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("word_count").getOrCreate()
print(spark.range(100).count())
