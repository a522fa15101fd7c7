//! MV-010: nobody records who invokes a function.

use std::collections::BTreeMap;

use super::data_events::{Ledger, invocation};
use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::Source,
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "MV-010",
    slug: "invocations-unrecorded",
    title: "Who invokes a function is recorded",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "A function's own log says what it did, not for whom: which principal invoked it, from which address, with which credentials, \
          is told by CloudTrail's data events alone, and not afterwards.",
    how: "No trail that is logging in the function's Region and delivers, and no event data store that is enabled, has selectors that \
          take Invoke of this function: eventCategory, resources.type, resources.ARN with every operator, readOnly and eventName all have \
          to fit. A selector with conditions on who calls takes a part only and does not count. Medium when the class of the \
          function's data demands data-events.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S10"], csa: &["SAS-5"], soc: &["A1.1"], ..Links::NONE },
    reads: &[Source::Cloudtrail, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetEventDataStore",
            "cloudtrail:GetEventSelectors",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:ListEventDataStores",
            "lambda:GetFunction",
            "lambda:ListFunctions",
        ],
        provider: "CloudTrail records who invokes a function only where a selector of yours asks for data events, and charges for each.",
        avoids: &[
            "A selector that names this function, by its ARN or the beginning of it",
            "An event data store of another Region that takes events of all",
            "A list of event data stores that was refused, where a trail takes the calls",
            "A plain function as more than low: only tags that mark sensitive data make it medium",
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
        - {Field: resources.type, Equals: [AWS::Lambda::Function]}
        - {Field: resources.ARN, StartsWith: [<FUNCTION_ARN>]}",
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
      equals = ["AWS::Lambda::Function"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["<FUNCTION_ARN>"]
    }
  }
}"#,
        undo: "aws cloudtrail put-event-selectors --trail-name <TRAIL_ARN> --advanced-event-selectors file://before.json --region <REGION>
Events that went by unrecorded are not recorded afterwards",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let regions = context.posture.regions.iter().filter(|(_, region)| !region.functions.items.is_empty());
    let ledgers: BTreeMap<&str, Ledger<'_>> = regions.map(|(name, region)| (name.as_str(), Ledger::new(context, name, region))).collect();
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let Some(ledger) = ledgers.get(function.arn.region()) else { return Ok(Ruling::NotApplicable) };
            if ledger.takes(&[invocation(&function.arn)])? {
                return Ok(Ruling::Pass);
            }
            let mut evidence = vec![Evidence::field("cloudtrail:GetEventSelectors", "trails and stores that take its Invoke", "none")];
            evidence.push(Evidence::field("cloudtrail:DescribeTrails", "trails and stores that take events there", ledger.names()));
            let message = format!("Nobody records who invokes {}", function.name);
            let Some(demand) = context.standing_of(function).known_demand(Protection::DataEvents) else {
                return Ok(Fault::new(message, evidence).into());
            };
            evidence.push(demand.evidence());
            Ok(Fault::new(format!("{message}: {demand}"), evidence).severity(Severity::Medium).into())
        },
    )
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    Some(super::record(
        verdict,
        "Record who invokes the function",
        &format!("resources.type Equals AWS::Lambda::Function and resources.ARN StartsWith {}", verdict.resource),
    ))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
            testing_watch::{selector, trail},
        },
        model::{
            Arn, DataResource, EventDataStore, EventDataStoreDetails, EventSelector, Fact, Gap, Listing, Posture, Region, Trail,
            TrailSelectors,
        },
    };

    fn with_trail(change: impl FnOnce(&mut Trail)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut trail = trail("main");
        trail.selectors =
            Fact::Known(TrailSelectors { basic: vec![], advanced: vec![selector(&["resources.type=AWS::Lambda::Function"])] });
        change(&mut trail);
        posture.regions.get_mut(REGION).unwrap().trails.items.push(trail);
        posture
    }

    fn taking(fields: &[&str]) -> Posture {
        let advanced = vec![selector(fields)];
        with_trail(|trail| trail.selectors = Fact::Known(TrailSelectors { basic: vec![], advanced }))
    }

    fn basic(read_write: &str, value: &str) -> Posture {
        let data_resources = vec![DataResource { kind: "AWS::Lambda::Function".to_owned(), values: vec![value.to_owned()] }];
        let selector = EventSelector { read_write: read_write.to_owned(), management: true, excluded_sources: vec![], data_resources };
        with_trail(|trail| trail.selectors = Fact::Known(TrailSelectors { basic: vec![selector], advanced: vec![] }))
    }

    /// An event data store in another Region.
    fn with_store(multi_region: bool, status: &str) -> Posture {
        let mut posture = with_function(|_| ());
        let details = EventDataStoreDetails {
            status: status.to_owned(),
            selectors: vec![selector(&["resources.type=AWS::Lambda::Function"])],
            multi_region,
            organization: false,
            retention_days: 366,
            termination_protection: true,
            kms_key: None,
        };
        let arn = Arn::build("aws", "cloudtrail", "us-east-1", ACCOUNT, "eventdatastore/lake");
        let mut region = Region::empty();
        region.event_data_stores.items.push(EventDataStore { arn, name: "lake".to_owned(), details: Fact::Known(details) });
        posture.regions.insert("us-east-1".to_owned(), region);
        posture
    }

    #[test]
    fn rules() {
        let is_off = |trail: &mut Trail| trail.status.known_mut().unwrap().logging = false;
        let mut unread = with_function(|_| ());
        unread.regions.get_mut(REGION).unwrap().trails = Listing::default();
        let mut elsewhere = with_trail(|_| ());
        elsewhere.regions.get_mut(REGION).unwrap().event_data_stores =
            Listing::partial(vec![], Gap::denied("cloudtrail:ListEventDataStores", "no"));
        let mut stores_denied = elsewhere.clone();
        stores_denied.regions.get_mut(REGION).unwrap().trails.items.clear();
        cases(
            &CHECK,
            [
                ("every function", with_trail(|_| ()), Says::Pass),
                (
                    "this function",
                    taking(&[
                        "resources.type=AWS::Lambda::Function",
                        "resources.ARN=arn:aws:lambda:eu-west-1:123456789012:function:orders",
                    ]),
                    Says::Pass,
                ),
                (
                    "another function",
                    taking(&["resources.type=AWS::Lambda::Function", "resources.ARN^arn:aws:lambda:eu-west-1:123456789012:function:pay"]),
                    Says::Fail,
                ),
                ("reads only", taking(&["resources.type=AWS::Lambda::Function", "readOnly=true"]), Says::Fail),
                ("objects", taking(&["resources.type=AWS::S3::Object"]), Says::Fail),
                ("basic, all functions", basic("All", "arn:aws:lambda"), Says::Pass),
                ("basic, another function", basic("All", "arn:aws:lambda:eu-west-1:123456789012:function:pay"), Says::Fail),
                ("basic, reads only", basic("ReadOnly", "arn:aws:lambda"), Says::Fail),
                ("a trail that is off", with_trail(is_off), Says::Fail),
                (
                    "a trail that cannot deliver",
                    with_trail(|trail| trail.status.known_mut().unwrap().delivery_error = Some("AccessDenied".to_owned())),
                    Says::Fail,
                ),
                ("no trail", with_function(|_| ()), Says::Fail),
                ("event data store of all Regions", with_store(true, "ENABLED"), Says::Pass),
                ("event data store of another Region", with_store(false, "ENABLED"), Says::Fail),
                ("event data store that stopped", with_store(true, "STOPPED_INGESTION"), Says::Fail),
                (
                    "selectors denied",
                    with_trail(|trail| trail.selectors = Gap::denied("cloudtrail:GetEventSelectors", "no").into()),
                    Says::Unknown,
                ),
                ("status unread", with_trail(|trail| trail.status = Fact::unread("cloudtrail:GetTrailStatus")), Says::Unknown),
                ("stores denied, a trail takes it", elsewhere, Says::Pass),
                ("stores denied", stores_denied, Says::Unknown),
                ("trails unread", unread, Says::Unknown),
                ("functions denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn sensitive_functions_weigh_more() {
        let posture = with_function(|function| function.tags = Fact::Known([("data-class".to_owned(), "phi".to_owned())].into()));
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::Medium));
    }
}
