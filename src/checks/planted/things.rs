//! What stands in an account beside functions and roles: each thing is sound until it is changed.

use std::collections::BTreeSet;

use super::account::{Account, ago, arn, document, hidden, iam};
use crate::{
    checks::{
        routes, testing,
        testing::{ACCOUNT, REGION},
        testing_api,
    },
    model::{
        Alarm, Analyzer, Arn, Bucket, BucketNotifications, BucketVersioning, ConfigRecorder, EnvironmentValue, EventSourceMapping, Fact,
        FingerprintKey, Function, FunctionMetrics, GraphqlApi, HttpApi, Invocations, Key, KinesisStream, KinesisStreamSummary, Listing,
        NotificationTarget, PolicyText, Queue, QueueAttributes, RecorderStatus, RestApi, RestMethod, RouteSettings, StateMachine,
        StateMachineConfiguration, TaggedResource, Throttle, Topic, TopicAttributes, Watched, WatchedMetric,
    },
};

impl Account {
    /// An enabled mapping from `source` to an alias of `function`.
    pub(super) fn mapping(&mut self, uuid: &str, source: &Arn, function: &Arn, change: impl FnOnce(&mut EventSourceMapping)) {
        let own = arn("lambda", &format!("event-source-mapping:{uuid}"));
        let mut mapping = EventSourceMapping::new(own, uuid, Arn::new(format!("{function}:live")));
        mapping.source = Some(source.clone());
        change(&mut mapping);
        self.region().event_source_mappings.items.push(mapping);
    }

    /// An encrypted queue that keeps a week, with a dead-letter queue.
    pub(super) fn queue(&mut self, name: &str, change: impl FnOnce(&mut QueueAttributes)) -> Arn {
        let mut attributes = QueueAttributes {
            policy: None,
            sqs_managed_sse: Some(true),
            kms_key: None,
            retention_seconds: Some(7 * 86_400),
            dead_letter_queue: Some(arn("sqs", "letters")),
        };
        change(&mut attributes);
        let own = arn("sqs", name);
        let url = format!("https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/{name}");
        self.region().queues.items.push(Queue { arn: own.clone(), url, attributes: Fact::Known(attributes) });
        own
    }

    /// An encrypted topic with this policy.
    pub(super) fn topic(&mut self, name: &str, policy: Option<PolicyText>) -> Arn {
        let own = arn("sns", name);
        let attributes = TopicAttributes { policy, kms_key: Some("alias/topics".to_owned()) };
        self.region().topics.items.push(Topic { arn: own.clone(), attributes: Fact::Known(attributes) });
        own
    }

    /// An encrypted stream that keeps a week.
    pub(super) fn stream(&mut self, name: &str, change: impl FnOnce(&mut KinesisStream)) -> Arn {
        let own = arn("kinesis", &format!("stream/{name}"));
        let encryption = Some("KMS".to_owned());
        let summary = KinesisStreamSummary { status: "ACTIVE".to_owned(), encryption, kms_key: None, retention_hours: 168 };
        let mut stream = KinesisStream { arn: own.clone(), summary: Fact::Known(summary), policy: Fact::Known(None) };
        change(&mut stream);
        self.region().kinesis_streams.items.push(stream);
        own
    }

    /// A closed bucket that notifies `function`, if any.
    pub(super) fn bucket(&mut self, name: &str, function: Option<&Arn>, change: impl FnOnce(&mut Bucket)) -> Arn {
        let mut bucket = testing::bucket(name);
        let target = |arn: &Arn| NotificationTarget { arn: arn.clone(), events: vec!["s3:ObjectCreated:*".to_owned()] };
        bucket.notifications =
            Fact::Known(BucketNotifications { targets: function.map(target).into_iter().collect(), event_bridge: false });
        bucket.replication = Fact::Known(Vec::new());
        bucket.versioning = Fact::Known(BucketVersioning::Enabled);
        bucket.object_lock = Fact::Known(None);
        change(&mut bucket);
        let own = bucket.arn.clone();
        self.region().buckets.items.push(bucket);
        own
    }

    /// A key of the main Region.
    pub(super) fn key(&mut self, id: &str, change: impl FnOnce(&mut Key)) -> Arn {
        let mut key = testing::key(id);
        change(&mut key);
        let own = key.arn.clone();
        self.region().keys.items.push(key);
        own
    }

    /// A REST API behind a web ACL and a throttle, one signed method of which calls `worker`.
    pub(super) fn rest(&mut self, id: &str, change: impl FnOnce(&mut RestApi)) -> Arn {
        let mut api = testing_api::rest_api(id);
        api.name = id.to_owned();
        api.methods = Fact::Known(vec![signed("GET", "/orders")]);
        let stage = &mut api.stages.known_mut().expect("the stages")[0];
        stage.web_acl = Some(arn("wafv2", "regional/webacl/shop/1"));
        let throttle = Throttle { rate: Some(50.0), burst: Some(100) };
        stage.settings.insert("*/*".to_owned(), crate::model::MethodSettings { throttle, ..testing_api::method_settings() });
        change(&mut api);
        let own = api.arn.clone();
        self.region().rest_apis.items.push(api);
        own
    }

    /// An HTTP API behind a throttle.
    pub(super) fn http(&mut self, id: &str, change: impl FnOnce(&mut HttpApi)) -> Arn {
        let mut api = testing_api::http_api(id);
        api.name = id.to_owned();
        let throttle = Throttle { rate: Some(50.0), burst: Some(100) };
        let settings = RouteSettings { throttle, data_trace: false, logging_level: None };
        api.stages.known_mut().expect("the stages")[0].default_settings = Some(settings);
        change(&mut api);
        let own = api.arn.clone();
        self.region().http_apis.items.push(api);
        own
    }

    /// A state machine that logs errors, and none of its data.
    pub(super) fn machine(&mut self, name: &str, change: impl FnOnce(&mut StateMachine)) -> Arn {
        let configuration = StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: iam("role/flow"),
            log_level: Some("ERROR".to_owned()),
            logs_execution_data: false,
            log_groups: vec![arn("logs", "log-group:/flow:*")],
            tracing: true,
            encryption: Some("CUSTOMER_MANAGED_KMS_KEY".to_owned()),
            kms_key: Some("key".to_owned()),
        };
        let own = arn("states", &format!("stateMachine:{name}"));
        let mut machine = StateMachine {
            arn: own.clone(),
            name: name.to_owned(),
            machine_type: "EXPRESS".to_owned(),
            configuration: Fact::Known(configuration),
            definition: Fact::Known(hidden(r#"{"States":{}}"#)),
        };
        change(&mut machine);
        self.region().state_machines.items.push(machine);
        own
    }

    /// A GraphQL API behind a web ACL.
    pub(super) fn graphql(&mut self, id: &str, change: impl FnOnce(&mut GraphqlApi)) -> Arn {
        let mut api = testing_api::graphql_api(id);
        api.name = id.to_owned();
        api.web_acl = Some(arn("wafv2", "regional/webacl/shop/1"));
        change(&mut api);
        let own = api.arn.clone();
        self.region().graphql_apis.items.push(api);
        own
    }
}

/// A method that asks for a signature and calls `worker`.
pub(super) fn signed(method: &str, path: &str) -> RestMethod {
    let mut method = testing_api::rest_method(method, path);
    method.authorization_type = "AWS_IAM".to_owned();
    calls(&mut method, &arn("lambda", "function:worker"));
    method
}

/// Lets `method` call `function`.
pub(super) fn calls(method: &mut RestMethod, function: &Arn) {
    method.integration.as_mut().expect("an integration").function = Some(function.clone());
}

/// Gives `function` variables under a key of the account's own, as a collector would keep them.
pub(super) fn variables(function: &mut Function, variables: &[(&str, &str)]) {
    let kept = |&(name, value): &(&str, &str)| (name.to_owned(), EnvironmentValue::classify(name, value, &FingerprintKey::new([7; 32])));
    function.environment = Fact::Known(variables.iter().map(kept).collect());
    function.kms_key = Some(arn("kms", "key/sound"));
}

/// Gives `function` a policy.
pub(super) fn policy(function: &mut Function, qualifier: &str, statements: &[&str]) {
    function.policies.insert(qualifier.to_owned(), Fact::Known(Some(document(statements))));
}

/// Tags of a function.
pub(super) fn tag(function: &mut Function, tags: &[(&str, &str)]) {
    function.tags = Fact::Known(tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect());
}

/// Tags of what holds or carries data.
pub(super) fn classify(account: &mut Account, store: &Arn, class: &str) {
    let tags = [("data-class".to_owned(), class.to_owned())].into();
    account.region().tagged.items.push(TaggedResource { arn: store.clone(), region: REGION.to_owned(), tags });
}

/// Numbers of a function that works.
pub(super) fn metrics(function: &Arn) -> FunctionMetrics {
    FunctionMetrics {
        arn: function.clone(),
        invocations: Fact::Known(Invocations { count: 1000, last: Some(ago(1)) }),
        throttles: Fact::Known(0),
        errors: Fact::Known(1),
        duration_p99: Fact::Known(Some(900)),
        concurrent_executions: Fact::Known(Some(2)),
        iterator_age: Fact::Known(None),
    }
}

/// An alarm on the errors of a function.
pub(super) fn alarm(function: &Arn) -> Alarm {
    let mut alarm = alarm_on(function.name(), metric("AWS/Lambda", "Errors", &[("FunctionName", function.name())]));
    alarm.arn = Arn::build("aws", "cloudwatch", function.region(), ACCOUNT, &format!("alarm:{}", function.name()));
    alarm
}

/// An alarm of the main Region that tells somebody.
pub(super) fn alarm_on(name: &str, watches: Watched) -> Alarm {
    Alarm {
        arn: arn("cloudwatch", &format!("alarm:{name}")),
        name: name.to_owned(),
        actions_enabled: true,
        actions: vec![routes::testing::topic()],
        state: "OK".to_owned(),
        watches,
    }
}

/// What an alarm on one metric watches.
pub(super) fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> Watched {
    let dimensions = dimensions.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    let metric = WatchedMetric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions, account: None };
    Watched::Metrics { metrics: vec![metric], expressions: Vec::new() }
}

/// A recorder of AWS Config that records everything.
pub(super) fn recorder() -> ConfigRecorder {
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

/// An analyzer that looks for access from outside.
pub(super) fn analyzer(region: &str) -> Analyzer {
    Analyzer {
        arn: Arn::build("aws", "access-analyzer", region, ACCOUNT, "analyzer/external"),
        name: "external".to_owned(),
        kind: "ACCOUNT".to_owned(),
        status: "ACTIVE".to_owned(),
        unused_access_age: None,
        findings: Listing::complete(Vec::new()),
    }
}
