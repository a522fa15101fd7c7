//! Context keys that follow from who asks and what for. What is left out here stays unknown.

use super::{Keyring, Library, Principal, Value, decide::covers_action, truth::Truth};
use crate::model::{Arn, Posture, Role, User};

/// What is known of a request of `role`.
pub(super) fn of_role(posture: &Posture, library: &Library, role: &Role) -> Keyring {
    let mut keys = of_principal(posture, &role.arn);
    keys.set("aws:PrincipalType", Value::One("AssumedRole".to_owned()));
    keys.set("aws:username", Value::Absent);
    // A session that begins now: revoking older ones does not bind it.
    keys.set("aws:TokenIssueTime", now(posture));
    for (name, value) in &role.tags {
        keys.set(&format!("aws:PrincipalTag/{name}"), Value::One(value.clone()));
    }
    if let Ok(trust) = library.document(&role.trust) {
        let allows = || trust.statements.iter().filter(|statement| statement.is_allow());
        // Whoever may tag his session brings tags of his own.
        if allows().all(|statement| covers_action(statement, "sts:tagsession") == Truth::False) {
            keys.close("aws:PrincipalTag/");
        }
        let of_services = |principal: &Principal| matches!(principal, Principal::Service(_));
        if allows().all(|statement| !statement.is_not_principal() && statement.principals().iter().all(of_services)) {
            keys.set("aws:MultiFactorAuthPresent", Value::Absent);
            keys.set("aws:MultiFactorAuthAge", Value::Absent);
        }
    }
    keys
}

/// What is known of a request of `user`.
pub(super) fn of_user(posture: &Posture, user: &User) -> Keyring {
    let mut keys = of_principal(posture, &user.arn);
    keys.set("aws:PrincipalType", Value::One("User".to_owned()));
    keys.set("aws:username", Value::One(user.name.clone()));
    for (name, value) in &user.tags {
        keys.set(&format!("aws:PrincipalTag/{name}"), Value::One(value.clone()));
    }
    keys.close("aws:PrincipalTag/");
    keys
}

/// What follows from the resource's ARN.
pub(super) fn of_resource(keys: &mut Keyring, resource: &str) {
    let arn = Arn::new(resource);
    for (key, part) in [("aws:ResourceAccount", arn.account()), ("aws:RequestedRegion", arn.region())] {
        if !part.is_empty() && !part.contains(['*', '?']) {
            keys.set(key, Value::One(part.to_owned()));
        }
    }
}

fn of_principal(posture: &Posture, arn: &Arn) -> Keyring {
    let mut keys = Keyring::unknown()
        .with("aws:PrincipalArn", arn.as_str())
        .with("aws:PrincipalAccount", arn.account())
        .with("aws:PrincipalIsAWSService", "false")
        // Nobody keeps a caller from using TLS.
        .with("aws:SecureTransport", "true");
    // Only services that act for somebody bring these.
    for key in ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"] {
        keys.set(key, Value::Absent);
    }
    keys.set("aws:CurrentTime", now(posture));
    keys.set("aws:EpochTime", Value::One(posture.taken_at.unix().to_string()));
    keys
}

/// When the posture was taken: the only now there is.
fn now(posture: &Posture) -> Value {
    Value::One(posture.taken_at.to_string())
}
