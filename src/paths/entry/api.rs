//! What REST, HTTP and WebSocket APIs have in common: the way in, the route as a node of its own, and what answers it.
//!
//! A route is `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/PATH`: an open one leads to its own function only.

use std::collections::BTreeMap;

use super::{
    delivery::{As, Delivery, Trigger},
    survey::{Survey, and},
};
use crate::{
    model::{ApiDomain, ApiMapping, Arn, Authorizer, EnvironmentValue, Gap, Integration, Region},
    paths::{Edge, Grip, Node, edge::Proof},
};

const GATEWAY: &str = "apigateway.amazonaws.com";
const READ: &str = "apigateway:GET";

/// The custom domain names of a Region, by the API that they lead to.
pub(super) struct Domains<'a> {
    mapped: BTreeMap<&'a str, Vec<(&'a ApiDomain, &'a ApiMapping)>>,
    gap: Option<&'a Gap>,
}

/// A way from the internet to a stage.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) condition: Option<String>,
    pub(super) proof: Proof,
}

impl<'a> Domains<'a> {
    pub(super) fn new(region: &'a Region) -> Self {
        let mut domains = Self { mapped: BTreeMap::new(), gap: region.api_domains.gap.as_ref() };
        for domain in &region.api_domains.items {
            // The mappings of a domain that follows its routing rules alone do nothing.
            let is_open =
                !domain.endpoint_types.iter().any(|kind| kind == "PRIVATE") && domain.routing_mode.as_deref() != Some("ROUTING_RULE_ONLY");
            match domain.mappings.known() {
                Ok(mappings) if is_open => {
                    for mapping in mappings {
                        domains.mapped.entry(&mapping.api).or_default().push((domain, mapping));
                    }
                }
                Ok(_) => {}
                Err(gap) => domains.gap = Some(gap),
            }
        }
        domains
    }

    /// How callers come to `stage` of `api`: by its own endpoint, unless that is off, or by a domain name.
    ///
    /// # Errors
    /// The gap, when the endpoint is off and not all domain names were read.
    pub(super) fn door(&self, api: &str, execute_api_disabled: bool, stage: &str) -> Result<Option<Door>, Gap> {
        if !execute_api_disabled {
            return Ok(Some(Door { condition: None, proof: Proof::field(READ, "disableExecuteApiEndpoint", "false") }));
        }
        let leads = |(_, mapping): &&(&ApiDomain, &ApiMapping)| mapping.stage.as_deref().is_none_or(|mapped| mapped == stage);
        let mapped = self.mapped.get(api).into_iter().flatten().filter(leads);
        match (mapped.min_by_key(|(domain, _)| domain.mutual_tls), self.gap) {
            (Some((domain, _)), _) => Ok(Some(Door {
                condition: domain.mutual_tls.then(|| format!("only with a certificate that {} trusts", domain.name)),
                proof: Proof::field(READ, "domainName", domain.name.as_str()),
            })),
            (None, Some(gap)) => Err(gap.clone()),
            (None, None) => Ok(None),
        }
    }
}

/// A route or method of a stage.
pub(super) struct Gate<'g> {
    /// The route's ARN.
    pub(super) node: Arn,
    /// What API Gateway names as the source when it calls a function for the route: any of these may be meant.
    pub(super) sources: Vec<Arn>,
    /// The stage's variables.
    pub(super) variables: &'g BTreeMap<String, EnvironmentValue>,
    pub(super) api_key_required: bool,
    pub(super) authorization: &'g str,
    pub(super) authorizer: Option<&'g Authorizer>,
}

/// Who gets past the authorization of a route, by which technique.
pub(super) enum Passes {
    /// Anyone.
    Anyone,
    /// Whoever signs up.
    SignedUp,
    /// Whom the function of an authorizer lets.
    Judged,
    /// Nobody from outside, for all that is known here.
    Nobody,
}

impl Survey<'_, '_> {
    /// The ARN of what callers of an API of `region` are allowed: `rest` is `STAGE/METHOD/PATH`.
    pub(super) fn route(&self, region: &str, api: &str, rest: &str) -> Arn {
        Arn::build(&self.posture.partition, "execute-api", region, self.home(), &format!("{api}/{rest}"))
    }

    /// Who gets past the authorization of `gate`.
    pub(super) fn passes(&mut self, gate: &Gate<'_>) -> Passes {
        match gate.authorization {
            "NONE" => Passes::Anyone,
            "CUSTOM" => Passes::Judged,
            "COGNITO_USER_POOLS" | "JWT" => {
                let Some(authorizer) = gate.authorizer else { return Passes::Nobody };
                let named = authorizer.user_pools.iter().filter_map(|pool| pool.resource().strip_prefix("userpool/"));
                let issuers = authorizer.issuers.iter().filter_map(|issuer| super::trust::user_pool(&issuer.issuer));
                let pools: Vec<&str> = named.chain(issuers).collect();
                // Each is asked, for each may hide the route.
                let open = pools.into_iter().filter(|pool| self.lets_sign_up(pool, &gate.node)).count();
                if open > 0 { Passes::SignedUp } else { Passes::Nobody }
            }
            _ => Passes::Nobody,
        }
    }

    /// The step of those who get past the authorization to the route, and to the function that judges them.
    pub(super) fn enter(&mut self, gate: &Gate<'_>, door: Door) {
        let key = gate.api_key_required.then(|| "only with an API key".to_owned());
        let condition = and(door.condition, key);
        let authorization = Proof::field(READ, "authorizationType", gate.authorization);
        let (from, technique) = match self.passes(gate) {
            Passes::Anyone => (Node::Internet, "open-api-route"),
            Passes::SignedUp => (Node::SelfSignedUpUser, "self-sign-up"),
            Passes::Judged => {
                self.judge(gate, condition, door.proof);
                return;
            }
            Passes::Nobody => return,
        };
        let edge = Edge { condition, proof: vec![authorization, door.proof], ..Edge::new(from, &gate.node, Grip::Send, technique) };
        self.push(edge);
    }

    /// The function of an authorizer gets to see the request of anyone.
    fn judge(&mut self, gate: &Gate<'_>, condition: Option<String>, proof: Proof) {
        let Some(authorizer) = gate.authorizer else { return };
        let Some(function) = authorizer.function.as_ref() else { return };
        let Some((api, _)) = gate.node.as_str().split_once('/') else { return };
        let source = Arn::new(format!("{api}/authorizers/{}", authorizer.id));
        let target = filled(function, gate.variables).unwrap_or_else(|| function.clone());
        // The same authorizer judges many routes.
        if !self.first(&source) {
            return;
        }
        self.deliver(Trigger {
            from: Node::Internet,
            by: As::Service(GATEWAY, &source),
            target: &target,
            technique: "api-authorizer",
            proof,
            condition,
        });
    }

    /// The step from the route to what answers it.
    pub(super) fn answer(&mut self, gate: &Gate<'_>, integration: &Integration) {
        let Some(function) = &integration.function else {
            if let Some(calls) = &integration.calls {
                self.call(gate, calls);
            }
            return;
        };
        let Some(target) = filled(function, gate.variables) else {
            return self.hide(&gate.node, Gap::unsupported("the stage variable that names the function is not kept"));
        };
        let to = target.unqualified();
        let field = Proof::field(READ, "integration", target.as_str());
        let relay = |proof: Vec<Proof>, condition: Option<String>| Edge {
            actions: vec!["lambda:InvokeFunction".to_owned()],
            condition,
            proof,
            ..Edge::relay(&gate.node, &to, "api-integration")
        };
        for source in &gate.sources {
            match self.delivery(As::Service(GATEWAY, source), &target) {
                Delivery::Yes { condition, proof, .. } => {
                    let proof = std::iter::once(field).chain(proof).collect();
                    return self.push(relay(proof, condition));
                }
                Delivery::No => {}
                Delivery::Unknown(gap) => return self.hide(&to, gap),
            }
        }
        if self.posture.function(&to).is_some() {
            let words = "only if the integration has a role of its own: the function's policy does not let API Gateway in".to_owned();
            self.push(relay(vec![field], Some(words)));
        }
    }

    /// The step to another service, where the address tells the resource.
    fn call(&mut self, gate: &Gate<'_>, calls: &str) {
        let home = self.home();
        let (partition, region) = (gate.node.partition(), gate.node.region());
        let named = calls.split_once(":path/").and_then(|(service, path)| {
            let mut parts = path.split('/');
            match (service, parts.next()?, parts.next()) {
                ("sqs", account, Some(queue)) if account == home => Some(Arn::build(partition, "sqs", region, home, queue)),
                ("s3", bucket, _) if !bucket.contains('{') => Some(Arn::build(partition, "s3", "", "", bucket)),
                _ => None,
            }
        });
        match named {
            Some(target) => {
                let proof = vec![Proof::field(READ, "integration", calls)];
                self.push(Edge { proof, ..Edge::relay(&gate.node, &target, "api-integration") });
            }
            None => self.hide(&gate.node, Gap::unsupported(format!("which resource {calls} is asked for is not kept"))),
        }
    }
}

/// The function with the stage's variables in place; none where one of them was not kept.
pub(crate) fn filled(function: &Arn, variables: &BTreeMap<String, EnvironmentValue>) -> Option<Arn> {
    const START: &str = "${stageVariables.";
    let mut text = function.as_str().to_owned();
    while let Some((before, rest)) = text.split_once(START) {
        let (name, after) = rest.split_once('}')?;
        let EnvironmentValue::Plain(value) = variables.get(name)? else { return None };
        // A value that asks for another one is no value.
        if value.contains("${") {
            return None;
        }
        text = format!("{before}{value}{after}");
    }
    Some(Arn::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_variables_name_the_function() {
        let variables = BTreeMap::from([
            ("fn".to_owned(), EnvironmentValue::Plain("orders".to_owned())),
            ("loop".to_owned(), EnvironmentValue::Plain("${stageVariables.loop}".to_owned())),
            ("hidden".to_owned(), EnvironmentValue::Redacted { length: 3, fingerprint: String::new(), secret: None }),
        ]);
        let fill = |name: &str| filled(&Arn::new(format!("arn:aws:lambda:r:1:function:${{stageVariables.{name}}}:live")), &variables);
        assert_eq!(fill("fn"), Some(Arn::new("arn:aws:lambda:r:1:function:orders:live")));
        assert_eq!((fill("loop"), fill("hidden"), fill("none")), (None, None, None));
    }
}
