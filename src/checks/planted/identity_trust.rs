//! Flaws of layer 2 in whom roles trust, and in what feeds functions: IA-008 to IA-011, IA-025.

use super::account::{Account, FRIEND, OWN_ORGANIZATION, STRANGER, allow, arn, document, lets};
use crate::{
    checks::{routes, testing::REGION},
    model::{Arn, EventBus, EventBusAttributes, Fact, PublicAccessBlock, Subscription, SubscriptionEndpoint},
};

pub(super) fn plant(account: &mut Account) {
    anyone(account);
    others(account);
    other_accounts(account);
    pipelines(account);
    sources(account);
}

const LAMBDA: &str = r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}"#;

/// The statement of a trust policy that lets `principal` in.
fn trusts(principal: &str, condition: &str) -> String {
    let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"{condition}}}"#)
}

/// A role that no function runs as.
fn trusting(account: &mut Account, name: &str, statements: &[&str]) -> Arn {
    let text = document(statements);
    account.role_with(name, |role| role.trust = text)
}

fn anyone(account: &mut Account) {
    let everyone = r#"{"AWS":"*"}"#;
    let any = trusting(account, "for-anyone", &[&trusts(everyone, "")]);
    let roles = trusts(r#""*""#, r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#);
    let any_role = trusting(account, "for-any-role", &[&roles]);
    let but = r#"{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:user/x"},"Action":"sts:AssumeRole"}"#;
    let but_one = trusting(account, "for-all-but-one", &[but]);
    account.flaw("IA-008", &any, "any principal of any account");
    account.flaw("IA-008", &any_role, "any role of any account");
    account.flaw("IA-008", &but_one, "Allow with NotPrincipal");
    let organization = format!(r#"{{"StringEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}"#);
    let own = r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#;
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}"#;
    for (name, statements, why) in [
        ("for-the-organization", vec![trusts(r#""*""#, &organization)], "Principal *, bound to the organization"),
        ("for-the-account", vec![trusts(r#""*""#, own)], "Principal *, bound to the account"),
        ("for-nobody", vec![trusts(everyone, ""), deny.to_owned()], "denied again"),
    ] {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        let role = trusting(account, name, &statements);
        account.innocent("IA-008", &role, why);
    }
}

fn others(account: &mut Account) {
    for (name, principal, why) in [
        ("taken-on-by-user", r#"{"AWS":"arn:aws:iam::123456789012:user/deployer"}"#, "a user"),
        ("taken-on-by-ec2", r#"{"Service":"ec2.amazonaws.com"}"#, "another service"),
    ] {
        let text = document(&[LAMBDA, &trusts(principal, "")]);
        let role = account.role_with(&format!("{name}-role"), |role| role.trust = text);
        let function = account.function(name, |_| ());
        account.flaw("IA-009", &role, why);
        account.innocent("IA-014", &function, "its role lets Lambda in among others");
    }
}

fn other_accounts(account: &mut Account) {
    let root = |id: &str| format!(r#"{{"AWS":"arn:aws:iam::{id}:root"}}"#);
    let single = format!(r#"{{"AWS":"arn:aws:iam::{STRANGER}:role/deploy"}}"#);
    let any_id = r#"{"StringLike":{"sts:ExternalId":"*"}}"#;
    for (name, principal, condition, why) in [
        ("for-another-account", root(STRANGER), "", "another account, and nothing binds it"),
        ("for-anothers-role", single.clone(), "", "a role there, and nothing binds it"),
        ("for-any-external-id", root(STRANGER), any_id, "any external id will do"),
    ] {
        let role = trusting(account, name, &[&trusts(&principal, condition)]);
        account.flaw("IA-010", &role, why);
    }
    let organization = format!(r#"{{"StringEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}"#);
    for (name, principal, condition, why) in [
        ("for-an-external-id", root(STRANGER), r#"{"StringEquals":{"sts:ExternalId":"x-1"}}"#, "an external id"),
        ("for-a-second-factor", root(STRANGER), r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, "MFA"),
        ("for-a-sister", root(STRANGER), organization.as_str(), "the organization"),
        ("for-a-friend", root(FRIEND), "", "an account that the configuration trusts"),
        ("for-ourselves", root("123456789012"), "", "the account itself"),
        ("for-a-service", r#"{"Service":"ec2.amazonaws.com"}"#.to_owned(), "", "a service, which cannot give an external id"),
    ] {
        let role = trusting(account, name, &[&trusts(&principal, condition)]);
        account.innocent("IA-010", &role, why);
    }
}

fn pipelines(account: &mut Account) {
    let mut ci = |name: &str, host: &str, condition: &str| {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"arn:aws:iam::123456789012:oidc-provider/{host}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{condition}}}"#
        );
        let text = document(&[&statement]);
        let deploys = allow(&["lambda:UpdateFunctionCode"], arn("lambda", "function:worker").as_str());
        account.role_with(name, |role| {
            role.trust = text;
            role.policies.inline.insert("deploy".to_owned(), document(&[&deploys]));
        })
    };
    let github = "token.actions.githubusercontent.com";
    let for_aws = format!(r#""StringEquals":{{"{github}:aud":"sts.amazonaws.com"}}"#);
    let like = |sub: &str| format!(r#"{{{for_aws},"StringLike":{{"{github}:sub":"{sub}"}}}}"#);
    let unnamed = ci("ci-of-anyone", github, &format!("{{{for_aws}}}"));
    let any = ci("ci-of-any-repository", github, &like("repo:*"));
    let organization = ci("ci-of-an-organization", github, &like("repo:org/*"));
    let repository = ci("ci-of-a-repository", github, &like("repo:org/app:*"));
    let gitlab = ci(
        "ci-of-a-project",
        "gitlab.com",
        r#"{"StringEquals":{"gitlab.com:aud":"https://gitlab.com"},"StringLike":{"gitlab.com:sub":"project_path:org/app:*"}}"#,
    );
    let people = ci("for-people", "accounts.google.com", "{}");
    account.flaw("IA-011", &unnamed, "no subject");
    account.flaw("IA-011", &any, "any repository");
    account.flaw("IA-011", &organization, "any repository of an organization");
    account.innocent("IA-011", &repository, "a wildcard after the repository is as it should be");
    account.innocent("IA-011", &gitlab, "a project of GitLab");
    account.innocent("IA-011", &people, "people, not pipelines");
}

/// What strangers can put in front of a function, and what only looks so.
fn sources(account: &mut Account) {
    let anyone = |action: &str, resource: &Arn| lets(r#""*""#, action, resource, "");
    let own = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"123456789012"}}}"#;
    let mut queued = |name: &str, statements: &[String], state: &str| {
        let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
        let text = document(&statements);
        let queue = account.queue(name, |queue| queue.policy = Some(text));
        let function = account.function(name, |_| ());
        account.mapping(&format!("m-{name}"), &queue, &function, |mapping| mapping.state = state.to_owned());
        function
    };
    let send = |name: &str| anyone("sqs:SendMessage", &arn("sqs", name));
    let deputy = lets(r#"{"Service":"s3.amazonaws.com"}"#, "sqs:SendMessage", &arn("sqs", "fed-by-any-bucket"), "");
    let fed = queued("fed-by-anyone", &[send("fed-by-anyone")], "Enabled");
    let acted = queued("fed-by-any-bucket", &[deputy], "Enabled");
    let denied = queued("fed-by-denied", &[send("fed-by-denied"), own.to_owned()], "Enabled");
    let read = queued("read-by-anyone", &[anyone("sqs:GetQueueUrl", &arn("sqs", "read-by-anyone"))], "Enabled");
    let off = queued("fed-no-more", &[send("fed-no-more")], "Disabled");
    let put = anyone("kinesis:PutRecord", &arn("kinesis", "stream/fed-by-stream"));
    let stream = account.stream("fed-by-stream", |stream| stream.policy = Fact::Known(Some(document(&[&put]))));
    let streamed = account.function("fed-by-stream", |_| ());
    account.mapping("m-fed-by-stream", &stream, &streamed, |mapping| mapping.on_failure = Some(arn("sqs", "letters")));
    account.flaw("DP-011", &stream, "anyone may put records into it");
    account.flaw("IA-025", &streamed, "anyone may put records into its stream");
    account.flaw("IA-025", &fed, "anyone may send to its queue");
    account.flaw("IA-025", &acted, "S3 may, on behalf of any account");
    account.innocent("IA-025", &denied, "anyone, and denied again");
    account.innocent("IA-025", &read, "anyone may look at its queue, and send nothing");
    account.innocent("IA-025", &off, "anyone may send to its queue, whose mapping is off");
    account.flaw("IR-015", &off, "its mapping is off");

    let topic = account.topic("news", Some(document(&[&anyone("sns:Publish", &arn("sns", "news"))])));
    let subscribed = account.function("fed-by-topic", |function| function.dead_letter = Some(arn("sqs", "letters")));
    account.region().subscriptions.items.push(Subscription {
        arn: Arn::new(format!("{topic}:1")),
        topic,
        owner: "123456789012".to_owned(),
        protocol: "lambda".to_owned(),
        endpoint: SubscriptionEndpoint::Resource(subscribed.clone()),
    });
    account.flaw("IA-025", &subscribed, "anyone may publish to its topic");

    let bucket = Arn::from("arn:aws:s3:::held-shut");
    let open = format!(r#"{{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"{bucket}/in/*"}}"#);
    let tls = format!(
        r#"{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["{bucket}","{bucket}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
    );
    let held = account.function("fed-by-bucket", |function| function.dead_letter = Some(arn("sqs", "letters")));
    let bucket = account.bucket("held-shut", Some(&held), |bucket| {
        bucket.policy = Fact::Known(Some(document(&[&open, &tls])));
        bucket.policy_is_public = Fact::Known(Some(true));
        let on = true;
        bucket.public_access_block = Fact::Known(Some(PublicAccessBlock {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }));
    });
    account.innocent("IA-025", &held, "a public policy that RestrictPublicBuckets holds shut");
    account.innocent("DP-012", &bucket, "a public policy that RestrictPublicBuckets holds shut");

    let bus = arn("events", "event-bus/open");
    let text = document(&[&anyone("events:PutEvents", &bus)]);
    let attributes = EventBusAttributes { policy: Some(text), kms_key: None, dead_letter_queue: None, logs_events: false };
    account.region().event_buses.items.push(EventBus { arn: bus.clone(), name: "open".to_owned(), attributes: Fact::Known(attributes) });
    let mut ruled = |name: &str, state: &str| {
        let function = account.function(name, |function| function.dead_letter = Some(arn("sqs", "letters")));
        let mut rule = routes::testing::rule(name, r#"{"source":["shop"]}"#, function.clone());
        rule.arn = Arn::build("aws", "events", REGION, "123456789012", &format!("rule/open/{name}"));
        rule.bus = "open".to_owned();
        rule.state = state.to_owned();
        account.region().event_rules.items.push(rule);
        function
    };
    let ruled_open = ruled("fed-by-bus", "ENABLED");
    let ruled_off = ruled("fed-by-bus-no-more", "DISABLED");
    account.flaw("IA-025", &ruled_open, "anyone may put events on its bus");
    account.innocent("IA-025", &ruled_off, "an open bus, whose rule is off");
}
