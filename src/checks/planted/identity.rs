//! Flaws of layer 2 in what roles may do: IA-001 to IA-007, IA-012 to IA-016.

use std::collections::BTreeMap;

use super::account::{Account, ago, allow, arn, document, iam};
use super::things::tag;
use crate::{
    checks::testing::ACCOUNT,
    model::{Arn, Fact, FunctionState, Policies, User},
};

const EVERYTHING: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

pub(super) fn plant(account: &mut Account) {
    administrators(account);
    escalations(account);
    wide(account);
    shared(account);
    unused(account);
    passing(account);
    broken(account);
    by_exception(account);
    broad(account);
}

/// The function called `name` and its role, which may do what `statements` say.
fn running(account: &mut Account, name: &str, statements: &[&str]) -> (Arn, Arn) {
    let function = account.function_that(name, statements, |_| ());
    (function, iam(&format!("role/{name}-role")))
}

/// What is under the boundary `name`, which allows `actions`.
fn bound(account: &mut Account, name: &str, actions: &[&str]) {
    let boundary = iam(&format!("policy/{name}-boundary"));
    account.managed(&boundary, &allow(actions, "*"));
    let role = account.posture.identity.roles.items.iter_mut().find(|role| role.name == format!("{name}-role")).expect("the role");
    role.boundary = Some(boundary);
}

fn administrators(account: &mut Account) {
    for name in ["admin", "admin-too"] {
        let (function, role) = running(account, name, &[EVERYTHING]);
        account.flaw("IA-001", &role, "everything on everything");
        account.flaw("IA-013", &function, "a user who is no administrator can change its code");
    }
    let policy = "arn:aws:iam::aws:policy/AdministratorAccess";
    let role = account.attached("admin-alone-role", policy, EVERYTHING);
    let alone = account.function("admin-alone", |_| ());
    account.flaw("IA-001", &role, "everything, by a policy of AWS");
    account.flaw("IA-016", &role, "AdministratorAccess");
    account.innocent("IA-013", &alone, "only other administrators can change its code");
    let resource: Vec<String> =
        ["admin", "admin-too", "worker"].iter().map(|name| arn("lambda", &format!("function:{name}")).to_string()).collect();
    let deploys = serde_json::json!({ "Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": resource }).to_string();
    account.posture.identity.users.items.push(User {
        arn: iam("user/deployer"),
        name: "deployer".to_owned(),
        policies: Policies { inline: [("deploy".to_owned(), document(&[&deploys]))].into(), attached: Vec::new() },
        groups: Vec::new(),
        boundary: None,
        tags: BTreeMap::new(),
    });
    account.innocent("IA-013", &arn("lambda", "function:worker"), "an ordinary function may be deployed");
    for (name, statements, why) in [
        ("power-user", vec![r#"{"Effect":"Allow","NotAction":["iam:*","sts:*","lambda:*"],"Resource":"*"}"#], "a power user without IAM"),
        (
            "admin-denied",
            vec![
                EVERYTHING,
                r#"{"Effect":"Deny","Action":["iam:*","sts:*","lambda:*","kms:*","s3:*","dynamodb:*","ssm:*","secretsmanager:*","rds-data:*"],"Resource":"*"}"#,
            ],
            "an administrator who is denied IAM again",
        ),
        ("admin-bound", vec![EVERYTHING], "an administrator under a boundary"),
        ("admin-of-bucket", vec![r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::its-own/*"}"#], "everything on one bucket"),
    ] {
        let (_, role) = running(account, name, &statements);
        account.innocent("IA-001", &role, why);
    }
    bound(account, "admin-bound", &["logs:*", "xray:*"]);
    account.innocent("IA-004", &iam("role/admin-role"), "an administrator is reported as such");
    account.innocent("IA-005", &iam("role/admin-role"), "an administrator is reported as such");
    account.innocent("IA-002", &iam("role/admin-role"), "an administrator is reported as such");
    account.innocent("IA-003", &iam("role/admin-role"), "an administrator is reported as such");
    account.flaw("IA-003", &iam("role/admin-of-bucket-role"), "every action, though on one bucket");
    let power = iam("role/power-user-role");
    account.flaw("IA-004", &power, "reads data of every kind");
    account.flaw("IA-005", &power, "decrypts with every key");
    account.flaw("IA-015", &power, "NotAction");
}

fn escalations(account: &mut Account) {
    let own = "arn:aws:iam::123456789012:role/writes-own-policy-role";
    let (_, writes) = running(account, "writes-own-policy", &[&allow(&["iam:PutRolePolicy"], own)]);
    let (_, creates) =
        running(account, "makes-roles", &[&allow(&["iam:CreateRole", "iam:PutRolePolicy"], "arn:aws:iam::123456789012:role/app/*")]);
    account.flaw("IA-002", &writes, "writes its own policy");
    account.flaw("IA-002", &creates, "makes a role with any policy");
    let to_lambda = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/app-*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}"#;
    let makes = allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], "arn:aws:lambda:eu-west-1:123456789012:function:app-*");
    let (_, passes) = running(account, "passes-harmless-roles", &[to_lambda, &makes]);
    account.innocent("IA-002", &passes, "every action of a known way, and no administrator to pass");
    let others = "arn:aws:iam::123456789012:role/somebody-elses";
    let (_, other) = running(account, "writes-anothers-policy", &[&allow(&["iam:PutRolePolicy"], others)]);
    account.innocent("IA-002", &other, "writes the policy of a role that nobody is");
    let self_made = "arn:aws:iam::123456789012:role/writes-within-boundary-role";
    let (_, within) = running(account, "writes-within-boundary", &[&allow(&["iam:PutRolePolicy"], self_made)]);
    bound(account, "writes-within-boundary", &["iam:PutRolePolicy", "logs:*"]);
    account.innocent("IA-002", &within, "writes its own policy, within its boundary");
    let denied = r#"{"Effect":"Deny","Action":"iam:PutRolePolicy","Resource":"*"}"#;
    let again = "arn:aws:iam::123456789012:role/denied-again-role";
    let (_, again) = running(account, "denied-again", &[&allow(&["iam:PutRolePolicy"], again), denied]);
    account.innocent("IA-002", &again, "denied again in another statement");
}

/// Wildcards of services, of data and of keys.
fn wide(account: &mut Account) {
    let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/nothing-of-that-name";
    let (_, all) = running(account, "all-of-sqs", &[&allow(&["sqs:*"], "*")]);
    let (_, on_one) = running(account, "all-of-one-table", &[&allow(&["DynamoDB:*"], table)]);
    account.flaw("IA-003", &all, "sqs:*");
    account.flaw("IA-003", &on_one, "dynamodb:*, though on one table");
    let (_, reads) = running(account, "gets-of-sqs", &[&allow(&["sqs:Get*"], "*")]);
    let denied = r#"{"Effect":"Deny","Action":"sqs:*","Resource":"*"}"#;
    let (_, again) = running(account, "all-of-sqs-and-none", &[&allow(&["sqs:*"], "*"), denied]);
    account.innocent("IA-003", &reads, "sqs:Get* is not all of it");
    account.innocent("IA-003", &again, "denied again");

    let (_, objects) = running(account, "reads-all-objects", &[&allow(&["s3:GetObject"], "arn:aws:s3:::*")]);
    let (_, parameters) = running(account, "reads-all-parameters", &[&allow(&["ssm:GetParametersByPath"], "*")]);
    account.flaw("IA-004", &objects, "every object");
    account.flaw("IA-004", &parameters, "every parameter");
    let by_tag =
        r#"{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/app":"shop"}}}"#;
    let prefix = "arn:aws:dynamodb:eu-west-1:123456789012:table/nothing-*";
    for (name, statement, why) in [
        ("reads-by-tag", by_tag.to_owned(), "bound by the resource's tags"),
        ("reads-one-bucket", allow(&["s3:GetObject"], "arn:aws:s3:::nothing-of-that-name/*"), "one bucket"),
        ("reads-by-prefix", allow(&["dynamodb:GetItem"], prefix), "tables of a prefix"),
        ("lists-buckets", allow(&["s3:ListAllMyBuckets"], "*"), "lists only"),
    ] {
        let (_, role) = running(account, name, &[&statement]);
        account.innocent("IA-004", &role, why);
    }

    let keys = "arn:aws:kms:*:123456789012:key/*";
    let (_, decrypts) = running(account, "decrypts-all", &[&allow(&["kms:Decrypt"], "*")]);
    let (_, again) = running(account, "re-encrypts-all", &[&allow(&["kms:ReEncrypt*"], keys)]);
    account.flaw("IA-005", &decrypts, "kms:Decrypt with every key");
    account.flaw("IA-005", &again, "kms:ReEncryptFrom every key of the account");
    let through =
        r#"{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*","Condition":{"StringLike":{"kms:ViaService":"s3.*.amazonaws.com"}}}"#;
    for (name, statement, why) in [
        ("decrypts-through-s3", through.to_owned(), "through one service"),
        ("decrypts-with-one-key", allow(&["kms:Decrypt"], "arn:aws:kms:eu-west-1:123456789012:key/sound"), "one key"),
        ("encrypts-only", allow(&["kms:Encrypt"], "*"), "encrypts only"),
    ] {
        let (_, role) = running(account, name, &[&statement]);
        account.innocent("IA-005", &role, why);
    }
}

fn shared(account: &mut Account) {
    let mut run_as = |name: &str, environment: Option<&str>| {
        let role = account.role(name, &[]);
        for number in 1..=3 {
            account.function(&format!("runs-as-{name}-{number}"), |function| {
                function.role = role.clone();
                if let Some(environment) = environment {
                    tag(function, &[("env", environment)]);
                }
            });
        }
        role
    };
    let (one, two, three) = (run_as("shared", None), run_as("shared-too", None), run_as("shared-in-development", Some("dev")));
    account.flaw("IA-006", &one, "three functions");
    account.flaw("IA-006", &two, "three functions");
    account.innocent("IA-006", &three, "three functions for development");
}

fn unused(account: &mut Account) {
    let mut role = |name: &str, created: i64, used: Option<i64>| {
        let own = account.role_with(&format!("{name}-role"), |role| {
            role.created = Some(ago(created));
            let queues = allow(&["sqs:SendMessage"], "arn:aws:sqs:eu-west-1:123456789012:nothing-of-that-name");
            role.policies.inline.insert("queues".to_owned(), document(&[&queues]));
            let services = role.services_used.known_mut().expect("the services");
            services.iter_mut().filter(|one| one.service == "sqs").for_each(|one| one.last_used = used.map(ago));
        });
        account.function(name, |_| ());
        own
    };
    let never = role("never-sends", 400, None);
    let once = role("sent-once", 400, Some(120));
    let young = role("may-send-yet", 30, None);
    account.flaw("IA-007", &never, "may use a service, and never did");
    account.flaw("IA-007", &once, "last used it a hundred and twenty days ago");
    account.innocent("IA-007", &young, "younger than what is asked for");
}

fn passing(account: &mut Account) {
    let (_, any) = running(account, "passes-any-role", &[&allow(&["iam:PassRole"], "*")]);
    let (_, of_account) =
        running(account, "passes-any-role-of-the-account", &[&allow(&["iam:PassRole"], "arn:aws:iam::123456789012:role/*")]);
    account.flaw("IA-012", &any, "any role to any service");
    account.flaw("IA-012", &of_account, "any role of the account to any service");
    let to_lambda = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}"#;
    for (name, statement, why) in [
        ("passes-to-lambda", to_lambda.to_owned(), "any role, to Lambda only"),
        ("passes-one-role", allow(&["iam:PassRole"], "arn:aws:iam::123456789012:role/worker-role"), "one role"),
        ("passes-roles-of-a-path", allow(&["iam:PassRole"], "arn:aws:iam::123456789012:role/shop/*"), "roles of a path"),
    ] {
        let (_, role) = running(account, name, &[&statement]);
        account.innocent("IA-012", &role, why);
    }
    account.innocent("IA-012", &iam("role/admin-role"), "an administrator needs no such way");
    let linked = account.role_with("AWSServiceRoleForX", |role| {
        role.arn = iam("role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
        role.trust = document(&[r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#]);
        role.policies.inline.insert("inline".to_owned(), document(&[&allow(&["iam:PassRole"], "*")]));
    });
    for check in ["IA-008", "IA-010", "IA-012"] {
        account.innocent(check, &linked, "service-linked: nobody else can take it on or change it");
    }
}

fn broken(account: &mut Account) {
    let gone = account.function("without-role", |_| ());
    account.posture.identity.roles.items.retain(|role| role.name != "without-role-role");
    let other = account.role_with("trusts-ec2-role", |role| {
        role.trust = document(&[r#"{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}"#]);
    });
    let shut_out = account.function("trusts-ec2", |_| ());
    account.flaw("IA-014", &gone, "its role does not exist");
    account.flaw("IA-014", &shut_out, "its role does not let Lambda in");
    account.flaw("IA-009", &other, "lets EC2 in");
    account.innocent("MV-001", &gone, "without a role there is nothing to decide: IA-014 tells of it");
    let failed = account.function("out-of-addresses", |function| {
        let code = Some("SubnetOutOfIPAddresses".to_owned());
        let state = FunctionState {
            state: "Active".to_owned(),
            last_update: "Failed".to_owned(),
            last_update_reason_code: code,
            reason_code: None,
        };
        function.state = Fact::Known(state);
    });
    account.innocent("IA-014", &failed, "an update that failed for another reason");
}

fn by_exception(account: &mut Account) {
    let not_action = r#"{"Effect":"Allow","NotAction":["iam:*","sts:*","lambda:*","s3:*","dynamodb:*","secretsmanager:*","ssm:*","rds-data:*","kms:*","sns:*","sqs:*","kinesis:*","events:*"],"Resource":"*"}"#;
    let not_resource = r#"{"Effect":"Allow","Action":"sqs:SendMessage","NotResource":"arn:aws:sqs:eu-west-1:123456789012:secret"}"#;
    let (_, all_but) = running(account, "all-actions-but", &[not_action]);
    let (_, everywhere_but) = running(account, "all-queues-but", &[not_resource]);
    account.flaw("IA-015", &all_but, "Allow with NotAction");
    account.flaw("IA-015", &everywhere_but, "Allow with NotResource");
    let guardrail = r#"{"Effect":"Deny","NotAction":["logs:*","sqs:*"],"Resource":"*"}"#;
    let (_, guarded) = running(account, "denied-all-but", &[&allow(&["sqs:GetQueueUrl"], "*"), guardrail]);
    account.innocent("IA-015", &guarded, "a Deny with NotAction is a guardrail");
}

fn broad(account: &mut Account) {
    let aws = |name: &str| format!("arn:aws:iam::aws:policy/{name}");
    let narrow = allow(&["sqs:GetQueueUrl"], "*");
    for (name, policy, why) in [
        ("holds-full-access", "AmazonMQFullAccess", "…FullAccess"),
        ("holds-versioned-full-access", "AmazonRDSFullAccess_v2", "…FullAccess_v2"),
    ] {
        let role = account.attached(&format!("{name}-role"), &aws(policy), &narrow);
        account.function(name, |_| ());
        account.flaw("IA-016", &role, why);
    }
    for (name, policy, why) in [
        ("holds-basic-execution", aws("service-role/AWSLambdaBasicExecutionRole"), "what every function needs"),
        ("holds-own-full-access", format!("arn:aws:iam::{ACCOUNT}:policy/OrdersFullAccess"), "a policy of its own by such a name"),
    ] {
        let role = account.attached(&format!("{name}-role"), &policy, &narrow);
        account.function(name, |_| ());
        account.innocent("IA-016", &role, why);
    }
}
