//! The stages of REST, HTTP and WebSocket APIs, with who gets as far as each of their routes.

use super::{Group, Link, Opening, Who, interface::Doorways, is_function, qualifier};
use crate::{
    checks::Context,
    iam::{self, Audience},
    model::{Arn, Gap, GapKind, HttpApi, Integration, Region, RestApi},
    paths::Grip,
};

/// A stage of an API.
struct Stage<'a> {
    region: &'a Region,
    api: &'a Arn,
    id: &'a str,
    name: &'a str,
    endpoint_off: bool,
    is_private: bool,
}

/// A method or route of a stage.
struct Route<'a> {
    called: String,
    authorization: &'a str,
    needs_key: bool,
    integration: &'a Integration,
}

impl<'a> Doorways<'a> {
    /// The stages of all APIs.
    pub(super) fn of_apis(&mut self) {
        for region in self.context.posture.regions.values() {
            for api in &region.rest_apis.items {
                self.of_rest(region, api);
            }
            for api in &region.http_apis.items {
                self.of_http(region, api);
            }
        }
    }

    fn of_rest(&mut self, region: &'a Region, api: &'a RestApi) {
        let is_private = !api.endpoint_types.is_empty() && api.endpoint_types.iter().all(|kind| kind == "PRIVATE");
        let methods = api.methods.known().map(|methods| {
            let open = methods.iter().filter_map(|method| {
                Some(Route {
                    called: format!("{} {}", method.method, method.path),
                    authorization: &method.authorization_type,
                    needs_key: method.api_key_required,
                    integration: method.integration.as_ref()?,
                })
            });
            open.collect::<Vec<_>>()
        });
        let stages = api.stages.known().map(|stages| stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>());
        let stage = |name| Stage { region, api: &api.arn, id: &api.id, name, endpoint_off: api.execute_api_disabled, is_private };
        let authorizers: Vec<&Arn> =
            api.authorizers.known().into_iter().flatten().filter_map(|authorizer| authorizer.function.as_ref()).collect();
        let shut = |doors: &Self, route: &Route<'_>| shut_by_policy(doors.context, api, route.authorization);
        self.of_stages(&api.name, "REST API", stages, stage, methods, &authorizers, shut);
    }

    fn of_http(&mut self, region: &'a Region, api: &'a HttpApi) {
        let is_socket = api.protocol == "WEBSOCKET";
        let routes = api.routes.known().and_then(|routes| Ok((routes, api.integrations.known()?))).map(|(routes, integrations)| {
            // A socket asks who it is when it is opened, and never again.
            let connect = routes.iter().find(|route| is_socket && route.key == "$connect");
            let open = routes.iter().filter_map(|route| {
                let judged = if is_socket { connect } else { Some(route) };
                Some(Route {
                    called: route.key.clone(),
                    authorization: judged.map_or("NONE", |judged| &judged.authorization_type),
                    needs_key: route.api_key_required || judged.is_some_and(|judged| judged.api_key_required),
                    integration: integrations.get(route.integration.as_ref()?)?,
                })
            });
            open.collect::<Vec<_>>()
        });
        let stages = api.stages.known().map(|stages| stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>());
        let stage = |name| Stage { region, api: &api.arn, id: &api.id, name, endpoint_off: api.execute_api_disabled, is_private: false };
        let authorizers: Vec<&Arn> =
            api.authorizers.known().into_iter().flatten().filter_map(|authorizer| authorizer.function.as_ref()).collect();
        let kind = if is_socket { "WebSocket API" } else { "HTTP API" };
        self.of_stages(&api.name, kind, stages, stage, routes, &authorizers, |_, _| None);
    }

    #[allow(clippy::too_many_arguments, reason = "what REST and HTTP APIs have in common, told by each")]
    fn of_stages(
        &mut self,
        name: &str,
        kind: &'static str,
        stages: Result<Vec<&'a str>, &Gap>,
        stage: impl Fn(&'a str) -> Stage<'a>,
        routes: Result<Vec<Route<'a>>, &Gap>,
        authorizers: &[&Arn],
        shut: impl Fn(&Self, &Route<'_>) -> Option<Opening>,
    ) {
        let whole = |opening| Group { opening: Some(opening), ..Group::on(name, kind, stage("").api) };
        let stages = match stages {
            Err(gap) => return self.groups.push(whole(Opening::new(Who::Unknown(gap.clone()), Vec::new()))),
            // Deployed nowhere.
            Ok(stages) if stages.is_empty() => return self.groups.push(whole(Opening::new(Who::Nobody, Vec::new()))),
            Ok(stages) => stages,
        };
        for stage in stages.into_iter().map(stage) {
            let mut group = Group::on(format!("{name}/{}", stage.name), kind, stage.api);
            let domains = stage.region.api_domains.items.iter();
            let leads = domains.filter(|domain| domain.mappings.known().into_iter().flatten().any(|mapping| mapping.api == stage.id));
            group.resources.extend(leads.map(|domain| domain.arn.clone()));
            match &routes {
                Ok(routes) => {
                    for route in routes.iter().filter(|route| route.integration.kind != "MOCK") {
                        self.of_route(&mut group, &stage, route, &shut);
                    }
                }
                Err(gap) => {
                    group.gaps.push((*gap).clone());
                    group.admit(Opening::new(Who::Unknown((*gap).clone()), Vec::new()));
                }
            }
            // Preflight answers and other fixed words are for anyone, and say nothing.
            if group.opening.is_none() {
                group.admit(Opening::new(Who::Nobody, Vec::new()));
            }
            group.links.extend(authorizers.iter().map(|function| Link {
                to: Some(function.unqualified()),
                qualifier: qualifier(function),
                by: "an authorizer".to_owned(),
                is_on: true,
                who: None,
                evidence: vec![format!("apigateway:GET authorizerUri {function}")],
            }));
            self.groups.push(group);
        }
    }

    fn of_route(&self, group: &mut Group, stage: &Stage<'_>, route: &Route<'_>, shut: &impl Fn(&Self, &Route<'_>) -> Option<Opening>) {
        let gate = self.doors.route(stage.api, stage.id, stage.name, &route.called);
        let opening = self.opening_of(stage, route, &gate, shut);
        let relays = self.out.get(&gate).into_iter().flatten().filter(|(to, _)| is_function(to));
        let mut to: Vec<(Option<Arn>, Option<String>)> = relays
            .map(|(to, edge)| (Some((*to).clone()), edge.proof.first().and_then(|proof| qualifier(&Arn::from(proof.statement.as_str())))))
            .collect();
        if to.is_empty() {
            // Which function a variable of the stage names may not be kept; other services have none.
            let named = route.integration.function.as_ref().filter(|function| !function.as_str().contains('$'));
            to.push((named.map(Arn::unqualified), named.and_then(qualifier)));
        }
        to.dedup();
        group.links.extend(to.into_iter().map(|(to, qualifier)| Link {
            to,
            qualifier,
            by: route.called.clone(),
            is_on: true,
            who: Some(opening.who.clone()),
            evidence: opening.evidence.clone(),
        }));
        group.admit(opening);
    }

    fn opening_of(
        &self,
        stage: &Stage<'_>,
        route: &Route<'_>,
        gate: &Arn,
        shut: &impl Fn(&Self, &Route<'_>) -> Option<Opening>,
    ) -> Opening {
        let field = format!("apigateway:GET {} authorizationType {}", route.called, route.authorization);
        let by = |who| Opening::new(who, vec![field.clone()]);
        let sends = self.doors.outsiders(gate).filter(|edge| edge.gives == Grip::Send);
        if let Some(opening) = sends.map(Opening::of).reduce(Opening::or) {
            return if route.needs_key { opening.with_key() } else { opening };
        }
        if stage.is_private {
            return by(Who::Network);
        }
        match leads_here(stage) {
            Ok(true) => {}
            Ok(false) => return Opening::new(Who::Nobody, vec!["apigateway:GET disableExecuteApiEndpoint true".to_owned()]),
            Err(gap) => return by(Who::Unknown(gap)),
        }
        // That what answers is not known says nothing of who may ask.
        let gap = self.doors.gap(gate).filter(|gap| gap.kind != GapKind::Unsupported).or_else(|| self.doors.gap(stage.api));
        match (route.authorization, gap) {
            ("CUSTOM", _) => by(Who::Judged),
            ("COGNITO_USER_POOLS" | "JWT" | "NONE", Some(gap)) => by(Who::Unknown(gap.clone())),
            ("COGNITO_USER_POOLS" | "JWT", None) => by(Who::Users),
            // Whoever asks nobody who they are has no callers of its own: that none was found is not that there are none.
            ("NONE", None) => {
                shut(self, route).unwrap_or_else(|| by(Who::Unknown(Gap::unsupported("how callers come to it is not worked out"))))
            }
            _ => shut(self, route).unwrap_or_else(|| by(Who::Own)),
        }
    }
}

/// Whether an address leads to the stage: its own, or a domain name's.
fn leads_here(stage: &Stage<'_>) -> Result<bool, Gap> {
    if !stage.endpoint_off {
        return Ok(true);
    }
    let mut gap = stage.region.api_domains.gap.clone();
    for domain in &stage.region.api_domains.items {
        match domain.mappings.known() {
            Ok(mappings) => {
                let leads = |stages: &Option<String>| stages.as_deref().is_none_or(|mapped| mapped == stage.name);
                if mappings.iter().any(|mapping| mapping.api == stage.id && leads(&mapping.stage)) {
                    return Ok(true);
                }
            }
            Err(unread) => gap = gap.or_else(|| Some(unread.clone())),
        }
    }
    gap.map_or(Ok(false), Err)
}

/// Whom the resource policy of a REST API lets in where it lets no stranger in.
fn shut_by_policy(context: &Context<'_>, api: &RestApi, authorization: &str) -> Option<Opening> {
    let document = context.library.document(api.policy.as_ref()?).ok()?;
    let home = &context.posture.account;
    let invoke = Arn::build(api.arn.partition(), "execute-api", api.arn.region(), home, &format!("{}/palisade/GET/palisade", api.id));
    let reaches = iam::audience(document, &["execute-api:Invoke"], &invoke);
    let told = reaches.iter().map(|reach| {
        let who = match &reach.audience {
            Audience::Network(_) => Who::Network,
            Audience::Organization(id) => Who::Named(vec![format!("organization {id}")]),
            Audience::Account(id) if id != home => Who::Named(vec![format!("account {id}")]),
            Audience::Principal(arn) if arn.account() != home => Who::Named(vec![format!("account {}", arn.account())]),
            Audience::Federated(_) => Who::Users,
            // Everyone who signs, where requests must be signed: principals of this account that their policies let.
            _ => Who::Own,
        };
        Opening { condition: (!reach.conditions.is_empty()).then(|| reach.conditions.join(" and ")), ..Opening::new(who, Vec::new()) }
    });
    let unsaid = || Opening::new(Who::Unknown(Gap::unsupported("whom its resource policy lets in is not worked out")), Vec::new());
    let opening = told.reduce(Opening::or).unwrap_or_else(unsaid);
    let field = format!("apigateway:GET policy, authorizationType {authorization}");
    Some(Opening { evidence: vec![field], ..opening })
}
