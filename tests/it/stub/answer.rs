//! What the server answers, and how that goes over the wire.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Ask, cbor,
    fault::Fault,
    protocol::{Protocol, Refusal},
    request::Request,
};

/// What the server answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// A status and a body, which is JSON or XML; a request in CBOR gets JSON in CBOR.
    Body(u16, String),
    /// A status and a code, written as the service writes errors.
    Error(u16, String),
    /// A page of a proxy on the way.
    Html(u16),
    /// A body that ends too early, by a connection that does.
    Truncated(String),
    /// The healthy answer with something wrong.
    Fault(Fault),
}

impl Reply {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::Body(200, body.into())
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::Error(status, code.to_owned())
    }
}

/// An answer in bytes.
pub(super) struct Wire {
    status: u16,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    ending: Ending,
}

/// How much of an answer goes out, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// All of it at once.
    Whole,
    /// All of it, a few bytes at a time.
    Drip,
    /// Nothing, and the connection stays open.
    Hang,
    /// Nothing, and the connection ends.
    Nothing,
    /// A part of the headers, and the connection ends.
    InHeaders,
    /// The headers and a part of the body, and the connection ends.
    InBody,
}

const PAGE: &str = "<!doctype html><html><body>It did not work.</body></html>";

impl Wire {
    fn html(status: u16) -> Self {
        Self { status, kind: "text/html", headers: Vec::new(), body: PAGE.into(), ending: Ending::Whole }
    }

    /// What a service says of an operation that it does not have.
    pub(super) fn unknown(request: &Request) -> Self {
        let protocol = Protocol::of(request, Protocol::RestJson);
        let (headers, body) = protocol.error("UnknownOperationException", "the stub does not know it");
        Self { status: 404, kind: protocol.content_type(), headers, body, ending: Ending::Whole }
    }

    pub(super) fn refusal(ask: &Ask, refusal: Refusal) -> Self {
        let (status, code) = ask.protocol.refusal(refusal);
        Self::error(ask, status, code)
    }

    fn error(ask: &Ask, status: u16, code: &str) -> Self {
        let said = if code.starts_with("AccessDenied") {
            let tester = format!("arn:aws:iam::{}:user/tester", super::ACCOUNT);
            format!("User: {tester} is not authorized to perform: {} because no identity-based policy allows the action", ask.action)
        } else {
            "no".to_owned()
        };
        let (headers, body) = ask.protocol.error(code, &said);
        Self { status, kind: ask.protocol.content_type(), headers, body, ending: Ending::Whole }
    }

    /// Writes `reply` for the wire; `Fault`s are not among them any more.
    pub(super) fn of(ask: &Ask, reply: Reply) -> Self {
        match reply {
            Reply::Body(status, body) => {
                let body = match ask.protocol {
                    Protocol::Cbor => cbor::encode(&serde_json::from_str(&body).unwrap_or_default()),
                    _ => body.into_bytes(),
                };
                Self { status, kind: ask.protocol.content_type(), headers: Vec::new(), body, ending: Ending::Whole }
            }
            Reply::Error(status, code) => Self::error(ask, status, &code),
            Reply::Html(status) => Self::html(status),
            Reply::Truncated(body) => Self { ending: Ending::InBody, ..Self::of(ask, Reply::ok(body)) },
            Reply::Fault(fault) => panic!("{fault:?} is no answer"),
        }
    }

    /// The same answer with `fault`.
    pub(super) fn with(mut self, ask: &Ask, fault: Fault) -> Self {
        self.ending = match fault {
            Fault::Refused(refusal) => return Self::refusal(ask, refusal),
            Fault::Html => return Self::html(200),
            // The one who answered knew of it.
            Fault::RepeatedToken => Ending::Whole,
            Fault::Reset => Ending::Nothing,
            Fault::ResetInHeaders => Ending::InHeaders,
            Fault::Hang => Ending::Hang,
            Fault::Truncated => Ending::InBody,
            Fault::Drip => Ending::Drip,
            Fault::Malformed => {
                self.body.truncate(self.body.len() / 2);
                Ending::Whole
            }
            Fault::Empty => {
                self.body.clear();
                Ending::Whole
            }
            Fault::Nulls => {
                self.body = hollow(ask.protocol, &self.body);
                Ending::Whole
            }
        };
        self
    }

    pub(super) fn ending(&self) -> Ending {
        self.ending
    }

    /// Sends it; `pause` is called between the drops of a drip. Whether the connection can go on.
    pub(super) fn send(self, mut stream: impl Write, pause: impl Fn()) -> io::Result<bool> {
        let mut bytes = format!("HTTP/1.1 {} x\r\nContent-Type: {}\r\n", self.status, self.kind).into_bytes();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        if self.kind == Protocol::Cbor.content_type() {
            bytes.extend(b"smithy-protocol: rpc-v2-cbor\r\n");
        }
        let half = bytes.len() / 2;
        let missing = if self.ending == Ending::InBody { 100 } else { 0 };
        write!(bytes, "x-amzn-RequestId: 1\r\nContent-Length: {}\r\n\r\n", self.body.len() + missing)?;
        bytes.extend(self.body);
        match self.ending {
            Ending::Whole | Ending::InBody => stream.write_all(&bytes)?,
            Ending::InHeaders => stream.write_all(bytes.get(..half).unwrap_or_default())?,
            Ending::Drip => {
                // However long the answer, it comes in some twenty drops.
                for drop in bytes.chunks(bytes.len() / 20 + 1) {
                    stream.write_all(drop)?;
                    pause();
                }
            }
            Ending::Hang | Ending::Nothing => {}
        }
        Ok(matches!(self.ending, Ending::Whole | Ending::Drip))
    }
}

/// `body` with its form and without its facts.
fn hollow(protocol: Protocol, body: &[u8]) -> Vec<u8> {
    let nulls = |value: Value| match value {
        Value::Object(members) => members.into_iter().map(|(name, _)| (name, Value::Null)).collect(),
        _ => json!({}),
    };
    match protocol {
        Protocol::Cbor => cbor::encode(&nulls(cbor::decode(body).unwrap_or_default())),
        Protocol::Query | Protocol::RestXml => {
            // The two outermost elements, which awsQuery has around all it says.
            let text = String::from_utf8_lossy(body);
            let names: Vec<&str> = text.split('<').skip(1).filter(|tag| !tag.starts_with(['?', '/'])).take(2).collect();
            let name = |tag: &str| tag.split([' ', '>', '/']).next().unwrap_or_default().to_owned();
            let (outer, inner) = (name(names.first().unwrap_or(&"a")), name(names.get(1).unwrap_or(&"a")));
            format!("<{outer}><{inner}></{inner}></{outer}>").into_bytes()
        }
        _ => nulls(serde_json::from_slice(body).unwrap_or_default()).to_string().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hollow_answers_keep_their_form() {
        let hollowed = |protocol, body: &str| String::from_utf8(hollow(protocol, body.as_bytes())).unwrap();
        assert_eq!(hollowed(Protocol::RestJson, r#"{"Functions":[{}],"NextMarker":"x"}"#), r#"{"Functions":null,"NextMarker":null}"#);
        assert_eq!(hollowed(Protocol::Query, "<A xmlns=\"x\"><B><C>1</C></B></A>"), "<A><B></B></A>");
        assert_eq!(hollow(Protocol::Cbor, &cbor::encode(&json!({"a": 1}))), cbor::encode(&json!({"a": null})));
    }
}
