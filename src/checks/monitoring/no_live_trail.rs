//! MV-009: no trail records, in all Regions, what is done to the account.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Gap, Resource, Source, Trail, TrailSelectors},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-009",
    slug: "no-live-trail",
    title: "A trail records management events of all Regions and proves its files",
    layer: Layer::Monitoring,
    severity: Severity::High,
    why: "Who changed a function, opened a policy or made a key is told by CloudTrail alone beyond ninety days. An intruder works in the \
          Region that nobody records, and stops the trail before anything else.",
    how: "No multi-Region trail is logging (GetTrailStatus.IsLogging), delivers without LatestDeliveryError, and selects reads and writes \
          of management events. Medium when there is one, but without LogFileValidationEnabled: then its files can be changed afterwards. \
          Trails of the organization count. Exclusions of KMS and RDS Data API events are left alone, as are accounts without functions.",
    links: Links {
        security_hub: &["CloudTrail.1", "CloudTrail.3", "CloudTrail.4"],
        cis: &["4.1", "4.2"],
        csf: &["DE.CM", "DE.AE"],
        owasp: &["S10"],
        attack: &["T1562.008"],
        pci: &["10.2.1", "10.3.2"],
        soc: &["A1.1", "CC2.1", "CC7.2", "CC7.3", "PI1.3"],
        ..Links::NONE
    },
    reads: &[Source::Cloudtrail, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "lambda:ListFunctions"],
        provider: "CloudTrail shows management events of the last ninety days without being asked to, and keeps none for longer without \
                   a trail of yours.",
        avoids: &[
            "A trail of the organization, or one at home in another Region",
            "Reads and writes that two selectors take apart",
            "A trail that leaves out the events of KMS or of the RDS Data API",
            "A list of trails that was cut short, where one of them does all of it",
            "An account without functions",
        ],
        cli: "aws cloudtrail create-trail --name <TRAIL_NAME> --s3-bucket-name <BUCKET_NAME> --is-multi-region-trail --enable-log-file-validation --region <REGION>
aws cloudtrail start-logging --name <TRAIL_NAME> --region <REGION>
# Where there is a trail already:
aws cloudtrail update-trail --name <TRAIL_NAME> --is-multi-region-trail --enable-log-file-validation --region <REGION>",
        cloudformation: "# The bucket's policy must let cloudtrail.amazonaws.com write.
Type: AWS::CloudTrail::Trail
Properties:
  S3BucketName: <BUCKET_NAME>
  IsLogging: true
  IsMultiRegionTrail: true
  IncludeGlobalServiceEvents: true
  EnableLogFileValidation: true",
        terraform: r#"resource "aws_cloudtrail" "<NAME>" {
  name                          = "<TRAIL_NAME>"
  s3_bucket_name                = aws_s3_bucket.<BUCKET>.id
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
}"#,
        undo: "aws cloudtrail update-trail --name <TRAIL_NAME> --no-is-multi-region-trail --no-enable-log-file-validation --region <REGION>
aws cloudtrail stop-logging --name <TRAIL_NAME> --region <REGION>
aws cloudtrail delete-trail --name <TRAIL_NAME> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    vec![context.one(&CHECK, context.posture.root(), "", judge(context))]
}

/// Whether reads, or else writes, of management events are selected.
pub(super) fn manages(selectors: &TrailSelectors, reads: bool) -> bool {
    let of_basic = |read_write: &str| read_write == "All" || (read_write == "ReadOnly") == reads;
    let read_only = if reads { "true" } else { "false" };
    selectors.basic.iter().any(|selector| selector.management && of_basic(&selector.read_write))
        || selectors.advanced.iter().any(|selector| {
            let is = |name: &str, value: &str| {
                selector.fields.iter().any(|field| field.field == name && field.equals.iter().any(|one| one == value))
            };
            is("eventCategory", "Management")
                && selector.fields.iter().all(|field| match field.field.as_str() {
                    "eventCategory" => true,
                    "readOnly" => field.equals.iter().any(|one| one == read_only),
                    // Events of KMS and of the RDS Data API may be left out.
                    "eventSource" => field.equals.is_empty() && field.starts_with.is_empty() && field.ends_with.is_empty(),
                    _ => false,
                })
        })
}

/// What keeps `trail` from recording everything; none when nothing does.
fn flaw(trail: &Trail) -> Result<Option<(&'static str, &'static str, String)>, Gap> {
    let status = trail.status.known()?;
    if !status.logging {
        return Ok(Some(("cloudtrail:GetTrailStatus", "IsLogging", "false".to_owned())));
    }
    if let Some(error) = &status.delivery_error {
        return Ok(Some(("cloudtrail:GetTrailStatus", "LatestDeliveryError", error.clone())));
    }
    let selectors = trail.selectors.known()?;
    if !(manages(selectors, true) && manages(selectors, false)) {
        return Ok(Some(("cloudtrail:GetEventSelectors", "management events", "not all of them".to_owned())));
    }
    Ok(None)
}

fn judge(context: &Context<'_>) -> Result<Ruling, Gap> {
    let posture = context.posture;
    if posture.functions().next().is_none() {
        return context.functions_gap().map_or(Ok(Ruling::NotApplicable), Err);
    }
    // A multi-Region trail is in the list of every Region, at home with all that is known of it.
    let mut trails: BTreeMap<&Arn, Vec<&Trail>> = BTreeMap::new();
    for trail in posture.regions.values().flat_map(|region| &region.trails.items) {
        trails.entry(&trail.arn).or_default().push(trail);
    }
    let (mut gap, mut evidence, mut unproven) = (None, Vec::new(), None);
    for shadows in trails.values() {
        if !shadows.iter().any(|trail| trail.multi_region) {
            continue;
        }
        let flaws: Vec<_> = shadows.iter().map(|trail| (trail, flaw(trail))).collect();
        let first_flaw = flaws.iter().find_map(|(trail, flaw)| flaw.as_ref().ok().cloned().flatten().map(|flaw| (trail, flaw)));
        if let Some((trail, (source, pointer, value))) = first_flaw {
            evidence.push(Evidence::field(source, format!("{} {pointer}", trail.name), value));
        } else if let Some((trail, _)) = flaws.iter().find(|(_, flaw)| flaw.is_ok()) {
            if trail.log_file_validation {
                return Ok(Ruling::Pass);
            }
            unproven = Some(*trail);
        } else {
            gap = gap.or_else(|| flaws.into_iter().find_map(|(_, flaw)| flaw.err()));
        }
    }
    // One list that is whole has every multi-Region trail.
    let unread = || {
        let mut gaps = posture.regions.values().map(|region| region.trails.gap.as_ref());
        let first = posture.regions.values().find_map(|region| region.trails.gap.as_ref());
        let named =
            |gap: &Gap| if gap.action.is_empty() { Gap { action: Trail::LISTED_BY.to_owned(), ..gap.clone() } } else { gap.clone() };
        if gaps.any(|gap| gap.is_none()) { None } else { first.map(named) }
    };
    if let Some(gap) = gap.or_else(unread) {
        return Err(gap);
    }
    if let Some(trail) = unproven {
        let message = format!("The trail {} records all Regions, but nobody can prove that its files are as they were written", trail.name);
        let evidence = vec![Evidence::field("cloudtrail:DescribeTrails", format!("{} LogFileValidationEnabled", trail.name), "false")];
        return Ok(Fault::new(message, evidence)
            .severity(Severity::Medium)
            .subject(vec![trail.arn.to_string(), trail.home_region.clone()])
            .into());
    }
    if evidence.is_empty() {
        evidence.push(Evidence::field("cloudtrail:DescribeTrails", "multi-Region trails", "none"));
        return Ok(Ruling::fail("No trail records what is done in all Regions", evidence));
    }
    Ok(Ruling::fail("No trail of all Regions is at work", evidence))
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let [arn, home] = fault.subject.as_slice() else {
        let plan = Plan::new(Effort::Prompt, Risk::Safe, "Record management events of all Regions")
            .step("Where there is a trail: aws cloudtrail start-logging, and see in its bucket's policy that CloudTrail may write")
            .step(
                Call::new("cloudtrail", "create-trail", "")
                    .ask("name", "name of the trail")
                    .ask("s3-bucket-name", "bucket, best of another account")
                    .flag("is-multi-region-trail")
                    .flag("enable-log-file-validation"),
            )
            .step(Call::new("cloudtrail", "start-logging", "").ask("name", "name of the trail"))
            .undo(Call::new("cloudtrail", "delete-trail", "").ask("name", "name of the trail"));
        return Some(plan);
    };
    let call = || Call::new("cloudtrail", "update-trail", home.as_str()).with("name", arn.as_str());
    Some(
        Plan::new(Effort::OneKey, Risk::Safe, "Have CloudTrail sign digests of its files")
            .step(call().flag("enable-log-file-validation"))
            .undo(call().flag("no-enable-log-file-validation")),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{REGION, Says, cases, denied, empty, with_function},
            testing_watch::{selector, trail},
        },
        model::{AdvancedEventSelector, Fact, FieldSelector, Gap, Listing, Posture, Region, Trail, TrailSelectors, TrailStatus},
    };

    fn with_trail(change: impl FnOnce(&mut Trail)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut trail = trail("main");
        change(&mut trail);
        posture.regions.get_mut(REGION).unwrap().trails.items.push(trail);
        posture
    }

    fn status(change: impl FnOnce(&mut TrailStatus)) -> Posture {
        with_trail(|trail| change(trail.status.known_mut().unwrap()))
    }

    fn management(fields: &[(&str, &str)]) -> AdvancedEventSelector {
        let fields = [("eventCategory", "Management")].iter().chain(fields);
        let fields = fields.map(|(name, value)| FieldSelector {
            field: (*name).to_owned(),
            equals: vec![(*value).to_owned()],
            ..FieldSelector::default()
        });
        AdvancedEventSelector { name: None, fields: fields.collect() }
    }

    fn selecting(advanced: Vec<AdvancedEventSelector>) -> Posture {
        with_trail(|trail| trail.selectors = Fact::Known(TrailSelectors { basic: vec![], advanced }))
    }

    #[test]
    fn rules() {
        let mut unread = with_function(|_| ());
        unread.regions.get_mut(REGION).unwrap().trails = Listing::default();
        let mut seen_elsewhere = with_trail(|_| ());
        seen_elsewhere.regions.get_mut(REGION).unwrap().trails.gap = Some(Gap::denied("cloudtrail:DescribeTrails", "no"));
        let mut another_list = unread.clone();
        another_list.regions.insert("us-east-1".to_owned(), Region::empty());
        let mut member = with_trail(|trail| {
            trail.home_region = "us-east-1".to_owned();
            trail.organization = true
        });
        member.regions.get_mut(REGION).unwrap().functions.items.truncate(1);
        let mut without_kms = management(&[]);
        without_kms.fields.push(FieldSelector {
            field: "eventSource".to_owned(),
            not_equals: vec!["kms.amazonaws.com".to_owned()],
            ..FieldSelector::default()
        });
        cases(
            &CHECK,
            [
                ("live", with_trail(|_| ()), Says::Pass),
                ("none", with_function(|_| ()), Says::Fail),
                ("of one Region", with_trail(|trail| trail.multi_region = false), Says::Fail),
                ("stopped", status(|status| status.logging = false), Says::Fail),
                ("not delivered", status(|status| status.delivery_error = Some("AccessDenied".to_owned())), Says::Fail),
                ("no validation", with_trail(|trail| trail.log_file_validation = false), Says::Fail),
                (
                    "writes alone",
                    with_trail(|trail| trail.selectors.known_mut().unwrap().basic[0].read_write = "WriteOnly".to_owned()),
                    Says::Fail,
                ),
                ("data events alone", selecting(vec![selector(&["resources.type=AWS::S3::Object"])]), Says::Fail),
                ("advanced", selecting(vec![management(&[])]), Says::Pass),
                (
                    "advanced, in two halves",
                    selecting(vec![management(&[("readOnly", "true")]), management(&[("readOnly", "false")])]),
                    Says::Pass,
                ),
                ("advanced, one service", selecting(vec![management(&[("eventSource", "iam.amazonaws.com")])]), Says::Fail),
                (
                    "without the events of KMS",
                    with_trail(|trail| {
                        trail.selectors.known_mut().unwrap().basic[0].excluded_sources = vec!["kms.amazonaws.com".to_owned()];
                    }),
                    Says::Pass,
                ),
                ("advanced, without the events of KMS", selecting(vec![without_kms]), Says::Pass),
                ("of the organization, from another Region", member, Says::Pass),
                (
                    "selectors denied",
                    with_trail(|trail| trail.selectors = Gap::denied("cloudtrail:GetEventSelectors", "no").into()),
                    Says::Unknown,
                ),
                ("status unread", with_trail(|trail| trail.status = Fact::unread("cloudtrail:GetTrailStatus")), Says::Unknown),
                ("a list with a gap has one", seen_elsewhere, Says::Pass),
                ("unread", unread, Says::Unknown),
                ("another Region's list is whole", another_list, Says::Fail),
                ("no functions", empty(), Says::NotApplicable),
                ("denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn a_trail_without_validation_is_better_than_none() {
        let posture = with_trail(|trail| trail.log_file_validation = false);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert_eq!(
            plan.commands(),
            [
                "aws cloudtrail update-trail --name arn:aws:cloudtrail:eu-west-1:123456789012:trail/main --enable-log-file-validation --region eu-west-1"
            ]
        );
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{plan:?}") };
        assert_eq!(fault.severity, Some(Severity::Medium));
    }
}
