"""Asks the API for users for a minute, and sends each to Kafka."""

import json
import logging
import time
import uuid
from datetime import datetime

import requests
from airflow.sdk import DAG
from airflow.providers.standard.operators.python import PythonOperator
from kafka import KafkaProducer


def fetch():
    return requests.get("https://randomuser.me/api/", timeout=5).json()["results"][0]


def shape(person):
    place = person["location"]
    return {
        "id": str(uuid.uuid4()),
        "first_name": person["name"]["first"],
        "last_name": person["name"]["last"],
        "gender": person["gender"],
        "address": ", ".join([str(place["street"]["number"]), place["street"]["name"], place["city"]]),
        "post_code": str(place["postcode"]),
        "email": person["email"],
        "username": person["login"]["username"],
        "dob": person["dob"]["date"],
        "registered_date": person["registered"]["date"],
        "phone": person["phone"],
        "picture": person["picture"]["medium"],
    }


def stream():
    producer = KafkaProducer(bootstrap_servers=["kafka:9092"], max_block_ms=5000)
    end = time.time() + 60
    while time.time() < end:
        try:
            user = shape(fetch())
            producer.send("user_created", json.dumps(user).encode("utf-8"))
        except Exception as error:
            logging.error("no user this time: %s", error)


with DAG(
    "user_automation",
    default_args={"owner": "someone", "start_date": datetime(2026, 1, 1)},
    schedule="@daily",
    catchup=False,
):
    PythonOperator(task_id="stream_data_from_api", python_callable=stream)
