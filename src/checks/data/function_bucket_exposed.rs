//! DP-012: a bucket that functions work with is open, or could be opened by one statement.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, held,
        resource_policy::{self, Openings},
    },
    iam::{Caller, Document, Keyring, Layer as Kind, Named, Outcome, PolicySet, Request, decide},
    model::{Arn, Bucket, Fact, Gap, PolicyText, PublicAccessBlock, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-012",
    slug: "function-bucket-exposed",
    title: "Buckets that functions work with are closed to the public and to requests without TLS",
    layer: Layer::Data,
    severity: Severity::High,
    why: "What functions put into a bucket or take out of it is read by anyone, or written by anyone and then worked on with the rights \
          of the function.",
    how: "Buckets that notify a function, and those that the policies of an execution role name. Open is a bucket whose policy lets in \
          everyone after its denies, unless RestrictPublicBuckets of the bucket or of the account holds it shut. Medium where the public \
          access block of bucket and account together leaves something open, low where the policy lets requests without TLS through. \
          Object ACLs are not read.",
    links: Links {
        security_hub: &["S3.1", "S3.2", "S3.5", "S3.8"],
        cis: &["3.1.1", "3.1.4"],
        csf: &["PR.DS"],
        owasp: &["S3", "S6"],
        attack: &["T1530"],
        pci: &["1.4.4", "4.2.1"],
        soc: &["CC6.1"],
        ..Links::NONE
    },
    reads: &[Source::S3, Source::Lambda, Source::Iam],
    run,
    fix,
    guide: Guide {
        calls: &[
            "s3:ListAllMyBuckets",
            "s3:GetBucketNotification",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetAccountPublicAccessBlock",
            "lambda:ListFunctions",
            "iam:GetAccountAuthorizationDetails",
        ],
        provider: "AWS blocks public access to buckets made since April 2023 and encrypts every new object; older buckets, and blocks \
                   that were lifted, are yours",
        avoids: &[
            "A bucket that notifies no function and that no execution role's policy names",
            "A public policy that RestrictPublicBuckets holds shut, of the bucket or of the account",
            "A bucket without a block of its own where the account's covers it",
            "A grant to everyone that a Deny of the same policy takes back",
        ],
        cli: "aws s3api put-public-access-block --bucket <BUCKET_NAME> --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true --region <REGION>\n\
aws s3api put-bucket-policy --bucket <BUCKET_NAME> --policy file://policy.json --region <REGION>",
        cloudformation: r#"Bucket:
  Type: AWS::S3::Bucket
  Properties:
    PublicAccessBlockConfiguration:
      BlockPublicAcls: true
      IgnorePublicAcls: true
      BlockPublicPolicy: true
      RestrictPublicBuckets: true
TlsOnly:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref Bucket
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Deny
          Principal: "*"
          Action: s3:*
          Resource: [!GetAtt Bucket.Arn, !Sub "${Bucket.Arn}/*"]
          Condition: {Bool: {"aws:SecureTransport": "false"}}"#,
        terraform: r#"resource "aws_s3_bucket_public_access_block" "<NAME>" {
  bucket                  = aws_s3_bucket.<BUCKET>.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "<NAME>" {
  bucket = aws_s3_bucket.<BUCKET>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.<BUCKET>.arn, "${aws_s3_bucket.<BUCKET>.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}"#,
        undo: "aws s3api delete-public-access-block --bucket <BUCKET_NAME> --region <REGION>\n\
aws s3api put-bucket-policy --bucket <BUCKET_NAME> --policy file://before.json --region <REGION>",
    },
};

/// What strangers do with a bucket.
const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"];

/// What the names in `PublicAccessBlockConfiguration` are, and where they stand.
type Switch = (&'static str, fn(&PublicAccessBlock) -> bool);
const SWITCHES: [Switch; 4] = [
    ("BlockPublicAcls", |block| block.block_public_acls),
    ("IgnorePublicAcls", |block| block.ignore_public_acls),
    ("BlockPublicPolicy", |block| block.block_public_policy),
    ("RestrictPublicBuckets", |block| block.restrict_public_buckets),
];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let works = context.works_with();
    context.each(
        &CHECK,
        |region| &region.buckets,
        |_, bucket| {
            let user = works.user(&bucket.arn).map(|user| user.is_some());
            if user != Ok(true) {
                let notified = bucket.notifications.known().map_err(Gap::clone);
                // The function may be one that was not read.
                let is_source = notified.as_ref().is_ok_and(|told| told.targets.iter().any(|target| target.arn.service() == "lambda"));
                if !is_source {
                    return notified.and(user).map(|_| Ruling::NotApplicable);
                }
            }
            judge(context, bucket)
        },
    )
}

/// Whether bucket and account together block what `switch` names.
fn blocks(context: &Context<'_>, bucket: &Bucket, switch: Switch) -> Result<bool, Gap> {
    let of = |fact: &Fact<Option<PublicAccessBlock>>| fact.known().map(|block| block.as_ref().is_some_and(switch.1)).map_err(Gap::clone);
    match (of(&bucket.public_access_block), of(&context.posture.governance.s3_public_access_block)) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Ok(false), Ok(false)) => Ok(false),
        (Err(gap), _) | (_, Err(gap)) => Err(gap),
    }
}

/// Whom the bucket's policy lets in who is everybody.
fn strangers(context: &Context<'_>, bucket: &Bucket) -> Openings {
    let mut openings = match bucket.policy.known() {
        Ok(Some(text)) => resource_policy::openings_of_objects(context, text, ACTIONS, &bucket.arn).and(resource_policy::openings(
            context,
            text,
            &["s3:ListBucket"],
            &bucket.arn,
        )),
        Ok(None) => Openings::default(),
        Err(gap) => Openings::unknown(gap.clone()),
    };
    openings.found.retain(|opening| opening.public);
    openings
}

fn judge(context: &Context<'_>, bucket: &Bucket) -> Result<Ruling, Gap> {
    let mut gap: Option<Gap> = None;
    let mut open = Vec::new();
    let mut restricted = false;
    for switch in SWITCHES {
        match blocks(context, bucket, switch) {
            Ok(true) => restricted |= switch.0 == "RestrictPublicBuckets",
            Ok(false) => open.push(switch.0),
            Err(found) => gap = Some(found),
        }
    }
    let strangers = strangers(context, bucket);
    if !strangers.found.is_empty() && open.contains(&"RestrictPublicBuckets") {
        let mut evidence = strangers.evidence("s3:GetBucketPolicy", "");
        evidence.push(Evidence::field("s3:GetBucketPublicAccessBlock", "RestrictPublicBuckets", "false"));
        let mut actions: Vec<&str> = strangers.found.iter().flat_map(|opening| &opening.reach.actions).map(String::as_str).collect();
        actions.sort_unstable();
        actions.dedup();
        let who = resource_policy::names(&strangers.found);
        return Ok(Fault::new(format!("The bucket {} is open: {who} may call {}", bucket.name, actions.join(", ")), evidence).into());
    }
    // Without knowing whether it is shut the policy says nothing.
    if let Some(gap) = strangers.gap.filter(|_| !restricted).or(gap) {
        return Err(gap);
    }
    if !open.is_empty() {
        let evidence = open.iter().map(|name| Evidence::field("s3:GetBucketPublicAccessBlock", *name, "false")).collect();
        let message = format!("One statement would open the bucket {}: neither it nor the account sets {}", bucket.name, open.join(", "));
        return Ok(Fault::new(message, evidence).severity(Severity::Medium).into());
    }
    let policy = bucket.policy.known()?;
    if refuses_without_tls(context, bucket, policy.as_ref())? {
        return Ok(Ruling::Pass);
    }
    let evidence = vec![Evidence::field("s3:GetBucketPolicy", "Statement", "no Deny on aws:SecureTransport false")];
    Ok(Fault::new(format!("The bucket {} answers requests without TLS", bucket.name), evidence).severity(Severity::Low).into())
}

/// Whether a caller of the account who may do everything is refused when he comes without TLS.
fn refuses_without_tls(context: &Context<'_>, bucket: &Bucket, policy: Option<&PolicyText>) -> Result<bool, Gap> {
    let Some(text) = policy else { return Ok(false) };
    let document = context.library.shared(text)?;
    let account = &context.posture.account;
    let caller = held::arn(context, "iam", "", &format!("role/{}", held::ANY));
    let refuses = |action: &str, resource: String| {
        let keys = Keyring::unknown()
            .with("aws:SecureTransport", "false")
            .with("aws:PrincipalArn", caller.as_str())
            .with("aws:PrincipalAccount", account.as_str());
        let request = Request {
            resource_account: Some(account.clone()),
            context: keys,
            ..Request::new(Caller::Principal(caller.as_str().to_owned()), action, resource)
        };
        let policies = PolicySet { resource: Some(Named::new("bucket policy", document.clone())), ..PolicySet::default() };
        let decision = decide(&request, &policies);
        decision.outcome == Outcome::ExplicitlyDenied && decision.blocked_by.contains(&Kind::Resource)
    };
    Ok(refuses("s3:GetObject", format!("{}/{}", bucket.arn, held::ANY)) && refuses("s3:PutObject", format!("{}/{}", bucket.arn, held::ANY)))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let region = &*verdict.region;
    let bucket = context.posture.regions.get(region)?.buckets.items.iter().find(|bucket| bucket.arn == verdict.resource)?;
    let call = |operation| Call::new("s3api", operation, region).with("bucket", &bucket.name);
    let mut plan = Plan::new(Effort::OneKey, Risk::Careful, format!("Close {} to the public and to requests without TLS", bucket.name));
    let before = bucket.public_access_block.known().ok()?;
    if !before.as_ref().is_some_and(|block| SWITCHES.iter().all(|switch| switch.1(block))) {
        let settings =
            |block: Option<&PublicAccessBlock>| SWITCHES.map(|(name, is_on)| format!("{name}={}", block.is_none_or(is_on))).join(",");
        let put = |block| call("put-public-access-block").with("public-access-block-configuration", settings(block));
        plan = plan.step(put(None));
        plan = match before {
            Some(block) => plan.undo(put(Some(block))),
            None => plan.undo(call("delete-public-access-block")),
        };
    }
    let Ok(policy) = bucket.policy.known() else { return Some(plan) };
    if refuses_without_tls(context, bucket, policy.as_ref()).unwrap_or(true) {
        return Some(plan);
    }
    let document = policy.as_ref().and_then(|text| context.library.document(text).ok());
    let put = |policy: Option<&str>| resource_policy::put(context, &bucket.arn, region, policy);
    plan = plan.step(put(Some(&with_tls_only(document, &bucket.arn)))?);
    Some(plan.undo(put(policy.as_ref().map(PolicyText::as_str))?))
}

/// The policy with a statement more, which refuses what comes without TLS.
fn with_tls_only(document: Option<&Document>, bucket: &Arn) -> String {
    let mut statements: Vec<String> =
        document.into_iter().flat_map(|document| &document.statements).map(|statement| statement.json()).collect();
    statements.push(format!(
        r#"{{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["{bucket}","{bucket}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
    ));
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{Says, bucket, cases, denied, with_bucket},
        },
        model::{Arn, BucketNotifications, Fact, Gap, NotificationTarget, PolicyText, Posture, PublicAccessBlock},
    };

    const TLS: &str = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::orders","arn:aws:s3:::orders/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    const OPEN: &str =
        r#"{"Sid":"web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::orders/public/*"}"#;

    fn policy(statements: &[&str]) -> Fact<Option<PolicyText>> {
        Fact::Known(Some(PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))))
    }

    /// A bucket that notifies the function, and of which the account blocks nothing.
    fn source(statements: &[&str], block: Option<PublicAccessBlock>) -> Posture {
        with_bucket(|bucket| {
            bucket.policy = policy(statements);
            bucket.public_access_block = Fact::Known(block);
        })
    }

    const ALL: PublicAccessBlock =
        PublicAccessBlock { block_public_acls: true, ignore_public_acls: true, block_public_policy: true, restrict_public_buckets: true };

    fn with(mut posture: Posture, account: Option<PublicAccessBlock>) -> Posture {
        posture.governance.s3_public_access_block = Fact::Known(account);
        posture
    }

    /// A bucket of which only a role's policy tells that functions work with it.
    fn by_role(policy_of: &str) -> Posture {
        let mut posture = crate::checks::testing::with_role(policy_of);
        posture.governance.s3_public_access_block = Fact::Known(None);
        let mut bucket = bucket("orders");
        bucket.notifications = Fact::Known(BucketNotifications::default());
        posture.regions.values_mut().for_each(|region| region.buckets.items.push(bucket.clone()));
        posture
    }

    #[test]
    fn rules() {
        let puts =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::orders/*"}]}"#;
        let anything = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}"#;
        cases(
            &CHECK,
            [
                ("closed", source(&[TLS], Some(ALL)), Says::Pass),
                ("closed by the account", with(source(&[TLS], None), Some(ALL)), Says::Pass),
                ("open", source(&[TLS, OPEN], None), Says::Fail),
                ("open, and held shut", source(&[TLS, OPEN], Some(ALL)), Says::Pass),
                ("nothing blocked", source(&[TLS], None), Says::Fail),
                ("without TLS", source(&[OPEN], Some(ALL)), Says::Fail),
                ("without a policy", with_bucket(|bucket| bucket.policy = Fact::Known(None)), Says::Fail),
                ("in no function's way", by_role(anything), Says::NotApplicable),
                ("named by a role", by_role(puts), Says::Pass),
                ("policy denied", with_bucket(|bucket| bucket.policy = Gap::denied("s3:GetBucketPolicy", "no").into()), Says::Unknown),
                (
                    "block unread",
                    with_bucket(|bucket| bucket.public_access_block = Fact::unread("s3:GetBucketPublicAccessBlock")),
                    Says::Unknown,
                ),
                (
                    "whether it notifies denied",
                    with_bucket(|bucket| bucket.notifications = Gap::denied("s3:GetBucketNotification", "no").into()),
                    Says::Unknown,
                ),
                ("list denied", denied(), Says::Unknown),
            ],
        );
        let mut queue_only = with_bucket(|_| ());
        queue_only.regions.values_mut().for_each(|region| {
            let arn = Arn::from("arn:aws:sqs:eu-west-1:123456789012:orders");
            region.buckets.items[0].notifications =
                Fact::Known(BucketNotifications { targets: vec![NotificationTarget { arn, events: Vec::new() }], event_bridge: false });
        });
        cases(&CHECK, [("notifies a queue", queue_only, Says::NotApplicable)]);
    }

    #[test]
    fn what_is_open_is_worst_and_all_can_be_undone() {
        let settings = Settings::default();
        let mut said = Vec::new();
        for posture in [source(&[OPEN], None), source(&[], None), source(&[], Some(ALL))] {
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert_eq!(plan.steps.len(), plan.undo.len());
            said.push((fault.severity, plan.commands().join("\n"), plan.undo_commands().join("\n")));
        }
        assert_eq!(said.iter().map(|(severity, ..)| *severity).collect::<Vec<_>>(), [None, Some(Severity::Medium), Some(Severity::Low)]);
        assert!(said[0].1.contains("RestrictPublicBuckets=true") && said[0].2.contains("delete-public-access-block"));
        assert!(said[2].1.contains("TlsOnly") && !said[2].2.contains("TlsOnly") && !said[2].1.contains("public-access-block"));
    }
}
