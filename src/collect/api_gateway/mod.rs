//! API Gateway: REST APIs, HTTP and WebSocket APIs, and the domain names in front of both.

mod domains;
mod http;
mod rest;
mod usage_plans;

use std::collections::BTreeMap;

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, EnvironmentValue, Learnt, PolicyText, Source};

/// REST APIs and domain names.
static REST: Service = Service::new("API Gateway", "apigateway", Protocol::RestJson);
/// HTTP and WebSocket APIs, by the same endpoint.
static HTTP: Service = Service::new("ApiGatewayV2", "apigateway", Protocol::RestJson);

/// The only IAM action for reading: it is allowed by path.
const ACTION: &str = "apigateway:GET";

/// The API Gateway quotas page: ten requests a second for all operations together, `GetResources` among them, which has
/// its own share here.
static QUOTA: Quota = Quota::new("apigateway", 8);
/// The API Gateway quotas page: five requests in two seconds.
static RESOURCES_QUOTA: Quota = Quota::new("apigateway:GetResources", 2);

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::ApiGateway,
    scope: Scope::Regional,
    operations: &[
        &rest::GET_REST_APIS,
        &usage_plans::GET_USAGE_PLANS,
        &http::GET_APIS,
        &domains::GET_DOMAIN_NAMES,
        &rest::GET_RESOURCES,
        &rest::GET_STAGES,
        &rest::GET_REQUEST_VALIDATORS,
        &rest::GET_AUTHORIZERS,
        &http::GET_ROUTES,
        &http::GET_STAGES,
        &http::GET_INTEGRATIONS,
        &http::GET_AUTHORIZERS,
        &domains::GET_BASE_PATH_MAPPINGS,
        &domains::GET_API_MAPPINGS,
    ],
    run,
};

/// The largest page that REST APIs give: the default is 25.
const PAGE: usize = 500;

/// A list of REST APIs.
#[derive(Debug, Deserialize)]
struct Items<T> {
    item: Vec<T>,
    position: Option<String>,
}

impl<T> From<Items<T>> for Page<T> {
    fn from(items: Items<T>) -> Self {
        Self::new(Some(items.item), items.position)
    }
}

/// A list of HTTP and WebSocket APIs. How large its pages may be is not documented, so it is left to AWS.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpItems<T> {
    items: Vec<T>,
    next_token: Option<String>,
}

impl<T> From<HttpItems<T>> for Page<T> {
    fn from(items: HttpItems<T>) -> Self {
        Self::new(Some(items.items), items.next_token)
    }
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let rest = &Wire::new(reader, &REST);
        let http = &Wire::new(reader, &HTTP);
        let (rest_apis, http_apis, domains, plans) =
            tokio::join!(rest::list(reader, rest), http::list(reader, http), domains::list(reader, rest), usage_plans::list(reader, rest));
        reader.expect(rest_apis.items.len() + http_apis.items.len() + domains.items.len() + plans.items.len());
        reader.done(plans.items.len());
        let mut details: Vec<BoxFuture<'_, Learnt>> = Vec::new();
        if reader.depth() == Depth::Full {
            details.extend(rest_apis.items.iter().cloned().map(|api| rest::detail(reader, rest, api).boxed()));
            details.extend(http_apis.items.iter().cloned().map(|api| http::detail(reader, http, api).boxed()));
            details.extend(domains.items.iter().cloned().map(|domain| domains::detail(reader, rest, http, domain).boxed()));
        }
        reader
            .post(vec![Learnt::RestApis(rest_apis), Learnt::HttpApis(http_apis), Learnt::ApiDomains(domains), Learnt::UsagePlans(plans)])
            .await;
        reader.hand_over(details).await;
        Vec::new()
    }
    .boxed()
}

/// What API Gateway has under `path`; its ARNs name no account.
fn arn(reader: &Reader, path: &str) -> Arn {
    Arn::build(reader.partition(), "apigateway", reader.region(), "", path)
}

/// The function that the URI of an integration or authorizer names: its ARN, or within a path of API Gateway,
/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
fn function(uri: &str) -> Option<Arn> {
    let arn = Arn::from(uri);
    match arn.service() {
        "lambda" => Some(arn),
        "apigateway" if arn.account() == "lambda" => {
            let (function, _) = arn.resource().split_once("/functions/")?.1.rsplit_once('/')?;
            Some(Arn::from(function))
        }
        _ => None,
    }
}

/// What else of AWS the URI of an integration names, as in `states:action/StartExecution`.
fn called(uri: &str) -> Option<String> {
    let arn = Arn::from(uri);
    (arn.service() == "apigateway" && arn.account() != "lambda").then(|| format!("{}:{}", arn.account(), arn.resource()))
}

/// Stage variables are the environment of an API, and people put secrets there.
fn variables(reader: &Reader, said: Option<BTreeMap<String, String>>) -> BTreeMap<String, EnvironmentValue> {
    let said = said.into_iter().flatten();
    said.map(|(name, value)| {
        let value = EnvironmentValue::classify(&name, &value, reader.fingerprints());
        (name, value)
    })
    .collect()
}

/// API Gateway writes a policy as what stands between the quotes of a JSON text, so it is `{\"Version\":…`.
fn policy(said: Option<String>) -> Option<PolicyText> {
    let said = said.filter(|policy| !policy.is_empty())?;
    let plain = serde_json::from_str::<serde::de::IgnoredAny>(&said).is_ok();
    let unescaped = if plain { None } else { serde_json::from_str::<String>(&format!("\"{said}\"")).ok() };
    Some(PolicyText::new(unescaped.unwrap_or(said)))
}

/// An answer of one page is a list that is all there.
fn one<T>(answer: Result<Items<T>, Failure>, operation: &Operation) -> Result<Vec<T>, Failure> {
    let answer = answer?;
    match answer.position.filter(|position| !position.is_empty()) {
        Some(_) => Err(operation.broken("the answer goes on where it is documented to be whole")),
        None => Ok(answer.item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_function_or_something_else() {
        let orders = "arn:aws:lambda:eu-west-1:1:function:orders:live";
        let path = |function: &str, end: &str| format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}/{end}");
        assert_eq!(function(orders), Some(Arn::from(orders)));
        assert_eq!(function(&path(orders, "invocations")), Some(Arn::from(orders)));
        assert_eq!(function(&path(orders, "response-streaming-invocations")), Some(Arn::from(orders)));
        let by_stage = "arn:aws:lambda:eu-west-1:1:function:${stageVariables.function}";
        assert_eq!(function(&path(by_stage, "invocations")), Some(Arn::from(by_stage)));
        assert_eq!(called(&path(orders, "invocations")), None);
        let start = "arn:aws:apigateway:eu-west-1:states:action/StartExecution";
        assert_eq!((function(start), called(start).as_deref()), (None, Some("states:action/StartExecution")));
        let other = "https://example.com/?key=1";
        assert_eq!((function(other), called(other)), (None, None));
    }

    #[test]
    fn a_policy_comes_out_of_its_quotes() {
        let read = |said: &str| policy(Some(said.to_owned())).map(|policy| policy.as_str().to_owned());
        assert_eq!(read(r#"{\"Version\":\"2012-10-17\"}"#).as_deref(), Some(r#"{"Version":"2012-10-17"}"#));
        assert_eq!(read(r#"{"Version":"2012-10-17"}"#).as_deref(), Some(r#"{"Version":"2012-10-17"}"#));
        // What makes no sense stays what it is: a policy that cannot be read is not the absence of one.
        assert_eq!(read("{\\").as_deref(), Some("{\\"));
        assert_eq!(read(""), None);
    }
}
