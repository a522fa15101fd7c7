//! Context keys that follow from who asks and what for. What is left out here stays unknown.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{Keyring, Library, Principal, Value, decide::covers_action, truth::Truth};
use crate::model::{Arn, Posture, Role, User};

/// The ways of a request through a network of the account's.
const NETWORK: [&str; 4] = ["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn", "aws:VpcSourceIp"];
/// What only services bring that act for somebody.
const ACTED_FOR: [&str; 4] = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// What is known of a request of `role`.
pub(super) fn of_role(posture: &Posture, library: &Library, role: &Role) -> Keyring {
    let mut keys = of_principal(posture, library, &role.arn);
    keys.set("aws:PrincipalType", Value::One("AssumedRole".to_owned()));
    if library.is_outside_networks(&role.arn) {
        NETWORK.iter().for_each(|key| keys.set(key, Value::Absent));
    }
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
pub(super) fn of_user(posture: &Posture, library: &Library, user: &User) -> Keyring {
    let mut keys = of_principal(posture, library, &user.arn);
    keys.set("aws:PrincipalType", Value::One("User".to_owned()));
    keys.set("aws:username", Value::One(user.name.clone()));
    for (name, value) in &user.tags {
        keys.set(&format!("aws:PrincipalTag/{name}"), Value::One(value.clone()));
    }
    keys.close("aws:PrincipalTag/");
    keys
}

/// What follows from the resource's ARN.
fn of_resource(keys: &mut Keyring, resource: &str) {
    let arn = Arn::new(resource);
    for (key, part) in [("aws:ResourceAccount", arn.account()), ("aws:RequestedRegion", arn.region())] {
        if !part.is_empty() && !part.contains(['*', '?']) {
            keys.set(key, Value::One(part.to_owned()));
        }
    }
}

/// What is known of a request of the account's root user.
pub(super) fn of_root(posture: &Posture, library: &Library) -> Keyring {
    let mut keys = of_principal(posture, library, &posture.root());
    keys.set("aws:PrincipalType", Value::One("Account".to_owned()));
    keys.set("aws:username", Value::Absent);
    keys.close("aws:PrincipalTag/");
    keys
}

/// What is known of a request of a principal of another account.
pub(super) fn of_foreigner(posture: &Posture, arn: &Arn) -> Keyring {
    let mut keys = of_anybody(posture).with("aws:PrincipalAccount", arn.account()).with("kms:CallerAccount", arn.account());
    // A session says which role it is of, but not that role's path.
    if arn.service() == "iam" {
        keys.set("aws:PrincipalArn", Value::One(arn.as_str().to_owned()));
    }
    keys.set("aws:PrincipalIsAWSService", Value::One("false".to_owned()));
    ACTED_FOR.iter().for_each(|key| keys.set(key, Value::Absent));
    keys
}

/// What is known of a request of a service by itself.
pub(super) fn of_service(posture: &Posture, name: &str) -> Keyring {
    let mut keys = of_nobody(posture).with("aws:PrincipalIsAWSService", "true").with("aws:PrincipalServiceName", name);
    keys.set("aws:PrincipalServiceNamesList", Value::Many(vec![name.to_owned()]));
    keys
}

/// What is known of a request without credentials.
pub(super) fn of_stranger(posture: &Posture) -> Keyring {
    let mut keys = of_nobody(posture).with("aws:PrincipalIsAWSService", "false").with("aws:PrincipalType", "Anonymous");
    keys.set("aws:userid", Value::One("Anonymous".to_owned()));
    ACTED_FOR.iter().for_each(|key| keys.set(key, Value::Absent));
    keys
}

/// What is known of a request of somebody whom an identity provider vouches for.
pub(super) fn of_federated(posture: &Posture, provider: &str) -> Keyring {
    let mut keys = of_nobody(posture).with("aws:PrincipalIsAWSService", "false").with("aws:FederatedProvider", provider);
    ACTED_FOR.iter().for_each(|key| keys.set(key, Value::Absent));
    keys
}

/// Who has no account has nothing that an account gives.
fn of_nobody(posture: &Posture) -> Keyring {
    let mut keys = of_anybody(posture);
    for key in [
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:TokenIssueTime",
        "aws:username",
        "kms:CallerAccount",
    ] {
        keys.set(key, Value::Absent);
    }
    keys.close("aws:PrincipalTag/");
    keys
}

fn of_principal(posture: &Posture, library: &Library, arn: &Arn) -> Keyring {
    let mut keys = of_anybody(posture)
        .with("aws:PrincipalArn", arn.as_str())
        .with("aws:PrincipalAccount", arn.account())
        .with("kms:CallerAccount", arn.account())
        .with("aws:PrincipalIsAWSService", "false");
    ACTED_FOR.iter().for_each(|key| keys.set(key, Value::Absent));
    set_membership(&mut keys, library, "Principal");
    keys
}

/// What holds whoever asks.
fn of_anybody(posture: &Posture) -> Keyring {
    // Nobody keeps a caller from using TLS.
    let mut keys = Keyring::unknown().with("aws:SecureTransport", "true");
    keys.set("aws:CurrentTime", now(posture));
    keys.set("aws:EpochTime", Value::One(posture.taken_at.unix().to_string()));
    keys
}

/// What belongs to the account belongs to its organization.
fn set_membership(keys: &mut Keyring, library: &Library, whose: &str) {
    let Some((id, paths)) = &library.controls().membership else { return };
    keys.set(&format!("aws:{whose}OrgID"), id.clone());
    if let Some(paths) = paths {
        keys.set(&format!("aws:{whose}OrgPaths"), paths.clone());
    }
}

/// What is known of a resource of the account's own, whichever it is.
pub(super) fn of_own_resource(keys: &mut Keyring, posture: &Posture, library: &Library) {
    keys.set("aws:ResourceAccount", Value::One(posture.account.clone()));
    set_membership(keys, library, "Resource");
}

/// What follows from the tags of a resource of the account, where the model has them, and from its other settings.
pub(super) fn of_settings(keys: &mut Keyring, posture: &Posture, action: &str, resource: &Arn) {
    match resource.service() {
        "lambda" if resource.resource().starts_with("function:") => {
            let Some(function) = posture.function(&resource.unqualified()) else { return };
            if let Ok(tags) = function.tags.known() {
                set_tags(keys, &["aws:ResourceTag/"], tags);
            }
            if action == "lambda:invokefunctionurl"
                && let Ok(urls) = function.urls.known()
            {
                let qualifier = resource.resource().split(':').nth(2).unwrap_or(crate::model::Function::UNQUALIFIED);
                if let Some(url) = urls.iter().find(|url| url.qualifier == qualifier) {
                    keys.set("lambda:FunctionUrlAuthType", Value::One(if url.auth_none { "NONE" } else { "AWS_IAM" }.to_owned()));
                }
            }
        }
        "iam" => {
            let user = || crate::model::find(&posture.identity.users, resource).map(|user| &user.tags);
            if let Some(tags) = posture.role(resource).map(|role| &role.tags).or_else(user) {
                set_tags(keys, &["aws:ResourceTag/", "iam:ResourceTag/"], tags);
            }
        }
        _ => {}
    }
}

fn set_tags(keys: &mut Keyring, prefixes: &[&str], tags: &BTreeMap<String, String>) {
    for prefix in prefixes {
        for (name, value) in tags {
            keys.set(&format!("{prefix}{name}"), Value::One(value.clone()));
        }
        keys.close(prefix);
    }
}

/// The roles of functions, when all functions are known and none that runs as the role is in a network of the account's:
/// requests of theirs come from no network that a policy could name.
pub(super) fn outside_networks(posture: &Posture, library: &Library) -> HashSet<Arn> {
    if posture.regions.values().any(|region| region.functions.gap.is_some()) {
        return HashSet::new();
    }
    let (inside, outside): (Vec<_>, Vec<_>) =
        posture.functions().map(|(_, function)| function).partition(|function| function.vpc.is_some());
    let inside: HashSet<&Arn> = inside.into_iter().map(|function| &function.role).collect();
    let roles: HashSet<&Arn> = outside.into_iter().map(|function| &function.role).filter(|role| !inside.contains(role)).collect();
    // Whoever else may take the role on may do so from anywhere.
    roles.into_iter().filter(|arn| posture.role(arn).is_some_and(|role| is_only_for_lambda(library, role))).cloned().collect()
}

fn is_only_for_lambda(library: &Library, role: &Role) -> bool {
    let Ok(trust) = library.document(&role.trust) else { return false };
    let is_lambda = |principal: &Principal| matches!(principal, Principal::Service(name) if name == "lambda.amazonaws.com");
    let mut allows = trust.statements.iter().filter(|statement| statement.is_allow());
    allows.all(|statement| !statement.is_not_principal() && statement.principals().iter().all(is_lambda))
}

/// A context of which `base` is known, for a request to `resource`.
pub(super) fn for_resource(base: &Arc<Keyring>, resource: &str) -> Keyring {
    let mut keys = Keyring::over(Arc::clone(base));
    of_resource(&mut keys, resource);
    keys
}

/// When the posture was taken: the only now there is.
fn now(posture: &Posture) -> Value {
    Value::One(posture.taken_at.to_string())
}
