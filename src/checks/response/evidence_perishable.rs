//! IR-010: what an investigation needs can be deleted or forged.

use std::collections::BTreeMap;

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Bucket, BucketVersioning, EventDataStore, Gap, Resource, Source, Trail},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "IR-010",
    slug: "evidence-perishable",
    title: "What an investigation needs survives an intruder, and a year",
    layer: Layer::Response,
    severity: Severity::Medium,
    why: "The first thing an intruder with rights does is delete the trail. Without versions, Object Lock and digests nobody can say \
          afterwards what was there, or prove that what is there was not changed.",
    how: "Trails that log: LogFileValidationEnabled is false, or the bucket, if it is this account's, has neither versioning nor Object \
          Lock, or locks for less than a year (thresholds.evidence_days). Event data stores that take events: termination protection is off, or they keep less than \
          a year. Unknown where the home Region of the trail, in which buckets are looked for, was not read. Left alone: trails of \
          another account, as organizations have them, and buckets of another account, which is where a trail is safest. Rules by which \
          S3 expires objects are not read. Not asked of an account without functions.",
    links: Links {
        security_hub: &["CloudTrail.4"],
        cis: &["4.2"],
        csf: &["RS.AN", "PR.DS"],
        owasp: &["S10"],
        csa: &["SAS-5"],
        attack: &["T1562.008", "T1485"],
        pci: &["10.3.2"],
        soc: &["CC7.3", "PI1.3"],
    },
    reads: &[Source::Cloudtrail, Source::S3, Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "cloudtrail:DescribeTrails",
            "cloudtrail:GetEventDataStore",
            "cloudtrail:GetTrailStatus",
            "cloudtrail:ListEventDataStores",
            "lambda:ListFunctions",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetBucketVersioning",
            "s3:ListAllMyBuckets",
        ],
        provider: "CloudTrail delivers what it logs and signs it on request; whether the bucket keeps it is up to whose bucket it is.",
        avoids: &[
            "A bucket of another account, where a trail is safest",
            "A trail of another account, as organizations have them",
            "A trail that is switched off, or an event data store that takes no events",
            "A bucket whose Object Lock has no default, as its objects may be locked one by one",
            "An account without functions",
        ],
        cli: "aws cloudtrail update-trail --name <TRAIL_NAME> --enable-log-file-validation --region <REGION>
aws s3api put-bucket-versioning --bucket <BUCKET_NAME> --versioning-configuration Status=Enabled --region <REGION>
aws s3api put-object-lock-configuration --bucket <BUCKET_NAME> --object-lock-configuration 'ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=COMPLIANCE,Days=365}}' --region <REGION>
aws cloudtrail update-event-data-store --event-data-store <EVENT_DATA_STORE_ARN> --termination-protection-enabled --retention-period 365 --region <REGION>",
        cloudformation: "Trail:
  Type: AWS::CloudTrail::Trail
  Properties:
    EnableLogFileValidation: true
Bucket:
  Type: AWS::S3::Bucket
  Properties:
    VersioningConfiguration:
      Status: Enabled
    ObjectLockEnabled: true
    ObjectLockConfiguration:
      ObjectLockEnabled: Enabled
      Rule:
        DefaultRetention:
          Mode: COMPLIANCE
          Days: 365
Store:
  Type: AWS::CloudTrail::EventDataStore
  Properties:
    TerminationProtectionEnabled: true
    RetentionPeriod: 365",
        terraform: r#"resource "aws_cloudtrail" "<NAME>" {
  enable_log_file_validation = true
}

resource "aws_s3_bucket_versioning" "<NAME>" {
  bucket = aws_s3_bucket.<BUCKET>.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "<NAME>" {
  bucket = aws_s3_bucket_versioning.<NAME>.bucket

  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}

resource "aws_cloudtrail_event_data_store" "<NAME>" {
  name                           = "<EVENT_DATA_STORE_NAME>"
  termination_protection_enabled = true
  retention_period               = 365
}"#,
        undo: "aws cloudtrail update-trail --name <TRAIL_NAME> --no-enable-log-file-validation --region <REGION>
aws cloudtrail update-event-data-store --event-data-store <EVENT_DATA_STORE_ARN> --no-termination-protection-enabled --retention-period <DAYS> --region <REGION>
Object Lock and the versions under it are never switched off; what is locked in compliance mode stays until its time is over",
    },
};

/// Days of a year.
const YEAR: u32 = 365;

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let posture = context.posture;
    let idle = posture.functions().next().is_none() && context.functions_gap().is_none();
    // A trail is in the list of every Region where it logs: its home's word is taken, if that was read.
    let mut trails: BTreeMap<_, &Trail> = BTreeMap::new();
    for trail in posture.regions.values().flat_map(|region| &region.trails.items) {
        let known = trails.entry(&trail.arn).or_insert(trail);
        if trail.is_home() {
            *known = trail;
        }
    }
    let ruling = |judged: Result<Ruling, Gap>| if idle { Ok(Ruling::NotApplicable) } else { judged };
    let mut verdicts: Vec<Verdict> = trails
        .values()
        .map(|trail| context.one(&CHECK, trail.arn.clone(), &trail.home_region, ruling(judge_trail(context, trail))))
        .collect();
    let (service, all) = Trail::ALL;
    for (name, region) in &posture.regions {
        if let Some(gap) = &region.trails.gap {
            let rest = Arn::build(&posture.partition, service, name, &posture.account, all);
            verdicts.push(context.one(&CHECK, rest, name, Err(gap.clone())));
        }
    }
    verdicts.extend(context.each(&CHECK, |region| &region.event_data_stores, |_, store| ruling(judge_store(context, store))));
    verdicts
}

fn judge_trail(context: &Context<'_>, trail: &Trail) -> Result<Ruling, Gap> {
    if trail.arn.account() != context.posture.account {
        return Ok(Ruling::NotApplicable);
    }
    let mut flaws = Vec::new();
    let mut evidence = Vec::new();
    if !trail.log_file_validation {
        flaws.push("nothing proves that its files are as they were written");
        evidence.push(Evidence::field("cloudtrail:DescribeTrails", "LogFileValidationEnabled", "false"));
    }
    let bucket = bucket(context, trail);
    let perishable = match &bucket {
        Ok(Some(bucket)) => perishable(context, bucket),
        Ok(None) => Ok(None),
        Err(gap) => Err(gap.clone()),
    };
    if let Ok(Some((flaw, proof))) = &perishable {
        flaws.push(flaw.as_str());
        evidence.push(proof.clone());
    }
    // A trail that is switched off writes no evidence: that is reported by itself.
    match trail.status.known() {
        Ok(status) if !status.logging => return Ok(Ruling::NotApplicable),
        Err(gap) => return Err(gap.clone()),
        Ok(_) => {}
    }
    if flaws.is_empty() {
        perishable?;
        return Ok(Ruling::Pass);
    }
    Ok(Fault::new(format!("trail {}: {}", trail.name, flaws.join(", and ")), evidence).into())
}

/// The bucket of `trail`, if it is one of this account.
fn bucket<'a>(context: &Context<'a>, trail: &Trail) -> Result<Option<&'a Bucket>, Gap> {
    let Some(name) = &trail.bucket else { return Ok(None) };
    let mut gap = None;
    for region in context.posture.regions.values() {
        if let Some(bucket) = region.buckets.items.iter().find(|bucket| bucket.name == *name) {
            return Ok(Some(bucket));
        }
        gap = gap.or(region.buckets.gap.as_ref());
    }
    match gap {
        Some(gap) => Err(gap.clone()),
        None if context.posture.regions.contains_key(&trail.home_region) => Ok(None),
        // Buckets are listed Region by Region: one that is not there need not be another account's.
        None => Err(Gap::unsupported(format!(
            "{}, the home of trail {}, is not among the Regions that were read",
            trail.home_region, trail.name
        ))),
    }
}

/// How many days evidence is kept, at least.
fn least(context: &Context<'_>) -> u32 {
    context.settings.thresholds.evidence_days
}

/// Why what is in `bucket` can be gone before its time, if so.
fn perishable(context: &Context<'_>, bucket: &Bucket) -> Result<Option<(String, Evidence)>, Gap> {
    if let Some(lock) = bucket.object_lock.known()? {
        let days = lock.days.or(lock.years.map(|years| years.saturating_mul(YEAR)));
        let short = days.filter(|days| *days < least(context));
        return Ok(short.map(|days| {
            let pointer = format!("{} DefaultRetention.Days", bucket.name);
            let proof = Evidence::field("s3:GetBucketObjectLockConfiguration", pointer, days.to_string());
            (format!("its bucket locks for {days} days"), proof)
        }));
    }
    let status = match bucket.versioning.known()? {
        BucketVersioning::Enabled => return Ok(None),
        BucketVersioning::Suspended => "Suspended",
        BucketVersioning::Never => "none",
    };
    let proof = Evidence::field("s3:GetBucketVersioning", format!("{} Status", bucket.name), status);
    Ok(Some(("what is deleted from its bucket is gone".to_owned(), proof)))
}

fn judge_store(context: &Context<'_>, store: &EventDataStore) -> Result<Ruling, Gap> {
    let details = store.details.known()?;
    if details.status != "ENABLED" {
        return Ok(Ruling::NotApplicable);
    }
    let mut flaws = Vec::new();
    let mut evidence = Vec::new();
    if !details.termination_protection {
        flaws.push("it can be deleted by one call".to_owned());
        evidence.push(Evidence::field("cloudtrail:GetEventDataStore", "TerminationProtectionEnabled", "false"));
    }
    if details.retention_days < least(context) {
        flaws.push(format!("it keeps {} days", details.retention_days));
        evidence.push(Evidence::field("cloudtrail:GetEventDataStore", "RetentionPeriod", details.retention_days.to_string()));
    }
    Ok(Ruling::pass_if(flaws.is_empty(), || Fault::new(format!("event data store {}: {}", store.name, flaws.join(", and ")), evidence)))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation: &'static str| Call::new("cloudtrail", operation, &*verdict.region);
    let region = context.posture.regions.get(&*verdict.region);
    let store = region.and_then(|region| region.event_data_stores.items.iter().find(|store| store.arn == verdict.resource));
    if let Some(details) = store.and_then(|store| store.details.known().ok()) {
        let set = || call("update-event-data-store").with("event-data-store", verdict.resource.as_str());
        let mut plan = Plan::new(Effort::OneKey, Risk::Safe, "Protect the event data store, and let it keep what it has");
        if !details.termination_protection {
            plan = plan.step(set().flag("termination-protection-enabled")).undo(set().flag("no-termination-protection-enabled"));
        }
        if details.retention_days < least(context) {
            plan = plan
                .step(set().with("retention-period", least(context).to_string()))
                .undo(set().with("retention-period", details.retention_days.to_string()));
        }
        return Some(plan);
    }
    let trails = context.posture.regions.values().flat_map(|region| &region.trails.items);
    let trail = trails.into_iter().find(|trail| trail.arn == verdict.resource)?;
    let mut plan = Plan::new(Effort::Prompt, Risk::Safe, "Let the files of the trail be proven, and survive their deletion");
    if !trail.log_file_validation {
        let set = || call("update-trail").with("name", trail.arn.as_str());
        plan = plan.step(set().flag("enable-log-file-validation")).undo(set().flag("no-enable-log-file-validation"));
    }
    if let Ok(Some(bucket)) = bucket(context, trail)
        && matches!(perishable(context, bucket), Ok(Some(_)))
    {
        let set = |status: &str| {
            Call::new("s3api", "put-bucket-versioning", &bucket.region)
                .with("bucket", &bucket.name)
                .with("versioning-configuration", format!("Status={status}"))
        };
        plan = plan.step(set("Enabled")).undo(set("Suspended")).step("Lock its objects for a year: the rights of an intruder end there");
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, REGION, Says, ask, bucket, cases, empty, with_function},
        },
        model::{
            Arn, Bucket, BucketVersioning, EventDataStore, EventDataStoreDetails, Fact, Gap, Listing, ObjectLock, Posture, Trail,
            TrailSelectors, TrailStatus,
        },
    };

    fn trail(region: &str) -> Trail {
        Trail {
            arn: Arn::build("aws", "cloudtrail", REGION, ACCOUNT, "trail/main"),
            region: region.to_owned(),
            name: "main".to_owned(),
            home_region: REGION.to_owned(),
            multi_region: true,
            organization: false,
            global_service_events: true,
            bucket: Some("trails".to_owned()),
            kms_key: None,
            log_file_validation: true,
            log_group: None,
            status: Fact::Known(TrailStatus {
                logging: true,
                delivery_error: None,
                digest_error: None,
                log_group_error: None,
                delivered: None,
                stopped: None,
            }),
            selectors: Fact::Known(TrailSelectors { basic: vec![], advanced: vec![] }),
        }
    }

    fn with(change: impl FnOnce(&mut Trail, &mut Bucket)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut bucket = bucket("trails");
        bucket.versioning = Fact::Known(BucketVersioning::Enabled);
        bucket.object_lock = Fact::Known(None);
        let mut trail = trail(REGION);
        change(&mut trail, &mut bucket);
        let region = posture.regions.get_mut(REGION).unwrap();
        region.trails.items.push(trail);
        region.buckets.items.push(bucket);
        posture
    }

    fn store(change: impl FnOnce(&mut EventDataStoreDetails)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut details = EventDataStoreDetails {
            status: "ENABLED".to_owned(),
            selectors: vec![],
            multi_region: true,
            organization: false,
            retention_days: 2555,
            termination_protection: true,
            kms_key: None,
        };
        change(&mut details);
        posture.regions.get_mut(REGION).unwrap().event_data_stores.items.push(EventDataStore {
            arn: Arn::build("aws", "cloudtrail", REGION, ACCOUNT, "eventdatastore/e"),
            name: "lake".to_owned(),
            details: Fact::Known(details),
        });
        posture
    }

    fn locked(days: Option<u32>, years: Option<u32>) -> Posture {
        with(|_, bucket| {
            bucket.object_lock = Fact::Known(Some(ObjectLock { mode: Some("COMPLIANCE".to_owned()), days, years }));
        })
    }

    #[test]
    fn trails() {
        let off = |trail: &mut Trail| trail.status.known_mut().unwrap().logging = false;
        let mut elsewhere = with(|_, bucket| bucket.name = "other".to_owned());
        elsewhere.regions.get_mut(REGION).unwrap().buckets.gap = Some(Gap::denied("s3:ListAllMyBuckets", "no"));
        let mut idle = with(|trail, _| trail.log_file_validation = false);
        idle.regions.get_mut(REGION).unwrap().functions.items.clear();
        cases(
            &CHECK,
            [
                ("sound", with(|_, _| ()), Says::Pass),
                ("no digests", with(|trail, _| trail.log_file_validation = false), Says::Fail),
                ("no versions", with(|_, bucket| bucket.versioning = Fact::Known(BucketVersioning::Never)), Says::Fail),
                ("versions suspended", with(|_, bucket| bucket.versioning = Fact::Known(BucketVersioning::Suspended)), Says::Fail),
                ("locked for a year", locked(Some(365), None), Says::Pass),
                ("locked for years", locked(None, Some(7)), Says::Pass),
                ("locked one by one", locked(None, None), Says::Pass),
                ("locked for a month", locked(Some(30), None), Says::Fail),
                ("bucket of another account", with(|_, bucket| bucket.name = "other".to_owned()), Says::Pass),
                ("buckets denied", elsewhere, Says::Unknown),
                (
                    "bucket in a Region that was not read",
                    with(|trail, bucket| {
                        trail.home_region = "us-east-1".to_owned();
                        bucket.name = "other".to_owned()
                    }),
                    Says::Unknown,
                ),
                ("trail of another account", with(|trail, _| trail.arn = "arn:aws:cloudtrail:eu-west-1:999999999999:trail/main".into()), {
                    Says::NotApplicable
                }),
                ("switched off", with(|trail, _| off(trail)), Says::NotApplicable),
                ("versions unread", with(|_, bucket| bucket.versioning = Fact::unread("s3:GetBucketVersioning")), Says::Unknown),
                ("lock denied", with(|_, bucket| bucket.object_lock = Gap::denied("s3:GetBucketObjectLockConfiguration", "").into()), {
                    Says::Unknown
                }),
                ("status unread", with(|trail, _| trail.status = Fact::unread("cloudtrail:GetTrailStatus")), Says::Unknown),
                ("no functions", idle, Says::NotApplicable),
            ],
        );
        let mut denied = empty();
        denied.regions.get_mut(REGION).unwrap().trails = Listing::partial(vec![], Gap::denied("cloudtrail:DescribeTrails", "no"));
        cases(&CHECK, [("list denied", denied, Says::Unknown)]);
    }

    #[test]
    fn stores() {
        cases(
            &CHECK,
            [
                ("sound", store(|_| ()), Says::Pass),
                ("unprotected", store(|details| details.termination_protection = false), Says::Fail),
                ("three months", store(|details| details.retention_days = 90), Says::Fail),
                (
                    "takes no events",
                    store(|details| (details.status, details.retention_days) = ("STOPPED_INGESTION".to_owned(), 7)),
                    Says::NotApplicable,
                ),
            ],
        );
    }

    #[test]
    fn a_trail_is_judged_once_by_its_home() {
        let mut posture = with(|_, _| ());
        let mut other = empty().regions.remove(REGION).unwrap();
        other.trails.items.push(trail("ap-south-1"));
        posture.regions.insert("ap-south-1".to_owned(), other);
        assert_eq!(ask(&CHECK, &posture), [("main".to_owned(), Says::Pass)]);
    }

    #[test]
    fn the_plan_can_be_taken_back() {
        let settings = Settings::default();
        let bare = with(|trail, bucket| {
            trail.log_file_validation = false;
            bucket.versioning = Fact::Known(BucketVersioning::Never);
        });
        for (posture, undo) in [(bare, 2), (store(|details| (details.termination_protection, details.retention_days) = (false, 7)), 2)] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            assert_eq!((CHECK.fix)(&context, &verdict).unwrap().undo.len(), undo);
        }
    }
}
