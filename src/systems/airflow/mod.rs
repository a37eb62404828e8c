//! Airflow's REST API (v2): who we are to it, and how requests are made.
//!
//! Logs in by itself, once, and again when the token is refused. What the answers mean is the caller's business.

pub mod connections;
pub mod dags;
pub mod health;
pub mod runs;

use std::net::Ipv4Addr;
use std::time::Duration;

use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::http::{Answer, HttpError, MAX_BYTES, local_client, send};

/// What may go wrong between us and Airflow.
#[derive(Debug, thiserror::Error)]
pub enum AirflowError {
    #[error("could not {action}: Airflow does not answer")]
    Http {
        action: String,
        #[source]
        source: HttpError,
    },
    #[error("Airflow refuses user `{user}`: the password is another one")]
    Login { user: String },
    #[error("could not {action}: Airflow answers with status {status}: {detail}")]
    Refused { action: String, status: u16, detail: String },
    #[error("could not {action}: Airflow's answer has another shape than expected")]
    Answer {
        action: String,
        #[source]
        source: serde_json::Error,
    },
}

impl AirflowError {
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// It exists already.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Refused { status: 409, .. })
    }
}

/// Airflow's API, published on a loopback port.
pub struct Airflow {
    client: Client,
    base: Url,
    user: String,
    password: SecretString,
    token: Mutex<Option<SecretString>>,
    limit: Duration,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl Airflow {
    /// Prepares to talk to the API; `limit` bounds every single request.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn open(port: u16, user: &str, password: SecretString, limit: Duration) -> Result<Self, AirflowError> {
        let http = |source| AirflowError::Http { action: "prepare for Airflow".to_owned(), source };
        let address = format!("http://{}:{port}/", Ipv4Addr::LOCALHOST);
        let base = Url::parse(&address)
            .map_err(|source| http(HttpError::Address { url: address.clone(), source: Box::new(source) }))?;
        Ok(Self {
            client: local_client().map_err(http)?,
            base,
            user: user.to_owned(),
            password,
            token: Mutex::new(None),
            limit,
        })
    }

    /// Logs in if that has not been done; proves that user and password are taken.
    ///
    /// # Errors
    /// `Login` when they are refused.
    pub async fn login(&self) -> Result<(), AirflowError> {
        self.current_token().await.map(|_| ())
    }

    /// One request below `/api/v2`, its answer of a known shape.
    async fn ask<T: DeserializeOwned>(
        &self,
        action: &str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, AirflowError> {
        let answer = self.request(action, method, path, query, body).await?;
        expected(action, &answer)
    }

    /// One request below `/api/v2`; only success is an answer.
    async fn request(
        &self,
        action: &str,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, AirflowError> {
        let segments: Vec<&str> = ["api", "v2"].iter().chain(path).copied().collect();
        let url = self.url(&segments);
        for _ in 0..2 {
            let token = self.current_token().await?;
            let mut request = self
                .client
                .request(method.clone(), url.clone())
                .query(query)
                .header("accept", "application/json")
                .bearer_auth(token.expose_secret());
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = self.exchange(action, request, &url).await?;
            if answer.status != 401 {
                return successful(action, answer);
            }
            // Tokens run out, and a new signing key voids them.
            *self.token.lock().await = None;
        }
        Err(AirflowError::Login { user: self.user.clone() })
    }

    async fn current_token(&self) -> Result<SecretString, AirflowError> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref() {
            return Ok(token.clone());
        }
        let action = "log in to Airflow";
        let url = self.url(&["auth", "token"]);
        let body = json!({ "username": self.user, "password": self.password.expose_secret() });
        let request = self.client.post(url.clone()).json(&body);
        let answer = self.exchange(action, request, &url).await?;
        if matches!(answer.status, 401 | 403) {
            return Err(AirflowError::Login { user: self.user.clone() });
        }
        let token: Token = expected(action, &successful(action, answer)?)?;
        let token = SecretString::from(token.access_token);
        *held = Some(token.clone());
        Ok(token)
    }

    async fn exchange(
        &self,
        action: &str,
        request: reqwest::RequestBuilder,
        url: &Url,
    ) -> Result<Answer, AirflowError> {
        send(request, url.as_str(), self.limit, MAX_BYTES)
            .await
            .map_err(|source| AirflowError::Http { action: action.to_owned(), source })
    }

    /// Every part is escaped: run ids hold colons and plus signs.
    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(segments);
        }
        url
    }
}

fn successful(action: &str, answer: Answer) -> Result<Answer, AirflowError> {
    if answer.is_success() {
        return Ok(answer);
    }
    let detail = match answer.json::<Value>() {
        Ok(body) => reason(&body["detail"]),
        Err(_) => answer.excerpt(),
    };
    Err(AirflowError::Refused { action: action.to_owned(), status: answer.status, detail })
}

/// What Airflow says about a refusal: text, an object with a reason, or one finding per field. A finding repeats what
/// was sent, and that may hold a password: only the place and the message are taken.
fn reason(detail: &Value) -> String {
    if let Some(findings) = detail.as_array() {
        let lines = findings.iter().map(|finding| {
            let place = finding["loc"].as_array().into_iter().flatten();
            let place: Vec<&str> = place.filter_map(Value::as_str).collect();
            let message = finding["msg"].as_str().unwrap_or("refused");
            format!("{}: {message}", place.join("."))
        });
        return lines.collect::<Vec<_>>().join("; ");
    }
    let text = detail.as_str().or_else(|| detail["reason"].as_str());
    text.unwrap_or("no reason given").to_owned()
}

fn expected<T: DeserializeOwned>(action: &str, answer: &Answer) -> Result<T, AirflowError> {
    answer.json().map_err(|source| AirflowError::Answer { action: action.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_escaped_in_the_path() {
        let password = SecretString::from("x");
        let airflow = Airflow::open(8080, "admin", password, Duration::from_secs(1)).unwrap();
        let url = airflow.url(&["dags", "a/b", "manual__2026-01-01T00:00:00+00:00?"]);
        assert_eq!(url.as_str(), "http://127.0.0.1:8080/dags/a%2Fb/manual__2026-01-01T00:00:00+00:00%3F");
    }

    #[test]
    fn a_refusal_does_not_repeat_what_was_sent() {
        let findings = json!([
            { "loc": ["body", "port"], "msg": "not a number", "input": { "password": "hunter2" } }
        ]);
        assert_eq!(reason(&findings), "body.port: not a number");
        assert_eq!(reason(&json!({ "reason": "taken", "statement": "hidden" })), "taken");
        assert_eq!(reason(&json!("not found")), "not found");
    }
}
