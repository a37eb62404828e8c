"""Listens, parses and stores, every ten minutes."""

import json
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators import BashOperator, PythonOperator
from cassandra.cluster import Cluster
from kafka import KafkaConsumer, KafkaProducer

RAW = "1_RAW_tweets"
PARSED = "2_COVID_parsed_tweets"

FIELDS = "userid, tweet_text, hashtags, location_full_name, location_country, created_at"
ROWS = "parsedtweetstable"


def parse():
    consumer = KafkaConsumer(RAW, auto_offset_reset="earliest", bootstrap_servers=["localhost:9092"], api_version=(0, 10))
    producer = KafkaProducer(bootstrap_servers=["localhost:9092"], api_version=(0, 10))
    for message in consumer:
        tweet = json.loads(message.value)
        record = {
            "userID": tweet["user"]["id"],
            "tweet_text": tweet["text"],
            "hashtags": [tag["text"] for tag in tweet["entities"]["hashtags"]],
            "location_full_name": tweet["place"]["full_name"],
            "location_coutry": tweet["place"]["country"],
            "created_at": tweet["created_at"],
        }
        producer.send(PARSED, key=b"parsed", value=json.dumps(record).encode("utf-8"))


def store():
    consumer = KafkaConsumer(PARSED, auto_offset_reset="earliest", bootstrap_servers=["localhost:9092"])
    session = Cluster(["127.0.0.1"], port=9042).connect("twitteranalysisdb")
    insert = session.prepare(f"INSERT INTO {ROWS} ({FIELDS}) VALUES (?, ?, ?, ?, ?, ?)")
    for message in consumer:
        tweet = json.loads(message.value)
        session.execute_async(insert, (
            tweet["userID"],
            tweet["tweet_text"],
            ", ".join(tweet["hashtags"]),
            tweet["location_full_name"],
            tweet["location_coutry"],
            tweet["created_at"],
        ))


soon = datetime.now() + timedelta(seconds=30)
default_args = {
    "owner": "someone",
    "start_date": soon,
    "retries": 1,
    "retry_delay": timedelta(minutes=5),
    "schedule_interval": timedelta(minutes=10),
}
dag = DAG("tweets", default_args=default_args)

begin = BashOperator(task_id="begin", bash_command="echo begin", dag=dag)
parsing = PythonOperator(task_id="parse", python_callable=parse, dag=dag)
storing = PythonOperator(task_id="store", python_callable=store, dag=dag)
counting = BashOperator(task_id="count", bash_command="python jobs/count_hashtags.py", dag=dag)

begin >> parsing
begin >> storing
