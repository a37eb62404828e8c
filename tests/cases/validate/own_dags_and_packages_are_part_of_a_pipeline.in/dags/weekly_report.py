from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG

# A schedule may be spoken of: DAG("nightly") is not made here.
with DAG("weekly_report", schedule="@weekly"):
    ExternalTaskSensor(task_id="after_nightly", external_dag_id="nightly")
