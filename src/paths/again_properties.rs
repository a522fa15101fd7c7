//! What is taken over from a graph is what would be worked out: for any change of roles.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*};

use super::{Graph, Target};
use crate::{
    demo,
    iam::{Account, Library},
    model::{Arn, PolicyText, Posture},
};

/// What a role may hold, `$` being the account.
const STATEMENTS: [&str; 8] = [
    r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
    r#"{"Effect":"Allow","Action":["iam:PassRole","lambda:*"],"Resource":"*"}"#,
    r#"{"Effect":"Allow","Action":["sts:AssumeRole","iam:UpdateAssumeRolePolicy"],"Resource":"arn:aws:iam::$:role/*"}"#,
    r#"{"Effect":"Allow","Action":["iam:PutRolePolicy","iam:CreatePolicyVersion","iam:DeleteRolePermissionsBoundary"],"Resource":"*"}"#,
    r#"{"Effect":"Allow","Action":"lambda:UpdateFunctionCode","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}"#,
    r#"{"Effect":"Allow","Action":["sqs:SendMessage","sns:Publish","s3:PutObject","events:PutEvents"],"Resource":"*"}"#,
    r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"},{"Effect":"Allow","Action":["iam:*","lambda:Invoke*"],"Resource":"*"}"#,
    "{",
];

/// Whom a role may trust.
const TRUSTS: [&str; 6] = [
    r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::$:root"},"Action":"sts:AssumeRole"}"#,
    r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::$:root"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#,
    r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
    r#"{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}"#,
    r#"{"Effect":"Allow","Principal":{"AWS":"&"},"Action":"sts:AssumeRole"}"#,
    "{",
];

/// Changes one role: which, how, and by what.
fn change(posture: &mut Posture, (which, how, what): (usize, usize, usize)) {
    let account = posture.account.clone();
    let roles = &mut posture.identity.roles.items;
    let (at, other) = (which % roles.len(), roles[what % roles.len()].clone());
    let document = |statements: &str| {
        let statements = statements.replace('$', &account).replace('&', other.arn.as_str());
        PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#))
    };
    let policies: Vec<Arn> = posture.identity.policies.items.iter().map(|policy| policy.arn.clone()).collect();
    let policy = (!policies.is_empty()).then(|| policies[what % policies.len()].clone());
    let role = &mut roles[at];
    match how % 8 {
        0 => role.policies = other.policies,
        1 => role.policies.inline.clear(),
        2 | 3 => {
            role.policies.inline.insert("added".to_owned(), document(STATEMENTS[what % STATEMENTS.len()]));
        }
        4 => role.trust = document(TRUSTS[what % TRUSTS.len()]),
        5 => role.boundary = policy.filter(|_| role.boundary.is_none()),
        6 => role.policies.attached.extend(policy),
        _ => {
            role.tags.insert("team".to_owned(), "pay".to_owned());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_taken_over_is_what_would_be_worked_out(
        changes in vec(vec((0_usize..1_000, 0_usize..8, 0_usize..1_000), 1..3), 1..4),
    ) {
        let mut posture = demo::posture();
        let mut next = posture.clone();
        let library = Arc::new(Library::new(&posture));
        // Each graph is made from the one before it, as far as the changes go.
        let mut stages: Vec<(Posture, Arc<Library>)> = vec![(posture.clone(), library)];
        for round in changes {
            round.into_iter().for_each(|one| change(&mut next, one));
            let library = Arc::new(stages.last().expect("a stage").1.again(&posture, &next));
            stages.push((next.clone(), library));
            posture = next.clone();
        }
        let accounts: Vec<Account<'_>> = stages.iter().map(|(posture, library)| Account::new(posture, Arc::clone(library))).collect();
        let mut graph = Graph::new(&accounts[0]);
        for (account, (posture, _)) in accounts.iter().zip(&stages).skip(1) {
            graph = graph.again(account);
            let fresh = Account::new(posture, Arc::new(Library::new(posture)));
            let fresh = Graph::new(&fresh);
            prop_assert!(graph.map() == fresh.map(), "other steps: {} and {}", graph.len(), fresh.len());
            prop_assert_eq!(graph.gaps(), fresh.gaps());
            prop_assert_eq!(graph.paths(None, &Target::AdminOrData), fresh.paths(None, &Target::AdminOrData));
            prop_assert_eq!(graph.exposed(), fresh.exposed());
        }
    }
}
