//! What starts the services: queues, streams, topics, rules, and the APIs in front.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Arn, EventBus, EventBusAttributes, EventRule, EventTarget, Fact, HttpApi, HttpStage, Integration, KinesisStream, KinesisStreamSummary,
    Learnt, Listing, Part, PolicyText, Queue, QueueAttributes, Route, RouteSettings, Source, Subscription, SubscriptionEndpoint, Throttle,
    Topic, TopicAttributes,
};

use super::{
    ACCOUNT, EU, PARTITION, made_up,
    policy::{document, expand},
    service::{Built, Feed},
    sources,
};

/// Queues that functions only write to, or that nobody has read for a while.
const OTHER_QUEUES: [(&str, &str); 3] = [(EU, "carrier-events"), (EU, "returns"), (EU, "scans-to-geocode-dead")];

/// The APIs that let customers and carriers in without a token: their stages hold the rate down instead.
const OPEN_APIS: [&str; 5] = ["track", "track-us", "auth", "payments", "flags"];

/// What the collectors of one Region learnt of what starts `services`.
pub(super) fn parts(region: &'static str, services: &[Built]) -> Vec<Part> {
    let part = |source, learnt| Part { run: sources::run(source, region), learnt };
    let (topics, subscriptions) = topics(region, services);
    vec![
        part(Source::Sqs, vec![Learnt::Queues(Listing::complete(queues(region, services)))]),
        part(Source::Kinesis, vec![Learnt::KinesisStreams(Listing::complete(streams(services)))]),
        part(Source::Sns, vec![Learnt::Topics(Listing::complete(topics)), Learnt::Subscriptions(Listing::complete(subscriptions))]),
        part(
            Source::Events,
            vec![
                Learnt::EventBuses(Listing::complete(buses(region))),
                Learnt::EventRules(Listing::complete(rules(region, services))),
                Learnt::EventArchives(Listing::complete(Vec::new())),
            ],
        ),
        part(Source::Pipes, vec![Learnt::Pipes(Listing::complete(Vec::new()))]),
        part(
            Source::ApiGateway,
            vec![
                Learnt::RestApis(Listing::complete(Vec::new())),
                Learnt::HttpApis(Listing::complete(apis(region, services))),
                Learnt::ApiDomains(Listing::complete(Vec::new())),
                Learnt::UsagePlans(Listing::complete(Vec::new())),
            ],
        ),
    ]
}

/// Buckets that tell a function what is put into them, with what they call.
pub(super) fn uploads(services: &[Built]) -> Vec<(String, Arn)> {
    let mut uploads = Vec::new();
    for built in services {
        let buckets = built.feeds.iter().filter_map(|feed| match feed {
            Feed::Upload(bucket) => Some(bucket.clone()),
            _ => None,
        });
        uploads.extend(buckets.map(|bucket| (bucket, built.target.clone())));
    }
    uploads
}

/// The resources of a service that functions read from.
fn read_from<'b>(services: &'b [Built], service: &'b str) -> BTreeSet<&'b Arn> {
    let sources = services.iter().flat_map(|built| &built.mappings).filter_map(|mapping| mapping.source.as_ref());
    sources.filter(|source| source.service() == service).collect()
}

fn queues(region: &str, services: &[Built]) -> Vec<Queue> {
    let others = OTHER_QUEUES.iter().filter(|(home, _)| *home == region).map(|(_, name)| Arn::from(expand(region, "sqs", name).as_str()));
    let arns: BTreeSet<Arn> = read_from(services, "sqs").into_iter().cloned().chain(others).collect();
    let queue = |arn: Arn| {
        // Story: the depots' scanners have no credentials, so everybody may write what they write.
        let policy: Option<PolicyText> = (arn.resource() == "scans-to-geocode").then(|| {
            document(&[format!(
                r#"{{"Sid":"depot-scanners","Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"{arn}"}}"#
            )])
        });
        Queue {
            url: format!("https://sqs.{region}.amazonaws.com/{ACCOUNT}/{}", arn.resource()),
            attributes: Fact::Known(QueueAttributes {
                policy,
                sqs_managed_sse: Some(true),
                kms_key: None,
                retention_seconds: Some(345_600),
                dead_letter_queue: None,
            }),
            arn,
        }
    };
    arns.into_iter().map(queue).collect()
}

fn streams(services: &[Built]) -> Vec<KinesisStream> {
    let stream = |arn: &Arn| KinesisStream {
        arn: arn.clone(),
        summary: Fact::Known(KinesisStreamSummary {
            status: "ACTIVE".to_owned(),
            encryption: Some("KMS".to_owned()),
            kms_key: Some("alias/aws/kinesis".to_owned()),
            // Of parcels somebody wants to know after the weekend; of clicks nobody does.
            retention_hours: if arn.name() == "clicks" { 24 } else { 168 },
        }),
        policy: Fact::Known(None),
    };
    read_from(services, "kinesis").into_iter().map(stream).collect()
}

/// Topics, with who is subscribed to them.
fn topics(region: &str, services: &[Built]) -> (Vec<Topic>, Vec<Subscription>) {
    let mut subscriptions = Vec::new();
    for built in services {
        for feed in &built.feeds {
            let Feed::Topic(name) = feed else { continue };
            let topic = Arn::from(expand(region, "sns", name).as_str());
            subscriptions.push(Subscription {
                arn: Arn::new(format!("{topic}:{}", made_up::uuid(&format!("{topic} {}", built.function.name)))),
                topic,
                owner: ACCOUNT.to_owned(),
                protocol: "lambda".to_owned(),
                endpoint: SubscriptionEndpoint::Resource(built.target.clone()),
            });
        }
    }
    let pushes = (region == EU).then(|| Arn::from(expand(region, "sns", "app-pushes").as_str()));
    let arns: BTreeSet<Arn> = subscriptions.iter().map(|subscription| subscription.topic.clone()).chain(pushes).collect();
    let topic = |arn: Arn| {
        // The policy that SNS gives to a new topic.
        let policy = document(&[format!(
            r#"{{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{{"AWS":"*"}},"Action":["SNS:Publish","SNS:Subscribe","SNS:SetTopicAttributes"],"Resource":"{arn}","Condition":{{"StringEquals":{{"AWS:SourceOwner":"{ACCOUNT}"}}}}}}"#
        )]);
        Topic { arn, attributes: Fact::Known(TopicAttributes { policy: Some(policy), kms_key: None }) }
    };
    (arns.into_iter().map(topic).collect(), subscriptions)
}

fn buses(region: &str) -> Vec<EventBus> {
    let bus = |name: &str| EventBus {
        arn: Arn::build(PARTITION, "events", region, ACCOUNT, &format!("event-bus/{name}")),
        name: name.to_owned(),
        attributes: Fact::Known(EventBusAttributes { policy: None, kms_key: None, dead_letter_queue: None, logs_events: false }),
    };
    if region == EU { vec![bus("default"), bus("parcels")] } else { vec![bus("default")] }
}

fn rules(region: &str, services: &[Built]) -> Vec<EventRule> {
    let mut rules = Vec::new();
    for built in services {
        for feed in &built.feeds {
            let Feed::Schedule(name) = feed else { continue };
            rules.push(EventRule {
                arn: Arn::build(PARTITION, "events", region, ACCOUNT, &format!("rule/{name}")),
                name: name.clone(),
                bus: "default".to_owned(),
                pattern: None,
                schedule: Some("rate(1 day)".to_owned()),
                state: "ENABLED".to_owned(),
                role: None,
                managed_by: None,
                targets: Fact::Known(vec![EventTarget {
                    id: "function".to_owned(),
                    arn: built.target.clone(),
                    role: None,
                    dead_letter_queue: None,
                    retries: None,
                    input: None,
                    http_parameters: None,
                }]),
            });
        }
    }
    rules
}

/// The HTTP APIs, each with the routes of its services.
fn apis(region: &str, services: &[Built]) -> Vec<HttpApi> {
    let mut routes: BTreeMap<&str, Vec<(&str, &Built)>> = BTreeMap::new();
    for built in services {
        for feed in &built.feeds {
            if let Feed::Route { api, route } = feed {
                routes.entry(api).or_default().push((route, built));
            }
        }
    }
    routes.into_iter().map(|(name, routes)| api(region, name, &routes)).collect()
}

fn api(region: &str, name: &str, routes: &[(&str, &Built)]) -> HttpApi {
    let id = made_up::id(name, 10);
    let open = OPEN_APIS.contains(&name);
    let route = |(route, built): &(&str, &Built)| {
        let is_open = open || built.function.name == "credit-check";
        Route {
            id: made_up::id(&format!("{name} {route}"), 7),
            key: key(route),
            authorization_type: if is_open { "NONE".to_owned() } else { "JWT".to_owned() },
            authorizer: (!is_open).then(|| made_up::id(&format!("{name} authorizer"), 6)),
            api_key_required: false,
            integration: Some(made_up::id(&format!("{name} {}", built.function.name), 7)),
            models: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    };
    let integrations = routes.iter().map(|(_, built)| {
        let integration =
            Integration { kind: "AWS_PROXY".to_owned(), function: Some(built.target.clone()), calls: None, timeout_millis: Some(30_000) };
        (made_up::id(&format!("{name} {}", built.function.name), 7), integration)
    });
    let settings = RouteSettings { throttle: Throttle { rate: Some(200.0), burst: Some(400) }, data_trace: false, logging_level: None };
    HttpApi {
        arn: Arn::new(format!("arn:{PARTITION}:apigateway:{region}::/apis/{id}")),
        name: name.to_owned(),
        protocol: "HTTP".to_owned(),
        execute_api_disabled: false,
        cors: None,
        tags: BTreeMap::new(),
        routes: Fact::Known(routes.iter().map(route).collect()),
        integrations: Fact::Known(integrations.collect()),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![HttpStage {
            name: "$default".to_owned(),
            // Story: the flags were to be public for a day, the payments are debugged in the function's own log.
            access_log: (!matches!(name, "flags" | "payments"))
                .then(|| Arn::build(PARTITION, "logs", region, ACCOUNT, &format!("log-group:/larkspur/api/{name}"))),
            client_certificate: None,
            default_settings: open.then_some(settings),
            settings: BTreeMap::new(),
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
        }]),
        id,
    }
}

/// The key of a route as a permission names it: `POST/orders`, `*/schemas/*`.
fn key(route: &str) -> String {
    let (method, path) = route.split_once('/').unwrap_or((route, ""));
    let method = if method == "*" { "ANY" } else { method };
    format!("{method} /{}", path.replace('*', "{id}"))
}
