//! Who only looks sends nothing that changes: the commands through a socket that lets no other request pass.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::stack::Stack;

const ENGINE: &str = "/var/run/docker.sock";
const LONGEST_HEAD: usize = 64 * 1024;

/// A socket in front of the engine: what reads goes through, anything else is refused and written down.
struct Guard {
    path: PathBuf,
    refused: Arc<Mutex<Vec<String>>>,
}

impl Guard {
    fn open() -> Self {
        // The path of a socket must be short.
        let path = std::env::temp_dir().join(format!("sparkflow-guard-{}.sock", std::process::id()));
        if path.exists() {
            std::fs::remove_file(&path).expect("an old socket can be removed");
        }
        let listener = UnixListener::bind(&path).expect("a socket can be made");
        let refused = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&refused);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                // A client that goes away ends its own exchange and no other.
                std::thread::spawn(move || drop(pass(client, &log)));
            }
        });
        Self { path, refused }
    }

    fn address(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    fn refused(&self) -> Vec<String> {
        self.refused.lock().expect("no thread panics with it").clone()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            eprintln!("    {}: {error}", self.path.display());
        }
    }
}

/// One request per connection: each is judged by itself.
fn pass(mut client: UnixStream, refused: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let head = head(&mut client)?;
    let line = head.lines().next().unwrap_or_default().to_string();
    if !(line.starts_with("GET ") || line.starts_with("HEAD ")) {
        refused.lock().expect("no thread panics with it").push(line);
        let body = "{\"message\":\"this socket only lets reading through\"}";
        let answer =
            format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        return client.write_all(answer.as_bytes());
    }
    let mut engine = UnixStream::connect(ENGINE)?;
    let kept: Vec<&str> =
        head.trim_end().lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")).collect();
    engine.write_all(format!("{}\r\nConnection: close\r\n\r\n", kept.join("\r\n")).as_bytes())?;
    std::io::copy(&mut engine, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// What comes before the body; who reads sends none.
fn head(client: &mut UnixStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") && bytes.len() < LONGEST_HEAD {
        client.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(crate) fn looking_sends_nothing_that_changes(stack: &Stack) {
    let guard = Guard::open();
    let address = guard.address();
    let commands: [&[&str]; 6] = [
        &["plan", "--static"],
        &["plan", "--static", "-o", "json"],
        &["plan", "--destroy", "--volumes"],
        &["status"],
        &["endpoints"],
        &["endpoints", "--show-secrets"],
    ];
    for command in commands {
        stack.run_at(&address, command).exits(0);
        assert_eq!(guard.refused(), Vec::<String>::new(), "{command:?}");
    }
    // The guard is one: what changes does not get through.
    stack.run_at(&address, &["stop", "replay"]).exits(1);
    let refused = guard.refused();
    assert!(refused.len() == 1 && refused[0].starts_with("POST ") && refused[0].contains("/stop"), "{refused:?}");
    stack.is_in_sync();
}
