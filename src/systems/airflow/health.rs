//! Whether Airflow's processes live, by their own heartbeats.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Airflow, AirflowError, expected, successful};

/// Whether Airflow's processes say they live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirflowHealth {
    pub metadatabase: ProcessHealth,
    pub scheduler: ProcessHealth,
    pub dag_processor: ProcessHealth,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessHealth {
    /// `healthy`, `unhealthy`; absent when the process never ran.
    pub status: Option<String>,
    /// Since its last sign of life; the database gives none.
    pub heartbeat_age_seconds: Option<i64>,
}

impl ProcessHealth {
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.status.as_deref() == Some("healthy")
    }
}

impl Airflow {
    /// Whether the database, the scheduler and the DAG processor live. Needs no login.
    ///
    /// # Errors
    /// When the API server does not answer in time, or somebody else does.
    pub async fn health(&self) -> Result<AirflowHealth, AirflowError> {
        let action = "ask for Airflow's health";
        let url = self.url(&["api", "v2", "monitor", "health"]);
        let request = self.client.get(url.clone());
        let answer = self.exchange(action, request, &url).await?;
        let body: Value = expected(action, &successful(action, answer)?)?;
        let now = Timestamp::now();
        Ok(AirflowHealth {
            metadatabase: process_health(&body["metadatabase"], "", now),
            scheduler: process_health(&body["scheduler"], "latest_scheduler_heartbeat", now),
            dag_processor: process_health(&body["dag_processor"], "latest_dag_processor_heartbeat", now),
        })
    }
}

fn process_health(body: &Value, heartbeat_key: &str, now: Timestamp) -> ProcessHealth {
    let heartbeat = body[heartbeat_key].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    ProcessHealth {
        status: body["status"].as_str().map(str::to_owned),
        heartbeat_age_seconds: heartbeat.map(|at| now.as_second() - at.as_second()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_process_that_never_ran_has_no_status() {
        let now = Timestamp::now();
        assert_eq!(process_health(&Value::Null, "x", now), ProcessHealth::default());
    }

    #[test]
    fn the_age_of_a_heartbeat_is_counted_from_now() {
        let now: Timestamp = "2026-01-01T00:00:10Z".parse().unwrap();
        let body = json!({ "status": "healthy", "beat": "2026-01-01T00:00:03.5+00:00" });
        let health = process_health(&body, "beat", now);
        assert!(health.is_healthy());
        assert_eq!(health.heartbeat_age_seconds, Some(7));
    }
}
