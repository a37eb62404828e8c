//! DAGs as Airflow has parsed them, the files it could not parse, and whether they may run.

use std::collections::BTreeMap;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::connections::{MAX_PAGES, PAGE};
use super::{Airflow, AirflowError};

/// A DAG that was parsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dag {
    pub dag_id: String,
    pub is_paused: bool,
    /// Its file is gone, or does not define it any more.
    pub is_stale: bool,
    /// Its file could not be parsed the last time; what is known is from before.
    pub has_import_errors: bool,
    /// Relative to the folder of DAGs.
    #[serde(rename = "relative_fileloc")]
    pub file: Option<String>,
    #[serde(rename = "last_parsed_time")]
    pub parsed_at: Option<String>,
    #[serde(rename = "timetable_summary")]
    pub timetable: Option<String>,
    #[serde(rename = "next_dagrun_run_after")]
    pub next_run_at: Option<String>,
    /// Names the file to `parse_soon`.
    pub file_token: String,
}

/// A file that Airflow could not parse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImportError {
    #[serde(rename = "filename")]
    pub file: String,
    #[serde(rename = "stack_trace")]
    pub trace: String,
    #[serde(rename = "timestamp")]
    pub at: String,
}

#[derive(Deserialize)]
struct DagPage {
    dags: Vec<Dag>,
    total_entries: usize,
}

#[derive(Deserialize)]
struct ImportErrorPage {
    import_errors: Vec<ImportError>,
}

impl Airflow {
    /// Every DAG that Airflow has parsed, by id.
    ///
    /// # Errors
    /// When Airflow refuses us or does not answer in time.
    pub async fn dags(&self) -> Result<BTreeMap<String, Dag>, AirflowError> {
        let mut found = BTreeMap::new();
        for page in 0..MAX_PAGES {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let query = [("limit", limit.as_str()), ("offset", offset.as_str())];
            let answer: DagPage = self.ask("list DAGs", Method::GET, &["dags"], &query, None).await?;
            found.extend(answer.dags.into_iter().map(|dag| (dag.dag_id.clone(), dag)));
            if (page + 1) * PAGE >= answer.total_entries {
                break;
            }
        }
        Ok(found)
    }

    /// The files that Airflow could not parse, sorted by name; the first hundred.
    ///
    /// # Errors
    /// When Airflow refuses us or does not answer in time.
    pub async fn import_errors(&self) -> Result<Vec<ImportError>, AirflowError> {
        let answer: ImportErrorPage =
            self.ask("list import errors", Method::GET, &["importErrors"], &[("limit", "100")], None).await?;
        let mut found = answer.import_errors;
        found.sort();
        Ok(found)
    }

    /// Keeps a DAG from running.
    ///
    /// # Errors
    /// When there is no such DAG (`is_absent`), or Airflow does not answer in time.
    pub async fn pause_dag(&self, dag_id: &str) -> Result<(), AirflowError> {
        let body = json!({ "is_paused": true });
        self.patch_dag(&format!("pause DAG `{dag_id}`"), dag_id, &body).await
    }

    /// Lets a DAG run, on its schedule and when asked.
    ///
    /// # Errors
    /// When there is no such DAG (`is_absent`), or Airflow does not answer in time.
    pub async fn unpause_dag(&self, dag_id: &str) -> Result<(), AirflowError> {
        let body = json!({ "is_paused": false });
        self.patch_dag(&format!("unpause DAG `{dag_id}`"), dag_id, &body).await
    }

    /// Asks for a known file to be parsed before its turn; `file_token` is in the DAG.
    ///
    /// # Errors
    /// When there is no such file (`is_absent`), or Airflow does not answer in time.
    pub async fn parse_soon(&self, file_token: &str) -> Result<(), AirflowError> {
        let path = ["parseDagFile", file_token];
        let asked = self.request("have a DAG file parsed", Method::PUT, &path, &[], None).await;
        match asked {
            // It stands in the queue already.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Forgets a DAG whose file is gone, with its runs; one that is gone already is fine.
    ///
    /// # Errors
    /// When Airflow refuses or does not answer in time.
    pub async fn delete_dag(&self, dag_id: &str) -> Result<(), AirflowError> {
        let action = format!("delete DAG `{dag_id}`");
        let path = ["dags", dag_id];
        match self.request(&action, Method::DELETE, &path, &[], None).await {
            Err(error) if error.is_absent() => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn patch_dag(&self, action: &str, dag_id: &str, body: &serde_json::Value) -> Result<(), AirflowError> {
        let path = ["dags", dag_id];
        self.request(action, Method::PATCH, &path, &[], Some(body)).await?;
        Ok(())
    }
}
