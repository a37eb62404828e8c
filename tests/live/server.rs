//! A web server that gives one answer to everybody, on a free port of this machine.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// Serves until the suite ends; gives the address.
pub(crate) fn always(status: &'static str, content_type: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            // One read holds the whole request: it has no body.
            if stream.read(&mut request).is_err() {
                continue;
            }
            let head = format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n");
            let answer = format!("{head}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            // Whoever asked may have gone.
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    format!("http://{address}/records")
}

/// Whether something takes connections at an address, given as `host:port` or as a URL.
pub(crate) fn accepts(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or(host);
    let Ok(mut resolved) = host.to_socket_addrs() else { return false };
    resolved.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}
