import os
import subprocess

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, task

with DAG("report", schedule="@weekly"):
    BashOperator(task_id="said", bash_command="echo spark-submit --packages io.delta:delta-core_2.12:2.4.0 --master yarn")
    BashOperator(task_id="fits", bash_command="spark-submit --packages io.delta:delta-spark_2.12:3.2.0 report.py --master yarn")
    BashOperator(task_id="joins", bash_command="spark-submit --master spark://spark-master:7077 report.py")
    BashOperator(task_id="filled_in", bash_command="spark-submit --master {{ var.value.master }} report.py")

    @task
    def by_hand(master):
        subprocess.run(["spark-submit", "--master", master, "report.py"], check=True)
        os.system("spark-submit --master $MASTER report.py")

    by_hand("spark://spark-master:7077")
