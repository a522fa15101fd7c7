//! The doors of an account: who outside may send what to which resource, and what one resource hands to another by itself.
//!
//! These are the steps that attack paths begin with, kept by what they lead to: nobody's policy is judged a second time.

use std::collections::BTreeMap;

use super::{Edge, Node, Proof, entry};
use crate::{
    iam::{Account, Audience, Principal, Statement, audience_among},
    model::{Arn, Function, Gap},
};

/// Somebody who is no outsider, whom a function's policy names.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The function.
    pub function: Arn,
    /// Whose policy it is: [`Function::UNQUALIFIED`], an alias or a version.
    pub qualifier: String,
    /// A service, the account itself or a principal of it, or who comes out of a network.
    pub audience: Audience,
    /// What must hold besides, in words.
    pub condition: Option<String>,
    /// The statement.
    pub proof: Proof,
}

/// The doors of an account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Doors {
    into: BTreeMap<Arn, Vec<Edge>>,
    gaps: BTreeMap<Arn, Gap>,
    grants: Vec<Grant>,
    home: String,
}

impl Doors {
    /// Goes through the account once.
    pub fn new(account: &Account<'_>) -> Self {
        let entries = entry::edges(account);
        let mut doors = Self { home: account.posture().account.clone(), ..Self::default() };
        for edge in entries.edges {
            if let Some(to) = edge.to.arn() {
                doors.into.entry(to.clone()).or_default().push(edge);
            }
        }
        for (node, gap) in entries.gaps {
            if let Node::Resource(arn) = node {
                doors.gaps.entry(arn).or_insert(gap);
            }
        }
        for (_, function) in account.posture().functions() {
            doors.grants_of(account, function);
        }
        doors
    }

    /// The steps to `resource` of those who stand outside of the account.
    pub fn outsiders(&self, resource: &Arn) -> impl Iterator<Item = &Edge> {
        self.to(resource).iter().filter(|edge| self.is_outside(&edge.from))
    }

    /// What hands to `resource` what it was sent itself.
    pub fn relays(&self, resource: &Arn) -> impl Iterator<Item = &Edge> {
        self.to(resource).iter().filter(|edge| !self.is_outside(&edge.from))
    }

    /// All steps that lead to a resource.
    pub fn steps(&self) -> impl Iterator<Item = (&Arn, &Edge)> {
        self.into.iter().flat_map(|(to, edges)| edges.iter().map(move |edge| (to, edge)))
    }

    /// The route of an API that callers come by: `called` is `POST /orders`, `$default` or the key of a socket's route.
    pub fn route(&self, api: &Arn, id: &str, stage: &str, called: &str) -> Arn {
        let path = called.replacen(' ', "", 1);
        Arn::build(api.partition(), "execute-api", api.region(), &self.home, &format!("{id}/{stage}/{path}"))
    }

    /// Why lists of `services` may lack something, each with the ARN that stands for all of the list.
    pub fn unread<'d>(&'d self, services: &'d [&str]) -> impl Iterator<Item = &'d Gap> {
        let is_list = |arn: &Arn| arn.resource().ends_with('*') && services.contains(&arn.service());
        self.gaps.iter().filter(move |(arn, _)| is_list(arn)).map(|(_, gap)| gap)
    }

    /// Why more may lead to `resource`.
    pub fn gap(&self, resource: &Arn) -> Option<&Gap> {
        self.gaps.get(resource)
    }

    /// Whom the policies of functions name who is no outsider.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether it stands outside: a stranger, another account, or a principal of one.
    pub fn is_outside(&self, node: &Node) -> bool {
        let Some(arn) = node.arn() else { return node.is_outside() };
        matches!(arn.service(), "iam" | "sts") && arn.account() != self.home
    }

    fn to(&self, resource: &Arn) -> &[Edge] {
        self.into.get(resource).map_or(&[], Vec::as_slice)
    }

    fn grants_of(&mut self, account: &Account<'_>, function: &Function) {
        for (qualifier, policy) in &function.policies {
            let Some(document) = policy.known().ok().and_then(|text| account.library().document(text.as_ref()?).ok()) else { continue };
            // Most functions have no policy, and of the others most name outsiders no more than once.
            if !document.statements.iter().any(|statement| self.names_insider(statement)) {
                continue;
            }
            let resource = match qualifier.as_str() {
                Function::UNQUALIFIED => function.arn.clone(),
                _ => Arn::new(format!("{}:{qualifier}", function.arn)),
            };
            let reaches = audience_among(document, &["lambda:InvokeFunction"], &resource, |audience| self.is_insider(audience));
            self.grants.extend(reaches.iter().map(|reach| Grant {
                function: function.arn.clone(),
                qualifier: qualifier.clone(),
                audience: reach.audience.clone(),
                condition: (!reach.conditions.is_empty()).then(|| reach.conditions.join(" and ")),
                proof: Proof::grant(entry::policy_of(qualifier), reach),
            }));
        }
    }

    fn names_insider(&self, statement: &Statement) -> bool {
        let names = |principal: &Principal| match principal {
            Principal::Anyone | Principal::Service(_) => true,
            Principal::Account(id) => *id == self.home,
            Principal::Aws(arn) => arn.split(':').nth(4) == Some(self.home.as_str()),
            Principal::Federated(_) | Principal::CanonicalUser(_) => false,
        };
        statement.is_allow() && (statement.is_not_principal() || statement.principals().iter().any(names))
    }

    /// Whether no step from outside is made of it.
    fn is_insider(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Service { .. } => true,
            Audience::Account(id) => *id == self.home,
            Audience::Principal(arn) => arn.account() == self.home,
            Audience::Network(words) => !words.to_ascii_lowercase().contains("aws:sourceip"),
            Audience::Anyone | Audience::AnyAccount | Audience::Organization(_) | Audience::Federated(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::{
            testing::{REGION, denied, with_function},
            testing_api::{http_api, rest_api, rest_method, route},
        },
        iam::Library,
        model::{Fact, Integration, PolicyText, Posture},
    };

    fn doors(posture: &Posture) -> Doors {
        Doors::new(&Account::new(posture, Library::new(posture).into()))
    }

    #[test]
    fn callers_come_to_a_route_by_the_arn_that_it_is_called() {
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let function = region.functions.items[0].arn.clone();
        let integration = Integration { kind: "AWS_PROXY".to_owned(), function: Some(function), calls: None, timeout_millis: None };
        let (mut rest, mut http) = (rest_api("a1"), http_api("a2"));
        let mut method = rest_method("POST", "/orders/{id}");
        (method.authorization_type, method.integration) = ("NONE".to_owned(), Some(integration.clone()));
        rest.methods = Fact::Known(vec![method]);
        http.routes = Fact::Known(vec![route("GET /orders"), route("$default")]);
        http.integrations = Fact::Known([("i1".to_owned(), integration)].into());
        let (first, second) = (rest.arn.clone(), http.arn.clone());
        region.rest_apis.items.push(rest);
        region.http_apis.items.push(http);
        let doors = doors(&posture);
        for (api, id, stage, called) in [
            (&first, "a1", "prod", "POST /orders/{id}"),
            (&second, "a2", "$default", "GET /orders"),
            (&second, "a2", "$default", "$default"),
        ] {
            let gate = doors.route(api, id, stage, called);
            assert_eq!(doors.outsiders(&gate).map(|edge| &edge.from).collect::<Vec<_>>(), [&Node::Internet], "{gate}");
        }
    }

    #[test]
    fn insiders_are_granted_and_outsiders_come_in() {
        let posture = with_function(|function| {
            let policy = r#"{"Version":"2012-10-17","Statement":[
                {"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}},
                {"Sid":"own","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/ci"},"Action":"lambda:InvokeFunction","Resource":"*"},
                {"Sid":"theirs","Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"lambda:InvokeFunction","Resource":"*"}]}"#;
            function.policies.insert("live".to_owned(), Fact::Known(Some(PolicyText::from(policy))));
        });
        let doors = doors(&posture);
        let told: Vec<_> = doors.grants().iter().map(|grant| (grant.qualifier.as_str(), grant.proof.statement.as_str())).collect();
        assert_eq!(told, [("live", "own"), ("live", "s3")]);
        let function = &posture.functions().next().unwrap().1.arn;
        let outside: Vec<String> = doors.outsiders(function).map(|edge| edge.from.to_string()).collect();
        assert_eq!(outside, ["account:210987654321"]);
    }

    #[test]
    fn a_list_that_was_not_read_is_told_by_its_service() {
        let doors = doors(&denied());
        assert_eq!(doors.unread(&["sqs"]).collect::<Vec<_>>(), [&Gap::denied("any:Action", "AccessDeniedException")]);
        assert_eq!(doors.unread(&["nowhere"]).count(), 0);
    }
}
