//! A large account out of thin air: always the same for the same size.

use std::collections::BTreeMap;

use palisade::model::{
    Alias, Arn, CodeLocation, EnvironmentValue, Fact, FingerprintKey, Function, FunctionState, FunctionUrl, Identity, Key, KeyMetadata,
    LambdaSettings, Listing, LogGroup, LoggingConfig, Policies, PolicyText, Posture, Region, Role, RuntimeManagement, Source, SourceRun,
    SourceState, TaggedResource, Timestamp, Version,
};

const ACCOUNT: &str = "123456789012";
const REGIONS: [&str; 2] = ["eu-central-1", "eu-west-1"];
const RUNTIMES: [&str; 5] = ["nodejs16.x", "nodejs22.x", "python3.8", "python3.13", "java21"];
const VARIABLES: [(&str, &str); 4] = [
    ("TABLE_NAME", "orders-production"),
    ("LOG_LEVEL", "info"),
    ("DB_PASSWORD", "hunter2-hunter2-hunter2"),
    ("API_BASE", "https://api.example.com/v1"),
];

fn arn(service: &str, region: &str, resource: &str) -> Arn {
    Arn::build("aws", service, region, ACCOUNT, resource)
}

fn when(days: i64) -> Option<Timestamp> {
    Timestamp::from_unix(1_795_000_000 - days * 86_400)
}

/// An account of `size` functions, a role for every three, a log group for most, a key for every fifty. About every
/// fourth of anything is as it should be.
pub(crate) fn posture(size: usize) -> Posture {
    let mut posture = Posture::new(ACCOUNT, when(0).unwrap_or(Timestamp::EPOCH));
    posture.identity = Identity::empty();
    posture.identity.roles = Listing::complete((0..size.div_ceil(3)).map(role).collect());
    posture.identity.roles.items.sort_by(|a, b| a.arn.cmp(&b.arn));
    let fingerprints = FingerprintKey::new([7; 32]);
    for (place, name) in REGIONS.into_iter().enumerate() {
        let numbers = || (0..size).filter(move |number| number % REGIONS.len() == place);
        let mut region = Region {
            functions: Listing::complete(numbers().map(|number| function(number, name, &fingerprints)).collect()),
            lambda_settings: Fact::Known(LambdaSettings { concurrent_executions: 1000, unreserved_concurrent_executions: 900 }),
            keys: Listing::complete(numbers().step_by(50).map(|number| key(number, name)).collect()),
            log_groups: Listing::complete(numbers().filter(|number| number % 5 != 0).map(|number| log_group(number, name)).collect()),
            ..Region::empty()
        };
        region.functions.items.sort_by(|a, b| a.arn.cmp(&b.arn));
        region.keys.items.sort_by(|a, b| a.arn.cmp(&b.arn));
        region.log_groups.items.sort_by(|a, b| a.arn.cmp(&b.arn));
        let arns = region.keys.items.iter().map(|key| &key.arn).chain(region.log_groups.items.iter().map(|group| &group.arn));
        region.tagged.items = arns.enumerate().map(|(number, arn)| tags(number, name, arn)).collect();
        region.tagged.items.sort_by(|a, b| a.arn.cmp(&b.arn));
        posture.regions.insert(name.to_owned(), region);
        for source in [Source::Lambda, Source::Kms, Source::Logs, Source::Tag] {
            posture.sources.push(ended(source, name));
        }
    }
    posture.sources.push(ended(Source::Iam, SourceRun::GLOBAL));
    posture
}

fn ended(source: Source, region: &str) -> SourceRun {
    SourceRun { state: SourceState::Complete, ..SourceRun::queued(source, region) }
}

fn role(number: usize) -> Role {
    let name = format!("service-{number:05}");
    // One role in a hundred is an administrator.
    let action = if number.is_multiple_of(100) { "*" } else { ["s3:*", "dynamodb:GetItem", "sqs:SendMessage", "kms:Decrypt"][number % 4] };
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["{action}","logs:PutLogEvents"],"Resource":"*"}},{{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::{ACCOUNT}:role/service-{number:05}"}}]}}"#
    );
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    Role {
        arn: arn("iam", "", &format!("role/{name}")),
        id: format!("AROA{number:017}"),
        name,
        created: when(700),
        trust: PolicyText::from(trust),
        policies: Policies { inline: BTreeMap::from([("access".to_owned(), PolicyText::new(policy))]), attached: Vec::new() },
        boundary: None,
        tags: BTreeMap::new(),
        last_used: Fact::Known(when(number as i64 % 300)),
        services_used: Role::unasked(),
    }
}

fn function(number: usize, region: &str, fingerprints: &FingerprintKey) -> Function {
    let name = format!("orders-worker-{number:06}");
    let mut function =
        Function::new(arn("lambda", region, &format!("function:{name}")), arn("iam", "", &format!("role/service-{:05}", number / 3)));
    let public = number.is_multiple_of(20);
    let principal = if public { r#""*""# } else { r#"{"Service":"events.amazonaws.com"}"# };
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"invoke","Effect":"Allow","Principal":{principal},"Action":"lambda:InvokeFunction","Resource":"{}"}}]}}"#,
        function.arn
    );
    function.runtime = RUNTIMES.get(number % RUNTIMES.len()).map(|runtime| (*runtime).to_owned());
    function.handler = Some("index.handler".to_owned());
    function.last_modified = when(number as i64 % 900);
    function.environment = Fact::Known(
        VARIABLES
            .iter()
            .take(1 + number % VARIABLES.len())
            .map(|(key, value)| ((*key).to_owned(), EnvironmentValue::classify(key, value, fingerprints)))
            .collect(),
    );
    function.logging = Fact::Known(LoggingConfig { format: "Text".to_owned(), ..LoggingConfig::default() });
    function.state =
        Fact::Known(FunctionState { state: "Active".to_owned(), last_update: "Successful".to_owned(), ..FunctionState::default() });
    function.tags = Fact::Known(BTreeMap::from([("team".to_owned(), format!("team-{}", number % 17))]));
    function.reserved_concurrency = Fact::Known((number.is_multiple_of(4)).then_some(10));
    function.policies = BTreeMap::from([(Function::UNQUALIFIED.to_owned(), Fact::Known(Some(PolicyText::new(policy))))]);
    let url = FunctionUrl {
        qualifier: Function::UNQUALIFIED.to_owned(),
        url: format!("https://{number}.lambda-url.{region}.on.aws/"),
        auth_none: true,
        cors: None,
    };
    function.urls = Fact::Known(if public { vec![url] } else { Vec::new() });
    let alias = Alias { name: "live".to_owned(), version: "3".to_owned(), weights: BTreeMap::new(), revision_id: None };
    function.aliases = Fact::Known(vec![alias]);
    let version = Version { number: "3".to_owned(), code_sha256: None, last_modified: when(100) };
    function.versions = Fact::Known(vec![version]);
    function.runtime_management = Fact::Known(RuntimeManagement { update_on: "Auto".to_owned(), version_arn: None });
    function.recursive_loop_terminated = Fact::Known(!number.is_multiple_of(7));
    function.code = Fact::Known(CodeLocation { repository: Some("S3".to_owned()), ..CodeLocation::default() });
    function.runtime_version = Fact::Known(None);
    function.event_invoke = Fact::Known(Vec::new());
    function.scaling = Fact::Known(None);
    function
}

fn tags(number: usize, region: &str, arn: &Arn) -> TaggedResource {
    let class = ["public", "internal", "confidential", "restricted"][number % 4];
    let tags = [("data-class", class.to_owned()), ("team", format!("team-{}", number % 17))];
    TaggedResource { arn: arn.clone(), region: region.to_owned(), tags: tags.map(|(key, value)| (key.to_owned(), value)).into() }
}

fn key(number: usize, region: &str) -> Key {
    let id = format!("{number:08}-0000-4000-8000-000000000000");
    let mut key = Key::new(arn("kms", region, &format!("key/{id}")));
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    );
    key.aliases = Fact::Known(vec![format!("alias/data-{number}")]);
    key.metadata = Fact::Known(KeyMetadata {
        description: String::new(),
        state: "Enabled".to_owned(),
        customer_managed: true,
        origin: "AWS_KMS".to_owned(),
        spec: "SYMMETRIC_DEFAULT".to_owned(),
        multi_region: Some(false),
        replica_regions: None,
        created: when(800),
        deletion: None,
    });
    key.policy = Fact::Known(PolicyText::new(policy));
    key.rotation_enabled = Fact::Known(number.is_multiple_of(4));
    key.grants = Fact::Known(Vec::new());
    key
}

fn log_group(number: usize, region: &str) -> LogGroup {
    let name = format!("/aws/lambda/orders-worker-{number:06}");
    LogGroup {
        arn: arn("logs", region, &format!("log-group:{name}")),
        name,
        retention_days: (number.is_multiple_of(4)).then_some(30),
        kms_key: None,
        data_protection: None,
        inherited: Vec::new(),
        deletion_protection: None,
        stored_bytes: 1 << 20,
        created: when(900),
        last_event: Fact::Known(when(1)),
        subscriptions: Fact::Known(Vec::new()),
    }
}
