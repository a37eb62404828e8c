//! HTTP: one way to make a client, and one bounded fetch for sources.
//!
//! Redirects are followed, bodies have a cap, every call has a timeout. What an answer means is the caller's business.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

/// The most that one answer may hold.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

const CONNECT: Duration = Duration::from_secs(5);

/// What may go wrong before there is an answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("`{url}` is no HTTP address")]
    Address {
        url: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("`{url}` did not answer within {} ms", limit.as_millis())]
    Timeout { url: String, limit: Duration },
    #[error("could not connect to `{url}`")]
    Connect {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("no secure connection to `{url}`: its certificate is not trusted here, or it speaks another TLS")]
    Tls {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the answer of `{url}` is larger than {max_bytes} bytes")]
    TooLarge { url: String, max_bytes: usize },
    #[error("the exchange with `{url}` broke off")]
    Broken {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("could not make an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: Option<String>,
    /// As sent: seconds, or a date.
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON of a known shape.
    ///
    /// # Errors
    /// When the body is no JSON, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The beginning of the body as text, for messages.
    #[must_use]
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(300).collect()
    }
}

/// Chooses the TLS implementation for this process. Harmless when called again.
pub fn install_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Lost a race: then somebody else has just chosen the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
}

/// A client for addresses anywhere: trusts what the platform trusts, honours the proxies of the environment.
///
/// # Errors
/// When the platform's certificates cannot be read.
pub fn client() -> Result<Client, HttpError> {
    install_tls();
    builder().build().map_err(HttpError::Client)
}

/// A client for services we publish on the loopback address: no proxy stands between.
pub fn local_client() -> Result<Client, HttpError> {
    install_tls();
    builder().no_proxy().build().map_err(HttpError::Client)
}

fn builder() -> reqwest::ClientBuilder {
    Client::builder().user_agent(concat!("sparkflow/", env!("CARGO_PKG_VERSION"))).connect_timeout(CONNECT)
}

/// Gets an address with a query added to it.
///
/// # Errors
/// When there is no whole answer within `limit`, or it has more than `max_bytes`.
pub async fn fetch(
    client: &Client,
    url: &str,
    query: &BTreeMap<String, String>,
    limit: Duration,
    max_bytes: usize,
) -> Result<Answer, HttpError> {
    let address =
        Url::parse(url).map_err(|source| HttpError::Address { url: url.to_owned(), source: Box::new(source) })?;
    let request = client.request(Method::GET, address).query(query);
    send(request, url, limit, max_bytes).await
}

/// Sends a request and reads the whole answer, bounded in time and size. `url` is how errors call the place.
pub(super) async fn send(
    request: RequestBuilder,
    url: &str,
    limit: Duration,
    max_bytes: usize,
) -> Result<Answer, HttpError> {
    match tokio::time::timeout(limit, exchange(request, url, limit, max_bytes)).await {
        Ok(result) => result,
        Err(_) => Err(HttpError::Timeout { url: url.to_owned(), limit }),
    }
}

async fn exchange(request: RequestBuilder, url: &str, limit: Duration, max_bytes: usize) -> Result<Answer, HttpError> {
    let failed = |source| failed(url, limit, source);
    let mut response = request.send().await.map_err(failed)?;
    let header = |name: &str| {
        let value = response.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let content_type = header("content-type");
    let retry_after = header("retry-after");
    let status: StatusCode = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(HttpError::TooLarge { url: url.to_owned(), max_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: status.as_u16(), content_type, retry_after, body })
}

/// The address is named by us, without its query: that may hold a key.
fn failed(url: &str, limit: Duration, source: reqwest::Error) -> HttpError {
    let source = source.without_url();
    let url = url.split('?').next().unwrap_or(url).to_owned();
    if source.is_timeout() {
        return HttpError::Timeout { url, limit };
    }
    if source.is_builder() {
        return HttpError::Address { url, source: Box::new(source) };
    }
    if is_tls(&source) {
        return HttpError::Tls { url, source };
    }
    if source.is_connect() {
        return HttpError::Connect { url, source };
    }
    HttpError::Broken { url, source }
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(current) = cause {
        if current.is::<rustls::Error>() {
            return true;
        }
        // An I/O error calls the source of what it wraps its own, and so hides what it wraps.
        let wrapped = current.downcast_ref::<std::io::Error>();
        cause = match wrapped.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers every connection with the same bytes.
    async fn server(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(answer).await.unwrap();
            }
        });
        format!("http://{address}/")
    }

    async fn fetched(url: &str, max_bytes: usize) -> Result<Answer, HttpError> {
        let client = local_client().unwrap();
        let query = BTreeMap::from([("results".to_owned(), "5".to_owned())]);
        fetch(&client, url, &query, Duration::from_millis(500), max_bytes).await
    }

    #[tokio::test]
    async fn an_answer_keeps_its_status_and_the_headers_that_matter() {
        let url = server(
            b"HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nslow",
        )
        .await;
        let answer = fetched(&url, 100).await.unwrap();
        assert_eq!(answer.status, 429);
        assert_eq!(answer.retry_after.as_deref(), Some("7"));
        assert_eq!(answer.content_type.as_deref(), Some("text/plain"));
        assert_eq!(answer.body, b"slow");
    }

    #[tokio::test]
    async fn a_large_answer_is_refused() {
        let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789").await;
        let result = fetched(&url, 9).await;
        assert!(matches!(result, Err(HttpError::TooLarge { max_bytes: 9, .. })));
    }

    #[tokio::test]
    async fn an_answer_that_ends_early_is_not_taken_for_a_short_one() {
        let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01").await;
        let result = fetched(&url, 100).await;
        assert!(matches!(result, Err(HttpError::Broken { .. } | HttpError::Timeout { .. })));
    }

    #[tokio::test]
    async fn nobody_listening_and_no_address_are_told_apart() {
        let refused = fetched("http://127.0.0.1:1/", 100).await;
        assert!(matches!(refused, Err(HttpError::Connect { .. })));
        let no_address = fetched("not an address", 100).await;
        assert!(matches!(no_address, Err(HttpError::Address { .. })));
    }

    #[tokio::test]
    async fn plain_text_where_tls_is_expected_is_a_tls_failure() {
        let url = server(b"HTTP/1.1 200 OK\r\n\r\n").await.replace("http:", "https:");
        assert!(matches!(fetched(&url, 100).await, Err(HttpError::Tls { .. })));
    }
}
