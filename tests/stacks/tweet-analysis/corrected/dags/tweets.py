"""Listens, parses and stores, every ten minutes."""

import json
import os
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster
from kafka import KafkaConsumer, KafkaProducer

RAW = "1_RAW_tweets"
PARSED = "2_COVID_parsed_tweets"

FIELDS = "userid, tweet_text, hashtags, location_full_name, location_country, created_at"
ROWS = "parsedtweetstable"


def parse():
    consumer = KafkaConsumer(RAW, auto_offset_reset="earliest", bootstrap_servers=["kafka:9092"])
    producer = KafkaProducer(bootstrap_servers=["kafka:9092"])
    for message in consumer:
        tweet = json.loads(message.value)
        record = {
            "userid": tweet["user"]["id"],
            "tweet_text": tweet["text"],
            "hashtags": ", ".join(tag["text"] for tag in tweet["entities"]["hashtags"]),
            "location_full_name": tweet["place"]["full_name"],
            "location_country": tweet["place"]["country"],
            "created_at": tweet["created_at"],
        }
        producer.send(PARSED, key=b"parsed", value=json.dumps(record).encode("utf-8"))


def store():
    consumer = KafkaConsumer(PARSED, auto_offset_reset="earliest", bootstrap_servers=["kafka:9092"])
    login = PlainTextAuthProvider(username="cassandra", password=os.environ["CASSANDRA_PASSWORD"])
    session = Cluster(["cassandra"], port=9042, auth_provider=login).connect("twitteranalysisdb")
    insert = session.prepare(f"INSERT INTO {ROWS} ({FIELDS}) VALUES (?, ?, ?, ?, ?, ?)")
    for message in consumer:
        tweet = json.loads(message.value)
        session.execute_async(insert, (
            tweet["userid"],
            tweet["tweet_text"],
            tweet["hashtags"],
            tweet["location_full_name"],
            tweet["location_country"],
            tweet["created_at"],
        ))


default_args = {
    "owner": "someone",
    "start_date": datetime(2026, 1, 1),
    "retries": 1,
    "retry_delay": timedelta(minutes=5),
}
dag = DAG("tweets", default_args=default_args, schedule=timedelta(minutes=10), catchup=False)

begin = BashOperator(task_id="begin", bash_command="echo begin", dag=dag)
parsing = PythonOperator(task_id="parse", python_callable=parse, dag=dag)
storing = PythonOperator(task_id="store", python_callable=store, dag=dag)
counting = BashOperator(task_id="count", bash_command="python jobs/count_hashtags.py", dag=dag)

begin >> parsing >> storing >> counting
