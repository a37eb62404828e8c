//! A source for tests: a scripted server on loopback, and the real client that asks it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use uuid::Uuid;

use crate::ingest::answer::{self, NoAnswer, Response};
use crate::ingest::task::IngestTask;
use crate::systems::http;

/// What the server does with one request.
#[derive(Clone)]
pub(super) enum Reply {
    Http(String),
    /// The connection is cut before anything is said.
    Reset,
    /// The head arrives, the rest never does.
    Stall,
}

pub(super) fn answer_with(status: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Http(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"))
}

pub(super) fn ok(body: &Value) -> Reply {
    answer_with("200 OK", "content-type: application/json\r\n", &body.to_string())
}

pub(super) fn people(names: &[&str]) -> Reply {
    ok(&json!({ "results": names.iter().map(|name| person(name)).collect::<Vec<_>>() }))
}

pub(super) fn person(name: &str) -> Value {
    json!({ "login": { "uuid": Uuid::now_v7().to_string() }, "name": name })
}

/// Answers each request with the next reply; the last one is given for ever. Records when each request came.
pub(super) async fn serve(replies: Vec<Reply>) -> (String, Arc<Mutex<Vec<Instant>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/?key=s3cr3t-key", listener.local_addr().unwrap());
    let times = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&times);
    let mut replies = VecDeque::from(replies);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            seen.lock().unwrap().push(Instant::now());
            let reply = if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() };
            match reply {
                Reply::Http(text) => stream.write_all(text.as_bytes()).await.unwrap_or_default(),
                Reply::Reset => stream.set_zero_linger().unwrap(),
                Reply::Stall => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").await.unwrap();
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_mins(1)).await;
                        drop(stream);
                    });
                }
            }
        }
    });
    (url, times)
}

/// The real client, as the command line uses it.
pub(super) fn get(task: &IngestTask) -> impl AsyncFn() -> Result<Response, NoAnswer> + use<> {
    let client = http::client().unwrap();
    let task = task.http.clone();
    async move || {
        let answer = http::fetch(&client, &task.url, &task.query, task.timeout, answer::MAX_BODY_BYTES).await?;
        let (status, retry_after, content_type) = (answer.status, answer.retry_after, answer.content_type);
        Ok(Response { status, retry_after, content_type, body: answer.body })
    }
}

async fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
}
