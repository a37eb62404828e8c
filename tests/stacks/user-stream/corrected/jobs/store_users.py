"""Every user of the topic becomes a row."""

import sparkflow_pipeline as pipeline

rows = pipeline.read_stream("user_created")
pipeline.write_stream(rows, "users").awaitTermination()
