//! Whom a resource's policy lets in from outside of the account.

use std::borrow::Cow;

use super::survey::Survey;
use crate::{
    iam::{Audience, Document, Principal, Reach, Statement, audience_among},
    model::Arn,
    paths::{Edge, Grip, Node, edge::Proof},
};

/// Whether a service takes requests that nobody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Front {
    /// It does: everyone is anyone on the internet.
    Open,
    /// It does not: everyone is anyone with an AWS account.
    Signed,
}

/// What outsiders are looked for to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    pub(super) actions: &'static [&'static str],
    pub(super) gives: Grip,
    pub(super) technique: &'static str,
    pub(super) front: Front,
    /// Whether a service that acts for anyone lets anyone in: it must be one that hands on what its customer says.
    pub(super) deputies: bool,
}

impl Survey<'_, '_> {
    /// The steps from outsiders to `to` that `document`, the policy of `resource`, grants for what is asked. `policy` is what
    /// people call it.
    pub(super) fn admitted(&self, policy: &str, document: &Document, resource: &Arn, to: &Arn, ask: &Ask) -> Vec<Edge> {
        if !document.statements.iter().any(|statement| self.names_outsider(statement, ask.deputies)) {
            return Vec::new();
        }
        let mut whole = Cow::Borrowed(document);
        let perimeter = self.perimeter_of(resource);
        if !perimeter.is_empty() {
            whole.to_mut().statements.extend_from_slice(perimeter);
        }
        let reaches = audience_among(&whole, ask.actions, resource, |audience| self.outsider(audience, ask).is_some());
        reaches.iter().filter_map(|reach| self.step(policy, reach, to, ask)).collect()
    }

    /// The step that a grant to an outsider is.
    pub(super) fn step(&self, policy: &str, reach: &Reach, to: &Arn, ask: &Ask) -> Option<Edge> {
        let from = self.outsider(&reach.audience, ask)?;
        let is_deputy = matches!(reach.audience, Audience::Service { .. });
        Some(Edge {
            actions: reach.actions.clone(),
            condition: in_words(reach),
            proof: vec![Proof::grant(policy, reach)],
            ..Edge::new(from, to, ask.gives, if is_deputy { "confused-deputy" } else { ask.technique })
        })
    }

    /// Whether `id` is an account, and another one.
    pub(super) fn is_foreign(&self, id: &str) -> bool {
        id.len() == 12 && id != self.home() && id.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The node of an audience that stands outside.
    pub(super) fn outsider(&self, audience: &Audience, ask: &Ask) -> Option<Node> {
        let everyone = if ask.front == Front::Open { Node::Internet } else { Node::AnyAwsAccount };
        match audience {
            Audience::Anyone => Some(everyone),
            Audience::AnyAccount => Some(Node::AnyAwsAccount),
            // Out of a network of one's own, or through a named resource, nobody else comes; an address may be anybody's.
            Audience::Network(words) => words.to_ascii_lowercase().contains("aws:sourceip").then_some(everyone),
            Audience::Organization(id) => Some(Node::Organization(id.as_str().into())),
            Audience::Account(id) => self.is_foreign(id).then(|| Node::Account(id.as_str().into())),
            Audience::Principal(arn) => self.is_foreign(arn.account()).then(|| Node::from(arn)),
            // Secrets Manager acts for the owner of the function only, and cannot say so.
            Audience::Service { name, bound: false } => {
                (ask.deputies && name != "secretsmanager.amazonaws.com").then_some(Node::AnyAwsAccount)
            }
            Audience::Service { bound: true, .. } | Audience::Federated(_) => None,
        }
    }

    /// Whether a statement names somebody who may stand outside: most name the account itself, or a service with its source.
    pub(super) fn names_outsider(&self, statement: &Statement, deputies: bool) -> bool {
        let names = |principal: &Principal| match principal {
            Principal::Anyone => true,
            Principal::Account(id) => self.is_foreign(id),
            Principal::Aws(arn) => self.is_foreign(arn.split(':').nth(4).unwrap_or_default()),
            Principal::Service(_) => deputies && !names_source(statement),
            Principal::Federated(_) | Principal::CanonicalUser(_) => false,
        };
        statement.is_allow() && (statement.is_not_principal() || statement.principals().iter().any(names))
    }
}

/// Whether a condition spells out for whom a service must act.
fn names_source(statement: &Statement) -> bool {
    statement.conditions().iter().any(|condition| {
        let key = condition.key.to_ascii_lowercase();
        let spelt = |value: &String| {
            let place = if value.starts_with("arn:") { value.split(':').nth(4).filter(|account| !account.is_empty()) } else { None };
            !place.unwrap_or(value).contains(['*', '?', '$'])
        };
        matches!(key.as_str(), "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" | "aws:sourceorgid")
            && !condition.is_negated()
            && !condition.is_if_exists()
            && !condition.operator.to_ascii_lowercase().starts_with("forallvalues")
            && !condition.operator.eq_ignore_ascii_case("null")
            && condition.values.iter().all(spelt)
    })
}

/// What binds beyond who it is.
fn in_words(reach: &Reach) -> Option<String> {
    let itself = match &reach.audience {
        Audience::Organization(id) | Audience::Account(id) => Some(id.as_str()),
        Audience::Principal(arn) => Some(arn.as_str()),
        _ => None,
    };
    let open: Vec<&str> =
        reach.conditions.iter().map(String::as_str).filter(|words| itself.is_none_or(|itself| !words.contains(itself))).collect();
    (!open.is_empty()).then(|| open.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        iam::{Account, Library},
        model::{Fact, Organization, OrganizationLevel, PolicyText},
        paths::entry::testing::{empty, policy, queue, region, steps, told},
    };

    const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:jobs";

    fn ask(front: Front) -> Ask {
        Ask { actions: &["sqs:SendMessage"], gives: Grip::Send, technique: "queue-policy", front, deputies: true }
    }

    /// Who may send to the queue by a statement with `principal` and `condition`.
    #[track_caller]
    fn senders(principal: &str, condition: &str, front: Front) -> Vec<String> {
        let posture = empty();
        let library = std::sync::Arc::new(Library::new(&posture));
        let account = Account::new(&posture, library);
        let survey = Survey::new(&account);
        let text =
            policy(&format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sqs:*","Resource":"*","Condition":{condition}}}"#));
        let document = Document::parse(text.as_str()).expect("a policy");
        told(&survey.admitted("queue policy", &document, &Arn::new(QUEUE), &Arn::new(QUEUE), &ask(front)))
    }

    #[test]
    fn everyone_is_who_can_ask_the_service() {
        assert_eq!(senders(r#""*""#, "{}", Front::Open), [format!("internet -> {QUEUE} Send queue-policy")]);
        assert_eq!(senders(r#""*""#, "{}", Front::Signed), [format!("any-aws-account -> {QUEUE} Send queue-policy")]);
    }

    #[test]
    fn others_are_named_and_ones_own_are_not_outsiders() {
        let foreign = r#"{"AWS":["210987654321","arn:aws:iam::210987654321:role/x"]}"#;
        let found = senders(foreign, "{}", Front::Open);
        let expected = [
            format!("account:210987654321 -> {QUEUE} Send queue-policy"),
            format!("arn:aws:iam::210987654321:role/x -> {QUEUE} Send queue-policy"),
        ];
        assert_eq!(found, expected);
        assert!(senders(r#"{"AWS":["123456789012","arn:aws:iam::123456789012:role/x","AROAEXAMPLE"]}"#, "{}", Front::Open).is_empty());
        assert!(senders(r#"{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#, "{}", Front::Open).is_empty());
    }

    #[test]
    fn what_names_the_outsider_is_no_condition_and_an_address_is_one() {
        let organization = senders(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc1234567"}}"#, Front::Open);
        assert_eq!(organization, [format!("organization:o-abc1234567 -> {QUEUE} Send queue-policy")]);
        let address = senders(r#""*""#, r#"{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}"#, Front::Open);
        assert_eq!(address, [format!("internet -> {QUEUE} Send queue-policy only if aws:SourceIp is in 203.0.113.7/32")]);
        assert!(senders(r#""*""#, r#"{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}"#, Front::Open).is_empty());
        assert!(senders(r#""*""#, r#"{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:t"}}"#, Front::Open).is_empty());
    }

    #[test]
    fn a_service_that_acts_for_anybody_lets_anybody_in() {
        let topic = r#"{"Service":"sns.amazonaws.com"}"#;
        assert_eq!(senders(topic, "{}", Front::Open), [format!("any-aws-account -> {QUEUE} Send confused-deputy")]);
        assert!(senders(topic, r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:*"}}"#, Front::Open).is_empty());
        assert!(!senders(topic, r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}"#, Front::Open).is_empty());
    }

    #[test]
    fn the_organization_denies_what_the_policy_grants() {
        let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-abc1234567"}}}}"#;
        for (management, expected) in [("210987654321", "organization:o-abc1234567"), ("123456789012", "internet")] {
            let mut posture = empty();
            posture.governance.organization = Fact::Known(Some(Organization {
                id: "o-abc1234567".to_owned(),
                arn: Arn::new("arn:aws:organizations::210987654321:organization/o-abc1234567"),
                management_account: management.to_owned(),
                feature_set: "ALL".to_owned(),
            }));
            let level: OrganizationLevel = serde_json::from_value(serde_json::json!({
                "id": "r-1", "type": "root", "service_control": {"known": []},
                "resource_control": {"known": [{"id": "p-1", "name": "perimeter", "aws_managed": false, "document": {"known": deny}}]},
            }))
            .expect("a level");
            posture.governance.organization_chain = Fact::Known(vec![level]);
            let jobs = queue(
                "jobs",
                Some(PolicyText::from(
                    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sqs:SendMessage","Resource":"*"}}"#,
                )),
            );
            region(&mut posture).queues.items.push(jobs);
            assert_eq!(steps(&posture), [format!("{expected} -> {QUEUE} Send queue-policy")]);
        }
    }
}
