import json
import os

from airflow.sdk import DAG, task

with open("/etc/hostname") as file:
    host = file.read()

if os.path.exists("/data/cities.json"):
    with open("/data/cities.json") as file:
        cities = json.load(file)

with open("/results/report/cities.json") as file:
    more = json.load(file)

with DAG("report", schedule="@weekly"):

    @task
    def count():
        with open("/data/counts.json") as file:
            print(len(json.load(file)))

    count()
