//! Answers `GET /<source>` and any path below it with the source's next records, until the process is told to end.
//!
//! `/healthz` is the readiness probe. Each source has one cursor, moved by every request that names no page.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::replay::fixture::Fixture;

/// Says whether the records were recorded from the source or made up.
pub const ORIGIN_HEADER: &str = "x-sparkflow-replay";

#[derive(Debug, Error)]
pub enum ReplayError {
    #[error("the replay service cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("the replay service stopped")]
    Serve(#[source] io::Error),
    #[error("the replay service cannot wait for signals")]
    Signals(#[source] io::Error),
}

/// A fixture and how far its source has got.
struct Track {
    fixture: Fixture,
    cursor: AtomicUsize,
}

/// Serves until SIGTERM or Ctrl-C; answers that have begun are finished.
///
/// # Errors
/// The address is taken, or the system refuses to listen.
pub async fn serve(address: SocketAddr, fixtures: Vec<Fixture>) -> Result<(), ReplayError> {
    let listener = TcpListener::bind(address).await.map_err(|source| ReplayError::Listen { address, source })?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ReplayError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ReplayError::Signals)?;
    let told_to_end = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    serve_until(listener, fixtures, told_to_end).await
}

/// Serves on a listener until `end` is ready.
///
/// # Errors
/// The system refuses to listen.
pub async fn serve_until(
    listener: TcpListener,
    fixtures: Vec<Fixture>,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ReplayError> {
    axum::serve(listener, routes(fixtures)).with_graceful_shutdown(end).await.map_err(ReplayError::Serve)
}

fn routes(fixtures: Vec<Fixture>) -> Router {
    let service = Router::new().route("/healthz", get(async || "ok\n"));
    fixtures.into_iter().fold(service, |service, fixture| {
        let top = format!("/{}", fixture.source);
        let track = Arc::new(Track { fixture, cursor: AtomicUsize::new(0) });
        let source = get(answer).with_state(track);
        service
            .route(&top, source.clone())
            .route(&format!("{top}/"), source.clone())
            .route(&format!("{top}/{{*path}}"), source)
    })
}

async fn answer(State(track): State<Arc<Track>>, Query(query): Query<BTreeMap<String, String>>) -> impl IntoResponse {
    let fixture = &track.fixture;
    let (start, size) = if fixture.names_page(&query) {
        fixture.page(&query, 0)
    } else {
        let (_, size) = fixture.page(&query, 0);
        fixture.page(&query, track.cursor.fetch_add(size, Ordering::Relaxed))
    };
    let origin = if fixture.header.generated { "generated" } else { "recorded" };
    let headers = [(CONTENT_TYPE.as_str(), "application/json"), (ORIGIN_HEADER, origin)];
    (headers, fixture.body(start, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    async fn ask(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: replay\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    fn body(answer: &str) -> &str {
        answer.split_once("\r\n\r\n").unwrap().1
    }

    #[tokio::test]
    async fn each_request_gets_the_next_records_of_its_source() {
        let users = "{\"_replay\": {\"generated\": true, \"page_size\": \"results\", \"page\": \"page\"}}\n1\n2\n3\n";
        let fixtures = vec![
            Fixture::parse("users", "users.jsonl", "$.results", users).unwrap(),
            Fixture::parse("cities", "cities.jsonl", "$", "7\n").unwrap(),
        ];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve_until(listener, fixtures, async {
            let _ = ended.await;
        }));
        let first = ask(address, "/users/api/?results=2").await;
        assert!(first.starts_with("HTTP/1.1 200 OK"), "{first}");
        assert!(
            first.contains("content-type: application/json\r\n") && first.contains("x-sparkflow-replay: generated\r\n"),
            "{first}"
        );
        assert_eq!(body(&first), "{\"results\":[1,2]}");
        assert_eq!(body(&ask(address, "/users/api/?results=2&page=1").await), "{\"results\":[1,2]}");
        assert_eq!(body(&ask(address, "/users?results=2").await), "{\"results\":[3,1]}");
        assert_eq!(body(&ask(address, "/users/?results=1").await), "{\"results\":[2]}");
        let city = ask(address, "/cities/v1/list?x=1").await;
        assert!(city.contains("x-sparkflow-replay: recorded\r\n"), "{city}");
        assert_eq!(body(&city), "[7]");
        assert_eq!(body(&ask(address, "/healthz").await), "ok\n");
        assert!(ask(address, "/nobody").await.starts_with("HTTP/1.1 404"));
        end.send(()).unwrap();
        serving.await.unwrap().unwrap();
    }
}
