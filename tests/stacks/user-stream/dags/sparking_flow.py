"""Submits the Spark jobs, between two lines in the log."""

import airflow
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

flow = DAG(
    dag_id="sparking_flow",
    default_args={"owner": "someone", "start_date": airflow.utils.dates.days_ago(1)},
    schedule_interval="@daily",
)

start = PythonOperator(task_id="start", python_callable=lambda: print("Jobs started"), dag=flow)
java_job = SparkSubmitOperator(
    task_id="java_job",
    conn_id="spark-conn",
    application="jobs/word-count.jar",
    java_class="demo.words.WordCount",
    dag=flow,
)
end = PythonOperator(task_id="end", python_callable=lambda: print("Jobs completed successfully"), dag=flow)

start >> java_job >> end
