//! An account with planted flaws: at least one for each check that the services can show, and sound neighbours.
//!
//! What an emulator will not take is noted and goes on: the tests say for each emulator what that must be.

use std::{collections::BTreeMap, error::Error, fmt::Write as _, future::Future};

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs as logs;
use aws_sdk_iam as iam;
use aws_sdk_kms as kms;
use aws_sdk_lambda as lambda;
use aws_smithy_types::Blob;
use lambda::types::{
    ApplicationLogLevel, Environment, FunctionCode, LayerVersionContentInput, LogFormat, LoggingConfig, Runtime, TracingConfig,
};
use palisade::model::Timestamp;

use serde::Deserialize;

use crate::{emulator::Emulator, services};

/// The Region in which everything is.
pub(crate) use crate::endpoint::REGION;
/// An account that is not ours.
pub(crate) const STRANGER: &str = "210987654321";
/// A password that is in the environment of `leaky`, and must be nowhere else.
pub(crate) const PASSWORD: &str = "c0rrect-H0rse-Battery";
/// A key of AWS that is there too. It was never anybody's.
pub(crate) const TOKEN: &str = concat!("AKIA", "ABCDEFGHIJKLMNOP");

/// What was planted.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    /// KMS keys' ARNs by what is wrong with them.
    pub(crate) keys: BTreeMap<&'static str, String>,
    /// What was planted under which identifier, where AWS makes one up.
    pub(crate) names: BTreeMap<String, String>,
    /// What the emulator would not take, with its words.
    pub(crate) refused: BTreeMap<String, String>,
}

impl Planted {
    async fn plant<T, E: Error>(&mut self, what: &str, request: impl Future<Output = Result<T, E>>) -> Option<T> {
        match request.await {
            Ok(answer) => Some(answer),
            Err(error) => {
                let mut said = error.to_string();
                let mut cause = error.source();
                while let Some(error) = cause {
                    let _ = write!(said, ": {error}");
                    cause = error.source();
                }
                self.refused.insert(what.to_owned(), said);
                None
            }
        }
    }
}

/// Plants it all.
pub(crate) async fn plant(emulator: &Emulator) -> Planted {
    let sdk = emulator.endpoint.sdk(REGION);
    let mut planted = Planted::default();
    let account = emulator.kind.account();
    roles(&mut planted, &sdk, account).await;
    keys(&mut planted, &sdk, account).await;
    functions(&mut planted, &sdk, account).await;
    mappings(&mut planted, &sdk, emulator).await;
    log_groups(&mut planted, &sdk).await;
    stores(&mut planted, emulator);
    other_services(&mut planted, emulator);
    let client = iam::Client::new(&sdk);
    planted.plant("inline policy of gone", client.delete_role_policy().role_name("gone").policy_name("inline").send()).await;
    planted.plant("role gone", client.delete_role().role_name("gone").send()).await;
    planted
}

/// Plants one function with its role, in an account of a fleet.
pub(crate) async fn one_function(sdk: &SdkConfig, account: &str, name: &str) {
    let client = iam::Client::new(sdk);
    client.create_role().role_name(name).assume_role_policy_document(trust(LAMBDA)).send().await.unwrap();
    let request = lambda::Client::new(sdk).create_function().function_name(name).role(role(account, name));
    let request = request.runtime(Runtime::from("python3.13")).handler("main.handler");
    request.code(FunctionCode::builder().zip_file(zip(name)).build()).send().await.unwrap();
}

/// The ARN of a planted role.
pub(crate) fn role(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

fn document(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn allow(actions: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":"{resource}"}}"#)
}

fn trust(principal: &str) -> String {
    document(&[format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}"#)])
}

const LAMBDA: &str = r#"{"Service":"lambda.amazonaws.com"}"#;

/// What each function may do at least: write its logs.
fn logging(account: &str, name: &str) -> String {
    allow(r#"["logs:CreateLogStream","logs:PutLogEvents"]"#, &format!("arn:aws:logs:{REGION}:{account}:log-group:/aws/lambda/{name}:*"))
}

/// Roles with something wrong, by name: whom they trust and what they may do.
fn flawed_roles(account: &str) -> Vec<(&'static str, String, Vec<String>)> {
    let oidc = format!("arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com");
    let ci = document(&[format!(
        r#"{{"Effect":"Allow","Principal":{{"Federated":"{oidc}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringLike":{{"token.actions.githubusercontent.com:sub":"repo:*"}}}}}}"#
    )]);
    let partner = format!(r#"{{"AWS":"arn:aws:iam::{STRANGER}:root"}}"#);
    let anyone = r#"{"AWS":"*","Service":"lambda.amazonaws.com"}"#;
    let mixed = r#"{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}"#;
    let logs = |name: &str| logging(account, name);
    let pass = r#"{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}"#;
    let receive = allow(r#""sqs:ReceiveMessage""#, &format!("arn:aws:sqs:{REGION}:{account}:orders"));
    let send = allow(r#""sqs:SendMessage""#, &format!("arn:aws:sqs:{REGION}:{STRANGER}:elsewhere"));
    let negative = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#;
    let deploy = allow(r#"["lambda:UpdateFunctionCode"]"#, &format!("arn:aws:lambda:{REGION}:{account}:function:sound"));
    let exports = format!("arn:aws:lambda:{REGION}:{account}:function:export-*");
    vec![
        (
            "exporter",
            trust(LAMBDA),
            vec![logs("exporter"), pass.to_owned(), allow(r#"["lambda:CreateFunction","lambda:InvokeFunction"]"#, &exports)],
        ),
        ("mute", trust(LAMBDA), vec![receive.clone()]),
        ("mute-2", trust(LAMBDA), vec![receive]),
        ("wild", trust(LAMBDA), vec![logs("wild"), allow(r#"["s3:*","dynamodb:GetItem"]"#, "arn:aws:s3:::orders/*")]),
        ("shared", trust(LAMBDA), vec![logs("shared-*")]),
        ("pooled", trust(LAMBDA), vec![logs("pooled-*")]),
        ("open", trust(anyone), vec![logs("open")]),
        ("open-2", trust(anyone), vec![logs("open-2")]),
        ("mixed", trust(mixed), vec![logs("mixed")]),
        ("partner", trust(&partner), vec![allow(r#""s3:GetObject""#, "arn:aws:s3:::reports/*")]),
        ("partner-2", trust(&partner), vec![allow(r#""s3:PutObject""#, "arn:aws:s3:::reports/*")]),
        ("ci", ci.clone(), vec![deploy.clone()]),
        ("ci-2", ci, vec![deploy]),
        ("passer", trust(LAMBDA), vec![logs("passer"), allow(r#""iam:PassRole""#, "*")]),
        ("passer-2", trust(LAMBDA), vec![logs("passer-2"), allow(r#""iam:PassRole""#, "*")]),
        ("negative", trust(LAMBDA), vec![negative.to_owned()]),
        ("negative-2", trust(LAMBDA), vec![negative.to_owned()]),
        ("classified", trust(LAMBDA), vec![logs("classified"), send.clone()]),
        ("restricted", trust(LAMBDA), vec![logs("restricted"), send]),
        // Gone once its function is there.
        ("gone", trust(LAMBDA), vec![logs("orphan")]),
    ]
}

async fn roles(planted: &mut Planted, sdk: &SdkConfig, account: &str) {
    let client = &iam::Client::new(sdk);
    let flawed = flawed_roles(account);
    let own = flaws().into_iter().filter(|flaw| flaw.role.is_none()).map(|flaw| flaw.name);
    let sound = own.filter(|name| flawed.iter().all(|(flawed, ..)| flawed != name));
    let sound: Vec<_> = sound.map(|name| (name, trust(LAMBDA), vec![logging(account, name)])).collect();
    for (name, trust, statements) in sound.into_iter().chain(flawed) {
        planted.plant(&format!("role {name}"), client.create_role().role_name(name).assume_role_policy_document(trust).send()).await;
        let request = client.put_role_policy().role_name(name).policy_name("inline").policy_document(document(&statements));
        planted.plant(&format!("inline policy of {name}"), request.send()).await;
    }
    let everything = client.create_policy().policy_name("everything").policy_document(document(&[allow(r#""*""#, "*")]));
    planted.plant("managed policy", everything.send()).await;
    let everything = format!("arn:aws:iam::{account}:policy/everything");
    let buckets = "arn:aws:iam::aws:policy/AmazonS3FullAccess".to_owned();
    for (name, policy) in [("admin", &everything), ("admin-2", &everything), ("broad", &buckets), ("broad-2", &buckets)] {
        planted.plant(&format!("attach {policy}"), client.attach_role_policy().role_name(name).policy_arn(policy).send()).await;
    }
    planted.plant("group", client.create_group().group_name("developers").send()).await;
    planted.plant("user", client.create_user().user_name("alice").send()).await;
    planted.plant("membership", client.add_user_to_group().user_name("alice").group_name("developers").send()).await;
}

async fn keys(planted: &mut Planted, sdk: &SdkConfig, account: &str) {
    let client = &kms::Client::new(sdk);
    let root = format!(r#"{{"AWS":"arn:aws:iam::{account}:root"}}"#);
    let own = format!(r#"{{"Effect":"Allow","Principal":{root},"Action":"kms:*","Resource":"*"}}"#);
    let policy = |second: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{own}{second}]}}"#);
    let public = policy(r#",{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"*"}"#);
    let foreign = policy(&format!(
        r#",{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{STRANGER}:root"}},"Action":"kms:Decrypt","Resource":"*"}}"#
    ));
    for (name, policy) in [
        ("sound", policy("")),
        ("unrotated", policy("")),
        ("disabled", policy("")),
        ("leaving", policy("")),
        ("granted", policy("")),
        ("unrotated-2", policy("")),
        ("granted-2", policy("")),
        ("public", public.clone()),
        ("public-2", public),
        ("foreign", foreign),
    ] {
        let request = client.create_key().policy(policy).description(name);
        let Some(created) = planted.plant(&format!("key {name}"), request.send()).await else { continue };
        // By its id: moto breaks over the ARN in some calls.
        let metadata = created.key_metadata.unwrap();
        let (id, arn) = (metadata.key_id, metadata.arn.unwrap());
        let alias = client.create_alias().alias_name(format!("alias/{name}")).target_key_id(&id);
        planted.plant(&format!("alias/{name}"), alias.send()).await;
        if !name.starts_with("unrotated") {
            planted.plant(&format!("rotation of {name}"), client.enable_key_rotation().key_id(&id).send()).await;
        }
        planted.keys.insert(name, arn);
    }
    let rsa = client.create_key().key_spec(kms::types::KeySpec::Rsa2048).key_usage(kms::types::KeyUsageType::SignVerify);
    if let Some(created) = planted.plant("key rsa", rsa.send()).await {
        planted.keys.insert("rsa", created.key_metadata.unwrap().arn.unwrap());
    }
    let id = |planted: &Planted, name: &str| planted.keys[name].rsplit('/').next().unwrap().to_owned();
    let (disabled, leaving) = (id(planted, "disabled"), id(planted, "leaving"));
    planted.plant("disable", client.disable_key().key_id(disabled).send()).await;
    planted.plant("delete key", client.schedule_key_deletion().key_id(leaving).pending_window_in_days(7).send()).await;
    for name in ["granted", "granted-2"] {
        let grant = client
            .create_grant()
            .key_id(id(planted, name))
            .grantee_principal(format!("arn:aws:iam::{STRANGER}:role/reader"))
            .operations(kms::types::GrantOperation::Decrypt)
            .operations(kms::types::GrantOperation::CreateGrant);
        planted.plant(&format!("grant of {name}"), grant.send()).await;
    }
}

/// A zip archive without files, told apart by its comment: code enough for an emulator, and another hash each time.
fn zip(comment: &str) -> Blob {
    let mut bytes = b"PK\x05\x06".to_vec();
    bytes.extend([0; 16]);
    bytes.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
    bytes.extend(comment.bytes());
    Blob::new(bytes)
}

/// A function to plant; the rest is what most have in common.
struct Flaw {
    name: &'static str,
    /// Its role; none is one of its own name.
    role: Option<&'static str>,
    runtime: &'static str,
    environment: Vec<(&'static str, String)>,
    layers: Vec<String>,
    key: Option<&'static str>,
    traced: bool,
    versioned: bool,
    tags: Vec<(&'static str, &'static str)>,
    logging: LoggingConfig,
    /// The queue that keeps what it fails on.
    letters: Option<&'static str>,
}

fn flaw(name: &'static str) -> Flaw {
    Flaw {
        name,
        role: None,
        runtime: "python3.13",
        environment: Vec::new(),
        layers: Vec::new(),
        key: None,
        traced: true,
        versioned: true,
        tags: vec![("team", "shop")],
        logging: LoggingConfig::builder().log_format(LogFormat::Json).build(),
        letters: None,
    }
}

/// A runtime that leaves support within the notice period, as of today: the table moves on, and so does the test.
pub(crate) fn ending() -> Option<&'static str> {
    let now = Timestamp::from(time::OffsetDateTime::now_utc());
    let dated = |line: &'static str| {
        let (name, dates) = line.split_once(" = { deprecated = \"")?;
        let end = format!("{}T00:00:00Z", dates.get(..10)?).parse::<Timestamp>().ok()?;
        (3..=180).contains(&end.days_since(now)).then_some(name.trim_matches('"'))
    };
    include_str!("../../src/checks/function/runtimes.toml").lines().find_map(dated)
}

fn flaws() -> Vec<Flaw> {
    let foreign_layer = || vec![format!("arn:aws:lambda:{REGION}:{STRANGER}:layer:agent:3")];
    let environment = |key: &'static str, value: &str| vec![(key, value.to_owned())];
    vec![
        Flaw { environment: environment("TABLE_NAME", "orders"), key: Some("sound"), ..flaw("sound") },
        flaw("public"),
        flaw("public-alias"),
        flaw("exposed"),
        flaw("exposed-2"),
        flaw("latent"),
        flaw("latent-2"),
        flaw("cors"),
        flaw("cors-2"),
        flaw("deputy"),
        flaw("deputy-2"),
        flaw("bound-deputy"),
        flaw("foreigner"),
        flaw("foreigner-2"),
        Flaw { runtime: "python3.8", ..flaw("old") },
        Flaw { runtime: "nodejs16.x", ..flaw("old-2") },
        Flaw { environment: vec![("DB_PASSWORD", PASSWORD.to_owned()), ("KEY", TOKEN.to_owned())], key: Some("sound"), ..flaw("leaky") },
        Flaw { environment: environment("API_TOKEN", TOKEN), key: Some("sound"), ..flaw("leaky-2") },
        Flaw { environment: environment("LD_PRELOAD", "/tmp/x.so"), key: Some("sound"), ..flaw("hooked") },
        Flaw { environment: environment("NODE_OPTIONS", "--require /tmp/x.js"), key: Some("sound"), ..flaw("hooked-2") },
        Flaw { environment: environment("MODE", "live"), ..flaw("unkeyed") },
        Flaw { environment: environment("MODE", "test"), ..flaw("unkeyed-2") },
        Flaw { layers: foreign_layer(), ..flaw("layered") },
        Flaw { layers: foreign_layer(), ..flaw("layered-2") },
        flaw("looping"),
        flaw("looping-2"),
        Flaw { key: Some("disabled"), environment: environment("MODE", "live"), ..flaw("locked") },
        Flaw { key: Some("leaving"), environment: environment("MODE", "live"), ..flaw("locked-2") },
        flaw("admin"),
        flaw("admin-2"),
        flaw("wild"),
        Flaw { role: Some("shared"), ..flaw("shared-1") },
        Flaw { role: Some("shared"), ..flaw("shared-2") },
        Flaw { role: Some("shared"), ..flaw("shared-3") },
        Flaw { role: Some("pooled"), ..flaw("pooled-1") },
        Flaw { role: Some("pooled"), ..flaw("pooled-2") },
        Flaw { role: Some("pooled"), ..flaw("pooled-3") },
        flaw("open"),
        flaw("open-2"),
        flaw("mixed"),
        flaw("passer"),
        flaw("passer-2"),
        flaw("negative"),
        flaw("negative-2"),
        flaw("broad"),
        flaw("broad-2"),
        flaw("mute"),
        flaw("mute-2"),
        Flaw { traced: false, ..flaw("untraced") },
        Flaw { traced: false, ..flaw("untraced-2") },
        Flaw { role: Some("gone"), ..flaw("orphan") },
        Flaw { role: Some("gone"), ..flaw("orphan-2") },
        Flaw { versioned: false, ..flaw("unversioned") },
        Flaw { versioned: false, ..flaw("unversioned-2") },
        Flaw { tags: vec![("data-class", "confidential")], ..flaw("classified") },
        Flaw { tags: vec![("data-class", "restricted"), ("owner", "shop")], ..flaw("restricted") },
        flaw("brief"),
        flaw("eternal"),
        flaw("weighted"),
        flaw("weighted-2"),
        flaw("contained"),
        flaw("contained-2"),
        flaw("exporter"),
        flaw("fed"),
        flaw("fed-2"),
        flaw("hasty"),
        Flaw { key: Some("sound"), ..flaw("keeper") },
        flaw("rooted"),
        flaw("mounted"),
        flaw("caged"),
        flaw("zoned"),
        flaw("cornered"),
        flaw("spread"),
        flaw("drafted"),
        flaw("drifted"),
        flaw("staged"),
        Flaw { letters: Some("dead"), ..flaw("kept") },
        flaw("losing"),
        flaw("slow"),
        flaw("slower"),
        flaw("unwatched"),
        flaw("silent"),
        flaw("hushed"),
        flaw("snoozed"),
        Flaw { runtime: ending().unwrap_or("python3.13"), ..flaw("aging") },
        Flaw { runtime: ending().unwrap_or("python3.13"), ..flaw("aging-2") },
        Flaw { logging: LoggingConfig::builder().log_format(LogFormat::Text).build(), ..flaw("terse") },
        Flaw {
            logging: LoggingConfig::builder().log_format(LogFormat::Json).application_log_level(ApplicationLogLevel::Debug).build(),
            ..flaw("verbose")
        },
    ]
}

async fn functions(planted: &mut Planted, sdk: &SdkConfig, account: &str) {
    let client = &lambda::Client::new(sdk);
    let letters = lambda::types::DeadLetterConfig::builder();
    for flaw in flaws() {
        let name = flaw.name;
        let environment = Environment::builder()
            .set_variables(Some(flaw.environment.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
            .build();
        let mode = if flaw.traced { lambda::types::TracingMode::Active } else { lambda::types::TracingMode::PassThrough };
        let request = client
            .create_function()
            .function_name(name)
            .role(role(account, flaw.role.unwrap_or(name)))
            .runtime(Runtime::from(flaw.runtime))
            .handler("main.handler")
            .code(FunctionCode::builder().zip_file(zip(name)).build())
            .environment(environment)
            .set_layers((!flaw.layers.is_empty()).then_some(flaw.layers))
            .set_kms_key_arn(flaw.key.map(|key| planted.keys[key].clone()))
            .tracing_config(TracingConfig::builder().mode(mode).build())
            .logging_config(flaw.logging)
            .set_dead_letter_config(
                flaw.letters.map(|queue| letters.clone().target_arn(format!("arn:aws:sqs:{REGION}:{account}:{queue}")).build()),
            )
            .set_tags(Some(flaw.tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()));
        planted.plant(&format!("function {name}"), request.send()).await;
    }
    policies(planted, client, account).await;
    urls(planted, client).await;
    versions(planted, client).await;
    let recursion = lambda::types::RecursiveLoop::Allow;
    for name in ["looping", "looping-2"] {
        let request = client.put_function_recursion_config().function_name(name).recursive_loop(recursion.clone());
        planted.plant(&format!("recursion of {name}"), request.send()).await;
    }
    let pinned = lambda::types::UpdateRuntimeOn::FunctionUpdate;
    planted.plant("runtime management", client.put_runtime_management_config().function_name("old").update_runtime_on(pinned).send()).await;
    for name in ["contained", "contained-2"] {
        let stop = client.put_function_concurrency().function_name(name).reserved_concurrent_executions(0);
        planted.plant(&format!("concurrency of {name}"), stop.send()).await;
    }
    for name in ["tools", "tools-2"] {
        let content = LayerVersionContentInput::builder().zip_file(zip("layer")).build();
        planted.plant(&format!("layer {name}"), client.publish_layer_version().layer_name(name).content(content).send()).await;
        let shared = client
            .add_layer_version_permission()
            .layer_name(name)
            .version_number(1)
            .statement_id("everyone")
            .action("lambda:GetLayerVersion")
            .principal("*");
        planted.plant(&format!("policy of layer {name}"), shared.send()).await;
    }
    signing(planted, client).await;
}

async fn policies(planted: &mut Planted, client: &lambda::Client, account: &str) {
    for (name, principal, source) in [
        ("public", "*", None),
        ("deputy", "s3.amazonaws.com", None),
        ("deputy-2", "sns.amazonaws.com", None),
        ("bound-deputy", "s3.amazonaws.com", Some(account)),
        ("foreigner", STRANGER, None),
        ("foreigner-2", STRANGER, None),
    ] {
        let request = client
            .add_permission()
            .function_name(name)
            .statement_id("planted")
            .action("lambda:InvokeFunction")
            .principal(principal)
            .set_source_account(source.map(str::to_owned));
        planted.plant(&format!("permission on {name}"), request.send()).await;
    }
}

async fn urls(planted: &mut Planted, client: &lambda::Client) {
    for (name, auth) in
        [("exposed", "NONE"), ("exposed-2", "NONE"), ("latent", "NONE"), ("latent-2", "NONE"), ("cors", "AWS_IAM"), ("cors-2", "AWS_IAM")]
    {
        let cors = lambda::types::Cors::builder().allow_origins("*").allow_credentials(true).build();
        let request = client
            .create_function_url_config()
            .function_name(name)
            .auth_type(auth.into())
            .set_cors(name.starts_with("cors").then_some(cors));
        planted.plant(&format!("url of {name}"), request.send()).await;
    }
    for name in ["exposed", "exposed-2"] {
        let by_url = client
            .add_permission()
            .function_name(name)
            .statement_id("url")
            .action("lambda:InvokeFunctionUrl")
            .principal("*")
            .function_url_auth_type(lambda::types::FunctionUrlAuthType::None);
        planted.plant(&format!("permission by url on {name}"), by_url.send()).await;
        let invoke = client
            .add_permission()
            .function_name(name)
            .statement_id("invoke")
            .action("lambda:InvokeFunction")
            .principal("*")
            .invoked_via_function_url(true);
        planted.plant(&format!("permission via url on {name}"), invoke.send()).await;
    }
}

async fn versions(planted: &mut Planted, client: &lambda::Client) {
    for flaw in flaws().into_iter().filter(|flaw| flaw.versioned) {
        let name = flaw.name;
        if planted.refused.contains_key(&format!("function {name}")) {
            continue;
        }
        planted.plant(&format!("version 1 of {name}"), client.publish_version().function_name(name).send()).await;
        let code = client.update_function_code().function_name(name).zip_file(zip(&format!("{name} 2")));
        planted.plant(&format!("code of {name}"), code.send()).await;
        planted.plant(&format!("version 2 of {name}"), client.publish_version().function_name(name).send()).await;
        let routing = lambda::types::AliasRoutingConfiguration::builder().additional_version_weights("1", 0.25).build();
        let alias = client
            .create_alias()
            .function_name(name)
            .name("live")
            .function_version("2")
            .set_routing_config(name.starts_with("weighted").then_some(routing));
        planted.plant(&format!("alias of {name}"), alias.send()).await;
    }
    let request = client
        .add_permission()
        .function_name("public-alias")
        .qualifier("live")
        .statement_id("planted")
        .action("lambda:InvokeFunction")
        .principal("*");
    planted.plant("permission on the alias", request.send()).await;
}

async fn mappings(planted: &mut Planted, sdk: &SdkConfig, emulator: &Emulator) {
    let client = &lambda::Client::new(sdk);
    let anyone = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#;
    let queue = |name: &str| format!("arn:aws:sqs:{REGION}:{}:{name}", emulator.kind.account());
    let redrive = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"3"}}"#, queue("dead"));
    emulator.endpoint.create_queue("dead", &[]);
    for (function, enabled) in
        [("sound", true), ("contained", false), ("contained-2", false), ("fed", true), ("fed-2", true), ("hasty", true)]
    {
        let attributes: &[_] = match function {
            "fed" | "fed-2" => &[("Policy", anyone)],
            "hasty" => &[("MessageRetentionPeriod", "3600")],
            _ => &[("RedrivePolicy", redrive.as_str())],
        };
        emulator.endpoint.create_queue(function, attributes);
        let request = client
            .create_event_source_mapping()
            .function_name(format!("{function}:live"))
            .event_source_arn(queue(function))
            .enabled(enabled);
        planted.plant(&format!("mapping of {function}"), request.send()).await;
    }
}

async fn signing(planted: &mut Planted, client: &lambda::Client) {
    let publishers = lambda::types::AllowedPublishers::builder()
        .signing_profile_version_arns(format!("arn:aws:signer:{REGION}:{STRANGER}:/signing-profiles/release/abc"))
        .build()
        .unwrap();
    let policies =
        lambda::types::CodeSigningPolicies::builder().untrusted_artifact_on_deployment(lambda::types::CodeSigningPolicy::Warn).build();
    let request = client.create_code_signing_config().allowed_publishers(publishers).code_signing_policies(policies);
    if let Some(created) = planted.plant("code signing", request.send()).await {
        let arn = created.code_signing_config.unwrap().code_signing_config_arn;
        let request = client.put_function_code_signing_config().function_name("sound").code_signing_config_arn(arn);
        planted.plant("code signing of sound", request.send()).await;
    }
}

async fn log_groups(planted: &mut Planted, sdk: &SdkConfig) {
    let client = &logs::Client::new(sdk);
    for (name, days, keyed) in [
        ("sound", Some(90), true),
        ("brief", Some(7), true),
        ("eternal", None, true),
        ("unkeyed", Some(365), false),
        ("unkeyed-2", Some(365), false),
        ("classified", Some(90), true),
        ("restricted", Some(90), true),
        ("hushed", Some(90), true),
        ("kept", Some(90), true),
        ("keeper", Some(90), true),
    ] {
        let group = format!("/aws/lambda/{name}");
        let key = keyed.then(|| planted.keys["sound"].clone());
        planted.plant(&format!("log group {name}"), client.create_log_group().log_group_name(&group).set_kms_key_id(key).send()).await;
        if let Some(days) = days {
            let request = client.put_retention_policy().log_group_name(&group).retention_in_days(days);
            planted.plant(&format!("retention of {name}"), request.send()).await;
        }
    }
}

/// What functions work on, of services of which there is no SDK here.
fn stores(planted: &mut Planted, emulator: &Emulator) {
    let endpoint = &emulator.endpoint;
    let location = format!(
        r#"<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"#
    );
    let mut note = |what: &str, answer: Result<String, String>| {
        if let Err(said) = answer {
            planted.refused.insert(what.to_owned(), said);
        }
    };
    note("bucket orders", endpoint.send("s3", "PUT /orders", "", &location));
    let json = |service: &str, target: &str, body: &str| {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
        endpoint.send(service, "POST /", &headers, body)
    };
    let secret = r#"{"Name":"orders","SecretString":"not-for-anybody","ClientRequestToken":"0123456789abcdef0123456789abcdef"}"#;
    note("secret orders", json("secretsmanager", "secretsmanager.CreateSecret", secret));
    note("stream shared", json("kinesis", "Kinesis_20131202.CreateStream", r#"{"StreamName":"shared","ShardCount":1}"#));
    let stream = format!("arn:aws:kinesis:{REGION}:{}:stream/shared", emulator.kind.account());
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{STRANGER}:root"}},"Action":"kinesis:GetRecords","Resource":"{stream}"}}]}}"#
    );
    let body = serde_json::json!({ "ResourceARN": stream, "Policy": policy }).to_string();
    note("policy of the stream shared", json("kinesis", "Kinesis_20131202.PutResourcePolicy", &body));
}

/// Whatever the other services have, which a script plants.
fn other_services(planted: &mut Planted, emulator: &Emulator) {
    #[derive(Deserialize)]
    struct Said {
        refused: BTreeMap<String, String>,
        names: BTreeMap<String, String>,
    }
    let script = format!("PASSWORD, STRANGER = '{PASSWORD}', '{STRANGER}'\n{}", include_str!("planted.py"));
    let (said, _) = services::run(emulator, &script);
    let Said { refused, names } = serde_json::from_str(&said).unwrap();
    planted.refused.extend(refused);
    planted.names = names;
}
