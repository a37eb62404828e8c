import os
import urllib.request

os.makedirs("/results/report", exist_ok=True)
urllib.request.urlretrieve("https://people.example/cities.json", "/results/report/cities.json")

rows = [line for line in open("/opt/sparkflow/checkpoints/rows.txt")]
