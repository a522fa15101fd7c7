//! Routes and methods of APIs that call a function for whoever asks.

use std::collections::BTreeMap;

use super::{Context, Evidence};
use crate::{
    iam::{Document, Principal, Statement, audience},
    model::{
        ApiDomain, Arn, Function, Gap, HttpApi, Integration, Listing, PolicyText, Region, Resource, RestApi, RestMethod, RestStage, Route,
        Throttle,
    },
};

/// From which rate on a throttle is no ceiling: what AWS lets through of a whole Region by default.
const NO_CEILING: f64 = 10_000.0;

/// A route or method without authorization that calls a function.
#[derive(Debug, Clone)]
pub(super) struct OpenRoute {
    /// `POST /orders of the API shop`.
    pub(super) called: String,
    /// What shows it.
    pub(super) evidence: Vec<Evidence>,
    /// Whether every stage holds the rate of requests down.
    pub(super) throttled: bool,
    /// How many seconds the API waits for the function's answer; none where it need not wait.
    pub(super) waits_seconds: Option<u32>,
}

/// What stands for a name that a pattern or a path leaves open.
const SOMETHING: &str = "palisade";

/// What `ANY` stands for.
const VERBS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// How long API Gateway waits unless an integration says otherwise, in milliseconds.
const WAITS_MILLIS: u32 = 29_000;

/// How many seconds an integration waits for the function. One that is no proxy may invoke it asynchronously.
fn waits(integration: &Integration) -> Option<u32> {
    (integration.kind == "AWS_PROXY").then(|| integration.timeout_millis.unwrap_or(WAITS_MILLIS).div_ceil(1000))
}

/// The open routes of a posture, by function.
#[derive(Debug, Default)]
pub(super) struct OpenRoutes {
    by_function: BTreeMap<Arn, Vec<OpenRoute>>,
    /// By Region: why there may be more.
    gaps: BTreeMap<String, Gap>,
}

impl OpenRoutes {
    /// Goes through all APIs of the posture once.
    pub(super) fn new(context: &Context<'_>) -> Self {
        let mut routes = Self::default();
        for (name, region) in &context.posture.regions {
            let gap = gap_of(&region.rest_apis).or_else(|| gap_of(&region.http_apis));
            routes.gap(name, gap);
            for api in &region.rest_apis.items {
                let gap = routes.of_rest(context, region, api).err();
                routes.gap(name, gap);
            }
            for api in &region.http_apis.items {
                let gap = routes.of_http(region, api).err();
                routes.gap(name, gap);
            }
        }
        routes
    }

    /// The open routes to `function`.
    pub(super) fn of(&self, function: &Function) -> &[OpenRoute] {
        self.by_function.get(&function.arn).map_or(&[], Vec::as_slice)
    }

    /// Why an open route to `function` may not be known: only what its policy lets API Gateway call is called by it.
    pub(super) fn unread(&self, context: &Context<'_>, function: &Function) -> Option<Gap> {
        let gap = self.gaps.get(function.arn.region())?;
        may_be_called(context, function).then(|| gap.clone())
    }

    fn gap(&mut self, region: &str, gap: Option<Gap>) {
        if let Some(gap) = gap {
            self.gaps.entry(region.to_owned()).or_insert(gap);
        }
    }

    fn add(&mut self, integration: &Integration, route: OpenRoute) {
        if let Some(function) = &integration.function {
            self.by_function.entry(function.unqualified()).or_default().push(route);
        }
    }

    fn of_rest(&mut self, context: &Context<'_>, region: &Region, api: &RestApi) -> Result<(), Gap> {
        if !lets_in_rest(context, region, api)? {
            return Ok(());
        }
        let stages = api.stages.known()?;
        for method in api.methods.known()? {
            let Some(integration) = method.integration.as_ref().filter(|_| method.authorization_type == "NONE" && !method.api_key_required)
            else {
                continue;
            };
            let Some(policy) = way_to(context, api, method)? else { continue };
            let called = format!("{} {} of the API {}", method.method, method.path, api.name);
            let mut evidence =
                vec![Evidence::field("apigateway:GET", format!("{} {} authorizationType", method.method, method.path), "NONE")];
            evidence.extend(policy);
            let throttled = stages.iter().all(|stage| {
                let settings = keys_of(method).into_iter().find_map(|key| stage.settings.get(&key));
                settings.is_some_and(|settings| is_ceiling(settings.throttle))
            });
            self.add(integration, OpenRoute { called, evidence, throttled, waits_seconds: waits(integration) });
        }
        Ok(())
    }

    fn of_http(&mut self, region: &Region, api: &HttpApi) -> Result<(), Gap> {
        if !lets_in_http(region, api)? {
            return Ok(());
        }
        let (routes, stages) = (api.routes.known()?, api.stages.known()?);
        // A WebSocket asks who it is when it is opened, and never again.
        let is_socket = api.protocol == "WEBSOCKET";
        let is_open = |route: &Route| route.authorization_type == "NONE" && !route.api_key_required;
        let connects = routes.iter().find(|route| route.key == "$connect");
        if is_socket && connects.is_some_and(|route| !is_open(route)) {
            return Ok(());
        }
        let integrations = api.integrations.known()?;
        for route in routes.iter().filter(|route| is_open(route)) {
            let Some(integration) = route.integration.as_ref().and_then(|id| integrations.get(id)) else { continue };
            let throttled = stages.iter().all(|stage| {
                let settings = stage.settings.get(&route.key).or(stage.default_settings.as_ref());
                settings.is_some_and(|settings| is_ceiling(settings.throttle))
            });
            let evidence = vec![Evidence::field("apigateway:GET", format!("{} authorizationType", route.key), "NONE")];
            self.add(
                integration,
                OpenRoute {
                    called: format!("{} of the API {}", route.key, api.name),
                    evidence,
                    throttled,
                    waits_seconds: waits(integration),
                },
            );
        }
        Ok(())
    }
}

/// Whether a policy of `function` may let API Gateway call it.
pub(super) fn may_be_called(context: &Context<'_>, function: &Function) -> bool {
    let gateway = |principal: &Principal| matches!(principal, Principal::Service(name) if name == "apigateway.amazonaws.com");
    let names_it = |statement: &Statement| {
        statement.is_allow()
            && (statement.is_not_principal()
                || statement.principals().iter().any(|principal| gateway(principal) || *principal == Principal::Anyone))
    };
    function.policies.values().any(|policy| match policy.known() {
        Ok(Some(text)) => {
            context.library.document(text).map_or(true, |document| document.statements.iter().any(|statement| names_it(statement)))
        }
        Ok(None) => false,
        Err(_) => true,
    })
}

/// Whether strangers get as far as some methods of `api`: not when it is private or deployed nowhere, its endpoint is switched off
/// without a domain, or its policy keeps them out of all of it.
///
/// # Errors
/// The gap, when that cannot be said.
pub(super) fn lets_in_rest(context: &Context<'_>, region: &Region, api: &RestApi) -> Result<bool, Gap> {
    let is_private = !api.endpoint_types.is_empty() && api.endpoint_types.iter().all(|kind| kind == "PRIVATE");
    if is_private || (api.execute_api_disabled && !has_domain(&region.api_domains, &api.id)?) {
        return Ok(false);
    }
    if let Some(text) = &api.policy
        && invitation(context, api, text, &calls_named(context.library.document(text)?))?.is_none()
    {
        return Ok(false);
    }
    Ok(!api.stages.known()?.is_empty())
}

/// Whether strangers whom `api` lets in get as far as `method`, and the statement that lets them if it has a policy: one may open a
/// path for everybody, or keep a path for some.
///
/// # Errors
/// The gap, when that cannot be said.
pub(super) fn way_to(context: &Context<'_>, api: &RestApi, method: &RestMethod) -> Result<Option<Option<Evidence>>, Gap> {
    let Some(text) = &api.policy else { return Ok(Some(None)) };
    Ok(invitation(context, api, text, &calls_of(api.stages.known()?, method))?.map(Some))
}

/// The statement in `policy` of `api` that lets strangers do one of `calls`: stage, method and path of a request.
fn invitation(context: &Context<'_>, api: &RestApi, policy: &PolicyText, calls: &[String]) -> Result<Option<Evidence>, Gap> {
    let document = context.library.document(policy)?;
    let arn = |call: &String| {
        let (partition, region) = (api.arn.partition(), api.arn.region());
        Arn::build(partition, "execute-api", region, &context.posture.account, &format!("{}/{call}", api.id))
    };
    let mut reaches = calls.iter().flat_map(|call| audience(document, &["execute-api:Invoke"], &arn(call)));
    let reach = reaches.find(|reach| reach.audience.is_public());
    Ok(reach.map(|reach| Evidence::statement("apigateway:GET", "policy of the API", &reach.statement)))
}

/// Requests of which the policy `document` speaks, and one that nobody thought of.
fn calls_named(document: &Document) -> Vec<String> {
    let allowing = document.statements.iter().filter(|statement| statement.is_allow() && !statement.is_not_resource());
    let patterns = allowing.flat_map(|statement| statement.resources());
    // Whose API it is was asked by its id: the rest says which request.
    let named = patterns.filter_map(|pattern| pattern.splitn(6, ':').nth(5)?.split_once('/')).map(|(_, call)| call);
    let mut calls = vec![format!("{SOMETHING}/GET/{SOMETHING}")];
    calls.extend(named.map(|call| call.replace('*', SOMETHING).replace('?', "x")));
    calls
}

/// The requests that come to `method`, one for each stage and verb.
fn calls_of(stages: &[RestStage], method: &RestMethod) -> Vec<String> {
    let segment = |segment: &str| if segment.starts_with('{') { SOMETHING.to_owned() } else { segment.to_owned() };
    let path: Vec<String> = method.path.trim_start_matches('/').split('/').map(segment).collect();
    let path = path.join("/");
    let own = [method.method.as_str()];
    let verbs = if method.method == "ANY" { VERBS.as_slice() } else { own.as_slice() };
    stages.iter().flat_map(|stage| verbs.iter().map(|verb| format!("{}/{verb}/{path}", stage.name))).collect()
}

/// Whether strangers get as far as the routes of `api`.
///
/// # Errors
/// The gap, when that cannot be said.
pub(super) fn lets_in_http(region: &Region, api: &HttpApi) -> Result<bool, Gap> {
    if api.execute_api_disabled && !has_domain(&region.api_domains, &api.id)? {
        return Ok(false);
    }
    Ok(!api.stages.known()?.is_empty())
}

/// Whether `throttle` holds a rate down below what AWS lets through anyway.
pub(super) fn is_ceiling(throttle: Throttle) -> bool {
    throttle.rate.is_some_and(|rate| rate < NO_CEILING)
}

/// The keys under which a stage can hold settings for `method`, the closest first.
pub(super) fn keys_of(method: &RestMethod) -> [String; 2] {
    let path = method.path.trim_start_matches('/').replace('/', "~1");
    [format!("~1{path}/{}", method.method), "*/*".to_owned()]
}

/// Whether a custom domain leads to the API with this id.
pub(super) fn has_domain(domains: &Listing<ApiDomain>, id: &str) -> Result<bool, Gap> {
    let mut gap = gap_of(domains);
    for domain in &domains.items {
        match domain.mappings.known() {
            Ok(mappings) if mappings.iter().any(|mapping| mapping.api == id) => return Ok(true),
            Ok(_) => {}
            Err(found) => gap = gap.or_else(|| Some(found.clone())),
        }
    }
    gap.map_or(Ok(false), Err)
}

fn gap_of<T: Resource>(listing: &Listing<T>) -> Option<Gap> {
    let gap = listing.gap.as_ref()?;
    Some(if gap.action.is_empty() { Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
}
