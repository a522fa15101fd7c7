//! MV-011: nobody records who reads and changes data that is sensitive, or that sensitive functions work with.

use std::collections::BTreeMap;

use super::data_events::{DataEvent, Ledger};
use crate::{
    checks::{Check, Context, Demand, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict, works_with::each_named},
    model::{Arn, Gap, Resource, Role, Source},
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "MV-011",
    slug: "data-access-unrecorded",
    title: "Who reads and changes sensitive data, and the data of sensitive functions, is recorded",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "When a role leaks, the first question is which records were read. Without data events of the bucket or table the answer is: \
          perhaps all of them.",
    how: "Buckets and tables whose own tags put them into a class that demands data-events, whoever works with them; and those that a \
          policy of an execution role names, that a sensitive function reads the stream of, or that notify one, where the class of the \
          function's data, by its tags or those of its role, demands data-events. No trail that is logging and delivers, and no event \
          data store that is enabled, takes reads, or none takes writes, of all that is in them. Stores of no class that a policy \
          reaches by a wildcard, and those of other functions, are left alone.",
    links: Links {
        security_hub: &["S3.22", "S3.23"],
        cis: &["4.8", "4.9"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        pci: &["10.2.1"],
        soc: &["CC2.1", "CC7.2", "PI1.2"],
        ..Links::NONE
    },
    reads: &[Source::Cloudtrail, Source::Lambda, Source::Iam, Source::S3, Source::DynamoDb, Source::Tag],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetEventDataStore",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:ListEventDataStores",
            "dynamodb:ListTables",
            "iam:GetAccountAuthorizationDetails",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "lambda:GetFunction",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctions",
            "lambda:ListTags",
            "s3:GetBucketNotification",
            "s3:ListAllMyBuckets",
            "tag:GetResources",
        ],
        provider: "CloudTrail records who touches objects and items only where a selector of yours asks for data events, and charges for \
                   each.",
        avoids: &[
            "A bucket or table of no class that a policy reaches by a wildcard only",
            "A bucket or table of no class, of functions that are not sensitive, by their own tags or their role's",
            "Reads and writes that two selectors take apart",
        ],
        cli: "# put-event-selectors replaces all selectors of the trail: put those that are to stay into selectors.json as well.
aws cloudtrail get-event-selectors --trail-name <TRAIL_ARN> --region <REGION>
aws cloudtrail put-event-selectors --trail-name <TRAIL_ARN> --advanced-event-selectors file://selectors.json --region <REGION>",
        cloudformation: "Type: AWS::CloudTrail::Trail
Properties:
  AdvancedEventSelectors:
    - FieldSelectors:
        - {Field: eventCategory, Equals: [Management]}
    - FieldSelectors:
        - {Field: eventCategory, Equals: [Data]}
        - {Field: resources.type, Equals: [AWS::S3::Object]}
        - {Field: resources.ARN, StartsWith: [<BUCKET_ARN>/]}
    - FieldSelectors:
        - {Field: eventCategory, Equals: [Data]}
        - {Field: resources.type, Equals: [AWS::DynamoDB::Table]}
        - {Field: resources.ARN, StartsWith: [<TABLE_ARN>]}",
        terraform: r#"resource "aws_cloudtrail" "<NAME>" {
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["<BUCKET_ARN>/"]
    }
  }

  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::DynamoDB::Table"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["<TABLE_ARN>"]
    }
  }
}"#,
        undo: "aws cloudtrail put-event-selectors --trail-name <TRAIL_ARN> --advanced-event-selectors file://before.json --region <REGION>
Events that went by unrecorded are not recorded afterwards",
    },
};

/// Who works with a store.
enum User<'a> {
    /// Of which the class demands a record.
    Sensitive(&'a str, Demand<'a>),
    /// A function of which that is not known.
    Perhaps(Gap),
}

impl<'a> User<'a> {
    /// Its name, if it is known to be sensitive.
    const fn name(&self) -> Option<&'a str> {
        match self {
            Self::Sensitive(name, _) => Some(name),
            Self::Perhaps(_) => None,
        }
    }
}

/// Users of stores, by ARN of the store; and why there may be more.
#[derive(Default)]
struct Users<'a> {
    by_store: BTreeMap<String, User<'a>>,
    gap: Option<Gap>,
    /// Whether any function is sensitive, or may be.
    some: bool,
}

impl<'a> Users<'a> {
    fn new(context: &Context<'a>) -> Self {
        let gap = context.functions_gap().or_else(|| {
            let gap = context.posture.identity.roles.gap.as_ref();
            gap.map(|gap| if gap.action.is_empty() { Gap { action: Role::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() })
        });
        let mut users = Users { by_store: BTreeMap::new(), gap, some: false };
        let mut told: BTreeMap<Arn, Vec<&Arn>> = BTreeMap::new();
        for bucket in context.posture.regions.values().flat_map(|region| &region.buckets.items) {
            for target in bucket.notifications.known().into_iter().flat_map(|told| &told.targets) {
                told.entry(target.arn.unqualified()).or_default().push(&bucket.arn);
            }
        }
        for (_, function) in context.posture.functions() {
            let role = context.posture.role(&function.role);
            let demand = match context.standing_with_role(function).demand(Protection::DataEvents) {
                Ok(None) => continue,
                Ok(Some(demand)) => Ok(demand),
                Err(gap) => Err(gap),
            };
            users.some = true;
            let user = || match &demand {
                Ok(demand) => User::Sensitive(&function.name, *demand),
                Err(gap) => User::Perhaps(gap.clone()),
            };
            if let Some(role) = role {
                // A policy that was not read may name any store.
                users.gap = users.gap.or_else(|| context.holder(role).gaps.first().cloned());
                each_named(context, role, |_, _, store| users.add(store.to_owned(), user()));
            }
            for mapping in context.known_mappings_of(function) {
                if let Some((table, _)) = mapping.source.as_ref().and_then(|source| source.as_str().split_once("/stream/")) {
                    users.add(table.to_owned(), user());
                }
            }
            for bucket in told.get(&function.arn).into_iter().flatten() {
                users.add(bucket.as_str().to_owned(), user());
            }
        }
        users
    }

    fn add(&mut self, store: String, user: User<'a>) {
        match (self.by_store.get(&store), &user) {
            (Some(User::Sensitive(..)), _) | (Some(User::Perhaps(_)), User::Perhaps(_)) => {}
            _ => drop(self.by_store.insert(store, user)),
        }
    }
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let users = Users::new(context);
    let ledgers: BTreeMap<&str, Ledger<'_>> =
        context.posture.regions.iter().map(|(name, region)| (name.as_str(), Ledger::new(context, name, region))).collect();
    let judge =
        |arn: &Arn, region: &str, kind: &'static str, source: &'static str, object: String, names: [&str; 2], joins: Option<&Gap>| {
            let own = context.own(arn).map_or(Ok(None), |own| own.demand(Protection::DataEvents));
            let (user, demand) = match (own, users.by_store.get(arn.as_str())) {
                (Ok(Some(own)), user) => (user.and_then(User::name), own),
                (_, Some(User::Sensitive(name, demand))) => (Some(*name), *demand),
                (_, Some(User::Perhaps(gap))) => return Err(gap.clone()),
                (Err(gap), None) => return Err(gap),
                (Ok(None), None) => {
                    // Unless it is known whom a store tells, there may be a function.
                    let gap = users.gap.clone().or_else(|| joins.filter(|_| users.some).cloned());
                    return gap.map_or(Ok(Ruling::NotApplicable), Err);
                }
            };
            let Some(ledger) = ledgers.get(region) else { return Ok(Ruling::NotApplicable) };
            let event = |name, read_only| DataEvent { kind, arn: &object, source, name, read_only };
            let (read, write) = (event(names[0], true), event(names[1], false));
            if ledger.takes(&[read, write])? {
                return Ok(Ruling::Pass);
            }
            let lacking = match (ledger.takes(&[read])?, ledger.takes(&[write])?) {
                (true, _) => "changes",
                (_, true) => "reads",
                _ => "reads and changes",
            };
            let evidence = vec![
                Evidence::field("cloudtrail:GetEventSelectors", format!("selectors for {lacking} of {kind}"), "none"),
                Evidence::field("cloudtrail:DescribeTrails", "trails and stores that take events there", ledger.names()),
                demand.evidence(),
            ];
            let user = user.map(|user| format!(", which {user} works with")).unwrap_or_default();
            Ok(Ruling::fail(format!("Nobody records who {lacking} {}{user}: {demand}", arn.name()), evidence))
        };
    let mut verdicts = context.each(
        &CHECK,
        |region| &region.buckets,
        |_, bucket| {
            let object = format!("{}/palisade", bucket.arn);
            judge(
                &bucket.arn,
                &bucket.region,
                "AWS::S3::Object",
                "s3.amazonaws.com",
                object,
                ["GetObject", "PutObject"],
                bucket.notifications.gap(),
            )
        },
    );
    verdicts.extend(context.each(
        &CHECK,
        |region| &region.tables,
        |region, table| {
            let arn = &table.arn;
            judge(
                arn,
                arn.region(),
                "AWS::DynamoDB::Table",
                "dynamodb.amazonaws.com",
                arn.as_str().to_owned(),
                ["GetItem", "PutItem"],
                region.event_source_mappings.gap.as_ref(),
            )
        },
    ));
    verdicts
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let (kind, arn) = if verdict.resource.service() == "s3" {
        ("AWS::S3::Object", format!("{}/", verdict.resource))
    } else {
        ("AWS::DynamoDB::Table", verdict.resource.to_string())
    };
    let wanted = format!("resources.type Equals {kind} and resources.ARN StartsWith {arn}");
    Some(super::record(verdict, "Record who reads and changes the data", &wanted))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::CHECK;
    use crate::{
        checks::{
            testing::{REGION, Says, ask, bucket, denied, table, with_role},
            testing_watch::{selector, trail},
        },
        model::{Arn, EventSourceMapping, Fact, Gap, Listing, Posture, Region, TaggedResource, TrailSelectors},
    };

    const ROLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","dynamodb:*"],"Resource":["arn:aws:s3:::orders/in/*","arn:aws:dynamodb:eu-west-1:123456789012:table/orders","arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*"]}]}"#;
    const WILD: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::*","arn:aws:dynamodb:eu-west-1:123456789012:table/*"]}]}"#;
    const NONE: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

    /// A sensitive function with `policy`, a bucket, a table, and a trail with a selector for each list of fields.
    fn posture(policy: &str, selectors: &[&[&str]]) -> Posture {
        let mut posture = with_role(policy);
        let region = posture.regions.get_mut(REGION).unwrap();
        region.functions.items[0].tags = Fact::Known([("classification".to_owned(), "pci".to_owned())].into());
        let mut bucket = bucket("orders");
        bucket.notifications.known_mut().unwrap().targets.clear();
        region.buckets.items.push(bucket);
        region.tables.items.push(table("orders"));
        let mut trail = trail("main");
        trail.selectors =
            Fact::Known(TrailSelectors { basic: vec![], advanced: selectors.iter().map(|fields| selector(fields)).collect() });
        region.trails.items.push(trail);
        posture
    }

    /// Puts the bucket and the table into a class.
    fn tag(region: &mut Region, class: &str) {
        let arns = [region.buckets.items[0].arn.clone(), region.tables.items[0].arn.clone()];
        let tags: BTreeMap<_, _> = [("data-class".to_owned(), class.to_owned())].into();
        region.tagged.items.extend(arns.map(|arn| TaggedResource { arn, region: REGION.to_owned(), tags: tags.clone() }));
        region.tagged.items.sort_by(|one, other| one.arn.cmp(&other.arn));
    }

    fn says(posture: &Posture) -> Vec<Says> {
        ask(&CHECK, posture).into_iter().map(|(_, says)| says).collect()
    }

    #[test]
    fn rules() {
        let (objects, tables): (&[&str], &[&str]) = (&["resources.type=AWS::S3::Object"], &["resources.type=AWS::DynamoDB::Table"]);
        let change = |change: &dyn Fn(&mut Posture)| {
            let mut posture = posture(ROLE, &[]);
            change(&mut posture);
            posture
        };
        use Says::{Fail, NotApplicable, Pass, Unknown};
        for (name, posture, expected) in [
            ("both recorded", posture(ROLE, &[objects, tables]), [Pass, Pass]),
            ("neither recorded", posture(ROLE, &[]), [Fail, Fail]),
            ("the table recorded", posture(ROLE, &[tables]), [Fail, Pass]),
            (
                "reads and writes by two selectors",
                posture(
                    ROLE,
                    &[&["resources.type=AWS::S3::Object", "readOnly=true"], &["resources.type=AWS::S3::Object", "readOnly=false"]],
                ),
                [Pass, Fail],
            ),
            ("writes alone", posture(ROLE, &[&["resources.type=AWS::S3::Object", "readOnly=false"], tables]), [Fail, Pass]),
            (
                "a folder of the bucket",
                posture(ROLE, &[&["resources.type=AWS::S3::Object", "resources.ARN^arn:aws:s3:::orders/in/"], tables]),
                [Fail, Pass],
            ),
            (
                "this bucket",
                posture(ROLE, &[&["resources.type=AWS::S3::Object", "resources.ARN^arn:aws:s3:::orders/"], tables]),
                [Pass, Pass],
            ),
            ("by wildcard", posture(WILD, &[]), [NotApplicable, NotApplicable]),
            (
                "not sensitive",
                change(&|it| it.regions.get_mut(REGION).unwrap().functions.items[0].tags = Fact::Known([].into())),
                [NotApplicable, NotApplicable],
            ),
            (
                "tags denied",
                change(&|it| it.regions.get_mut(REGION).unwrap().functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into()),
                [Unknown, Unknown],
            ),
            (
                "sensitive by its role",
                change(&|it| {
                    it.regions.get_mut(REGION).unwrap().functions.items[0].tags = Fact::Known([].into());
                    it.identity.roles.items[0].tags = [("classification".to_owned(), "pci".to_owned())].into();
                }),
                [Fail, Fail],
            ),
            (
                "of no sensitive function, and of a class by their own tags",
                change(&|it| {
                    let region = it.regions.get_mut(REGION).unwrap();
                    region.functions.items[0].tags = Fact::Known([].into());
                    tag(region, "pci");
                }),
                [Fail, Fail],
            ),
            (
                "of a class, and recorded",
                {
                    let mut it = posture(NONE, &[objects, tables]);
                    tag(it.regions.get_mut(REGION).unwrap(), "pii");
                    it
                },
                [Pass, Pass],
            ),
            (
                "of a class that demands nothing",
                {
                    let mut it = posture(NONE, &[]);
                    tag(it.regions.get_mut(REGION).unwrap(), "public");
                    it
                },
                [NotApplicable, NotApplicable],
            ),
            (
                "their tags denied",
                {
                    let mut it = posture(NONE, &[]);
                    it.regions.get_mut(REGION).unwrap().tagged.gap = Some(Gap::denied("tag:GetResources", "no"));
                    it
                },
                [Unknown, Unknown],
            ),
            (
                "of a sensitive function, and their tags denied",
                change(&|it| it.regions.get_mut(REGION).unwrap().tagged.gap = Some(Gap::denied("tag:GetResources", "no"))),
                [Fail, Fail],
            ),
            (
                "attached policy unread",
                change(&|it| {
                    let role = &mut it.identity.roles.items[0];
                    role.policies.inline.clear();
                    role.policies.attached = vec![Arn::from("arn:aws:iam::aws:policy/x")];
                    it.identity.policies = Listing::default();
                }),
                [Unknown, Unknown],
            ),
            (
                "selectors denied",
                change(&|it| {
                    it.regions.get_mut(REGION).unwrap().trails.items[0].selectors = Gap::denied("cloudtrail:GetEventSelectors", "no").into()
                }),
                [Unknown, Unknown],
            ),
            (
                "functions unread",
                change(&|it| {
                    let functions = &mut it.regions.get_mut(REGION).unwrap().functions;
                    (functions.items, functions.gap) = (vec![], Some(Gap::unread("lambda:ListFunctions")));
                }),
                [Unknown, Unknown],
            ),
        ] {
            assert_eq!(says(&posture), expected, "{name}");
        }
        assert_eq!(says(&denied()), [Unknown, Unknown]);
    }

    #[test]
    fn a_stream_and_a_notification_join_a_store_to_its_function() {
        let mut posture = posture(NONE, &[]);
        let function = Arn::from("arn:aws:lambda:eu-west-1:123456789012:function:orders");
        let region = posture.regions.get_mut(REGION).unwrap();
        region.buckets.items[0] = bucket("orders");
        assert_eq!(says(&posture), [Says::Fail, Says::NotApplicable]);
        let mut mapping = EventSourceMapping::new(Arn::from("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:a"), "a", function);
        mapping.source = Some(Arn::from("arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01"));
        posture.regions.get_mut(REGION).unwrap().event_source_mappings.items.push(mapping);
        assert_eq!(says(&posture), [Says::Fail, Says::Fail]);
    }
}
