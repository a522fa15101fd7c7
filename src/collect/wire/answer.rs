//! What comes back: an answer in the collector's own type, or AWS's refusal in the words of its protocol.

use std::{collections::BTreeMap, fmt};

use aws_smithy_runtime_api::client::{
    interceptors::context::{Error, Output, OutputOrError},
    orchestrator::{HttpResponse, OrchestratorError},
    ser_de::DeserializeResponse,
};
use aws_smithy_types::{
    config_bag::ConfigBag,
    error::metadata::{ErrorMetadata, ProvideErrorMetadata},
};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use super::Protocol;

/// A service's own error.
#[derive(Debug, Default, thiserror::Error)]
#[error("{}", .0.message().unwrap_or("the service refused"))]
pub(super) struct Refusal(ErrorMetadata);

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl Refusal {
    /// Reads the error in `response`: REST has its code in a header, JSON in `__type` or `code`, XML in `<Code>`.
    fn read(protocol: Protocol, response: &HttpResponse) -> Self {
        let body = response.body().bytes().unwrap_or_default();
        let said = match protocol {
            Protocol::Json { .. } | Protocol::RestJson => serde_json::from_slice::<Json>(body).ok().map(Said::from),
            Protocol::Query { .. } | Protocol::RestXml => {
                std::str::from_utf8(body).ok().and_then(|body| quick_xml::de::from_str::<Xml>(body).ok()).map(Said::from)
            }
        };
        let Said { code, message } = said.unwrap_or_default();
        let code = response.headers().get("x-amzn-errortype").map(str::to_owned).or(code);
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code.filter(|code| !code.is_empty()) {
            // `com.amazonaws.x#Code`, or `Code:http://…`.
            let code = code.rsplit('#').next().unwrap_or(&code);
            metadata = metadata.code(code.split(':').next().unwrap_or(code));
        }
        if let Some(message) = message {
            metadata = metadata.message(message);
        }
        Self(metadata.build())
    }
}

#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Json {
    #[serde(rename = "__type")]
    kind: Option<String>,
    // Some services have a number here, and the name elsewhere.
    code: Option<serde_json::Value>,
    #[serde(alias = "Message", alias = "errorMessage")]
    message: Option<String>,
}

impl From<Json> for Said {
    fn from(json: Json) -> Self {
        let code = json.kind.or_else(|| json.code.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned));
        Self { code, message: json.message }
    }
}

/// `<ErrorResponse><Error>…` of queries and of S3 Control, or `<Error>…` of S3.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Xml {
    error: Option<XmlError>,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct XmlError {
    code: Option<String>,
    message: Option<String>,
}

impl From<Xml> for Said {
    fn from(xml: Xml) -> Self {
        match xml.error {
            Some(error) => Self { code: error.code, message: error.message },
            None => Self { code: xml.code, message: xml.message },
        }
    }
}

/// Reads answers into `T`.
pub(super) struct Decode<T> {
    protocol: Protocol,
    read: fn(Protocol, &[u8]) -> Result<T, String>,
}

impl<T: DeserializeOwned> Decode<T> {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { protocol, read }
    }
}

impl Decode<String> {
    /// The answer is a JSON document, and errors are in `protocol`.
    pub(super) fn document(protocol: Protocol) -> Self {
        Self { protocol, read: |_, body| document(body) }
    }
}

impl<T> fmt::Debug for Decode<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decode").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> DeserializeResponse for Decode<T> {
    fn deserialize_nonstreaming_with_config(&self, response: &HttpResponse, _: &ConfigBag) -> OutputOrError {
        if !response.status().is_success() {
            return Err(OrchestratorError::operation(Error::erase(Refusal::read(self.protocol, response))));
        }
        (self.read)(self.protocol, response.body().bytes().unwrap_or_default())
            .map(Output::erase)
            .map_err(|detail| OrchestratorError::response(detail.into()))
    }
}

fn read<T: DeserializeOwned>(protocol: Protocol, body: &[u8]) -> Result<T, String> {
    match protocol {
        Protocol::Json { .. } | Protocol::RestJson => serde_json::from_slice(body).map_err(|error| error.to_string()),
        Protocol::Query { .. } | Protocol::RestXml => {
            let body = std::str::from_utf8(body).map_err(|error| error.to_string())?;
            quick_xml::de::from_str(body).map_err(|error| error.to_string())
        }
    }
}

/// A body that is a JSON object, as text: one that was cut short is none.
fn document(body: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    const JSON: Protocol = Protocol::Json { version: "1.1", target: "X" };

    fn refused(protocol: Protocol, header: Option<&'static str>, body: &'static str) -> (String, String) {
        let mut response = HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body));
        if let Some(header) = header {
            response.headers_mut().insert("x-amzn-errortype", header);
        }
        let refusal = Refusal::read(protocol, &response);
        (refusal.code().unwrap_or_default().to_owned(), refusal.message().unwrap_or_default().to_owned())
    }

    fn pair(code: &str, message: &str) -> (String, String) {
        (code.to_owned(), message.to_owned())
    }

    #[test]
    fn refusals_of_every_protocol() {
        let json = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#;
        assert_eq!(refused(JSON, None, json), pair("QueueDoesNotExist", "gone"));
        let rest = r#"{"Message":"no"}"#;
        assert_eq!(refused(Protocol::RestJson, Some("AccessDeniedException:http://x"), rest), pair("AccessDeniedException", "no"));
        let query = "<ErrorResponse xmlns=\"http://x/\"><Error><Type>Sender</Type><Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>";
        assert_eq!(refused(Protocol::Query { version: "1" }, None, query), pair("Throttling", "slow"));
        let s3 = "<?xml version=\"1.0\"?><Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>";
        assert_eq!(refused(Protocol::RestXml, None, s3), pair("NoSuchBucketPolicy", "none"));
        for (protocol, body) in [(JSON, "<html>"), (JSON, ""), (Protocol::RestXml, "<html><body>x</body></html>"), (Protocol::RestXml, "")]
        {
            assert_eq!(refused(protocol, None, body), pair("", ""), "{body}");
        }
    }

    #[test]
    fn a_document_is_whole_or_none() {
        assert_eq!(document(br#"{"Version": "2012-10-17"}"#).unwrap(), r#"{"Version": "2012-10-17"}"#);
        for none in ["", "{", r#"{"Version":"#, "[]", "<html></html>", "null"] {
            assert!(document(none.as_bytes()).is_err(), "{none}");
        }
    }

    #[test]
    fn an_answer_without_what_is_required_is_no_answer() {
        #[derive(Debug, Deserialize, PartialEq)]
        #[serde(rename_all = "PascalCase")]
        struct Topics {
            topics: Members,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Members {
            #[serde(default)]
            member: Vec<String>,
        }
        assert!(read::<Topics>(JSON, b"{}").unwrap_err().contains("Topics"));
        assert!(read::<Topics>(JSON, br#"{"Topics":{"member":["a"]"#).is_err());
        let query = Protocol::Query { version: "1" };
        assert_eq!(read::<Topics>(query, b"<R><Topics/></R>").unwrap(), Topics { topics: Members { member: Vec::new() } });
        assert!(read::<Topics>(query, b"<R></R>").is_err());
        assert!(read::<Topics>(query, b"<R><Topics><member>a</member>").is_err());
    }
}
