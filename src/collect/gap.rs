//! From an SDK error to a [`Gap`]: why a call gave nothing, in one line and with what to do next.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::model::{Gap, GapKind, text};

/// Codes with which the services refuse for want of permission.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "NotAuthorized",
    "NotAuthorizedException",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

/// Codes with which the services throttle. The SDK's own list is private to its retry classifier.
pub(super) const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes of endpoints, Regions and partitions that do not know the call.
const UNSUPPORTED: &[&str] = &[
    "InvalidAction",
    "NotImplemented",
    "NotImplementedException",
    "UnknownOperation",
    "UnknownOperationException",
    "UnsupportedOperation",
    "UnsupportedOperationException",
];

/// Codes of credentials that were good once.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

/// Codes of credentials that never were, or not here.
const REJECTED: &[&str] = &[
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// What the credentials of other accounts need.
pub(crate) const ASSUME: &str = "sts:AssumeRole";

/// What stopped a call, before it is decided whether that leaves a gap: a missing policy is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What to put in the place of the fact.
    pub(crate) gap: Gap,
    /// What kind of trouble it is.
    pub(crate) trouble: Trouble,
}

/// What kind of trouble a call ran into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The chain found no credentials.
    NoCredentials,
    /// The credentials have expired.
    Expired,
    /// The service does not know the credentials, or not in this Region.
    Rejected,
    /// No answer: the endpoint cannot be reached, or stayed silent.
    Unreachable,
    /// The service answered with an error of this code; empty when it gave none.
    Service(String),
    /// The answer makes no sense.
    Answer,
    /// We were told to stop.
    Cancelled,
}

impl Failure {
    /// The answer to `action` makes no sense, because of `detail`.
    pub(crate) fn answer(action: &str, detail: &str) -> Self {
        Self { gap: Gap::failed(action, detail), trouble: Trouble::Answer }
    }

    /// `action` was not called, or not to the end, because we were told to stop.
    pub(crate) fn cancelled(action: &str) -> Self {
        Self { gap: Gap::new(GapKind::Unread, action, "collection was stopped"), trouble: Trouble::Cancelled }
    }

    /// Whether the service says that the thing asked for is not there.
    ///
    /// Not by the HTTP status: an endpoint that does not know the call answers 404 as well.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(&self.trouble, Trouble::Service(code) if matches!(code.as_str(), "ResourceNotFoundException" | "NotFoundException" | "ResourceNotFound"))
    }

    /// Whether the service says `code`.
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(&self.trouble, Trouble::Service(said) if said == code)
    }

    /// Reads `error`, which `action` ended with.
    pub(crate) fn read<E>(action: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(failure) = credentials(action, error) {
            return failure;
        }
        match error {
            SdkError::ServiceError(service) => {
                let status = service.raw().status().as_u16();
                of_service(action, service.err().code(), service.err().message(), status)
            }
            SdkError::TimeoutError(_) => Self::unreachable(action, "no answer in time: check the network and try again"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::unreachable(action, "no answer in time: check the network and try again")
            }
            SdkError::DispatchFailure(_) => {
                let detail = format!("cannot reach the endpoint ({}): check the Region, the endpoint and the network", root(error));
                Self::unreachable(action, &detail)
            }
            SdkError::ResponseError(_) => Self::answer(action, &format!("the answer could not be read: {}", root(error))),
            _ => Self::answer(action, &root(error)),
        }
    }

    fn unreachable(action: &str, detail: &str) -> Self {
        Self { gap: Gap::failed(action, detail), trouble: Trouble::Unreachable }
    }
}

impl From<Failure> for Gap {
    fn from(failure: Failure) -> Self {
        failure.gap
    }
}

/// An error of the credentials chain, wherever it is wrapped.
fn credentials(action: &str, error: &(dyn Error + 'static)) -> Option<Failure> {
    let cause = causes(error).find_map(|cause| cause.downcast_ref::<CredentialsError>())?;
    // A role that STS does not hand out is not a chain without credentials: what is missing is that permission.
    let refused = causes(cause).find_map(|cause| cause.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>());
    if let Some(refused) = refused {
        return Some(Failure::read(ASSUME, refused));
    }
    let said = root(cause);
    let expired = ["expired", "Expired"].iter().any(|word| causes(cause).any(|cause| cause.to_string().contains(word)));
    let (trouble, detail) = match cause {
        _ if expired => (Trouble::Expired, format!("the credentials have expired ({said}): log in again")),
        CredentialsError::CredentialsNotLoaded(_) => {
            (Trouble::NoCredentials, "no AWS credentials: log in, name a profile that has some, or set AWS_ACCESS_KEY_ID".to_owned())
        }
        _ => (Trouble::NoCredentials, format!("no usable credentials ({said}): check the profile or log in again")),
    };
    Some(Failure { gap: Gap::failed(action, detail), trouble })
}

fn of_service(action: &str, code: Option<&str>, message: Option<&str>, status: u16) -> Failure {
    // Query services may say `com.amazonaws.x#Code` or `Code:http://…`.
    let code = code.map(|code| code.rsplit('#').next().unwrap_or(code)).map(|code| code.split(':').next().unwrap_or(code));
    let known = |codes: &[&str]| code.is_some_and(|code| codes.contains(&code));
    let said = match (code, message) {
        (Some(code), Some(message)) => text::clean(&format!("{code}: {message}")).into_owned(),
        (Some(code), None) => text::clean(code).into_owned(),
        (None, _) => format!("the endpoint answered HTTP {status} and nothing that AWS would say"),
    };
    let service = || Trouble::Service(code.unwrap_or_default().to_owned());
    let (kind, detail, trouble) = if known(EXPIRED) {
        (GapKind::Failed, "the credentials have expired: log in again".to_owned(), Trouble::Expired)
    } else if known(REJECTED) {
        (GapKind::Failed, format!("{said}: check the credentials and the Region"), Trouble::Rejected)
    } else if known(DENIED) || (code.is_none() && matches!(status, 401 | 403)) {
        (GapKind::Denied, said, service())
    } else if known(THROTTLED) || status == 429 {
        (GapKind::Throttled, said, service())
    } else if known(UNSUPPORTED) || (code.is_none() && matches!(status, 404 | 405 | 501)) {
        (GapKind::Unsupported, said, service())
    } else {
        (GapKind::Failed, said, service())
    };
    Failure { gap: Gap::new(kind, action, detail), trouble }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The innermost cause: the outer ones only say that something went wrong.
fn root(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(|cause| text::clean(&cause.to_string()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_kinds() {
        let cases = [
            (Some("AccessDeniedException"), 403, GapKind::Denied),
            (Some("AccessDenied"), 403, GapKind::Denied),
            (Some("UnauthorizedOperation"), 400, GapKind::Denied),
            (None, 403, GapKind::Denied),
            (Some("TooManyRequestsException"), 429, GapKind::Throttled),
            (Some("com.amazonaws.kms#ThrottlingException"), 400, GapKind::Throttled),
            (Some("Throttling"), 400, GapKind::Throttled),
            (None, 429, GapKind::Throttled),
            (Some("UnknownOperationException"), 404, GapKind::Unsupported),
            (Some("InvalidAction"), 400, GapKind::Unsupported),
            (None, 404, GapKind::Unsupported),
            (None, 500, GapKind::Failed),
            (Some("InternalFailure"), 500, GapKind::Failed),
            (Some("ExpiredTokenException"), 400, GapKind::Failed),
            (Some("UnrecognizedClientException"), 400, GapKind::Failed),
            (Some("ResourceNotFoundException"), 404, GapKind::Failed),
        ];
        for (code, status, kind) in cases {
            let failure = of_service("lambda:GetPolicy", code, Some("said"), status);
            assert_eq!(failure.gap.kind, kind, "{code:?} {status}");
            assert_eq!(failure.gap.action, "lambda:GetPolicy");
        }
    }

    #[test]
    fn only_the_code_says_that_a_thing_is_not_there() {
        assert!(of_service("a:B", Some("ResourceNotFoundException"), None, 404).is_not_found());
        assert!(!of_service("a:B", None, None, 404).is_not_found());
        assert!(!of_service("a:B", Some("AccessDeniedException"), None, 404).is_not_found());
    }

    #[test]
    fn what_a_service_says_is_one_clean_line() {
        let failure = of_service("a:B", Some("AccessDenied"), Some("User \u{1b}[31mx\nis not\u{202E} authorized"), 403);
        assert_eq!(failure.gap.detail, "AccessDenied: User \u{FFFD}[31mx\u{FFFD}is not\u{FFFD} authorized");
    }
}
