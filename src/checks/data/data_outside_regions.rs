//! DP-020: data is kept in, copied to or sent to a Region where it may not be.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{
        Arn, Bucket, EventRule, Fact, FileSystem, Function, Gap, Key, KinesisStream, Listing, Queue, Region, Resource, Secret, Source,
        Subscription, SubscriptionEndpoint, Table, WebFunction,
    },
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-020",
    slug: "data-outside-regions",
    title: "Data stays in the Regions where it may be",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "A replica is as good as the original to whoever may read it, and to the law of the country it is in. One switch of a table, a \
          secret or a bucket carries all of it over a border.",
    how: "residency.regions of the configuration names the Regions where data may be; without it the check is not applicable. Functions, \
          tables, buckets, secrets, queues, streams and file systems in other Regions are reported, replicas of tables, secrets and \
          multi-Region keys, replication rules of buckets that are enabled, endpoints of Web Functions, and topics, rules, mappings and \
          destinations that lead from an allowed Region into another or back. A bucket of another account may be anywhere, which is \
          unknown. Only Regions that were read are looked into.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], ..Links::NONE },
    reads: &[
        Source::Lambda,
        Source::DynamoDb,
        Source::S3,
        Source::SecretsManager,
        Source::Kms,
        Source::Sqs,
        Source::Kinesis,
        Source::Efs,
        Source::Sns,
        Source::Events,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListWebFunctions",
            "lambda:ListWebFunctionEndpoints",
            "lambda:GetWebFunctionEndpoint",
            "dynamodb:ListTables",
            "dynamodb:DescribeTable",
            "s3:ListAllMyBuckets",
            "s3:GetReplicationConfiguration",
            "secretsmanager:ListSecrets",
            "secretsmanager:DescribeSecret",
            "kms:ListKeys",
            "kms:DescribeKey",
            "sqs:ListQueues",
            "kinesis:ListStreams",
            "elasticfilesystem:DescribeFileSystems",
            "sns:ListSubscriptions",
            "events:ListRules",
            "events:ListTargetsByRule",
        ],
        provider: "AWS keeps data in the Region where you put it, and copies it to another only where you set that up",
        avoids: &[
            "Anything, while the configuration names no Regions",
            "A key that is in one Region only, or a replication rule that is switched off",
            "A rule or subscription with both ends outside, as what it leads to is reported itself",
        ],
        cli: r#"aws dynamodb update-table --table-name <TABLE_NAME> --replica-updates '[{"Delete":{"RegionName":"<REPLICA_REGION>"}}]' --region <REGION>
aws secretsmanager remove-regions-from-replication --secret-id <SECRET_ARN> --remove-replica-regions <REPLICA_REGION> --region <REGION>"#,
        cloudformation: "Type: AWS::DynamoDB::GlobalTable
Properties:
  Replicas:
    - Region: <ALLOWED_REGION>",
        terraform: r#"# Take out the replica blocks of other Regions.
resource "aws_dynamodb_table" "<NAME>" {
  replica {
    region_name = "<ALLOWED_REGION>"
  }
}"#,
        undo: "Cannot be taken back as it was: a deleted replica is made anew from the original",
    },
};

/// A place that something is carried to: which Region, how, and what shows it.
struct Hop {
    region: Result<String, Gap>,
    said: &'static str,
    source: &'static str,
    pointer: String,
    /// What stands in the fault's subject for `fix`; empty for nothing.
    subject: &'static str,
}

/// The Region that something leads from, and where to.
type Way = (String, Vec<Hop>);

fn run(context: &Context<'_>) -> Vec<Verdict> {
    if context.settings.allowed_regions.is_empty() {
        return vec![context.one(&CHECK, context.posture.root(), "", Ok(Ruling::NotApplicable))];
    }
    let mut verdicts =
        context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function, of_function(context, function)));
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.web_functions,
        |_, function| judge(context, function, of_web_function(function)),
    ));
    verdicts.extend(context.each(&CHECK, |region| &region.tables, |_, table| judge(context, table, of_table(table))));
    verdicts.extend(context.each(&CHECK, |region| &region.buckets, |_, bucket| judge(context, bucket, of_bucket(context, bucket))));
    verdicts.extend(context.each(&CHECK, |region| &region.secrets, |_, secret| judge(context, secret, of_secret(secret))));
    verdicts.extend(context.each(&CHECK, |region| &region.queues, |_, queue: &Queue| judge(context, queue, Vec::new())));
    verdicts.extend(context.each(&CHECK, |region| &region.kinesis_streams, |_, stream: &KinesisStream| judge(context, stream, Vec::new())));
    verdicts.extend(context.each(&CHECK, |region| &region.file_systems, |_, system: &FileSystem| judge(context, system, Vec::new())));
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.keys,
        |_, key| match key.metadata.known()?.multi_region {
            Some(true) => judge(context, key, of_key(key)),
            _ => Ok(Ruling::NotApplicable),
        },
    ));
    verdicts.extend(leading(context, |region| &region.subscriptions, of_subscription));
    verdicts.extend(leading(context, |region| &region.event_rules, of_rule));
    verdicts
}

/// One verdict for each item that only leads somewhere: none of its own where it is.
fn leading<T: Resource + 'static>(
    context: &Context<'_>,
    list: fn(&Region) -> &Listing<T>,
    hops: fn(&T) -> Result<Way, Gap>,
) -> Vec<Verdict> {
    context.each(&CHECK, list, |_, item| {
        let (home, hops) = hops(item)?;
        // Where both ends are outside, the resource at the end says so.
        let crosses = |hop: &Hop| hop.region.as_ref().is_ok_and(|region| is_outside(context, region) != is_outside(context, &home));
        let crossing: Vec<Hop> = hops.into_iter().filter(crosses).collect();
        if crossing.is_empty() {
            return Ok(Ruling::NotApplicable);
        }
        Ok(fault(item.arn().name(), &home, crossing, Vec::new()).into())
    })
}

fn is_outside(context: &Context<'_>, region: &str) -> bool {
    !region.is_empty() && !context.settings.allowed_regions.iter().any(|allowed| allowed == region)
}

fn judge<T: Resource>(context: &Context<'_>, item: &T, hops: Vec<Hop>) -> Result<Ruling, Gap> {
    let home = item.region();
    let name = item.arn().name();
    if is_outside(context, home) {
        let evidence = vec![Evidence::field(T::LISTED_BY, "Region", home), allowed(context)];
        return Ok(Fault::new(format!("{name} is in {home}, where data may not be"), evidence).into());
    }
    let (mut gap, mut outside) = (None, Vec::new());
    for hop in hops {
        match &hop.region {
            Ok(region) if is_outside(context, region) => outside.push(hop),
            Ok(_) => {}
            Err(unknown) => gap = gap.or_else(|| Some(unknown.clone())),
        }
    }
    if outside.is_empty() {
        return gap.map_or(Ok(Ruling::Pass), Err);
    }
    Ok(fault(name, home, outside, vec![allowed(context)]).into())
}

fn allowed(context: &Context<'_>) -> Evidence {
    Evidence::field("configuration", "residency.regions", context.settings.allowed_regions.join(", "))
}

/// The fault of something at `home` that is carried over `hops`, each with a known Region.
fn fault(name: &str, home: &str, hops: Vec<Hop>, more: Vec<Evidence>) -> Fault {
    let mut regions: Vec<&str> = hops.iter().filter_map(|hop| hop.region.as_deref().ok()).collect();
    regions.sort_unstable();
    regions.dedup();
    let said = hops.first().map_or("leads to", |hop| hop.said);
    let message = format!("{name} of {home} {said} {}, over the border of where data may be", regions.join(", "));
    let subject = hops
        .iter()
        .filter(|hop| !hop.subject.is_empty())
        .filter_map(|hop| Some(format!("{}\n{}", hop.subject, hop.region.as_ref().ok()?)))
        .collect();
    let path = |hop: &Hop| {
        let to = hop.region.as_deref().unwrap_or_default();
        Evidence::field(hop.source, hop.pointer.clone(), format!("{home} → {to}"))
    };
    let evidence = hops.iter().map(path).chain(more).collect();
    Fault::new(message, evidence).subject(subject)
}

fn to(arn: &Arn, said: &'static str, source: &'static str, pointer: String) -> Hop {
    Hop { region: Ok(arn.region().to_owned()), said, source, pointer, subject: "" }
}

fn unread(gap: &Gap) -> Hop {
    Hop { region: Err(gap.clone()), said: "", source: "", pointer: String::new(), subject: "" }
}

/// The hops that `make` finds in what is known, or the one that says why they are not.
fn known<T>(fact: &Fact<T>, make: impl FnOnce(&T) -> Vec<Hop>) -> Vec<Hop> {
    fact.known().map_or_else(|gap| vec![unread(gap)], make)
}

fn of_function(context: &Context<'_>, function: &Function) -> Vec<Hop> {
    let mut hops: Vec<Hop> = match context.mappings_of(function) {
        Ok(mappings) => {
            let source = |arn: &Arn| to(arn, "is fed from", "lambda:ListEventSourceMappings", format!("EventSourceArn {}", arn.name()));
            mappings.iter().filter_map(|mapping| mapping.source.as_ref()).map(source).collect()
        }
        Err(gap) => vec![unread(&gap)],
    };
    hops.extend(known(&function.event_invoke, |configs| {
        let targets = configs.iter().flat_map(|config| config.on_success.iter().chain(&config.on_failure));
        targets
            .map(|arn| {
                to(arn, "sends its results to", "lambda:ListFunctionEventInvokeConfigs", format!("DestinationConfig {}", arn.name()))
            })
            .collect()
    }));
    hops
}

fn of_web_function(function: &WebFunction) -> Vec<Hop> {
    known(&function.endpoints, |endpoints| {
        let of = |name: &str, region: &String| Hop {
            region: Ok(region.clone()),
            said: "answers in",
            source: "lambda:ListWebFunctionEndpoints",
            pointer: format!("{name} regions"),
            subject: "",
        };
        endpoints.iter().flat_map(|endpoint| endpoint.regions.iter().map(move |region| of(&endpoint.name, region))).collect()
    })
}

fn of_table(table: &Table) -> Vec<Hop> {
    known(&table.description, |description| {
        let replica = |region: &str| Hop {
            region: Ok(region.to_owned()),
            said: "is replicated to",
            source: "dynamodb:DescribeTable",
            pointer: "Replicas.RegionName".to_owned(),
            subject: "table",
        };
        description.replicas.iter().map(|one| replica(&one.region)).collect()
    })
}

fn of_bucket(context: &Context<'_>, bucket: &Bucket) -> Vec<Hop> {
    known(&bucket.replication, |rules| {
        let regions = &context.posture.regions;
        let place =
            |arn: &Arn| regions.values().flat_map(|region| &region.buckets.items).find(|one| one.arn == *arn).map(|one| one.region.clone());
        let rule = |arn: &Arn| Hop {
            region: place(arn)
                .ok_or_else(|| Gap::unsupported(format!("the Region of the bucket {} that it is copied to is not known", arn.name()))),
            said: "is replicated to",
            source: "s3:GetReplicationConfiguration",
            pointer: format!("Destination.Bucket {}", arn.name()),
            subject: "",
        };
        rules.iter().filter(|rule| rule.enabled).map(|one| rule(&one.bucket)).collect()
    })
}

fn of_secret(secret: &Secret) -> Vec<Hop> {
    known(&secret.replicas, |replicas| {
        let replica = |region: &str| Hop {
            region: Ok(region.to_owned()),
            said: "is replicated to",
            source: "secretsmanager:DescribeSecret",
            pointer: "ReplicationStatus.Region".to_owned(),
            subject: "secret",
        };
        replicas.iter().map(|one| replica(&one.region)).collect()
    })
}

fn of_key(key: &Key) -> Vec<Hop> {
    let of = |region: Result<String, Gap>| Hop {
        region,
        said: "has a replica in",
        source: "kms:DescribeKey",
        pointer: "MultiRegionConfiguration".to_owned(),
        subject: "",
    };
    match key.metadata.known().map(|metadata| metadata.replica_regions.as_ref()) {
        Ok(Some(regions)) => regions.iter().map(|region| of(Ok(region.clone()))).collect(),
        Ok(None) => vec![of(Err(Gap::failed("kms:DescribeKey", "the answer has no MultiRegionConfiguration")))],
        Err(gap) => vec![unread(gap)],
    }
}

fn of_subscription(subscription: &Subscription) -> Result<Way, Gap> {
    let hops = match &subscription.endpoint {
        SubscriptionEndpoint::Resource(arn) => vec![to(arn, "delivers to", "sns:ListSubscriptions", format!("Endpoint {}", arn.name()))],
        _ => Vec::new(),
    };
    Ok((subscription.topic.region().to_owned(), hops))
}

fn of_rule(rule: &EventRule) -> Result<Way, Gap> {
    let target = |arn: &Arn| to(arn, "sends events to", "events:ListTargetsByRule", format!("Arn {}", arn.name()));
    let targets = rule.targets.known()?;
    // API destinations and AWS's own targets name a Region as well.
    Ok((rule.arn.region().to_owned(), targets.iter().filter(|one| !one.arn.region().is_empty()).map(|one| target(&one.arn)).collect()))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let mut plan = Plan::new(Effort::Guided, Risk::Manual, "Bring the data back to where it may be")
        .step("See who reads it there first, and that a copy remains where it may be: what is deleted there is gone");
    for (kind, region) in fault.subject.iter().filter_map(|subject| subject.split_once('\n')) {
        plan = match kind {
            "table" => plan.step(
                Call::new("dynamodb", "update-table", &*verdict.region)
                    .with("table-name", verdict.resource.name())
                    .with("replica-updates", serde_json::json!([{ "Delete": { "RegionName": region } }]).to_string()),
            ),
            _ => plan.step(
                Call::new("secretsmanager", "remove-regions-from-replication", &*verdict.region)
                    .with("secret-id", verdict.resource.as_str())
                    .with("remove-replica-regions", region),
            ),
        };
    }
    let allowed = context.settings.allowed_regions.join(", ");
    Some(plan.step(format!("A service control policy that denies aws:RequestedRegion other than {allowed} keeps it so")))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{
                ACCOUNT, REGION, Says, ask, ask_with, bucket, denied, empty, key, table, with_bucket, with_function, with_secret,
                with_table,
            },
        },
        model::{
            Arn, EventInvokeConfig, EventRule, EventSourceMapping, EventTarget, Fact, Gap, Posture, Region, ReplicationRule, SecretReplica,
            Subscription, SubscriptionEndpoint, TableReplica, WebFunction, WebFunctionEndpoint, WebFunctionSettings,
        },
    };

    fn settings() -> Settings {
        Settings { allowed_regions: vec![REGION.to_owned(), "eu-central-1".to_owned()], ..Settings::default() }
    }

    fn in_region(name: &str, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = empty();
        let mut region = Region::empty();
        change(&mut region);
        posture.regions.insert(name.to_owned(), region);
        posture
    }

    fn replica(region: &str) -> TableReplica {
        TableReplica { region: region.to_owned(), status: None, kms_key: None }
    }

    fn replicated(region: &str) -> Posture {
        with_table(|table| table.description.known_mut().unwrap().replicas.push(replica(region)))
    }

    fn copied(region: &str) -> Posture {
        with_secret(|secret| secret.replicas = Fact::Known(vec![SecretReplica { region: region.to_owned(), status: None, arn: None }]))
    }

    /// A bucket with a rule to another, which is in `region`, if it is known.
    fn mirrored(region: Option<&str>, enabled: bool) -> Posture {
        let target = Arn::from("arn:aws:s3:::mirror");
        let rule = ReplicationRule { enabled, bucket: target, account: None };
        let mut posture = with_bucket(|bucket| bucket.replication = Fact::Known(vec![rule]));
        if let Some(name) = region {
            let mut mirror = bucket("mirror");
            mirror.region = name.to_owned();
            mirror.replication = Fact::Known(vec![]);
            let mut region = Region::empty();
            region.buckets.items.push(mirror);
            posture.regions.insert(name.to_owned(), region);
        }
        posture
    }

    fn multi_region(replicas: Option<&[&str]>) -> Posture {
        let mut posture = empty();
        let mut key = key("mrk-1");
        let metadata = key.metadata.known_mut().unwrap();
        metadata.multi_region = Some(true);
        metadata.replica_regions = replicas.map(|regions| regions.iter().map(|&region| region.to_owned()).collect());
        posture.regions.get_mut(REGION).unwrap().keys.items.push(key);
        posture
    }

    fn delivering(to: &str) -> Posture {
        let mut posture = empty();
        posture.regions.get_mut(REGION).unwrap().subscriptions.items.push(Subscription {
            arn: Arn::build("aws", "sns", REGION, ACCOUNT, "news:1"),
            topic: Arn::build("aws", "sns", REGION, ACCOUNT, "news"),
            owner: ACCOUNT.to_owned(),
            protocol: "lambda".to_owned(),
            endpoint: SubscriptionEndpoint::Resource(Arn::build("aws", "lambda", to, ACCOUNT, "function:orders")),
        });
        posture
    }

    fn ruling(to: &str) -> Posture {
        let mut posture = empty();
        let target = EventTarget {
            id: "1".to_owned(),
            arn: Arn::build("aws", "events", to, ACCOUNT, "event-bus/all"),
            role: None,
            dead_letter_queue: None,
            retries: None,
            input: None,
            http_parameters: None,
        };
        posture.regions.get_mut(REGION).unwrap().event_rules.items.push(EventRule {
            arn: Arn::build("aws", "events", REGION, ACCOUNT, "rule/all"),
            name: "all".to_owned(),
            bus: "default".to_owned(),
            pattern: None,
            schedule: None,
            state: "ENABLED".to_owned(),
            role: None,
            managed_by: None,
            targets: Fact::Known(vec![target]),
        });
        posture
    }

    fn web(regions: &[&str]) -> Posture {
        let mut posture = empty();
        let endpoint = WebFunctionEndpoint {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "web-function/shop/endpoint/all"),
            name: "all".to_owned(),
            kind: "MultiRegion".to_owned(),
            regions: regions.iter().map(|&region| region.to_owned()).collect(),
            settings: WebFunctionSettings {
                domain: None,
                auth: "IamAuth".to_owned(),
                rate_limit: None,
                max_environments: None,
                state: "Active".to_owned(),
            },
            regional: Fact::Known([].into()),
        };
        posture.regions.get_mut(REGION).unwrap().web_functions.items.push(WebFunction {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "web-function/shop"),
            name: "shop".to_owned(),
            state: "Active".to_owned(),
            policy: Fact::Known(None),
            endpoints: Fact::Known(vec![endpoint]),
        });
        posture
    }

    /// A function that a queue of `from` feeds, and whose results go to one of `to`.
    fn fed(from: &str, to: &str) -> Posture {
        let mut posture = with_function(|function| {
            let target = Arn::build("aws", "sqs", to, ACCOUNT, "done");
            function.event_invoke = Fact::Known(vec![EventInvokeConfig {
                qualifier: "$LATEST".to_owned(),
                on_success: Some(target),
                on_failure: None,
                retry_attempts: None,
                event_age_seconds: None,
            }]);
        });
        let region = posture.regions.get_mut(REGION).unwrap();
        let mut mapping = EventSourceMapping::new(Arn::from("arn:m"), "u-1", region.functions.items[0].arn.clone());
        mapping.source = Some(Arn::build("aws", "sqs", from, ACCOUNT, "intake"));
        region.event_source_mappings.items.push(mapping);
        posture
    }

    #[test]
    fn rules() {
        let away = || {
            let mut table = table("orders");
            table.arn = Arn::build("aws", "dynamodb", "us-east-1", ACCOUNT, "table/orders");
            in_region("us-east-1", |region| region.tables.items.push(table))
        };
        let denied_replicas =
            |secret: &mut crate::model::Secret| secret.replicas = Gap::denied("secretsmanager:DescribeSecret", "no").into();
        for (name, posture, expected) in [
            ("function at home", with_function(|_| ()), Says::Pass),
            ("fed from another Region", fed("us-east-1", REGION), Says::Fail),
            ("sends its results to another Region", fed(REGION, "us-east-1"), Says::Fail),
            ("fed from allowed Regions", fed("eu-central-1", REGION), Says::Pass),
            ("table at home", with_table(|_| ()), Says::Pass),
            ("table elsewhere", away(), Says::Fail),
            ("replica elsewhere", replicated("us-east-1"), Says::Fail),
            ("replica in another allowed Region", replicated("eu-central-1"), Says::Pass),
            ("description unread", with_table(|table| table.description = Fact::unread("dynamodb:DescribeTable")), Says::Unknown),
            ("secret's replica elsewhere", copied("us-east-1"), Says::Fail),
            ("secret's replica at home", copied("eu-central-1"), Says::Pass),
            ("secret's replicas denied", with_secret(denied_replicas), Says::Unknown),
            ("bucket without replication", with_bucket(|bucket| bucket.replication = Fact::Known(vec![])), Says::Pass),
            ("bucket copied elsewhere", mirrored(Some("us-east-1"), true), Says::Fail),
            ("bucket copied within", mirrored(Some("eu-central-1"), true), Says::Pass),
            ("bucket copied to who knows where", mirrored(None, true), Says::Unknown),
            ("bucket with a rule that is off", mirrored(None, false), Says::Pass),
            ("replica of a key elsewhere", multi_region(Some(&["us-east-1"])), Says::Fail),
            ("replica of a key at home", multi_region(Some(&[])), Says::Pass),
            ("replicas of a key not said", multi_region(None), Says::Unknown),
            ("topic to another Region", delivering("us-east-1"), Says::Fail),
            ("topic to an allowed Region", delivering("eu-central-1"), Says::NotApplicable),
            ("rule to another Region", ruling("us-east-1"), Says::Fail),
            ("rule within", ruling(REGION), Says::NotApplicable),
            ("endpoint elsewhere", web(&[REGION, "us-east-1"]), Says::Fail),
            ("endpoint at home", web(&[REGION]), Says::Pass),
        ] {
            let said = ask_with(&CHECK, &posture, &settings());
            assert_eq!(said[0].1, expected, "{name}: {said:?}");
        }
        assert!(ask_with(&CHECK, &denied(), &settings()).iter().all(|(_, says)| *says == Says::Unknown));
    }

    #[test]
    fn without_a_list_of_regions_it_does_not_apply() {
        assert_eq!(ask(&CHECK, &replicated("us-east-1")), [("root".to_owned(), Says::NotApplicable)]);
    }

    #[test]
    fn the_path_is_the_evidence_and_the_replica_can_be_taken_away() {
        let settings = settings();
        let posture = replicated("us-east-1");
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let crate::checks::Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.evidence[0].value, "eu-west-1 → us-east-1");
        assert_eq!(
            (CHECK.fix)(&context, &verdict).unwrap().commands()[1],
            r#"aws dynamodb update-table --table-name orders --replica-updates '[{"Delete":{"RegionName":"us-east-1"}}]' --region eu-west-1"#
        );
    }
}
