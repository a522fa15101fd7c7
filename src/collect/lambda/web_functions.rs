//! Lambda Web Functions: their endpoints and policies.
//!
//! AWS publishes no quota for these calls; as part of Lambda's control plane they are counted in with the others of it.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::AT_ONCE;
use crate::{
    collect::{
        Depth, Operation,
        pages::{Page, whole},
        reader::Reader,
        wire::{Protocol, Service, Wire},
    },
    model::{Arn, Fact, Learnt, Listing, PolicyText, WebFunction, WebFunctionEndpoint, WebFunctionSettings},
};

static SERVICE: Service = Service::new("Lambda Web", "lambda", Protocol::RestJson);

pub(super) static LIST: Operation = Operation::new("lambda:ListWebFunctions", &super::QUOTA)
    .of(&SERVICE)
    .post("/2025-03-07/web-functions")
    .calls(|at| at.pages(at.region.web_functions.items.len(), 50));
pub(super) static LIST_ENDPOINTS: Operation = Operation::new("lambda:ListWebFunctionEndpoints", &super::QUOTA)
    .of(&SERVICE)
    .post("/2025-03-07/web-functions/{functionName}/list-endpoints")
    .detail(Depth::Core, |at| at.region.web_functions.items.len() as u64);
/// Only of endpoints that differ from Region to Region.
pub(super) static GET_ENDPOINT: Operation = Operation::new("lambda:GetWebFunctionEndpoint", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-03-07/web-functions/{functionName}/endpoints/{endpointName}")
    .detail(Depth::Core, |at| {
        let endpoints = at.region.web_functions.items.iter().filter_map(|function| function.endpoints.known().ok()).flatten();
        endpoints.filter(|endpoint| endpoint.kind == PER_REGION).count() as u64
    });
pub(super) static GET_POLICY: Operation = Operation::new("lambda:GetResourcePolicy", &super::QUOTA)
    .of(&SERVICE)
    .get("/2025-03-07/resource-policy/{resourceArn}")
    .detail(Depth::Core, |at| at.region.web_functions.items.len() as u64);

/// `endpointType` of an endpoint with settings of its own in each Region.
const PER_REGION: &str = "PerRegion";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Functions {
    functions: Option<Vec<Entry>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    function_arn: Arn,
    function_name: String,
    state: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    endpoints: Option<Vec<Endpoint>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    endpoint_arn: Arn,
    endpoint_name: String,
    endpoint_type: String,
    regions: Vec<String>,
    #[serde(flatten)]
    settings: Settings,
}

/// What an endpoint and its regional parts have alike.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    domain_name: Option<String>,
    auth_type: String,
    throttle_config: Option<Throttle>,
    scaling_config: Option<Scaling>,
    state: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Throttle {
    rate_limit: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scaling {
    max_environments: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Got {
    regional_endpoints: BTreeMap<String, Settings>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
}

impl From<Settings> for WebFunctionSettings {
    fn from(settings: Settings) -> Self {
        Self {
            domain: settings.domain_name,
            auth: settings.auth_type,
            rate_limit: settings.throttle_config.and_then(|throttle| throttle.rate_limit),
            max_environments: settings.scaling_config.and_then(|scaling| scaling.max_environments),
            state: settings.state,
        }
    }
}

/// All of them.
pub(super) async fn read(reader: &Reader) -> Learnt {
    let wire = &Wire::new(reader, &SERVICE);
    let listing = reader
        .pages(&LIST, |token| async move {
            let answer: Functions = wire.ask(&LIST, json!({ "maxResults": 50, "nextToken": token })).await?;
            Ok(Page::new(answer.functions, answer.next_token))
        })
        .await;
    let Listing { items, gap } = listing;
    let items = stream::iter(items).map(|entry| one(reader, wire, entry)).buffer_unordered(AT_ONCE).collect().await;
    Learnt::WebFunctions(Listing { items, gap })
}

async fn one(reader: &Reader, wire: &Wire<'_>, entry: Entry) -> WebFunction {
    let (policy, endpoints) = if reader.depth() < Depth::Core {
        (Fact::unread(GET_POLICY.action), Fact::unread(LIST_ENDPOINTS.action))
    } else {
        tokio::join!(policy(reader, wire, &entry.function_arn), endpoints(reader, wire, &entry.function_name))
    };
    WebFunction { arn: entry.function_arn, name: entry.function_name, state: entry.state, policy, endpoints }
}

async fn policy(reader: &Reader, wire: &Wire<'_>, arn: &Arn) -> Fact<Option<PolicyText>> {
    match wire.ask::<Policy>(&GET_POLICY, json!({ "resourceArn": arn })).await {
        Ok(answer) => Fact::Known(Some(PolicyText::new(answer.policy))),
        Err(failure) if failure.is_not_found() => Fact::Known(None),
        Err(failure) => reader.gap(failure).into(),
    }
}

async fn endpoints(reader: &Reader, wire: &Wire<'_>, function: &str) -> Fact<Vec<WebFunctionEndpoint>> {
    let listing = reader
        .pages(&LIST_ENDPOINTS, |token| async move {
            let params = json!({ "functionName": function, "maxResults": 50, "nextToken": token });
            let answer: Endpoints = wire.ask(&LIST_ENDPOINTS, params).await?;
            Ok(Page::new(answer.endpoints, answer.next_token))
        })
        .await;
    let mut endpoints = match whole(listing) {
        Fact::Known(endpoints) => endpoints,
        Fact::Gap(gap) => return Fact::Gap(gap),
    };
    endpoints.sort_by(|a, b| a.endpoint_arn.cmp(&b.endpoint_arn));
    let mut read = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints {
        let regional = if endpoint.endpoint_type == PER_REGION {
            let answer = wire.ask::<Got>(&GET_ENDPOINT, json!({ "functionName": function, "endpointName": endpoint.endpoint_name })).await;
            reader.fact(answer.map(|got| got.regional_endpoints.into_iter().map(|(region, own)| (region, own.into())).collect()))
        } else {
            Fact::Known(BTreeMap::new())
        };
        read.push(WebFunctionEndpoint {
            arn: endpoint.endpoint_arn,
            name: endpoint.endpoint_name,
            kind: endpoint.endpoint_type,
            regions: endpoint.regions,
            settings: endpoint.settings.into(),
            regional,
        });
    }
    Fact::Known(read)
}
