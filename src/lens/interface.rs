//! By interface: everything that somebody can call, who that is, and what guards it.

use std::collections::HashMap;

use super::{By, Group, Ledger, Link, Opening, View, Who, distinct, guard, named, who::evidence};
use crate::{
    checks::Context,
    model::{Arn, Fact, Function, FunctionUrl, Gap, GraphqlApi, IdentityPool, UserPool, WebFunction, WebFunctionEndpoint},
    paths::{Doors, Edge, resource_name},
    world::World,
};

/// The services whose lists say what can be called.
const SERVICES: [&str; 5] = ["lambda", "apigateway", "appsync", "cognito-idp", "cognito-identity"];

/// The checks that say what guards an interface of this kind.
fn guards(kind: &str) -> &'static [&'static str] {
    match kind {
        "function URL" => &["FN-002", "FN-003", "FN-004"],
        "policy" => &["FN-001", "FN-005", "FN-006"],
        "Web Function" => &["FN-026"],
        "user pool" | "identity pool" => &["IA-024"],
        _ => &["IA-017", "IA-018", "IA-019", "IA-020", "IA-021", "IA-022", "IA-023", "FN-021", "DP-015", "DP-016", "MV-014"],
    }
}

/// Groups the findings of `world` by what can be called.
pub fn interfaces(world: &World, doors: &Doors, ledger: &Ledger) -> View {
    let context = world.context();
    let mut doorways = Doorways::new(&context, doors);
    doorways.all();
    let Doorways { mut groups, gaps, .. } = doorways;
    guard(world, &mut groups, guards);
    View::new(world, By::Interface, groups, gaps, ledger)
}

/// Everything that can be called, before it is added up.
pub(super) struct Doorways<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) doors: &'a Doors,
    /// What each resource hands to.
    pub(super) out: HashMap<&'a Arn, Vec<(&'a Arn, &'a Edge)>>,
    pub(super) groups: Vec<Group>,
    pub(super) gaps: Vec<Gap>,
}

impl<'a> Doorways<'a> {
    pub(super) fn new(context: &'a Context<'a>, doors: &'a Doors) -> Self {
        let mut out: HashMap<&Arn, Vec<(&Arn, &Edge)>> = HashMap::new();
        for (to, edge) in doors.steps() {
            if let Some(from) = edge.from.arn().filter(|_| !doors.is_outside(&edge.from)) {
                out.entry(from).or_default().push((to, edge));
            }
        }
        let functions = context.posture.functions().filter_map(|(_, function)| doors.gap(&function.arn));
        let gaps = distinct(doors.unread(&SERVICES).chain(functions).cloned());
        Self { context, doors, out, groups: Vec::new(), gaps }
    }

    fn all(&mut self) {
        for (_, function) in self.context.posture.functions() {
            self.of_function(function);
        }
        self.of_apis();
        self.of_pools();
        for function in self.context.posture.regions.values().flat_map(|region| &region.web_functions.items) {
            self.of_web_function(function);
        }
    }

    /// What has an ARN of its own and may be a trigger as well.
    pub(super) fn of_services(&mut self) {
        self.of_apis();
        self.of_pools();
    }

    fn of_function(&mut self, function: &'a Function) {
        for url in function.urls.known().into_iter().flatten() {
            self.groups.push(of_url(self.doors, function, url));
        }
        let opens = |edge: &&Edge| matches!(edge.technique, "function-policy" | "confused-deputy");
        let opening = self.doors.outsiders(&function.arn).filter(opens).map(Opening::of).reduce(Opening::or);
        if let Some(opening) = opening {
            let mut group = Group::on(resource_name(&function.arn), "policy", &function.arn);
            group.links.push(to_function(function, None, "its policy", &opening));
            group.admit(opening);
            self.groups.push(group);
        }
    }

    fn of_pools(&mut self) {
        for region in self.context.posture.regions.values() {
            for api in &region.graphql_apis.items {
                let group = self.of_graphql(api);
                self.groups.push(group);
            }
            for pool in &region.user_pools.items {
                let group = self.of_user_pool(pool);
                self.groups.push(group);
            }
            for pool in &region.identity_pools.items {
                let group = self.of_identity_pool(pool);
                self.groups.push(group);
            }
        }
    }

    /// The functions that `resource` hands to by `technique`.
    fn handed(&self, resource: &Arn, technique: &str) -> Vec<Link> {
        let steps = self.out.get(resource).into_iter().flatten().filter(|(_, edge)| edge.technique == technique);
        let link = |(to, edge): &(&Arn, &Edge)| Link {
            to: Some((*to).clone()),
            qualifier: None,
            by: edge.proof.first().map_or_else(String::new, |proof| proof.statement.clone()),
            is_on: true,
            who: None,
            evidence: evidence(edge),
        };
        steps.map(link).collect()
    }

    fn of_graphql(&self, api: &GraphqlApi) -> Group {
        let mut group = Group::on(&*api.name, "GraphQL API", &api.arn);
        let field = |kind: &str| vec![format!("appsync:ListGraphqlApis authenticationType {kind}")];
        for edge in self.doors.outsiders(&api.arn) {
            let opening = Opening::of(edge);
            group.admit(if edge.technique == "appsync-api-key" { opening.with_key() } else { opening });
        }
        for kind in std::iter::once(&api.authentication).chain(&api.additional_authentication) {
            let who = match kind.as_str() {
                _ if api.visibility.as_deref() == Some("PRIVATE") => Who::Network,
                "API_KEY" => continue,
                "AWS_LAMBDA" => Who::Judged,
                "AMAZON_COGNITO_USER_POOLS" => self.doors.gap(&api.arn).map_or(Who::Users, |gap| Who::Unknown(gap.clone())),
                "OPENID_CONNECT" => Who::Users,
                _ => Who::Own,
            };
            group.admit(Opening::new(who, field(kind)));
        }
        group.gaps.extend(api.data_sources.gap().cloned());
        group.links = self.handed(&api.arn, "appsync-data-source");
        group.links.extend(api.authorizers.iter().map(|function| Link {
            to: Some(function.unqualified()),
            qualifier: super::qualifier(function),
            by: "an authorizer".to_owned(),
            is_on: true,
            who: None,
            evidence: vec![format!("appsync:ListGraphqlApis authorizerUri {function}")],
        }));
        group
    }

    fn of_user_pool(&self, pool: &UserPool) -> Group {
        let mut group = Group::on(&*pool.name, "user pool", &pool.arn);
        let signs_up = self.doors.outsiders(&pool.arn).map(Opening::of).reduce(Opening::or);
        group.admit(signs_up.unwrap_or_else(|| match pool.settings.gap() {
            Some(gap) => Opening::new(Who::Unknown(gap.clone()), Vec::new()),
            None => Opening::new(Who::Users, vec!["cognito-idp:DescribeUserPool AllowAdminCreateUserOnly true".to_owned()]),
        }));
        group.gaps.extend(pool.settings.gap().cloned());
        group.links = self.handed(&pool.arn, "user-pool-trigger");
        group
    }

    fn of_identity_pool(&self, pool: &IdentityPool) -> Group {
        let mut group = Group::on(&*pool.name, "identity pool", &pool.arn);
        let (settings, roles) = match (pool.settings.known(), pool.roles.known()) {
            (Ok(settings), Ok(roles)) => (settings, roles),
            (Err(gap), _) | (_, Err(gap)) => {
                group.gaps.push(gap.clone());
                group.admit(Opening::new(Who::Unknown(gap.clone()), Vec::new()));
                return group;
            }
        };
        let guests = roles.unauthenticated.iter().filter(|_| settings.guests);
        let guests = guests.map(|role| (role, "guests become", "cognito-identity-unauthenticated", Who::Nobody));
        // Whether some of its users make themselves is told by the steps; else somebody made them.
        let users = roles.authenticated.iter().chain(&roles.mapped).filter(|_| !settings.user_pools.is_empty());
        let users = users.map(|role| (role, "users become", "cognito-identity-authenticated", Who::Users));
        for (role, by, technique, otherwise) in guests.chain(users) {
            let steps = self.doors.outsiders(role).filter(|edge| edge.technique == technique);
            let opening = steps.map(Opening::of).reduce(Opening::or).unwrap_or_else(|| match self.doors.gap(role) {
                Some(gap) => Opening::new(Who::Unknown(gap.clone()), Vec::new()),
                None => Opening::new(otherwise, vec!["cognito-identity:GetIdentityPoolRoles Roles".to_owned()]),
            });
            let who = Some(opening.who.clone());
            let evidence = opening.evidence.clone();
            group.links.push(Link { to: Some(role.clone()), qualifier: None, by: by.to_owned(), is_on: true, who, evidence });
            group.admit(opening);
        }
        if group.opening.is_none() {
            group.admit(Opening::new(Who::Nobody, vec!["cognito-identity:DescribeIdentityPool CognitoIdentityProviders".to_owned()]));
        }
        group
    }

    fn of_web_function(&mut self, function: &WebFunction) {
        let endpoints = match function.endpoints.known() {
            Ok(endpoints) => endpoints,
            Err(gap) => {
                let opening = Some(Opening::new(Who::Unknown(gap.clone()), Vec::new()));
                self.groups.push(Group { opening, gaps: vec![gap.clone()], ..Group::on(&*function.name, "Web Function", &function.arn) });
                return;
            }
        };
        for endpoint in endpoints {
            let mut group = Group::on(format!("{}/{}", function.name, endpoint.name), "Web Function", &function.arn);
            group.admit(self.of_endpoint(function, endpoint));
            self.groups.push(group);
        }
    }

    fn of_endpoint(&self, function: &WebFunction, endpoint: &WebFunctionEndpoint) -> Opening {
        let own = format!("{}: ", endpoint.name);
        let leads =
            |edge: &&Edge| edge.technique == "web-function-policy" || edge.proof.iter().any(|proof| proof.statement.starts_with(&own));
        let opening = self.doors.outsiders(&function.arn).filter(leads).map(Opening::of).reduce(Opening::or);
        opening.unwrap_or_else(|| match function.policy.gap().or(endpoint.regional.gap()) {
            Some(gap) => Opening::new(Who::Unknown(gap.clone()), Vec::new()),
            None => Opening::new(Who::Own, vec![format!("lambda:ListWebFunctionEndpoints authType {}", endpoint.settings.auth)]),
        })
    }
}

/// A function URL.
pub(super) fn of_url(doors: &Doors, function: &Function, url: &FunctionUrl) -> Group {
    let qualifier = named(&url.qualifier);
    let name = qualifier.as_ref().map_or_else(|| resource_name(&function.arn), |name| format!("{}:{name}", resource_name(&function.arn)));
    let opening = through_url(doors, function, url);
    let mut group = Group::on(name, "function URL", &function.arn);
    group.links.push(to_function(function, qualifier, "a function URL", &opening));
    group.admit(opening);
    group
}

/// Who gets through a function URL.
fn through_url(doors: &Doors, function: &Function, url: &FunctionUrl) -> Opening {
    let policy = crate::paths::policy_of(&url.qualifier);
    let (technique, auth) = if url.auth_none { ("function-url", "NONE") } else { ("signed-function-url", "AWS_IAM") };
    let leads = |edge: &&Edge| edge.technique == technique && edge.proof.iter().any(|proof| proof.policy == policy);
    let field = || vec![format!("lambda:ListFunctionUrlConfigs {} AuthType {auth}", url.qualifier)];
    let opening = doors.outsiders(&function.arn).filter(leads).map(Opening::of).reduce(Opening::or);
    opening.unwrap_or_else(|| match function.policies.get(&url.qualifier).map(Fact::known) {
        None => Opening::new(Who::Unknown(Gap::unread("lambda:GetPolicy")), field()),
        Some(Err(gap)) => Opening::new(Who::Unknown(gap.clone()), field()),
        // Without authentication it is the policy alone that lets somebody in.
        Some(Ok(_)) => Opening::new(if url.auth_none { Who::Nobody } else { Who::Own }, field()),
    })
}

fn to_function(function: &Function, qualifier: Option<String>, by: &str, opening: &Opening) -> Link {
    let (by, evidence) = (by.to_owned(), opening.evidence.clone());
    Link { to: Some(function.arn.clone()), qualifier, by, is_on: true, who: Some(opening.who.clone()), evidence }
}
