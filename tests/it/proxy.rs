//! A server between Palisade and an emulator: it refuses every call of one service as that service does, and passes
//! all others on.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crate::endpoint::Endpoint;

/// A running proxy; it stops when it is dropped.
pub(crate) struct Proxy {
    pub(crate) endpoint: Endpoint,
    address: String,
    state: Arc<State>,
}

struct State {
    /// `lambda`, as requests are signed for it.
    denied: &'static str,
    behind: String,
    refused: AtomicUsize,
    passed: AtomicUsize,
    stopped: AtomicBool,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the one that accepts.
        let _ = TcpStream::connect(&self.address);
    }
}

impl Proxy {
    /// Starts one in front of `behind` that refuses every call of the service `denied`.
    pub(crate) fn denying(denied: &'static str, behind: &Endpoint) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            denied,
            behind: behind.url().trim_start_matches("http://").to_owned(),
            refused: AtomicUsize::new(0),
            passed: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let serving = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let state = serving.clone();
                thread::spawn(move || stream.and_then(|stream| state.serve(&stream)));
            }
        });
        Self { endpoint: Endpoint::new(&format!("http://{address}")), address, state }
    }

    /// How many calls it refused, and how many it passed on.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.state.refused.load(Ordering::SeqCst), self.state.passed.load(Ordering::SeqCst))
    }
}

impl State {
    /// Serves one request; a connection has no more.
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(stream);
        let (mut head, mut service, mut length) = (String::new(), String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                // `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`
                "authorization" => service = value.split('/').nth(3).unwrap_or_default().to_owned(),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "connection" => continue,
                _ => {}
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if service == self.denied {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return stream.write_all(refusal(&service).as_bytes());
        }
        self.passed.fetch_add(1, Ordering::SeqCst);
        let mut behind = TcpStream::connect(&self.behind)?;
        write!(behind, "{head}Connection: close\r\n\r\n")?;
        behind.write_all(&body)?;
        io::copy(&mut behind, &mut stream).map(drop)
    }
}

/// `AccessDenied` in the protocol that `service` speaks.
fn refusal(service: &str) -> String {
    let said = "User: arn:aws:iam::123456789012:user/auditor is not authorized to perform this action";
    let (status, headers, body) = match service {
        "lambda" => (
            "403 Forbidden",
            "Content-Type: application/json\r\nx-amzn-ErrorType: AccessDeniedException",
            format!(r#"{{"Message":"{said}"}}"#),
        ),
        "iam" | "sts" => (
            "403 Forbidden",
            "Content-Type: text/xml",
            format!(
                "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
                 <Code>AccessDenied</Code><Message>{said}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
            ),
        ),
        _ => (
            "400 Bad Request",
            "Content-Type: application/x-amz-json-1.1",
            format!(r#"{{"__type":"AccessDeniedException","message":"{said}"}}"#),
        ),
    };
    format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
