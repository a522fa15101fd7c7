//! Small accounts written down as JSON in `tests/scenarios`: what each holds, what must be found in it and what must not.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use palisade::{
    iam::{Account, Caller, Library, Outcome},
    model::{
        Alias, Arn, Bucket, CodeLocation, EnvironmentValue, EventSourceMapping, Fact, FingerprintKey, Function, FunctionState, FunctionUrl,
        Group, Identity, Key, Listing, LoggingConfig, ManagedPolicy, Parameter, Policies, PolicyText, Posture, PublicAccessBlock, Queue,
        QueueAttributes, Region, Role, RuntimeManagement, Secret, Table, Timestamp, Topic, TopicAttributes, User,
    },
};
use serde::Deserialize;
use serde_json::Value;

/// One account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scenario {
    pub(crate) id: String,
    account: String,
    region: String,
    #[serde(default)]
    users: Vec<GivenPrincipal>,
    #[serde(default)]
    groups: Vec<GivenPrincipal>,
    #[serde(default)]
    roles: Vec<GivenPrincipal>,
    #[serde(default)]
    policies: Vec<GivenPolicy>,
    #[serde(default)]
    functions: Vec<GivenFunction>,
    #[serde(default)]
    parameters: Vec<GivenResource>,
    #[serde(default)]
    secrets: Vec<GivenResource>,
    #[serde(default)]
    buckets: Vec<GivenResource>,
    #[serde(default)]
    tables: Vec<GivenResource>,
    #[serde(default)]
    queues: Vec<GivenResource>,
    #[serde(default)]
    topics: Vec<GivenResource>,
    #[serde(default)]
    keys: Vec<GivenResource>,
    /// What must be found.
    #[serde(default)]
    pub(crate) expected: Vec<Statement>,
    /// What must not.
    #[serde(default)]
    pub(crate) not_expected: Vec<Statement>,
    /// Single decisions.
    #[serde(default)]
    pub(crate) checks: Vec<Check>,
}

/// A sentence about the account.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "what is not compared is printed when a test fails")]
pub(crate) struct Statement {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) statement: String,
    /// The principals and resources that the path visits.
    #[serde(default)]
    pub(crate) path: Vec<String>,
}

/// A decision.
#[derive(Debug, Deserialize)]
pub(crate) struct Check {
    principal: Value,
    action: String,
    resource: String,
    #[serde(default)]
    context: BTreeMap<String, String>,
    expect: String,
}

#[derive(Debug, Deserialize)]
struct GivenPrincipal {
    name: String,
    arn: String,
    trust: Option<Value>,
    #[serde(default)]
    managed: Vec<String>,
    #[serde(default)]
    inline: BTreeMap<String, Value>,
    #[serde(default)]
    groups: Vec<String>,
    boundary: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct GivenPolicy {
    arn: String,
    document: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenFunction {
    name: String,
    arn: String,
    runtime: Option<String>,
    handler: Option<String>,
    role: String,
    #[serde(default)]
    env: BTreeMap<String, Value>,
    timeout: Option<u32>,
    resource_policy: Option<Value>,
    url: Option<GivenUrl>,
    #[serde(default)]
    event_sources: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenUrl {
    auth_type: String,
}

/// Anything else: by its name or its ARN.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GivenResource {
    #[serde(default)]
    name: String,
    arn: Option<String>,
    #[serde(rename = "type")]
    value_type: Option<String>,
    #[serde(alias = "resourcePolicy")]
    policy: Option<Value>,
    kms_key: Option<String>,
    public_access_block: Option<BTreeMap<String, bool>>,
}

impl GivenResource {
    fn arn(&self, scenario: &Scenario, service: &str, prefix: &str) -> Arn {
        let build = || Arn::build("aws", service, &scenario.region, &scenario.account, &format!("{prefix}{}", self.name));
        self.arn.as_deref().map_or_else(build, Arn::from)
    }

    fn policy(&self) -> Option<PolicyText> {
        self.policy.as_ref().and_then(text)
    }
}

/// Policies of AWS that the accounts use.
const AWS_POLICIES: [(&str, &str); 2] = [
    (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#,
    ),
];

/// A policy, given whole or as a list of statements.
fn text(value: &Value) -> Option<PolicyText> {
    match value {
        Value::Null => None,
        Value::Array(statements) => {
            Some(PolicyText::new(serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string()))
        }
        document => Some(PolicyText::new(document.to_string())),
    }
}

fn policies(given: &GivenPrincipal) -> Policies {
    Policies {
        inline: given.inline.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect(),
        attached: given.managed.iter().map(|arn| Arn::from(arn.as_str())).collect(),
    }
}

fn role(given: &GivenPrincipal) -> Role {
    Role {
        arn: Arn::from(given.arn.as_str()),
        name: given.name.clone(),
        id: "AROA0123456789EXAMPLE".to_owned(),
        created: None,
        trust: given.trust.as_ref().and_then(text).expect("a role has a trust policy"),
        policies: policies(given),
        boundary: given.boundary.as_deref().map(Arn::from),
        tags: given.tags.clone(),
        last_used: Fact::Known(None),
        services_used: Role::unasked(),
    }
}

fn user(given: &GivenPrincipal) -> User {
    User {
        arn: Arn::from(given.arn.as_str()),
        name: given.name.clone(),
        policies: policies(given),
        groups: given.groups.iter().map(|group| group.rsplit('/').next().unwrap_or(group).to_owned()).collect(),
        boundary: given.boundary.as_deref().map(Arn::from),
        tags: given.tags.clone(),
    }
}

fn function(given: &GivenFunction) -> Function {
    let fingerprints = FingerprintKey::new([7; 32]);
    let mut function = Function::new(Arn::from(given.arn.as_str()), Arn::from(given.role.as_str()));
    function.name.clone_from(&given.name);
    function.runtime.clone_from(&given.runtime);
    function.handler.clone_from(&given.handler);
    function.timeout_seconds = given.timeout.unwrap_or(3);
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let environment = given.env.iter().map(|(key, given)| (key.clone(), EnvironmentValue::classify(key, &value(given), &fingerprints)));
    function.environment = Fact::Known(environment.collect());
    let policy = given.resource_policy.as_ref().and_then(text);
    function.policies = BTreeMap::from([(Function::UNQUALIFIED.to_owned(), Fact::Known(policy))]);
    let url = given.url.as_ref().map(|url| FunctionUrl {
        qualifier: Function::UNQUALIFIED.to_owned(),
        url: format!("https://{}.lambda-url.{}.on.aws/", given.name, function.arn.region()),
        auth_none: url.auth_type == "NONE",
        cors: None,
    });
    function.urls = Fact::Known(url.into_iter().collect());
    function.logging = Fact::Known(LoggingConfig::default());
    function.state = Fact::Known(FunctionState { state: "Active".to_owned(), ..FunctionState::default() });
    function.code = Fact::Known(CodeLocation::default());
    function.runtime_version = Fact::Known(None);
    function.tags = Fact::Known(BTreeMap::new());
    function.reserved_concurrency = Fact::Known(None);
    function.aliases = Fact::Known(Vec::<Alias>::new());
    function.versions = Fact::Known(Vec::new());
    function.runtime_management = Fact::Known(RuntimeManagement { update_on: "Auto".to_owned(), version_arn: None });
    function.recursive_loop_terminated = Fact::Known(true);
    function.event_invoke = Fact::Known(Vec::new());
    function.scaling = Fact::Known(None);
    function
}

/// Event source mappings: each source is an ARN, or an object that has one.
fn mappings(scenario: &Scenario, given: &GivenFunction) -> Vec<EventSourceMapping> {
    let arn = |source: &Value| {
        let text = source.as_str().or_else(|| ["arn", "source", "eventSourceArn"].iter().find_map(|key| source[*key].as_str()))?;
        text.starts_with("arn:").then(|| Arn::from(text))
    };
    let sources = given.event_sources.iter().filter_map(arn).enumerate();
    sources
        .map(|(number, source)| {
            let uuid = format!("{}-{number}", given.name);
            let own = Arn::build("aws", "lambda", &scenario.region, &scenario.account, &format!("event-source-mapping:{uuid}"));
            EventSourceMapping { source: Some(source), ..EventSourceMapping::new(own, uuid, Arn::from(given.arn.as_str())) }
        })
        .collect()
}

fn bucket(scenario: &Scenario, given: &GivenResource) -> Bucket {
    let name = given.arn.as_deref().and_then(|arn| arn.rsplit(':').next()).unwrap_or(&given.name);
    let mut bucket = Bucket::new("aws", name.to_owned(), &scenario.region);
    bucket.policy = Fact::Known(given.policy());
    bucket.public_access_block = Fact::Known(given.public_access_block.as_ref().map(|given| {
        let is = |key: &str| given.iter().any(|(name, on)| name.eq_ignore_ascii_case(key) && *on);
        PublicAccessBlock {
            block_public_acls: is("blockPublicAcls"),
            ignore_public_acls: is("ignorePublicAcls"),
            block_public_policy: is("blockPublicPolicy"),
            restrict_public_buckets: is("restrictPublicBuckets"),
        }
    }));
    bucket
}

fn secret(scenario: &Scenario, given: &GivenResource) -> Secret {
    Secret {
        arn: given.arn(scenario, "secretsmanager", "secret:"),
        name: given.name.clone(),
        kms_key: given.kms_key.clone(),
        rotation_enabled: Some(false),
        rotation_function: None,
        rotation_days: None,
        rotation_schedule: None,
        last_rotated: None,
        next_rotation: None,
        last_changed: None,
        last_accessed: None,
        created: None,
        primary_region: None,
        owning_service: None,
        policy: Fact::Known(given.policy()),
        replicas: Fact::Known(Vec::new()),
    }
}

fn key(scenario: &Scenario, given: &GivenResource) -> Key {
    let mut key = Key::new(given.arn(scenario, "kms", "key/"));
    if let Some(policy) = given.policy() {
        key.policy = Fact::Known(policy);
    }
    key.aliases = Fact::Known(Vec::new());
    key.grants = Fact::Known(Vec::new());
    key
}

fn listed<T: palisade::model::Resource>(items: impl Iterator<Item = T>) -> Listing<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by(|a, b| a.arn().cmp(b.arn()));
    Listing::complete(items)
}

/// The account as if it had been read whole.
pub(crate) fn posture(scenario: &Scenario) -> Posture {
    let mut posture = Posture::new(scenario.account.as_str(), Timestamp::from_unix(1_795_000_000).expect("a moment"));
    let group = |given: &GivenPrincipal| Group { arn: Arn::from(given.arn.as_str()), name: given.name.clone(), policies: policies(given) };
    let managed = |arn: &str, document: PolicyText| {
        let arn = Arn::from(arn);
        ManagedPolicy { name: arn.name().to_owned(), arn, document: Fact::Known(document) }
    };
    let own = scenario.policies.iter().map(|given| managed(&given.arn, text(&given.document).expect("a policy")));
    let of_aws = AWS_POLICIES.iter().map(|(arn, document)| managed(arn, PolicyText::from(*document)));
    posture.identity = Identity {
        roles: listed(scenario.roles.iter().map(role)),
        users: listed(scenario.users.iter().map(user)),
        groups: listed(scenario.groups.iter().map(group)),
        policies: listed(own.chain(of_aws)),
    };
    posture.governance.organization = Fact::Known(None);
    posture.governance.organization_chain = Fact::Known(Vec::new());
    posture.governance.s3_public_access_block = Fact::Known(None);
    let parameter = |given: &GivenResource| {
        let separator = if given.name.starts_with('/') { "" } else { "/" };
        Parameter {
            arn: given.arn(scenario, "ssm", &format!("parameter{separator}")),
            name: given.name.clone(),
            value_type: given.value_type.clone().unwrap_or_else(|| "String".to_owned()),
            kms_key: given.kms_key.clone(),
            tier: None,
            last_modified: None,
        }
    };
    let table = |given: &GivenResource| Table {
        arn: given.arn(scenario, "dynamodb", "table/"),
        name: given.name.clone(),
        description: Fact::default(),
        point_in_time_recovery: Fact::default(),
        policy: Fact::Known(given.policy()),
        stream_policy: Fact::Known(None),
    };
    let queue = |given: &GivenResource| Queue {
        arn: given.arn(scenario, "sqs", ""),
        url: String::new(),
        attributes: Fact::Known(QueueAttributes {
            policy: given.policy(),
            sqs_managed_sse: Some(true),
            kms_key: given.kms_key.clone(),
            retention_seconds: None,
            dead_letter_queue: None,
        }),
    };
    let topic = |given: &GivenResource| Topic {
        arn: given.arn(scenario, "sns", ""),
        attributes: Fact::Known(TopicAttributes { policy: given.policy(), kms_key: given.kms_key.clone() }),
    };
    let region = Region {
        functions: listed(scenario.functions.iter().map(function)),
        event_source_mappings: listed(scenario.functions.iter().flat_map(|given| mappings(scenario, given))),
        parameters: listed(scenario.parameters.iter().map(parameter)),
        secrets: listed(scenario.secrets.iter().map(|given| secret(scenario, given))),
        buckets: listed(scenario.buckets.iter().map(|given| bucket(scenario, given))),
        tables: listed(scenario.tables.iter().map(table)),
        queues: listed(scenario.queues.iter().map(queue)),
        topics: listed(scenario.topics.iter().map(topic)),
        keys: listed(scenario.keys.iter().map(|given| key(scenario, given))),
        ..Region::empty()
    };
    posture.regions.insert(scenario.region.clone(), region);
    posture
}

/// Every account that is written down.
pub(crate) fn all() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(files.len() >= 3, "{files:?}");
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Scenario {
    serde_json::from_slice(&fs::read(path).expect("the text")).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn caller(principal: &Value) -> Caller {
    match principal.as_str() {
        Some(arn) if arn.starts_with("arn:") => Caller::Principal(arn.to_owned()),
        Some(service) => Caller::Service(service.to_owned()),
        None => {
            assert_eq!(principal["type"], "Anonymous", "{principal}");
            Caller::Anonymous
        }
    }
}

#[test]
fn every_decision_of_every_account_is_right() {
    let mut wrong = Vec::new();
    for scenario in all() {
        let posture = posture(&scenario);
        let account = Account::new(&posture, Arc::new(Library::new(&posture)));
        assert!(!scenario.checks.is_empty(), "{}", scenario.id);
        for check in &scenario.checks {
            let keys: Vec<(&str, &str)> = check.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            let decided = account.can(&caller(&check.principal), &check.action, &check.resource, &keys);
            let outcome = decided.as_ref().map(|decision| decision.outcome);
            let expected = match check.expect.as_str() {
                "Allowed" => Outcome::Allowed,
                "ImplicitlyDenied" => Outcome::ImplicitlyDenied,
                "ExplicitlyDenied" => Outcome::ExplicitlyDenied,
                _ => Outcome::Conditional,
            };
            if outcome != Ok(expected) {
                wrong.push(format!("{}: {check:?}: {outcome:?}", scenario.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
