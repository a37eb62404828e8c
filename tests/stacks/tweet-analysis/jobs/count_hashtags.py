"""How often each hashtag was used, and the words that come with them."""

import pandas
from cassandra.cluster import Cluster
from pyspark.sql import SparkSession
from pyspark.sql.functions import desc

session = Cluster(["127.0.0.1"], port=9042).connect("twitteranalysisdb", wait_for_all_pools=True)
known = pandas.DataFrame(session.execute("select * from parsedtweetstable"))

spark = SparkSession.builder.master("local").appName("hashtags").getOrCreate()
spark.sparkContext._conf.setAll([
    ("spark.executor.memory", "4g"),
    ("spark.executor.cores", "4"),
    ("spark.cores.max", "4"),
    ("spark.driver.memory", "4g"),
])

tweets = spark.createDataFrame(known).cache()
tweets.groupBy("hashtags").count().sort(desc("count")).show(10)
words = tweets.select("tweet_text").rdd.flatMap(lambda line: str(line).split(" "))
counts = words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b).sortBy(lambda pair: -pair[1])
for word, count in counts.take(20):
    print(word, count)
