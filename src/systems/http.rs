//! HTTP: sources over TLS with the platform's roots, and plain questions to our own services on loopback.
//!
//! One TLS provider (ring), installed here once. Bodies are bounded, and every request has a timeout.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("could not make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("no answer from {url}")]
    NoAnswer {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the answer of {url} is larger than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error("{url} answered {status}")]
    Status { url: String, status: u16 },
}

/// A complete answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<String>,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

/// Asks sources. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// # Errors
    /// When the platform's roots cannot be used.
    pub fn open() -> Result<Self, HttpError> {
        install_tls();
        let builder = reqwest::Client::builder().user_agent(concat!("sparkflow/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: builder.build().map_err(HttpError::Client)? })
    }

    /// One GET; any status is an answer.
    ///
    /// # Errors
    /// When there is no complete answer in time, or its body is larger than `most_bytes`.
    pub async fn get(
        &self,
        url: &str,
        query: &BTreeMap<String, String>,
        timeout: Duration,
        most_bytes: usize,
    ) -> Result<Answer, HttpError> {
        // The query may hold an API key: errors name the address without it.
        let failed = |source: reqwest::Error| HttpError::NoAnswer { url: url.to_string(), source: source.without_url() };
        let response = self.client.get(url).query(query).timeout(timeout).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let header = |name: &HeaderName, headers: &HeaderMap| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_string);
        let retry_after = header(&RETRY_AFTER, response.headers());
        let content_type = header(&CONTENT_TYPE, response.headers());
        let mut body = Vec::new();
        let mut response = response;
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > most_bytes {
                return Err(HttpError::TooLarge { url: url.to_string(), limit: most_bytes });
            }
        }
        Ok(Answer { status, retry_after, content_type, body })
    }
}

/// Whether a GET is answered with success.
///
/// # Errors
/// When it is not, or not in time.
pub async fn answers(url: &str, limit: Duration) -> Result<(), HttpError> {
    let answer = Http::open()?.get(url, &BTreeMap::new(), limit, 1024 * 1024).await?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    Err(HttpError::Status { url: url.to_string(), status: answer.status })
}

/// Makes ring the process's TLS provider; later calls find it installed.
pub fn install_tls() {
    let installed = rustls::crypto::ring::default_provider().install_default();
    // The only reason to refuse is that one is installed already: ours.
    drop(installed);
}

/// A client for our own services on loopback: no proxy stands between.
pub(super) fn loopback_client(limit: Duration) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder().no_proxy().timeout(limit).connect_timeout(Duration::from_secs(2)).build()
}
