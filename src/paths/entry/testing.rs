//! What the cases of entry points are made of.

use std::sync::Arc;

use super::{Entries, edges};
pub(super) use crate::checks::testing::empty;
use crate::{
    iam::{Account, Library},
    model::{Arn, Fact, PolicyText, Posture, Queue, QueueAttributes, Region, UserPool, UserPoolSettings},
    paths::Edge,
};

/// The function of `checks::testing::with_function`.
pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

/// A policy of these statements.
pub(super) fn policy(statements: &str) -> PolicyText {
    PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#))
}

/// A statement that lets `service` do `action` for anything of the account.
pub(super) fn for_service(service: &str, action: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"{action}","Resource":"*","Condition":{{"StringEquals":{{"aws:SourceAccount":"123456789012"}}}}}}"#
    )
}

pub(super) fn entries(posture: &Posture) -> Entries {
    let account = Account::new(posture, Arc::new(Library::new(posture)));
    edges(&account)
}

/// Each step in a line.
pub(super) fn told(edges: &[Edge]) -> Vec<String> {
    let line = |edge: &Edge| {
        assert!(!edge.proof.is_empty(), "{edge:?} without proof");
        let condition = edge.condition.as_deref().map(|words| format!(" {words}")).unwrap_or_default();
        format!("{} -> {} {:?} {}{condition}", edge.from, edge.to, edge.gives, edge.technique)
    };
    edges.iter().map(line).collect()
}

/// The steps of `posture`, each in a line.
pub(super) fn steps(posture: &Posture) -> Vec<String> {
    told(&entries(posture).edges)
}

/// What is hidden in `posture`, with the action that would show it.
pub(super) fn gaps(posture: &Posture) -> Vec<String> {
    entries(posture).gaps.iter().map(|(node, gap)| format!("{node} {}", gap.action)).collect()
}

/// The Region of the cases.
pub(super) fn region(posture: &mut Posture) -> &mut Region {
    posture.regions.get_mut("eu-west-1").expect("the Region")
}

/// Lets `statements` in on the function of the cases.
pub(super) fn grant(posture: &mut Posture, statements: &str) {
    let function = region(posture).functions.items.first_mut().expect("a function");
    function.policies.insert("$LATEST".to_owned(), Fact::Known(Some(policy(statements))));
}

pub(super) fn queue(name: &str, policy: Option<PolicyText>) -> Queue {
    let attributes = QueueAttributes { policy, sqs_managed_sse: None, kms_key: None, retention_seconds: None, dead_letter_queue: None };
    Queue { arn: Arn::build("aws", "sqs", "eu-west-1", "123456789012", name), url: String::new(), attributes: Fact::Known(attributes) }
}

/// The user pool `eu-west-1_aBcDeFgHi`.
pub(super) fn user_pool(self_sign_up: bool) -> UserPool {
    let settings = UserPoolSettings { self_sign_up, mfa: None, triggers: [].into(), threat_protection: None, tier: None };
    UserPool {
        arn: Arn::build("aws", "cognito-idp", "eu-west-1", "123456789012", "userpool/eu-west-1_aBcDeFgHi"),
        id: "eu-west-1_aBcDeFgHi".to_owned(),
        name: "app".to_owned(),
        settings: Fact::Known(settings),
    }
}
