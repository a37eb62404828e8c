import uuid
from datetime import datetime

from airflow import DAG
from airflow.operators.python import PythonOperator

default_args = {"owner": "someone", "start_date": datetime(2023, 9, 3, 10, 0)}


def ask():
    import requests

    return requests.get("https://randomuser.me/api/", timeout=5).json()["results"][0]


def shape(answer):
    data = {}
    where = answer["location"]
    data["id"] = uuid.uuid4()
    data["first_name"] = answer["name"]["first"]
    data["last_name"] = answer["name"]["last"]
    data["gender"] = answer["gender"]
    data["address"] = f"{where['street']['number']} {where['street']['name']}, {where['city']}"
    data["post_code"] = where["postcode"]
    data["email"] = answer["email"]
    data["username"] = answer["login"]["username"]
    data["dob"] = answer["dob"]["date"]
    data["registered_date"] = answer["registered"]["date"]
    data["phone"] = answer["phone"]
    data["picture"] = answer["picture"]["medium"]
    return data


def stream():
    import json
    import logging
    import time

    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=["broker:29092"], max_block_ms=5000)
    begin = time.time()
    while time.time() < begin + 60:
        try:
            producer.send("users_created", json.dumps(shape(ask())).encode("utf-8"))
        except Exception as error:
            logging.error("an error: %s", error)
            continue


with DAG("user_automation", default_args=default_args, schedule_interval="@daily", catchup=False) as dag:
    PythonOperator(task_id="stream_data_from_api", python_callable=stream)
