import json
import logging
import time
from datetime import datetime, timedelta

import requests
from airflow.sdk import DAG
from airflow.providers.standard.operators.python import PythonOperator
from kafka import KafkaProducer

default_args = {
    "owner": "someone",
    "start_date": datetime(2024, 6, 21, 10, 0),
    "retries": 5,
    "retry_delay": timedelta(minutes=5),
}


def ask():
    return requests.get("https://randomuser.me/api/", timeout=5).json()["results"][0]


def shape(answer):
    data = {}
    where = answer["location"]
    data["id"] = answer["login"]["uuid"]
    data["first_name"] = answer["name"]["first"]
    data["last_name"] = answer["name"]["last"]
    data["gender"] = answer["gender"]
    data["email"] = answer["email"]
    data["address"] = str(where["street"]["number"]) + " " + where["street"]["name"] + ", " + where["city"]
    data["post_code"] = str(where["postcode"])
    data["username"] = answer["login"]["username"]
    data["dob"] = answer["dob"]["date"]
    data["phone"] = answer["phone"]
    data["registered_date"] = answer["registered"]["date"]
    data["picture"] = answer["picture"]["medium"]
    return data


def stream():
    producer = KafkaProducer(bootstrap_servers=["kafka:9092"], max_block_ms=5000)
    begin = time.time()
    while time.time() < begin + 60:
        try:
            producer.send("user_data", json.dumps(shape(ask())).encode("utf-8"))
        except Exception as error:
            logging.error("an error: %s", error)


with DAG("user_automation", default_args=default_args, schedule="@daily", catchup=False) as dag:
    PythonOperator(task_id="stream_data_from_api", python_callable=stream)
