//! What goes over the wire: one request of each protocol.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{interceptors::context::Input, orchestrator::HttpRequest, ser_de::SerializeRequest},
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use serde_json::{Map, Value};

use super::Protocol;
use crate::collect::operation::{Operation, Request};

/// A request before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    method: &'static str,
    /// Path and query.
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Sent {
    /// What asks `operation` with `params`.
    ///
    /// # Errors
    /// In one line, when the path wants a parameter that is not there.
    pub(super) fn new(protocol: Protocol, operation: &Operation, params: Value) -> Result<Self, String> {
        let mut params = match params {
            Value::Object(params) => params,
            _ => Map::new(),
        };
        params.retain(|_, value| !value.is_null());
        match (protocol, operation.request) {
            (Protocol::Json { version, target }, _) => {
                let target = format!("{target}.{}", operation.name);
                let headers = vec![("content-type", format!("application/x-amz-json-{version}")), ("x-amz-target", target)];
                Ok(Self { method: "POST", path: "/".to_owned(), headers, body: Value::Object(params).to_string() })
            }
            (Protocol::Query { version }, _) => {
                params.insert("Action".to_owned(), operation.name.into());
                params.insert("Version".to_owned(), version.into());
                let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
                Ok(Self { method: "POST", path: "/".to_owned(), headers, body: pairs(&params) })
            }
            (_, Request::Post(path)) => {
                let path = filled(path, &mut params)?;
                let mut headers = accepted(protocol);
                headers.push(("content-type", "application/json".to_owned()));
                Ok(Self { method: "POST", path, headers, body: Value::Object(params).to_string() })
            }
            (_, Request::Get(path)) => {
                let mut path = filled(path, &mut params)?;
                if !params.is_empty() {
                    path.push(if path.contains('?') { '&' } else { '?' });
                    path.push_str(&pairs(&params));
                }
                Ok(Self { method: "GET", path, headers: accepted(protocol), body: String::new() })
            }
            (_, Request::Named) => Err(format!("{} has no path", operation.name)),
        }
    }

    /// The same with one more header.
    pub(super) fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }
}

/// What REST services are to answer in: API Gateway writes hypertext (HAL) unless it is told.
fn accepted(protocol: Protocol) -> Vec<(&'static str, String)> {
    match protocol {
        Protocol::RestJson => vec![("accept", "application/json".to_owned())],
        _ => Vec::new(),
    }
}

/// `path` with `{Name}` replaced by the parameter of that name, which is then gone from `params`; `{Name+}` keeps slashes.
fn filled(path: &str, params: &mut Map<String, Value>) -> Result<String, String> {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("{path} has no closing brace"))?;
        let (name, greedy) = match name.strip_suffix('+') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let value = params.remove(name).map(|value| plain(&value)).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| format!("{path} wants {name}, which is not known"))?;
        out.push_str(before);
        let value = urlencoding::encode(&value);
        out.push_str(&if greedy { value.replace("%2F", "/") } else { value.into_owned() });
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// `name=value&…`; a list gives its name once for each value.
fn pairs(params: &Map<String, Value>) -> String {
    let mut pairs = Vec::new();
    for (name, value) in params {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let name = urlencoding::encode(name);
        pairs.extend(values.iter().map(|value| format!("{name}={}", urlencoding::encode(&plain(value)))));
    }
    pairs.join("&")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Makes an HTTP request of a [`Sent`].
#[derive(Debug)]
pub(super) struct Encode;

impl SerializeRequest for Encode {
    fn serialize_input(&self, input: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let sent = input.downcast::<Sent>().map_err(|_| "the request has another type")?;
        let mut request = http::Request::builder().method(sent.method).uri(&sent.path);
        for (name, value) in &sent.headers {
            request = request.header(*name, value);
        }
        if !sent.body.is_empty() {
            request = request.header("content-length", sent.body.len());
        }
        Ok(request.body(SdkBody::from(sent.body))?.try_into()?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::collect::pacer::Quota;

    static QUOTA: Quota = Quota::new("test", 1);

    fn sent(protocol: Protocol, operation: Operation, params: Value) -> Sent {
        Sent::new(protocol, &operation, params).unwrap()
    }

    #[test]
    fn json_names_its_operation_in_a_header() {
        let protocol = Protocol::Json { version: "1.0", target: "AmazonSQS" };
        let sent = sent(protocol, Operation::new("sqs:ListQueues", &QUOTA), json!({ "MaxResults": 1000, "NextToken": null }));
        assert_eq!((sent.method, sent.path.as_str(), sent.body.as_str()), ("POST", "/", r#"{"MaxResults":1000}"#));
        assert_eq!(sent.headers[1], ("x-amz-target", "AmazonSQS.ListQueues".to_owned()));
    }

    #[test]
    fn rest_fills_its_path_and_puts_what_is_left_where_the_method_wants_it() {
        let stages = Operation::new("apigateway:GET", &QUOTA).named("GetStages").get("/restapis/{restApiId}/stages");
        let params = json!({ "restApiId": "a/b c", "position": "x&y", "limit": 500, "embed": ["methods", "all"] });
        let sent_stages = sent(Protocol::RestJson, stages, params);
        assert_eq!(sent_stages.path, "/restapis/a%2Fb%20c/stages?embed=methods&embed=all&limit=500&position=x%26y");
        assert_eq!(sent_stages.headers, [("accept", "application/json".to_owned())]);
        let findings = Operation::new("guardduty:ListFindings", &QUOTA).post("/detector/{DetectorId}/findings");
        let posted = sent(Protocol::RestJson, findings, json!({ "DetectorId": "d1", "maxResults": 50 }));
        assert_eq!((posted.path.as_str(), posted.body.as_str()), ("/detector/d1/findings", r#"{"maxResults":50}"#));
        let greedy = Operation::new("x:Y", &QUOTA).get("/tags/{arn+}");
        assert_eq!(sent(Protocol::RestJson, greedy, json!({ "arn": "arn:a:b/c d" })).path, "/tags/arn%3Aa%3Ab/c%20d");
    }

    #[test]
    fn a_path_without_its_parameter_is_not_asked() {
        let operation = Operation::new("x:Y", &QUOTA).get("/a/{id}/b");
        for params in [json!({}), json!({ "id": null }), json!({ "id": "" })] {
            assert!(Sent::new(Protocol::RestJson, &operation, params).is_err());
        }
    }

    #[test]
    fn a_query_is_a_form() {
        let sent = sent(Protocol::Query { version: "2010-03-31" }, Operation::new("sns:ListTopics", &QUOTA), json!({ "NextToken": "a=b" }));
        assert_eq!(sent.body, "Action=ListTopics&NextToken=a%3Db&Version=2010-03-31");
    }
}
