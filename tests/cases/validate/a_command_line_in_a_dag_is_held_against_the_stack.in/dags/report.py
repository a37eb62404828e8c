import subprocess

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

KAFKA = "org.apache.spark:spark-sql-kafka-0-10_2.13:3.5.0"

with DAG("report", schedule="@weekly"):
    BashOperator(
        task_id="in_the_shell",
        bash_command="cd /opt && spark-submit --packages=io.delta:delta-core_2.12:2.4.0 --master local[*] report.py",
    )
    SparkSubmitOperator(
        task_id="by_airflow",
        application="report.py",
        packages="org.apache.hadoop:hadoop-aws:2.7.3",
    )

    @task
    def by_hand():
        subprocess.run(["spark-submit", "--conf", f"spark.jars.packages={KAFKA}", "report.py"], check=True)

    by_hand()
