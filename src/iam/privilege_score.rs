//! How close a principal's permissions are to the least it needs, as a number that can be explained.

use std::collections::BTreeMap;

use super::{
    Permissions,
    catalog::{AccessLevel, Action, Catalog},
    permissions::Cell,
    usage::Usage,
};

/// Terms that explain a score.
const SHOWN: usize = 3;

/// How close permissions are to the least.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivilegeScore {
    /// From 0, where everything of the services in question is allowed on everything without condition, to 100.
    pub value: f64,
    /// What costs most, the largest first.
    pub largest: Vec<Term>,
}

/// What the actions of one level in one service cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The service.
    pub service: &'static str,
    /// The level.
    pub level: AccessLevel,
    /// How many actions are allowed.
    pub actions: usize,
    /// The widest resource pattern among them.
    pub widest: String,
    /// Points of the hundred.
    pub points: f64,
}

/// What a term is added up from.
#[derive(Default)]
struct Cost {
    actions: usize,
    weight: f64,
    /// How far its widest pattern reaches, and the pattern.
    reach: f64,
    widest: String,
}

impl PrivilegeScore {
    /// Scores `permissions`; `usage` says of a service whether it is used. Services of which nothing is allowed do not
    /// count, so that a role with one service is measured by that one.
    ///
    /// An action weighs by its level, by how far its widest resource pattern reaches, half as much when it depends on a
    /// condition, and by whether its service is used. The whole is what the same services would weigh with everything
    /// allowed everywhere.
    pub fn of(permissions: &Permissions, usage: impl Fn(&str) -> Usage) -> Self {
        let catalog = Catalog::embedded();
        let mut whole = 0.0;
        let mut terms: BTreeMap<(&'static str, AccessLevel), Cost> = BTreeMap::new();
        for service in &permissions.services {
            let all = catalog.service(service.service).map(|found| catalog.actions_of(found)).unwrap_or_default();
            whole += all.iter().map(|action| weight(service.service, action)).sum::<f64>();
            let used = match usage(service.service) {
                Usage::Used(_) => 0.2,
                Usage::Unused(_) => 1.0,
                Usage::TooYoung | Usage::Unknown(_) => 0.5,
            };
            for right in &service.rights {
                let reach = |cell: &Cell| scope(&cell.resource) * if cell.condition.is_some() { 0.5 } else { 1.0 };
                let widest = right.cells.iter().map(|cell| (reach(cell), cell)).max_by(|a, b| a.0.total_cmp(&b.0));
                let Some((reach, cell)) = widest else { continue };
                let term = terms.entry((service.service, right.level)).or_default();
                term.actions += right.actions.len();
                term.weight += right.actions.iter().map(|action| weight(service.service, action)).sum::<f64>() * reach * used;
                if reach > term.reach {
                    (term.reach, term.widest) = (reach, cell.resource.clone());
                }
            }
        }
        if whole <= 0.0 {
            return Self { value: 100.0, largest: Vec::new() };
        }
        let sum: f64 = terms.values().map(|cost| cost.weight).sum();
        let mut largest: Vec<Term> = terms
            .into_iter()
            .map(|((service, level), Cost { actions, weight, widest, .. })| Term {
                service,
                level,
                actions,
                widest,
                points: 100.0 * weight / whole,
            })
            .collect();
        largest.sort_by(|a, b| b.points.total_cmp(&a.points).then_with(|| (a.service, a.level).cmp(&(b.service, b.level))));
        largest.truncate(SHOWN);
        Self { value: 100.0 * (1.0 - sum / whole), largest }
    }
}

/// What an action weighs by itself.
fn weight(service: &str, action: &Action) -> f64 {
    match action.level {
        AccessLevel::PermissionsManagement => 10.0,
        AccessLevel::Write if handles_data(service, action.name) => 5.0,
        AccessLevel::Read if handles_data(service, action.name) => 4.0,
        AccessLevel::Write => 3.0,
        AccessLevel::Tagging | AccessLevel::List | AccessLevel::Read => 1.0,
    }
}

/// How far a resource pattern reaches: one thing, a prefix, a whole type or everything.
fn scope(pattern: &str) -> f64 {
    if pattern.chars().all(|c| c == '*') {
        return 1.0;
    }
    let resource = pattern.splitn(6, ':').nth(5).unwrap_or("*");
    let name = resource.split_once(['/', ':']).map_or(resource, |(_, name)| name);
    match () {
        () if name.chars().all(|c| c == '*') => 0.6,
        () if resource.contains(['*', '?', '$']) => 0.3,
        () => 0.1,
    }
}

/// Whether an action reads or changes what people store, and not how it is set up: our own list, as AWS has none.
fn handles_data(service: &str, name: &str) -> bool {
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match service {
        "dynamodb" => begins(&[
            "BatchGet",
            "BatchWrite",
            "DeleteItem",
            "DeleteTable",
            "GetItem",
            "GetRecords",
            "PartiQL",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ]),
        "s3" => begins(&["DeleteBucket", "DeleteObject", "GetObject", "PutObject", "RestoreObject"]),
        "secretsmanager" => begins(&["BatchGetSecretValue", "DeleteSecret", "GetSecretValue", "PutSecretValue", "UpdateSecret"]),
        "ssm" => begins(&["DeleteParameter", "GetParameter", "PutParameter"]),
        "sqs" => begins(&["DeleteMessage", "DeleteQueue", "PurgeQueue", "ReceiveMessage", "SendMessage"]),
        "kms" => begins(&["Decrypt", "ReEncrypt", "ScheduleKeyDeletion"]),
        "kinesis" => begins(&["DeleteStream", "GetRecords", "PutRecord", "SubscribeToShard"]),
        "logs" => begins(&["DeleteLog", "FilterLogEvents", "GetLogEvents", "GetLogRecord", "GetQueryResults", "StartQuery", "Unmask"]),
        "lambda" => begins(&["GetFunction", "ListFunctions"]),
        "rds-data" | "redshift-data" | "elasticfilesystem" => {
            begins(&["BatchExecuteStatement", "ClientMount", "ClientWrite", "ExecuteStatement", "GetStatementResult"])
        }
        "sts" => begins(&["AssumeRole"]),
        "iam" => begins(&["CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::with_role,
        iam::{Holder, Library},
        model::{Gap, Timestamp},
    };

    fn score(statements: &str, usage: impl Fn(&str) -> Usage) -> PrivilegeScore {
        let posture = with_role(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
        let library = Library::new(&posture);
        let permissions = Holder::role(&posture, &library, &posture.identity.roles.items[0]).permissions_by_service();
        PrivilegeScore::of(&permissions, usage)
    }

    #[test]
    fn less_is_better_in_every_way() {
        let unused = |_: &str| Usage::Unused(None);
        let sqs =
            |action: &str, resource: &str, more: &str| format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"{more}}}"#);
        let queue = "arn:aws:sqs:eu-west-1:123456789012:orders";
        let condition = r#","Condition":{"StringEquals":{"aws:ResourceTag/team":"orders"}}"#;
        let steps = [
            score(&sqs("sqs:*", "*", ""), unused).value,
            score(&sqs("sqs:*", "*", condition), unused).value,
            score(&sqs("sqs:*", &format!("{queue}-*"), ""), unused).value,
            score(&sqs("sqs:*", queue, ""), unused).value,
            score(&sqs("sqs:SendMessage", queue, ""), unused).value,
            score(&sqs("sqs:SendMessage", queue, ""), |_| Usage::Unknown(Gap::unread("x"))).value,
            score(&sqs("sqs:SendMessage", queue, ""), |_| Usage::Used(Timestamp::EPOCH)).value,
        ];
        assert!(steps[0].abs() < 1e-9, "everything is nothing to be proud of: {steps:?}");
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]) && steps[6] < 100.0, "{steps:?}");
    }

    #[test]
    fn the_largest_terms_explain_it() {
        let both = r#"{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:eu-west-1:123456789012:a"},{"Effect":"Allow","Action":"iam:*","Resource":"*"}"#;
        let found = score(both, |_| Usage::Unused(None));
        assert_eq!(found.largest.len(), 3);
        assert_eq!(
            (found.largest[0].service, found.largest[0].level, found.largest[0].widest.as_str()),
            ("iam", AccessLevel::PermissionsManagement, "*")
        );
        assert!(found.largest.windows(2).all(|pair| pair[0].points >= pair[1].points));
        assert_eq!(
            score(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#, |_| Usage::Unused(None)),
            PrivilegeScore { value: 100.0, largest: vec![] }
        );
    }
}
