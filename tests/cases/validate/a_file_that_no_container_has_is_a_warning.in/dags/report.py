import json

from airflow.sdk import DAG

with open("/opt/airflow/data/cities.json") as file:
    cities = json.load(file)

with DAG("report", schedule="@weekly"):
    pass
