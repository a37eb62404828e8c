package demo.words;

import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Counts the words of a sentence. */
public final class WordCount {
    public static void main(String[] args) {
        SparkConf conf = new SparkConf().setAppName("word count").setMaster("local");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            spark.parallelize(Arrays.asList("a word and a word".split(" ")))
                .mapToPair(word -> new Tuple2<>(word, 1))
                .reduceByKey(Integer::sum)
                .collect()
                .forEach(pair -> System.out.println(pair._1() + ": " + pair._2()));
        }
    }
}
