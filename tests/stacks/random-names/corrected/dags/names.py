"""A name every ten seconds, for two minutes a night."""

import json
import time
from datetime import datetime, timedelta

import requests
from airflow.sdk import DAG
from airflow.providers.standard.operators.python import PythonOperator
from kafka import KafkaProducer


def person():
    return requests.get("https://randomuser.me/api/?results=1", timeout=5).json()["results"][0]


def shape(person):
    record = {}
    record["full_name"] = f"{person['name']['title']}. {person['name']['first']} {person['name']['last']}"
    record["gender"] = person["gender"]
    record["location"] = f"{person['location']['street']['number']}, {person['location']['street']['name']}"
    record["city"] = person["location"]["city"]
    record["country"] = person["location"]["country"]
    record["postcode"] = str(person["location"]["postcode"])
    record["latitude"] = float(person["location"]["coordinates"]["latitude"])
    record["longitude"] = float(person["location"]["coordinates"]["longitude"])
    record["email"] = person["email"]
    return record


def stream():
    producer = KafkaProducer(bootstrap_servers=["kafka:9092"])
    end = time.time() + 120
    while time.time() < end:
        producer.send("random_names", json.dumps(shape(person())).encode("utf-8"))
        time.sleep(10)


with DAG(
    "random_people_names",
    default_args={"owner": "someone", "start_date": datetime(2018, 12, 21, 12, 12), "retries": 1, "retry_delay": timedelta(seconds=5)},
    schedule="0 1 * * *",
    catchup=False,
) as dag:
    PythonOperator(task_id="kafka_data_stream", python_callable=stream, dag=dag)
