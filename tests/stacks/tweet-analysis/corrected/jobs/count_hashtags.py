"""How often each hashtag was used, and the words that come with them."""

import sparkflow_pipeline as pipeline
from pyspark.sql import functions as F

tweets = pipeline.read_table("tweets").cache()
tweets.groupBy("hashtags").count().sort(F.desc("count")).show(10)
words = tweets.select(F.explode(F.split("tweet_text", " ")).alias("word"))
words.groupBy("word").count().sort(F.desc("count")).show(20)
