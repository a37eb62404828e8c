package io.sparkflow;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Counts words with Spark: {@code WordCount [LINES]}. Resources and the master come from spark-submit. */
public final class WordCount {
  private static final List<String> TEXT =
      Arrays.asList(
          "every record has a key",
          "every key has a row",
          "a record read twice is one row",
          "a row without a record is a bug");

  private WordCount() {}

  public static void main(String[] arguments) {
    long lineCount = arguments.length > 0 ? Long.parseLong(arguments[0]) : 100;
    SparkSession spark = SparkSession.builder().getOrCreate();
    spark.sparkContext().setLogLevel("WARN");

    Dataset<String> lines =
        spark
            .range(lineCount)
            .map((MapFunction<Long, String>) id -> TEXT.get((int) (id % TEXT.size())), Encoders.STRING());
    Dataset<String> words =
        lines.flatMap(
            (FlatMapFunction<String, String>) line -> Arrays.asList(line.split(" ")).iterator(),
            Encoders.STRING());

    long wordCount = 0;
    for (Row row : words.groupBy("value").count().orderBy(desc("count"), col("value")).collectAsList()) {
      System.out.println(row.getString(0) + ": " + row.getLong(1));
      wordCount += row.getLong(1);
    }
    System.out.println(wordCount + " words in " + lineCount + " lines");
    spark.stop();
  }
}
