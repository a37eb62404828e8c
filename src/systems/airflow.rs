//! airflow
