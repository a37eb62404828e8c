"""Trades of the exchange for a minute a day."""

import json
import logging
import threading
import time
from datetime import datetime, timedelta

import websocket
from airflow import DAG
from airflow.operators.python import PythonOperator
from kafka import KafkaProducer

with open("/opt/airflow/required_data/coin_map.json") as file:
    names = json.load(file)


def run(seconds=60):
    broker = "broker:29092"
    topic = "crypto_trades"
    producer = KafkaProducer(bootstrap_servers=[broker], value_serializer=lambda value: json.dumps(value).encode("utf-8"))

    def on_message(_, message):
        said = json.loads(message)
        if said.get("type") != "match":
            return
        trade = {
            "event": "trade",
            "event_time": int(time.time() * 1000),
            "coin_name": names.get(said["product_id"], said["product_id"]),
            "symbol": said["product_id"],
            "trade_id": said["trade_id"],
            "price": said["price"],
            "size": said["size"],
            "side": said["side"],
        }
        try:
            producer.send(topic, value=trade)
            producer.flush()
        except Exception as error:
            logging.error("not sent: %s", error)

    feed = websocket.WebSocketApp("wss://ws-feed.exchange.coinbase.com", on_message=on_message)
    thread = threading.Thread(target=feed.run_forever)
    thread.start()
    time.sleep(seconds)
    feed.close()
    thread.join()


with DAG(
    "exchange",
    default_args={"owner": "someone", "retries": 1, "retry_delay": timedelta(minutes=2)},
    schedule_interval="@daily",
    start_date=datetime(2025, 9, 8, 10, 0),
    catchup=False,
    tags=["crypto"],
):
    PythonOperator(task_id="stream_trades", python_callable=run, op_args=[60])
