"""Names from the topic into the table."""

import sparkflow_pipeline as pipeline

rows = pipeline.read_stream("random_names")
pipeline.write_stream(rows, "random_names_table").awaitTermination()
