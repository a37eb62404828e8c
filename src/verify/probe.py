"""Prints, as JSON, the versions of what an image holds: asked once per image, inside a running container."""
import glob
import importlib.metadata
import json
import os
import re
import subprocess
import sys

found = {}


def said(command, pattern):
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(pattern, ran.stdout + ran.stderr)
    return match and match.group(1)


def package(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def jar(folder, pattern):
    for path in sorted(glob.glob(os.path.join(folder, "*.jar"))):
        match = re.fullmatch(pattern, os.path.basename(path))
        if match:
            return match.group(1)
    return None


version = r"(\d[\d.]*\d|\d+)"
found["java"] = said(["java", "-version"], 'version "(?:1\\.)?' + version)
found["spark"] = package("pyspark")
found["airflow"] = package("apache-airflow")
found["spark-provider"] = package("apache-airflow-providers-apache-spark")
if found["spark"] or found["airflow"]:
    found["python"] = ".".join(map(str, sys.version_info[:3]))
found["postgres"] = said(["postgres", "--version"], version)
home = os.environ.get("SPARK_HOME")
if home:
    jars = os.path.join(home, "jars")
    found["scala"] = jar(jars, "scala-library-" + version + r"\.jar")
    found["hadoop"] = jar(jars, "hadoop-client-api-" + version + r"\.jar")
    found["kafka-client"] = jar(jars, "kafka-clients-" + version + r"\.jar")
    found["cassandra-connector"] = jar(jars, r"spark-cassandra-connector_[\d.]+-" + version + r"\.jar")
found["kafka"] = jar("/opt/kafka/libs", r"kafka_[\d.]+-" + version + r"\.jar")
found["zookeeper"] = jar("/opt/kafka/libs", "zookeeper-" + version + r"\.jar")
found["cassandra"] = jar("/opt/cassandra/lib", "cassandra-all-" + version + r"\.jar")
print(json.dumps({name: value for name, value in found.items() if value}))
