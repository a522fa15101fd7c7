//! What a large account has beside functions: triggers, stores, front doors, and who watches. About one thing in four is
//! as it should be, as with functions.

use std::collections::{BTreeMap, BTreeSet};

use palisade::model::{
    Alarm, Analyzer, Arn, Bucket, BucketEncryption, BucketNotifications, BucketVersioning, ConfigRecorder, Coverage, DataSource, Detector,
    DetectorFeature, DetectorSettings, EnvironmentValue, EventBus, EventBusAttributes, EventRule, EventSourceMapping, EventTarget, Fact,
    FingerprintKey, Function, FunctionMetrics, GraphqlApi, HiddenText, HttpApi, HttpStage, InspectorStatus, Integration, Invocations,
    KinesisStream, KinesisStreamSummary, Listing, MethodSettings, NotificationTarget, Parameter, PolicyText, Posture, PublicAccessBlock,
    Queue, QueueAttributes, RecorderStatus, RestApi, RestMethod, RestStage, Route, RouteSettings, ScanStatus, Schedule, ScheduleDetails,
    Secret, SecurityHub, Source, SourceRun, SourceState, Stack, StateMachine, StateMachineConfiguration, Subscription,
    SubscriptionEndpoint, Table, TableDescription, Throttle, Timestamp, Topic, TopicAttributes, Trail, TrailSelectors, TrailStatus,
    Vulnerability, VulnerablePackage, Watched, WatchedMetric,
};

/// What resources of a Region are made from.
struct Site<'a> {
    account: &'a str,
    region: &'a str,
    now: Timestamp,
}

impl Site<'_> {
    fn arn(&self, service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, self.region, self.account, resource)
    }

    fn nameless(&self, service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, self.region, "", resource)
    }

    fn policy(&self, principal: &str, action: &str, resource: &Arn) -> PolicyText {
        PolicyText::new(format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"{resource}"}}]}}"#
        ))
    }
}

/// Gives every function of `posture` what triggers it, what it works with, and who watches it; roles name some of it.
pub(crate) fn furnish(posture: &mut Posture) {
    let account = posture.account.clone();
    let now = posture.taken_at;
    let names: Vec<String> = posture.regions.keys().cloned().collect();
    for name in &names {
        let site = Site { account: &account, region: name, now };
        let Some(region) = posture.regions.get_mut(name) else { continue };
        let functions: Vec<Arn> = region.functions.items.iter().map(|function| function.arn.clone()).collect();
        for (number, function) in functions.iter().enumerate() {
            if number % 4 == 0 {
                let queue = queue(&site, number);
                region.event_source_mappings.items.push(mapping(&site, number, &queue.arn, function));
                region.queues.items.push(queue);
            }
            match number % 10 {
                1 => region.buckets.items.push(bucket(&site, number, function)),
                2 => {
                    let topic = topic(&site, number);
                    region.subscriptions.items.push(subscription(&topic.arn, &account, function));
                    region.topics.items.push(topic);
                }
                4 => region.secrets.items.push(secret(&site, number)),
                5 => region.rest_apis.items.push(rest_api(&site, number, function)),
                6 => region.http_apis.items.push(http_api(&site, number, function)),
                7 => {
                    let stream = stream(&site, number);
                    region.event_source_mappings.items.push(mapping(&site, number + 1_000_000, &stream.arn, function));
                    region.kinesis_streams.items.push(stream);
                }
                8 => region.state_machines.items.push(state_machine(&site, number)),
                9 => region.schedules.items.push(schedule(&site, number, function)),
                _ => region.graphql_apis.items.push(graphql_api(&site, number, function)),
            }
            match number % 5 {
                0 => region.tables.items.push(table(&site, number)),
                1 => region.parameters.items.push(parameter(&site, number)),
                2 => region.event_rules.items.push(rule(&site, number, function)),
                3 => region.vulnerabilities.items.push(vulnerability(&site, number, function)),
                _ => region.stacks.items.push(stack(&site, number)),
            }
            if number % 2 == 0 {
                region.alarms.items.push(alarm(&site, number, function));
            }
            region.coverage.items.push(coverage(number, function));
            region.metrics.items.push(metrics(number, function, now));
        }
        for function in &mut region.functions.items {
            use_stores(&site, function);
        }
        region.event_buses.items.push(event_bus(&site));
        region.trails.items.push(trail(&site, &names[0]));
        region.detectors.items.push(detector(&site));
        region.analyzers.items.push(analyzer(&site));
        region.inspector =
            Fact::Known(InspectorStatus { account: "ENABLED".to_owned(), lambda: Some("ENABLED".to_owned()), lambda_code: None });
        region.security_hub =
            Fact::Known(Some(SecurityHub { arn: site.arn("securityhub", "hub/default"), subscribed: None, auto_enable_controls: None }));
        region.config_recorders = Fact::Known(vec![recorder()]);
        region.account_data_protection = Fact::Known(None);
        sort(region);
    }
    name_stores(posture, &names);
    let governance = &mut posture.governance;
    governance.s3_public_access_block = Fact::Known(None);
    governance.organization = Fact::Known(None);
    governance.organization_chain = Fact::Known(Vec::new());
    governance.caller = Fact::Known(Arn::build("aws", "iam", "", &account, "root"));
    governance.security_contact = Fact::Known(false);
    governance.operations_contact = Fact::Known(false);
    posture.sources = Source::ALL
        .iter()
        .flat_map(|&source| names.iter().map(move |name| SourceRun { state: SourceState::Complete, ..SourceRun::queued(source, name) }))
        .collect();
}

macro_rules! sort {
    ($region:ident: $($list:ident)*) => {
        $($region.$list.items.sort_by(|a, b| a.arn.cmp(&b.arn));)*
    };
}

fn sort(region: &mut palisade::model::Region) {
    sort!(region: queues event_source_mappings buckets topics subscriptions secrets rest_apis http_apis kinesis_streams state_machines schedules
        graphql_apis tables parameters event_rules vulnerabilities stacks alarms coverage metrics);
}

/// A variable of the function names its table.
fn use_stores(site: &Site<'_>, function: &mut Function) {
    let Some(number) = function.arn.name().rsplit('-').next().and_then(|number| number.parse::<usize>().ok()) else { return };
    if let Fact::Known(environment) = &mut function.environment {
        let table = site.arn("dynamodb", &format!("table/orders-{:06}", number / 10 * 5));
        environment.insert("TABLE_ARN".to_owned(), EnvironmentValue::classify("TABLE_ARN", table.as_str(), &FingerprintKey::new([7; 32])));
    }
}

/// Half of the roles name what they work with, as roles should.
fn name_stores(posture: &mut Posture, regions: &[String]) {
    let account = posture.account.clone();
    for (number, role) in posture.identity.roles.items.iter_mut().enumerate().filter(|(number, _)| number % 2 == 1) {
        let region = &regions[number % regions.len()];
        let nearest = |step: usize, rest: usize| number / step * step + rest;
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:{account}:*"}},
            {{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem"],"Resource":"arn:aws:dynamodb:{region}:{account}:table/orders-{:06}"}},
            {{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::invoices-{region}-{:06}/*"}},
            {{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:{region}:{account}:secret:db-{:06}-??????"}}]}}"#,
            nearest(5, 0),
            nearest(10, 1),
            nearest(10, 4),
        );
        role.policies.inline.insert("access".to_owned(), PolicyText::new(text));
    }
}

fn queue(site: &Site<'_>, number: usize) -> Queue {
    let arn = site.arn("sqs", &format!("jobs-{number:06}"));
    let principal = if number.is_multiple_of(100) { r#""*""#.to_owned() } else { format!(r#"{{"AWS":"{}"}}"#, site.account) };
    Queue {
        url: format!("https://sqs.{}.amazonaws.com/{}/jobs-{number:06}", site.region, site.account),
        attributes: Fact::Known(QueueAttributes {
            policy: Some(site.policy(&principal, "sqs:SendMessage", &arn)),
            sqs_managed_sse: Some(number.is_multiple_of(8)),
            kms_key: None,
            retention_seconds: Some(345_600),
            dead_letter_queue: number.is_multiple_of(8).then(|| site.arn("sqs", "dead-letters")),
        }),
        arn,
    }
}

fn mapping(site: &Site<'_>, number: usize, source: &Arn, function: &Arn) -> EventSourceMapping {
    let uuid = format!("{number:08}-0000-4000-8000-000000000000");
    let mut mapping = EventSourceMapping::new(site.arn("lambda", &format!("event-source-mapping:{uuid}")), uuid, function.clone());
    mapping.source = Some(source.clone());
    mapping
}

fn bucket(site: &Site<'_>, number: usize, function: &Arn) -> Bucket {
    let mut bucket = Bucket::new("aws", format!("invoices-{}-{number:06}", site.region), site.region);
    let blocked = number % 4 == 1;
    bucket.policy = Fact::Known(Some(site.policy(
        &format!(r#"{{"AWS":"{}"}}"#, site.account),
        "s3:GetObject",
        &Arn::from(format!("{}/*", bucket.arn)),
    )));
    bucket.policy_is_public = Fact::Known(Some(false));
    bucket.public_access_block = Fact::Known(Some(PublicAccessBlock {
        block_public_acls: blocked,
        ignore_public_acls: blocked,
        block_public_policy: blocked,
        restrict_public_buckets: blocked,
    }));
    bucket.encryption = Fact::Known(Some(BucketEncryption { algorithm: "AES256".to_owned(), kms_key: None }));
    bucket.versioning = Fact::Known(BucketVersioning::Enabled);
    bucket.object_lock = Fact::Known(None);
    bucket.replication = Fact::Known(Vec::new());
    let target = NotificationTarget { arn: function.clone(), events: vec!["s3:ObjectCreated:*".to_owned()] };
    bucket.notifications = Fact::Known(BucketNotifications { targets: vec![target], event_bridge: false });
    bucket
}

fn topic(site: &Site<'_>, number: usize) -> Topic {
    let arn = site.arn("sns", &format!("orders-{number:06}"));
    let principal = if number % 100 == 2 { r#""*""#.to_owned() } else { format!(r#"{{"AWS":"{}"}}"#, site.account) };
    let policy = Some(site.policy(&principal, "sns:Publish", &arn));
    Topic {
        arn,
        attributes: Fact::Known(TopicAttributes { policy, kms_key: number.is_multiple_of(4).then(|| "alias/aws/sns".to_owned()) }),
    }
}

fn subscription(topic: &Arn, account: &str, function: &Arn) -> Subscription {
    Subscription {
        arn: Arn::from(format!("{topic}:00000000-0000-4000-8000-000000000000")),
        topic: topic.clone(),
        owner: account.to_owned(),
        protocol: "lambda".to_owned(),
        endpoint: SubscriptionEndpoint::Resource(function.clone()),
    }
}

fn secret(site: &Site<'_>, number: usize) -> Secret {
    let name = format!("db-{number:06}");
    Secret {
        arn: site.arn("secretsmanager", &format!("secret:{name}-a1B2c3")),
        name,
        kms_key: None,
        rotation_enabled: Some(number.is_multiple_of(4)),
        rotation_function: None,
        rotation_days: Some(30),
        rotation_schedule: None,
        last_rotated: Some(site.now),
        next_rotation: None,
        last_changed: Some(site.now),
        last_accessed: Some(site.now),
        created: Some(site.now),
        primary_region: None,
        owning_service: None,
        policy: Fact::Known(None),
        replicas: Fact::Known(Vec::new()),
    }
}

fn throttle(number: usize) -> Throttle {
    if number.is_multiple_of(4) { Throttle { rate: Some(100.0), burst: Some(200) } } else { Throttle::default() }
}

fn rest_api(site: &Site<'_>, number: usize, function: &Arn) -> RestApi {
    let id = format!("r{number:06}");
    let method = |path: usize| RestMethod {
        path: format!("/orders/{path}"),
        method: "POST".to_owned(),
        authorization_type: if (number + path).is_multiple_of(4) { "NONE" } else { "AWS_IAM" }.to_owned(),
        authorizer: None,
        api_key_required: path == 1,
        validator: None,
        models: BTreeMap::new(),
        parameters: BTreeMap::new(),
        integration: Some(Integration {
            kind: "AWS_PROXY".to_owned(),
            function: Some(function.clone()),
            calls: None,
            timeout_millis: Some(29_000),
        }),
    };
    let settings = MethodSettings {
        logging_level: Some("INFO".to_owned()),
        data_trace: number % 4 == 1,
        throttle: throttle(number),
        caching: false,
        cache_encrypted: false,
        cache_control_authorized: true,
    };
    RestApi {
        arn: site.nameless("apigateway", &format!("/restapis/{id}")),
        name: format!("orders-{number:06}"),
        id,
        endpoint_types: vec!["REGIONAL".to_owned()],
        vpc_endpoints: Vec::new(),
        execute_api_disabled: false,
        policy: None,
        security_policy: None,
        api_key_source: Some("HEADER".to_owned()),
        tags: BTreeMap::new(),
        methods: Fact::Known((0..6).map(method).collect()),
        validators: Fact::Known(Vec::new()),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![RestStage {
            name: "live".to_owned(),
            web_acl: None,
            access_log: None,
            tracing_enabled: number.is_multiple_of(4),
            cache_enabled: false,
            client_certificate: None,
            settings: BTreeMap::from([("*/*".to_owned(), settings)]),
            variables: BTreeMap::new(),
            canary_variables: BTreeMap::new(),
            tags: BTreeMap::new(),
        }]),
    }
}

fn http_api(site: &Site<'_>, number: usize, function: &Arn) -> HttpApi {
    let id = format!("h{number:06}");
    let route = |path: usize| Route {
        id: format!("route{path}"),
        key: format!("GET /orders/{path}"),
        authorization_type: if (number + path).is_multiple_of(4) { "NONE" } else { "AWS_IAM" }.to_owned(),
        authorizer: None,
        api_key_required: false,
        integration: Some("function".to_owned()),
        models: BTreeMap::new(),
        parameters: BTreeMap::new(),
    };
    let integration =
        Integration { kind: "AWS_PROXY".to_owned(), function: Some(function.clone()), calls: None, timeout_millis: Some(30_000) };
    HttpApi {
        arn: site.nameless("apigateway", &format!("/apis/{id}")),
        name: format!("shop-{number:06}"),
        id,
        protocol: "HTTP".to_owned(),
        execute_api_disabled: false,
        cors: None,
        tags: BTreeMap::new(),
        routes: Fact::Known((0..6).map(route).collect()),
        integrations: Fact::Known(BTreeMap::from([("function".to_owned(), integration)])),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![HttpStage {
            name: "$default".to_owned(),
            access_log: None,
            client_certificate: None,
            default_settings: Some(RouteSettings { throttle: throttle(number), data_trace: false, logging_level: None }),
            settings: BTreeMap::new(),
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
        }]),
    }
}

fn graphql_api(site: &Site<'_>, number: usize, function: &Arn) -> GraphqlApi {
    let id = format!("g{number:06}");
    GraphqlApi {
        arn: site.arn("appsync", &format!("apis/{id}")),
        name: format!("graph-{number:06}"),
        id,
        authentication: if number.is_multiple_of(4) { "AWS_IAM" } else { "API_KEY" }.to_owned(),
        additional_authentication: Vec::new(),
        authorizers: Vec::new(),
        web_acl: None,
        log_level: None,
        verbose_excluded: None,
        tracing_enabled: false,
        visibility: Some("GLOBAL".to_owned()),
        data_sources: Fact::Known(vec![DataSource {
            name: "orders".to_owned(),
            kind: "AWS_LAMBDA".to_owned(),
            function: Some(function.clone()),
            role: None,
        }]),
    }
}

fn stream(site: &Site<'_>, number: usize) -> KinesisStream {
    KinesisStream {
        arn: site.arn("kinesis", &format!("stream/clicks-{number:06}")),
        summary: Fact::Known(KinesisStreamSummary {
            status: "ACTIVE".to_owned(),
            encryption: Some(if number % 4 == 3 { "KMS" } else { "NONE" }.to_owned()),
            kms_key: None,
            retention_hours: 24,
        }),
        policy: Fact::Known(None),
    }
}

fn state_machine(site: &Site<'_>, number: usize) -> StateMachine {
    StateMachine {
        arn: site.arn("states", &format!("stateMachine:orders-{number:06}")),
        name: format!("orders-{number:06}"),
        machine_type: if number.is_multiple_of(4) { "STANDARD" } else { "EXPRESS" }.to_owned(),
        configuration: Fact::Known(StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: Arn::build("aws", "iam", "", site.account, "role/service-00001"),
            log_level: Some(if number % 4 == 2 { "ALL" } else { "OFF" }.to_owned()),
            logs_execution_data: number % 4 == 2,
            log_groups: Vec::new(),
            tracing: false,
            encryption: None,
            kms_key: None,
        }),
        definition: Fact::Known(HiddenText::read(
            r#"{"StartAt":"Pay","States":{}}"#,
            &site.arn("states", ""),
            &FingerprintKey::new([7; 32]),
        )),
    }
}

fn schedule(site: &Site<'_>, number: usize, function: &Arn) -> Schedule {
    Schedule {
        arn: site.arn("scheduler", &format!("schedule/default/nightly-{number:06}")),
        name: format!("nightly-{number:06}"),
        group: "default".to_owned(),
        state: "ENABLED".to_owned(),
        target: function.clone(),
        details: Fact::Known(ScheduleDetails {
            expression: "rate(1 day)".to_owned(),
            role: Arn::build("aws", "iam", "", site.account, "role/service-00001"),
            dead_letter_queue: None,
            retries: None,
            kms_key: None,
            input: None,
        }),
    }
}

fn table(site: &Site<'_>, number: usize) -> Table {
    Table {
        arn: site.arn("dynamodb", &format!("table/orders-{number:06}")),
        name: format!("orders-{number:06}"),
        description: Fact::Known(TableDescription {
            status: "ACTIVE".to_owned(),
            deletion_protection: Some(number.is_multiple_of(4)),
            encryption: None,
            stream: None,
            replicas: Vec::new(),
        }),
        point_in_time_recovery: Fact::Known(number.is_multiple_of(4)),
        policy: Fact::Known(None),
        stream_policy: Fact::Known(None),
    }
}

fn parameter(site: &Site<'_>, number: usize) -> Parameter {
    Parameter {
        arn: site.arn("ssm", &format!("parameter/orders/{number:06}/password")),
        name: format!("/orders/{number:06}/password"),
        value_type: if number.is_multiple_of(4) { "SecureString" } else { "String" }.to_owned(),
        kms_key: None,
        tier: Some("Standard".to_owned()),
        last_modified: Some(site.now),
    }
}

fn rule(site: &Site<'_>, number: usize, function: &Arn) -> EventRule {
    EventRule {
        arn: site.arn("events", &format!("rule/orders-{number:06}")),
        name: format!("orders-{number:06}"),
        bus: "default".to_owned(),
        pattern: Some(format!(r#"{{"source":["shop.orders"],"detail-type":["order-{number}"]}}"#)),
        schedule: None,
        state: "ENABLED".to_owned(),
        role: None,
        managed_by: None,
        targets: Fact::Known(vec![EventTarget {
            id: "function".to_owned(),
            arn: function.clone(),
            role: None,
            dead_letter_queue: None,
            retries: None,
            input: None,
            http_parameters: None,
        }]),
    }
}

fn event_bus(site: &Site<'_>) -> EventBus {
    let attributes = EventBusAttributes { policy: None, kms_key: None, dead_letter_queue: None, logs_events: false };
    EventBus { arn: site.arn("events", "event-bus/default"), name: "default".to_owned(), attributes: Fact::Known(attributes) }
}

fn vulnerability(site: &Site<'_>, number: usize, function: &Arn) -> Vulnerability {
    Vulnerability {
        arn: site.arn("inspector2", &format!("finding/{number:032x}")),
        function: function.clone(),
        kind: "PACKAGE_VULNERABILITY".to_owned(),
        severity: "HIGH".to_owned(),
        id: Some(format!("CVE-2026-{number:05}")),
        exploit_available: Some(number.is_multiple_of(4)),
        fix_available: Some("YES".to_owned()),
        epss: Some(0.1),
        packages: vec![VulnerablePackage {
            name: "requests".to_owned(),
            version: "2.0.0".to_owned(),
            fixed_in: Some("2.32.4".to_owned()),
            layer: None,
        }],
        code: None,
        updated: Some(site.now),
    }
}

fn stack(site: &Site<'_>, number: usize) -> Stack {
    Stack {
        arn: site.arn("cloudformation", &format!("stack/orders-{number:06}/00000000-0000-4000-8000-000000000000")),
        name: format!("orders-{number:06}"),
        status: "UPDATE_COMPLETE".to_owned(),
        drift: Some(if number.is_multiple_of(4) { "IN_SYNC" } else { "DRIFTED" }.to_owned()),
        drift_checked: Some(site.now),
        termination_protection: Some(false),
        role: None,
        root: None,
        updated: Some(site.now),
    }
}

fn alarm(site: &Site<'_>, number: usize, function: &Arn) -> Alarm {
    let metric = |name: &str| WatchedMetric {
        namespace: "AWS/Lambda".to_owned(),
        name: name.to_owned(),
        dimensions: BTreeMap::from([("FunctionName".to_owned(), function.name().to_owned())]),
        account: None,
    };
    Alarm {
        arn: site.arn("cloudwatch", &format!("alarm:orders-{number:06}")),
        name: format!("orders-{number:06}"),
        actions_enabled: number.is_multiple_of(4),
        actions: vec![site.arn("sns", "on-call")],
        state: "OK".to_owned(),
        watches: Watched::Metrics { metrics: vec![metric("Errors"), metric("Throttles")], expressions: Vec::new() },
    }
}

fn coverage(number: usize, function: &Arn) -> Coverage {
    let scan = |active: bool| Some(ScanStatus { active, reason: if active { "SUCCESSFUL" } else { "UNSUPPORTED_RUNTIME" }.to_owned() });
    Coverage { arn: function.clone(), packages: scan(!number.is_multiple_of(4)), code: scan(!number.is_multiple_of(4)) }
}

fn metrics(number: usize, function: &Arn, now: Timestamp) -> FunctionMetrics {
    FunctionMetrics {
        arn: function.clone(),
        invocations: Fact::Known(Invocations {
            count: if number.is_multiple_of(5) { 0 } else { 1_000 },
            last: (!number.is_multiple_of(5)).then_some(now),
        }),
        throttles: Fact::Known(0),
        errors: Fact::Known(1),
        duration_p99: Fact::Known(Some(900)),
        concurrent_executions: Fact::Known(Some(3)),
        iterator_age: Fact::Known(None),
    }
}

fn trail(site: &Site<'_>, home: &str) -> Trail {
    Trail {
        arn: Arn::build("aws", "cloudtrail", home, site.account, "trail/account"),
        region: site.region.to_owned(),
        name: "account".to_owned(),
        home_region: home.to_owned(),
        multi_region: true,
        organization: false,
        global_service_events: true,
        bucket: Some("trail".to_owned()),
        kms_key: None,
        log_file_validation: true,
        log_group: None,
        status: Fact::Known(TrailStatus {
            logging: true,
            delivery_error: None,
            digest_error: None,
            log_group_error: None,
            delivered: Some(site.now),
            stopped: None,
        }),
        selectors: Fact::Known(TrailSelectors { basic: Vec::new(), advanced: Vec::new() }),
    }
}

fn detector(site: &Site<'_>) -> Detector {
    let feature = DetectorFeature { name: DetectorSettings::LAMBDA.to_owned(), enabled: true };
    Detector {
        arn: site.arn("guardduty", "detector/d1"),
        id: "d1".to_owned(),
        settings: Fact::Known(DetectorSettings { enabled: true, features: vec![feature], publishing: None }),
    }
}

fn analyzer(site: &Site<'_>) -> Analyzer {
    Analyzer {
        arn: site.arn("access-analyzer", "analyzer/external"),
        name: "external".to_owned(),
        kind: "ACCOUNT".to_owned(),
        status: "ACTIVE".to_owned(),
        unused_access_age: None,
        findings: Listing::complete(Vec::new()),
    }
}

fn recorder() -> ConfigRecorder {
    ConfigRecorder {
        name: "default".to_owned(),
        role: None,
        service: None,
        all: true,
        types: BTreeSet::new(),
        excluded: BTreeSet::new(),
        status: Fact::Known(RecorderStatus { recording: true, last: None, error: None, changed: None }),
    }
}
