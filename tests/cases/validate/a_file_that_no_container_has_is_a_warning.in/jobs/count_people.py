import json

CITIES = "/data/cities.json"

cities = json.load(open(CITIES))
