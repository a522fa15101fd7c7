//! Routes and methods of APIs that call a function for whoever asks.

use std::collections::BTreeMap;

use super::{Context, Evidence};
use crate::{
    iam::{Principal, Statement, audience},
    model::{ApiDomain, Arn, Function, Gap, HttpApi, Integration, Listing, Region, Resource, RestApi, RestMethod, Route, Throttle},
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
        let gateway = |principal: &Principal| matches!(principal, Principal::Service(name) if name == "apigateway.amazonaws.com");
        let names_it = |statement: &Statement| {
            statement.is_allow()
                && (statement.is_not_principal()
                    || statement.principals().iter().any(|principal| gateway(principal) || *principal == Principal::Anyone))
        };
        let is_called = function.policies.values().any(|policy| match policy.known() {
            Ok(Some(text)) => {
                context.library.document(text).map_or(true, |document| document.statements.iter().any(|statement| names_it(statement)))
            }
            Ok(None) => false,
            Err(_) => true,
        });
        is_called.then(|| gap.clone())
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
        let Some(policy) = entrance_of_rest(context, region, api)? else { return Ok(()) };
        let stages = api.stages.known()?;
        for method in api.methods.known()? {
            let Some(integration) = method.integration.as_ref().filter(|_| method.authorization_type == "NONE" && !method.api_key_required)
            else {
                continue;
            };
            let called = format!("{} {} of the API {}", method.method, method.path, api.name);
            let mut evidence =
                vec![Evidence::field("apigateway:GET", format!("{} {} authorizationType", method.method, method.path), "NONE")];
            evidence.extend(policy.iter().cloned());
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

/// Whether strangers get as far as the methods of `api`, and the statement that lets them if it has a policy; none when the
/// API is private or deployed nowhere, its endpoint is switched off without a domain, or its policy keeps them out.
///
/// # Errors
/// The gap, when that cannot be said.
pub(super) fn entrance_of_rest(context: &Context<'_>, region: &Region, api: &RestApi) -> Result<Option<Option<Evidence>>, Gap> {
    let is_private = !api.endpoint_types.is_empty() && api.endpoint_types.iter().all(|kind| kind == "PRIVATE");
    if is_private || (api.execute_api_disabled && !has_domain(&region.api_domains, &api.id)?) {
        return Ok(None);
    }
    let policy = match &api.policy {
        Some(text) => {
            let invoke = Arn::build(
                api.arn.partition(),
                "execute-api",
                api.arn.region(),
                &context.posture.account,
                &format!("{}/palisade/GET/palisade", api.id),
            );
            let document = context.library.document(text)?;
            let reach = audience(document, &["execute-api:Invoke"], &invoke).into_iter().find(|reach| reach.audience.is_public());
            let Some(reach) = reach else { return Ok(None) };
            Some(Evidence::statement("apigateway:GET", "policy of the API", &reach.statement))
        }
        None => None,
    };
    if api.stages.known()?.is_empty() {
        return Ok(None);
    }
    Ok(Some(policy))
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
