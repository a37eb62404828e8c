"""Counts words with Spark: `word_count.py [LINES]`. Resources and the master come from spark-submit."""

import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

TEXT = [
    "every record has a key",
    "every key has a row",
    "a record read twice is one row",
    "a row without a record is a bug",
]


def main(line_count):
    spark = SparkSession.builder.getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    text = F.array(*[F.lit(line) for line in TEXT])
    lines = spark.range(line_count).select(text[(F.col("id") % len(TEXT)).cast("int")].alias("line"))
    words = lines.select(F.explode(F.split("line", " ")).alias("word"))
    counts = words.groupBy("word").count().orderBy(F.desc("count"), "word").collect()
    for row in counts:
        print(f"{row['word']}: {row['count']}")
    print(f"{sum(row['count'] for row in counts)} words in {line_count} lines")
    spark.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
