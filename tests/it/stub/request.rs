//! A request as it comes over the wire, whatever AWS's protocol.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::cbor;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query, as it was sent.
    pub(crate) path: String,
    /// For which service it is signed: `logs`, `monitoring`, `access-analyzer`.
    pub(crate) service: String,
    /// For which Region it is signed. Global services sign for `us-east-1`.
    pub(crate) region: String,
    /// The id of the access key that signed it.
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    headers: Vec<(String, String)>,
    /// The query, and what is in the body: of a form, or the top of JSON or CBOR.
    parameters: Vec<(String, String)>,
}

impl Request {
    /// Reads the next request of a connection; none when it has ended.
    pub(super) fn read(reader: &mut BufReader<impl Read>) -> Option<Self> {
        let mut line = String::new();
        let mut next = |line: &mut String| {
            line.clear();
            reader.read_line(line).ok().filter(|read| *read > 0)
        };
        next(&mut line)?;
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            next(&mut line)?;
            let header = line.trim_end();
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self {
            method,
            path,
            service: String::new(),
            region: String::new(),
            key: String::new(),
            body: Vec::new(),
            headers,
            parameters: Vec::new(),
        };
        let length = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        request.body = body;
        request.sign();
        request.parameters = request.read_parameters();
        Some(request)
    }

    /// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …` says for whom a request is, in every protocol.
    fn sign(&mut self) {
        let Some((_, scope)) = self.header("authorization").and_then(|value| value.split_once("Credential=")) else { return };
        let mut parts = scope.split('/').map(str::to_owned);
        let (key, region, service) = (parts.next(), parts.nth(1), parts.next());
        self.key = key.unwrap_or_default();
        self.region = region.unwrap_or_default();
        self.service = service.unwrap_or_default();
    }

    fn read_parameters(&self) -> Vec<(String, String)> {
        let mut parameters = pairs(self.path.split_once('?').map_or("", |(_, query)| query));
        if self.is_cbor() {
            parameters.extend(members(&cbor::decode(&self.body).unwrap_or_default()));
        } else if self.body.starts_with(b"{") {
            parameters.extend(members(&serde_json::from_slice(&self.body).unwrap_or_default()));
        } else if self.method == "POST" {
            parameters.extend(pairs(str::from_utf8(&self.body).unwrap_or_default()));
        }
        parameters
    }

    /// The first header of this name, which is written in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is in CBOR, which its protocol says in a header.
    pub(super) fn is_cbor(&self) -> bool {
        self.header("smithy-protocol") == Some("rpc-v2-cbor")
    }

    /// A parameter by AWS's name for it, wherever the protocol puts it. A JSON value that is no text is one in JSON.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parts of the path, decoded.
    pub(super) fn segments(&self) -> Vec<String> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').filter(|part| !part.is_empty()).map(decoded).collect()
    }

    /// What makes it the same request as another one: where page tokens are as well.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.path, String::from_utf8_lossy(&self.body))
    }
}

fn decoded(text: &str) -> String {
    let plain = text.replace('+', " ");
    urlencoding::decode(&plain).map_or_else(|_| plain.clone(), |text| text.into_owned())
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn members(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request {
        Request::read(&mut BufReader::new(text.as_bytes())).unwrap()
    }

    #[test]
    fn service_and_region_are_those_of_the_signature() {
        let request = read(
            "GET /2015-03-31/functions/a%20b?Marker=x%2Fy&flag HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKID/20261101/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n",
        );
        assert_eq!([&request.key, &request.region, &request.service], ["AKID", "eu-west-1", "lambda"]);
        assert_eq!(request.segments(), ["2015-03-31", "functions", "a b"]);
        assert_eq!((request.parameter("Marker"), request.parameter("flag"), request.parameter("none")), (Some("x/y"), Some(""), None));
    }

    #[test]
    fn parameters_are_found_in_every_kind_of_body() {
        let with = |headers: &str, body: &str| read(&format!("POST / HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()));
        let form = with("", "Action=GetRole&RoleName=a%2Bb");
        assert_eq!((form.parameter("Action"), form.parameter("RoleName")), (Some("GetRole"), Some("a+b")));
        let json = with("", r#"{"limit":50,"nextToken":"n","names":["a"]}"#);
        assert_eq!(
            [json.parameter("limit"), json.parameter("nextToken"), json.parameter("names")],
            [Some("50"), Some("n"), Some("[\"a\"]")]
        );
        let cbor = with("smithy-protocol: rpc-v2-cbor\r\n", "\u{1}");
        assert_eq!(cbor.parameter("limit"), None);
    }

    #[test]
    fn a_connection_that_ends_has_no_request() {
        for text in ["", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"] {
            assert!(Request::read(&mut BufReader::new(text.as_bytes())).is_none(), "{text}");
        }
    }
}
