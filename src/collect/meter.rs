//! What goes over the wire: counts attempts and throttles, slows the pacer down, refuses answers that leave out what the
//! SDK would make up, and has those asked again that arrive garbled.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{
                AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextMut,
                FinalizerInterceptorContextRef,
            },
        },
        orchestrator::{HttpResponse, Metadata, OrchestratorError},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use quick_xml::events::Event;
use serde::de::IgnoredAny;

use super::{Collector, gap::THROTTLED, pacer::Pacers};

/// Fields that AWS always sends and the SDK fills with an empty list or `false` when they are missing.
const REQUIRED: &[(&str, &str)] = &[
    ("ListFunctionUrlConfigs", "FunctionUrlConfigs"),
    ("ListCapacityProviders", "CapacityProviders"),
    ("GetKeyRotationStatus", "KeyRotationEnabled"),
];

/// How often a call is asked again because its answer came garbled: a proxy that always garbles is not to be asked long.
const GARBLED: u8 = 2;

/// How often the answer to one call came garbled.
#[derive(Debug, Clone, Copy, Default)]
struct Garbled(u8);

impl Storable for Garbled {
    type Storer = StoreReplace<Self>;
}

/// Counts of one run of a collector.
#[derive(Debug, Default)]
pub(super) struct Counts {
    calls: AtomicU64,
    throttled: AtomicU64,
}

impl Counts {
    /// Requests sent, retries among them.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Requests that were throttled.
    pub(super) fn throttled(&self) -> u64 {
        self.throttled.load(Ordering::Relaxed)
    }
}

/// The interceptor that every client of a run carries.
#[derive(Clone)]
pub(super) struct Meter {
    collector: &'static Collector,
    counts: Arc<Counts>,
    pacers: Arc<Pacers>,
}

impl Meter {
    pub(super) fn new(collector: &'static Collector, counts: Arc<Counts>, pacers: Arc<Pacers>) -> Self {
        Self { collector, counts, pacers }
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("source", &self.collector.source).finish_non_exhaustive()
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "PalisadeMeter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.counts.calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
        match REQUIRED.iter().find(|(name, _)| *name == operation) {
            Some((_, field)) if context.output_or_error().is_ok() && !has_field(context.response(), field) => {
                Err(format!("the answer has no {field}").into())
            }
            // The SDK takes the end of the text for the end of every list that is still open.
            _ if context.output_or_error().is_ok() && is_cut(context.response()) => Err("the answer is cut short".into()),
            _ => Ok(()),
        }
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let garbled = context.response().is_some_and(|response| response.status().is_success() || is_cut(response));
        let times = cfg.load::<Garbled>().copied().unwrap_or_default().0;
        if let Some(Err(error)) = context.output_or_error_mut()
            && garbled
            && times < GARBLED
            && (error.is_operation_error() || error.is_interceptor_error())
        {
            // The SDK asks again after answers that it could not receive, not after those that it could not understand.
            // What it understands in the end is the last word, so the error of the last attempt stays as it is.
            cfg.interceptor_state().store_put(Garbled(times + 1));
            *error = OrchestratorError::response("the answer came garbled".into());
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.response().is_some_and(is_throttle) {
            self.counts.throttled.fetch_add(1, Ordering::Relaxed);
            let operation = cfg.load::<Metadata>().map_or("", Metadata::name);
            let operation = self.collector.operations.iter().find(|known| known.name == operation);
            if let Some(pacer) = operation.and_then(|operation| self.pacers.of(operation.quota)) {
                pacer.throttled();
            }
        }
        Ok(())
    }
}

fn has_field(response: &HttpResponse, field: &str) -> bool {
    let body = response.body().bytes().unwrap_or_default();
    serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(body).is_ok_and(|fields| fields.contains_key(field))
}

/// Whether a body in JSON or XML ends before it is whole. What is read has a body, if only `{}`; a refusal may have none.
fn is_cut(response: &HttpResponse) -> bool {
    let kind = response.headers().get("content-type").unwrap_or_default();
    let body = response.body().bytes().unwrap_or_default();
    if body.is_empty() {
        response.status().is_success()
    } else if kind.contains("json") {
        serde_json::from_slice::<IgnoredAny>(body).is_err()
    } else if kind.contains("xml") {
        !is_whole_xml(body)
    } else {
        false
    }
}

fn is_whole_xml(body: &[u8]) -> bool {
    let mut reader = quick_xml::Reader::from_reader(body);
    let mut open = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => open += 1,
            // An end without a start is an error of the reader.
            Ok(Event::End(_)) => open = open.saturating_sub(1),
            Ok(Event::Eof) => return open == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

fn is_throttle(response: &HttpResponse) -> bool {
    let status = response.status().as_u16();
    if status == 429 {
        return true;
    }
    if !matches!(status, 400..600) {
        return false;
    }
    // The code is in a header (REST), in `__type` (JSON) or in `<Code>` (XML).
    let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let quoted = |code: &str| {
        [format!("\"{code}\""), format!("#{code}\""), format!("<Code>{code}</Code>")].iter().any(|code| body.contains(code.as_str()))
    };
    THROTTLED.iter().any(|code| header.split(':').next() == Some(code) || quoted(code))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
    }

    #[test]
    fn throttles_of_all_protocols_are_seen() {
        assert!(is_throttle(&response(429, "{}")));
        assert!(is_throttle(&response(400, r#"{"__type":"com.amazonaws.kms#ThrottlingException"}"#)));
        assert!(is_throttle(&response(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#)));
        assert!(is_throttle(&response(400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>")));
        let mut rest = response(503, "");
        rest.headers_mut().insert("x-amzn-errortype", "RequestLimitExceeded:http://internal");
        assert!(is_throttle(&rest));
    }

    #[test]
    fn other_errors_are_no_throttles() {
        assert!(!is_throttle(&response(200, r#"{"Description":"ThrottlingException"}"#)));
        assert!(!is_throttle(&response(403, r#"{"__type":"AccessDeniedException","message":"not ThrottlingException"}"#)));
        assert!(!is_throttle(&response(500, "<html>")));
    }

    #[test]
    fn a_field_is_looked_for_at_the_top_only() {
        assert!(has_field(&response(200, r#"{"KeyRotationEnabled":false}"#), "KeyRotationEnabled"));
        assert!(!has_field(&response(200, r#"{"x":{"KeyRotationEnabled":false}}"#), "KeyRotationEnabled"));
        assert!(!has_field(&response(200, ""), "KeyRotationEnabled"));
    }

    #[test]
    fn a_body_is_whole_or_cut() {
        let of_kind = |kind: &'static str, body: &str| {
            let mut response = response(200, body);
            response.headers_mut().insert("content-type", kind);
            response
        };
        let xml = "<?xml version=\"1.0\"?><A><B>1</B><C/><D>&lt;</D></A>";
        for end in 1..xml.len() {
            let cut = xml.get(..end).unwrap();
            assert!(is_cut(&of_kind("text/xml", cut)) || cut.ends_with("?>"), "{cut}");
        }
        assert!(!is_cut(&of_kind("text/xml", xml)));
        assert!(is_cut(&of_kind("application/x-amz-json-1.1", r#"{"a":[1"#)));
        assert!(!is_cut(&of_kind("application/json", r#"{"a":[1]}"#)) && is_cut(&of_kind("application/json", "")));
        assert!(!is_cut(&response(403, "")));
        assert!(!is_cut(&of_kind("text/html", "<html>")));
    }
}
