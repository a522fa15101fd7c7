//! DP-019: a function that works on sensitive data can put it where others read it.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, glance, held,
        permission::{self, Stranger},
        settings::Classified,
    },
    iam::{Audience, Holder},
    model::{Arn, Function, Gap, Role, Source},
    remedy::{Call, Effort, Plan, Risk},
};

use super::{
    sinks::{Sink, Sinks},
    sources::{Read, Sources},
};

pub(super) static CHECK: Check = Check {
    id: "DP-019",
    slug: "data-flow-leak",
    title: "Functions that work on sensitive data cannot put it where it may not be",
    layer: Layer::Data,
    severity: Severity::High,
    why: "Data keeps its class when it moves, its protection stays behind: one line of code, or one event that somebody else chose, is \
          enough to carry it to a place that is public, another account's or a developer's.",
    how: "A function is taken to work on sensitive data when its tags, its name or the tags of its role put it into a class that ranks \
          as confidential or higher, or the own tags of what it reads do: a bucket, table, queue, stream, secret or parameter that its \
          role may read, after denies and permissions boundary, and that a policy names, a mapping reads or that notifies it, and what a \
          topic, a bus or a pipe hands over to it. Sinks are what its role may write to, in the same way: buckets that are public, topics \
          and queues that strangers can read or that deliver to the internet or to an account that is not trusted, streams and tables \
          that strangers can read, buckets that are copied to one of these or to such an account, functions and stores that are for \
          development or whose own tags give them a class of a lower rank than the data's, and resources of such accounts that its \
          policies name; and destinations of its results. What starts the function comes first in the evidence. Ways through the \
          network are not looked at.",
    links: Links { csf: &["PR.DS"], owasp: &["S3"], csa: &["SAS-9"], attack: &["T1537", "T1567"], ..Links::NONE },
    reads: &[
        Source::Lambda,
        Source::Iam,
        Source::S3,
        Source::Sns,
        Source::Sqs,
        Source::Kinesis,
        Source::DynamoDb,
        Source::Organizations,
        Source::Events,
        Source::Scheduler,
        Source::Pipes,
        Source::SecretsManager,
        Source::Ssm,
        Source::ApiGateway,
        Source::Tag,
    ],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunction",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListFunctionUrlConfigs",
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "s3:ListAllMyBuckets",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetAccountPublicAccessBlock",
            "s3:GetBucketNotification",
            "sns:ListTopics",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptions",
            "sqs:ListQueues",
            "sqs:GetQueueAttributes",
            "kinesis:ListStreams",
            "kinesis:GetResourcePolicy",
            "dynamodb:ListTables",
            "dynamodb:GetResourcePolicy",
            "events:ListRules",
            "events:ListTargetsByRule",
            "scheduler:ListSchedules",
            "pipes:ListPipes",
            "secretsmanager:ListSecrets",
            "ssm:DescribeParameters",
            "apigateway:GET",
            "organizations:DescribeOrganization",
            "organizations:ListPoliciesForTarget",
            "organizations:DescribePolicy",
            "s3:GetReplicationConfiguration",
            "events:ListEventBuses",
            "tag:GetResources",
        ],
        provider: "AWS carries data wherever a role's policies let the function's code send it, and knows nothing of how sensitive it is",
        avoids: &[
            "A function that neither its tags, its name, the tags of its role nor those of what it reads put into a sensitive class",
            "A sensitive store that its role reaches by a wildcard only, or may not read, and a secret that no tag puts into a class",
            "A write that a Deny or the permissions boundary of the role takes back",
            "A bucket, queue, topic, stream or table that only this account and trusted ones can read, and no tag puts into a class of a lower rank",
            "The network a function is in: no way through it counts",
        ],
        cli: "aws iam put-role-policy --role-name <ROLE_NAME> --policy-name keep-data-in --policy-document file://deny.json",
        cloudformation: r#"Type: AWS::IAM::RolePolicy
Properties:
  RoleName: <ROLE_NAME>
  PolicyName: keep-data-in
  PolicyDocument:
    Version: "2012-10-17"
    Statement:
      - Effect: Deny
        Action: s3:PutObject
        Resource: arn:aws:s3:::<BUCKET_NAME>/*"#,
        terraform: r#"resource "aws_iam_role_policy" "<NAME>" {
  name = "keep-data-in"
  role = aws_iam_role.<ROLE>.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = "s3:PutObject", Resource = "arn:aws:s3:::<BUCKET_NAME>/*" }]
  })
}"#,
        undo: "aws iam delete-role-policy --role-name <ROLE_NAME> --policy-name keep-data-in",
    },
};

/// The calls that put data somewhere, for resources of other accounts that a policy names.
const WRITES: [(&str, &[&str]); 8] = [
    ("s3", &["s3:PutObject"]),
    ("sns", &["sns:Publish"]),
    ("sqs", &["sqs:SendMessage"]),
    ("kinesis", &["kinesis:PutRecord", "kinesis:PutRecords"]),
    ("firehose", &["firehose:PutRecord", "firehose:PutRecordBatch"]),
    ("dynamodb", &["dynamodb:PutItem"]),
    ("events", &["events:PutEvents"]),
    ("lambda", &["lambda:InvokeFunction"]),
];

/// How many triggers are told: one shows that data comes in.
const MOST_TRIGGERS: usize = 3;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let (sources, sinks) = (Sources::new(context), Sinks::new(context));
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, &sources, &sinks, function))
}

/// A way out of the function, with what shows it.
struct Leak {
    sink: Arn,
    action: String,
    message: String,
    evidence: Vec<Evidence>,
}

/// The data that a function works on.
struct Data<'a> {
    class: Classified<'a>,
    /// What it reads, where that says more than what the function is.
    read: Option<Read<'a>>,
}

/// The data that `function` works on, if it is sensitive.
fn data<'a>(context: &Context<'a>, sources: &Sources<'a>, function: &Function) -> Result<Option<Data<'a>>, Gap> {
    let own = context.standing_with_role(function).class();
    let (read, unread) = sources.of(context, function);
    match (own, read) {
        (Ok(class), Some(read)) if class.is_sensitive && class.class.rank >= read.class.class.rank => Ok(Some(Data { class, read: None })),
        (_, Some(read)) => Ok(Some(Data { class: read.class, read: Some(read) })),
        (Ok(class), None) if class.is_sensitive => Ok(Some(Data { class, read: None })),
        (Ok(_), None) => unread.map_or(Ok(None), Err),
        (Err(gap), None) => Err(gap),
    }
}

fn judge<'a>(context: &Context<'a>, sources: &Sources<'a>, sinks: &Sinks, function: &Function) -> Result<Ruling, Gap> {
    let role = context.role(&function.role)?;
    let Some(Data { class, read }) = data(context, sources, function)? else { return Ok(Ruling::NotApplicable) };
    let mut leaks = destinations(context, function);
    let mut gap = function.event_invoke.gap().cloned();
    if let Some(role) = role {
        let (found, unknown) = of_role(context, sinks, role, class.class.rank)?;
        // What is where it came from, or comes back, has not been carried anywhere.
        let stays = |leak: &Leak| leak.sink == function.arn || read.as_ref().is_some_and(|read| leak.sink == *read.store);
        leaks.extend(found.into_iter().filter(|leak| !stays(leak)));
        gap = gap.or(unknown);
    }
    let Some(first) = leaks.first() else { return gap.map_or(Ok(Ruling::Pass), Err) };
    let others = if leaks.len() > 1 { format!(" and {} more", leaks.len() - 1) } else { String::new() };
    let what = read.as_ref().map_or_else(|| format!("works on {} data", class.class.name), |read| format!("reads {}", read.told));
    let message = format!("{} {what} and {}{others}", function.name, first.message);
    let subject = leaks.iter().filter(|leak| !leak.action.is_empty()).map(|leak| format!("{} {}", leak.action, leak.sink)).collect();
    // The way as it goes: what starts the function, what it reads, then what lets it out.
    let fed = context.feeds().leading_to(&function.arn).filter(|feed| feed.is_on).take(MOST_TRIGGERS).map(|feed| feed.evidence.clone());
    let mark = class.by.map(|mark| mark.evidence()).filter(|_| read.is_none());
    let into = read.into_iter().flat_map(|read| read.evidence);
    let mut evidence: Vec<Evidence> = Vec::new();
    for one in fed.chain(into).chain(leaks.into_iter().flat_map(|leak| leak.evidence)).chain(mark) {
        if !evidence.contains(&one) {
            evidence.push(one);
        }
    }
    Ok(Fault::new(message, evidence).subject(subject).into())
}

/// Where results of the function go that is an account's nobody trusts.
fn destinations(context: &Context<'_>, function: &Function) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for config in function.event_invoke.known().into_iter().flatten() {
        for (name, target) in [("OnSuccess", &config.on_success), ("OnFailure", &config.on_failure)] {
            let Some(target) = target else { continue };
            if let Some(who) = foreign(context, target) {
                leaks.push(Leak {
                    sink: target.clone(),
                    action: String::new(),
                    message: format!("sends its results to {} of {who}", target.name()),
                    evidence: vec![Evidence::field(
                        "lambda:ListFunctionEventInvokeConfigs",
                        format!("{} DestinationConfig.{name}", config.qualifier),
                        target.as_str(),
                    )],
                });
            }
        }
    }
    leaks
}

/// Whose `arn` is, when that is an account which nobody trusts.
fn foreign(context: &Context<'_>, arn: &Arn) -> Option<String> {
    let account = arn.account();
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match permission::stranger(context, &Audience::Account(account.to_owned())) {
        Stranger::Yes(who) => Some(who),
        Stranger::No | Stranger::MaybeOwn(_) => None,
    }
}

/// What the role may write to that data of this rank should not be in, and why there may be more.
fn of_role(context: &Context<'_>, sinks: &Sinks, role: &Role, rank: u32) -> Result<(Vec<Leak>, Option<Gap>), Gap> {
    let services = WRITES.map(|(service, _)| service);
    if !glance::some_touch(context, &role.policies, &services) {
        return Ok((Vec::new(), None));
    }
    let holder = context.holder(role);
    let mut leaks = Vec::new();
    let mut gap = None;
    for (service, actions) in WRITES {
        let may_speak = !holder.gaps.is_empty()
            || holder.permissions.iter().any(|permission| {
                let statement = &permission.statement;
                statement.is_not_action() || actions.iter().any(|wanted| statement.actions().any(|action| glance::fits(action, wanted)))
            });
        if !may_speak {
            continue;
        }
        gap = gap.or_else(|| sinks.gap(service).cloned());
        for sink in sinks.of(service).iter().filter(|sink| sink.is_below(rank)) {
            leaks.extend(leak(&holder, actions, sink)?);
        }
        for sink in named(context, &holder, service) {
            leaks.extend(leak(&holder, actions, &sink)?);
        }
    }
    Ok((leaks, gap))
}

/// Resources of accounts which nobody trusts that statements of `holder` name.
fn named(context: &Context<'_>, holder: &Holder<'_>, service: &str) -> Vec<Sink> {
    let mut sinks: Vec<Sink> = Vec::new();
    let statements = holder.permissions.iter().map(|permission| &permission.statement).filter(|statement| !statement.is_not_resource());
    for pattern in statements.flat_map(|statement| statement.resources()) {
        let arn = Arn::from(pattern);
        if arn.service() != service {
            continue;
        }
        let Some(who) = foreign(context, &arn) else { continue };
        let arn = Arn::new(pattern.replace('*', "palisade").replace('?', "x"));
        if sinks.iter().all(|sink| sink.arn != arn) {
            sinks.push(Sink { target: arn.clone(), called: format!("{} of {who}", arn.name()), evidence: Vec::new(), rank: None, arn });
        }
    }
    sinks
}

fn leak(holder: &Holder<'_>, actions: &[&str], sink: &Sink) -> Result<Option<Leak>, Gap> {
    for action in actions {
        let Some(grant) = held::grant(holder, action, sink.target.as_str())? else { continue };
        let mut evidence = grant.evidence();
        evidence.extend(sink.evidence.iter().cloned());
        return Ok(Some(Leak {
            sink: sink.arn.clone(),
            action: (*action).to_owned(),
            message: format!("may call {action} on {}{}", sink.called, grant.suffix()),
            evidence,
        }));
    }
    Ok(None)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let function = context.posture.function(&verdict.resource)?;
    let role = context.posture.role(&function.role)?;
    let mut plan =
        Plan::new(Effort::Guided, Risk::Manual, format!("Cut the ways by which {} can put data where it may not be", function.name))
            .step("Find out first whether the function is meant to write there: then the sink has to be closed, or its class raised");
    let statements: Vec<_> = fault
        .subject
        .iter()
        .filter_map(|note| note.split_once(' '))
        .map(|(action, sink)| {
            let resource =
                if sink.starts_with("arn:") && Arn::from(sink).service() == "s3" { format!("{sink}/*") } else { sink.to_owned() };
            serde_json::json!({ "Effect": "Deny", "Action": action, "Resource": resource })
        })
        .collect();
    if statements.is_empty() {
        return Some(plan.step("Change the destination of its results to one of this account"));
    }
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let call = |operation| Call::new("iam", operation, "").with("role-name", &role.name).with("policy-name", "keep-data-in");
    plan = plan.step(call("put-role-policy").with("policy-document", policy)).undo(call("delete-role-policy"));
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, ask_with, bucket, cases, denied, function, with_role},
        },
        model::{
            Arn, BucketNotifications, EventInvokeConfig, EventSourceMapping, Fact, Function, Gap, PolicyText, Posture, Region,
            ReplicationRule, Subscription, SubscriptionEndpoint, TaggedResource, Topic, TopicAttributes,
        },
    };

    /// A sensitive function whose role may do `action` on `resource`.
    fn writing(action: &str, resource: &str) -> Posture {
        let mut posture = with_role(&format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"write","Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
        ));
        posture.governance.s3_public_access_block = Fact::Known(None);
        change(posture, |region| function_of(region).tags = Fact::Known([("data-class".to_owned(), "pii".to_owned())].into()))
    }

    fn function_of(region: &mut Region) -> &mut Function {
        &mut region.functions.items[0]
    }

    fn change(mut posture: Posture, change: impl FnOnce(&mut Region)) -> Posture {
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn with_bucket(posture: Posture, public: bool) -> Posture {
        change(posture, |region| {
            let mut bucket = bucket("shares");
            bucket.notifications = Fact::Known(BucketNotifications::default());
            let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shares/*"}]}"#;
            if public {
                bucket.policy = Fact::Known(Some(PolicyText::from(open)));
                bucket.public_access_block = Fact::Known(None);
            }
            region.buckets.items.push(bucket);
        })
    }

    /// With tags of the bucket.
    fn classed(posture: Posture, tags: &[(&str, &str)]) -> Posture {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        change(posture, |region| {
            let arn = region.buckets.items[0].arn.clone();
            region.tagged.items.push(TaggedResource { arn, region: REGION.to_owned(), tags });
        })
    }

    /// With objects of the last bucket copied to one that is called `mirror`.
    fn copied(posture: Posture, enabled: bool, account: Option<&str>) -> Posture {
        let bucket = Arn::from("arn:aws:s3:::mirror");
        let rule = ReplicationRule { enabled, bucket, account: account.map(str::to_owned) };
        change(posture, |region| region.buckets.items.last_mut().unwrap().replication = Fact::Known(vec![rule]))
    }

    /// With the buckets `mirror` and `shares`.
    fn with_mirror(posture: Posture) -> Posture {
        with_bucket(change(posture, |region| region.buckets.items.push(bucket("mirror"))), false)
    }

    fn with_topic(posture: Posture, endpoint: SubscriptionEndpoint) -> Posture {
        change(posture, |region| {
            let arn = Arn::build("aws", "sns", REGION, ACCOUNT, "shares");
            region.subscriptions.items.push(Subscription {
                arn: Arn::new(format!("{arn}:1")),
                topic: arn.clone(),
                owner: ACCOUNT.to_owned(),
                protocol: "https".to_owned(),
                endpoint,
            });
            region.topics.items.push(Topic { arn, attributes: Fact::Known(TopicAttributes { policy: None, kms_key: None }) });
        })
    }

    #[test]
    fn rules() {
        let puts = || writing("s3:PutObject", "arn:aws:s3:::shares/*");
        let publishes = || writing("sns:Publish", "*");
        let own = SubscriptionEndpoint::Resource(Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:x"));
        let theirs = SubscriptionEndpoint::Resource(Arn::from("arn:aws:sqs:eu-west-1:999999999999:x"));
        let invokes = |class: &str| {
            change(writing("lambda:InvokeFunction", "*"), |region| {
                let mut other = function("try");
                other.tags = Fact::Known([("env".to_owned(), class.to_owned())].into());
                region.functions.items.push(other);
            })
        };
        let ordinary = change(with_bucket(puts(), true), |region| function_of(region).tags = Fact::Known([].into()));
        let mut by_role = ordinary.clone();
        by_role.identity.roles.items[0].tags = [("data-class".to_owned(), "confidential".to_owned())].into();
        let sends_to = |target: &str| {
            change(writing("logs:PutLogEvents", "*"), |region| {
                function_of(region).event_invoke = Fact::Known(vec![EventInvokeConfig {
                    qualifier: Function::UNQUALIFIED.to_owned(),
                    on_success: Some(Arn::from(target)),
                    on_failure: None,
                    retry_attempts: None,
                    event_age_seconds: None,
                }]);
            })
        };
        cases(
            &CHECK,
            [
                ("writes to a closed bucket", with_bucket(puts(), false), Says::Pass),
                ("writes to a public bucket", with_bucket(puts(), true), Says::Fail),
                ("writes to another bucket", with_bucket(writing("s3:PutObject", "arn:aws:s3:::own/*"), true), Says::Pass),
                ("reads a public bucket", with_bucket(writing("s3:GetObject", "*"), true), Says::Pass),
                ("is of no class", ordinary, Says::NotApplicable),
                ("runs as a role with a class", by_role, Says::Fail),
                ("tells a function of its own", with_topic(publishes(), own), Says::Pass),
                ("tells a stranger's queue", with_topic(publishes(), theirs), Says::Fail),
                ("tells the internet", with_topic(publishes(), SubscriptionEndpoint::Host("hooks.example.com".to_owned())), Says::Fail),
                (
                    "writes into another account",
                    writing("kinesis:PutRecord", "arn:aws:kinesis:eu-west-1:999999999999:stream/x"),
                    Says::Fail,
                ),
                ("results go to another account", sends_to("arn:aws:sqs:eu-west-1:999999999999:x"), Says::Fail),
                ("results stay", sends_to("arn:aws:sqs:eu-west-1:123456789012:x"), Says::Pass),
                ("a bucket is of a lower class", classed(with_bucket(puts(), false), &[("data-class", "public")]), Says::Fail),
                ("a bucket is for development", classed(with_bucket(puts(), false), &[("env", "sandbox")]), Says::Fail),
                ("a bucket is of the same class", classed(with_bucket(puts(), false), &[("data-class", "restricted")]), Says::Pass),
                ("a bucket is of no class", classed(with_bucket(puts(), false), &[("team", "shop")]), Says::Pass),
                ("a public bucket is of the same class", classed(with_bucket(puts(), true), &[("data-class", "pii")]), Says::Fail),
                (
                    "tags of stores denied",
                    change(with_bucket(puts(), false), |region| region.tagged.gap = Some(Gap::denied("tag:GetResources", "no"))),
                    Says::Unknown,
                ),
                ("objects are copied to another account", copied(with_bucket(puts(), false), true, Some("999999999999")), Says::Fail),
                ("objects were copied to another account", copied(with_bucket(puts(), false), false, Some("999999999999")), Says::Pass),
                ("objects are copied to a bucket of this account", copied(with_bucket(puts(), false), true, Some(ACCOUNT)), Says::Pass),
                ("objects are copied to nobody knows whose bucket", copied(with_bucket(puts(), false), true, None), Says::Unknown),
                (
                    "objects are copied to a bucket of a lower class",
                    classed(copied(with_mirror(puts()), true, None), &[("data-class", "public")]),
                    Says::Fail,
                ),
                (
                    "tags denied",
                    change(puts(), |region| function_of(region).tags = Gap::denied("lambda:GetFunction", "no").into()),
                    Says::Unknown,
                ),
                (
                    "buckets denied",
                    change(puts(), |region| region.buckets.gap = Some(Gap::denied("s3:ListAllMyBuckets", "no"))),
                    Says::Unknown,
                ),
                (
                    "a policy unread",
                    change(with_bucket(puts(), true), |region| region.buckets.items[0].policy = Fact::unread("s3:GetBucketPolicy")),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
        let settings = Settings::default();
        assert_eq!(ask_with(&CHECK, &invokes("dev"), &settings)[0], ("orders".to_owned(), Says::Fail));
        assert_eq!(ask_with(&CHECK, &invokes("prod"), &settings)[0], ("orders".to_owned(), Says::Pass));
        let of_class = |class: &str| {
            change(invokes("prod"), |region| {
                let other = region.functions.items.last_mut().expect("the other");
                other.tags = Fact::Known([("data-class".to_owned(), class.to_owned())].into());
            })
        };
        assert_eq!(ask_with(&CHECK, &of_class("public"), &settings)[0], ("orders".to_owned(), Says::Fail));
        assert_eq!(ask_with(&CHECK, &of_class("restricted"), &settings)[0], ("orders".to_owned(), Says::Pass));
    }

    #[test]
    fn the_path_goes_from_the_trigger_to_the_sink() {
        let posture = change(with_bucket(writing("s3:PutObject", "*"), true), |region| {
            let mut mapping = EventSourceMapping::new(Arn::from("arn:m"), "u-1", region.functions.items[0].arn.clone());
            mapping.source = Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "intake"));
            let mut off = EventSourceMapping { uuid: "u-2".to_owned(), state: "Disabled".to_owned(), ..mapping.clone() };
            off.source = Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "old"));
            region.event_source_mappings.items.extend([off, mapping]);
        });
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        let sources: Vec<_> = fault.evidence.iter().map(|one| (one.source, one.line > 0)).collect();
        let expected = [
            ("lambda:ListEventSourceMappings", false),
            ("iam:GetAccountAuthorizationDetails", true),
            ("s3:GetBucketPolicy", true),
            ("lambda:GetFunction", false),
        ];
        assert_eq!(sources, expected, "{fault:?}");
        assert_eq!(fault.evidence[0].pointer, "u-1 EventSourceArn");
    }

    #[test]
    fn the_plan_cuts_the_way_and_can_be_taken_back() {
        let settings = Settings::default();
        let posture = with_bucket(writing("s3:*", "*"), true);
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
        assert!(fault.evidence[0].value.contains("write") && fault.evidence[0].line > 0, "{fault:?}");
        assert!(fault.evidence[1].value.contains("s3:GetObject"), "{fault:?}");
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[1].contains(r#""Resource":"arn:aws:s3:::shares/*""#), "{:?}", plan.commands());
        assert!(plan.undo_commands()[0].contains("delete-role-policy"));
    }
}
