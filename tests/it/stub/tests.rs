//! The server by itself, without Palisade.

use std::{
    io::{BufRead, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::*;

struct Client(BufReader<TcpStream>);

impl Client {
    fn of(stub: &Stub) -> Self {
        Self(BufReader::new(TcpStream::connect(&stub.address).unwrap()))
    }

    /// Sends a request signed for `service`; `None` when no whole answer came.
    fn ask(&mut self, service: &str, line: &str, headers: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        let signed = format!("Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261101/eu-west-1/{service}/aws4_request, x");
        let length = body.len();
        write!(self.0.get_mut(), "{line} HTTP/1.1\r\n{signed}\r\n{headers}Content-Length: {length}\r\n\r\n").unwrap();
        self.0.get_mut().write_all(body).unwrap();
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let from = head.len();
            if self.0.read_line(&mut head).ok()? == 0 {
                return None;
            }
            let line = &head[from..];
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).ok()?;
        Some((head, body))
    }
}

const FUNCTION: &str = "GET /2015-03-31/functions/orders";

#[test]
fn a_connection_serves_many_requests() {
    let stub = Stub::start(|_| None);
    let mut client = Client::of(&stub);
    for _ in 0..3 {
        let (head, body) = client.ask("lambda", FUNCTION, "", b"").unwrap();
        assert!(head.starts_with("HTTP/1.1 200") && body.starts_with(b"{\"Configuration\""), "{head}");
    }
    let saw = |action: &str| (action.to_owned(), "GetFunction".to_owned(), "eu-west-1".to_owned());
    assert_eq!(stub.saw(), BTreeMap::from([(saw("lambda:GetFunction"), 3), (saw("lambda:ListTags"), 3)]));
    assert_eq!((stub.asked("lambda:GetFunction"), stub.asked_in_all()), (3, 3));
}

#[test]
fn what_nobody_can_answer_fails_the_test() {
    for (service, line) in [("lambda", "GET /2015-03-31/nothing"), ("quantum", "GET /"), ("lambda", "DELETE /2015-03-31/functions/orders")]
    {
        let stub = Stub::start(|_| None);
        let (head, _) = Client::of(&stub).ask(service, line, "", b"").unwrap();
        assert!(head.starts_with("HTTP/1.1 404"), "{head}");
        assert!(catch_unwind(AssertUnwindSafe(|| drop(stub))).is_err(), "{service} {line}");
    }
}

#[test]
fn every_protocol_has_its_own_errors() {
    let text = |(head, body): (String, Vec<u8>)| (head, String::from_utf8(body).unwrap());
    let refused = |service: &str, line: &str, headers: &str, body: &[u8]| {
        let stub = Stub::start(|_| Some(Reply::Fault(Fault::Refused(Refusal::Throttled))));
        Client::of(&stub).ask(service, line, headers, body).unwrap()
    };
    let (head, _) = text(refused("lambda", FUNCTION, "", b""));
    assert!(head.starts_with("HTTP/1.1 429") && head.contains("x-amzn-ErrorType: TooManyRequestsException:"), "{head}");
    let target = "X-Amz-Target: TrentService.ListKeys\r\nContent-Type: application/x-amz-json-1.1\r\n";
    let (head, body) = text(refused("kms", "POST /", target, b"{}"));
    assert!(head.starts_with("HTTP/1.1 400") && body.contains(r#""__type":"ThrottlingException""#), "{head}{body}");
    let target = "X-Amz-Target: AmazonSQS.ListQueues\r\nContent-Type: application/x-amz-json-1.0\r\n";
    let (_, body) = text(refused("sqs", "POST /", target, b"{}"));
    assert!(body.contains("#ThrottlingException\""), "{body}");
    let (_, body) = text(refused("iam", "POST /", "", b"Action=GetPolicy&Version=2010-05-08"));
    assert!(body.contains("<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"), "{body}");
    // No service here speaks CBOR alone, but each may be asked in it.
    let (head, body) = refused("kms", "POST /service/Kms/operation/ListKeys", "smithy-protocol: rpc-v2-cbor\r\n", b"");
    let body = cbor::decode(&body).unwrap();
    assert!(head.contains("smithy-protocol: rpc-v2-cbor") && body["__type"] == "com.amazonaws.service#ThrottlingException", "{head}");
}

#[test]
fn answers_in_cbor_are_those_in_json() {
    let stub = Stub::start(|_| None);
    let (_, body) =
        Client::of(&stub).ask("kms", "POST /service/Kms/operation/ListKeys", "smithy-protocol: rpc-v2-cbor\r\n", b"\xa0").unwrap();
    assert_eq!(cbor::decode(&body).unwrap()["Keys"][0]["KeyId"], account::KEY);
}

#[test]
fn faults_of_the_network_end_the_connection() {
    for fault in [Fault::Reset, Fault::ResetInHeaders, Fault::Truncated] {
        let stub = Stub::start(move |ask| (ask.before == 0).then_some(Reply::Fault(fault)));
        let mut client = Client::of(&stub);
        assert!(client.ask("lambda", FUNCTION, "", b"").is_none(), "{fault:?}");
        assert!(Client::of(&stub).ask("lambda", FUNCTION, "", b"").is_some(), "{fault:?}");
    }
    // A hanging answer ends with the server.
    let stub = Stub::start(|_| Some(Reply::Fault(Fault::Hang)));
    let mut client = Client::of(&stub);
    let hanging = thread::spawn(move || client.ask("lambda", FUNCTION, "", b"").is_none());
    stub.wait_for("lambda:GetFunction");
    drop(stub);
    assert!(hanging.join().unwrap());
}

#[test]
fn what_the_caller_may_not_use_is_missing_from_the_answer() {
    let stub = Stub::refusing(403, "AccessDeniedException", |action| action == "lambda:ListTags");
    let (_, body) = Client::of(&stub).ask("lambda", FUNCTION, "", b"").unwrap();
    assert!(String::from_utf8_lossy(&body).contains("TagsError"));
}

#[test]
fn quotas_throttle_whoever_asks_too_fast() {
    let stub = Plan::default().quotas().start();
    let mut client = Client::of(&stub);
    let line = "GET /2015-03-31/functions/orders/policy";
    let statuses: Vec<bool> = (0..20).map(|_| client.ask("lambda", line, "", b"").unwrap().0.starts_with("HTTP/1.1 429")).collect();
    assert!(statuses.iter().take(15).all(|throttled| !throttled), "{statuses:?}");
    let usage = stub.usage()[&("eu-west-1".to_owned(), "lambda:GetPolicy")];
    assert_eq!((usage.passed + usage.throttled, statuses.iter().filter(|throttled| **throttled).count() as u64), (20, usage.throttled));
}
