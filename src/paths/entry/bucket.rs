//! Buckets that outsiders may write or read, and what a bucket tells whom.

use std::collections::BTreeSet;

use super::{
    delivery::{As, Trigger},
    outsider::{Ask, Front},
    survey::{Survey, and},
};
use crate::{
    iam::{Document, Principal, Statement},
    model::{Arn, Bucket, Gap},
    paths::{Edge, Grip, Node, edge::Proof},
};

/// What is done to objects.
const OBJECTS: [Ask; 2] = [
    Ask {
        actions: &["s3:PutObject", "s3:DeleteObject"],
        gives: Grip::Send,
        technique: "public-bucket",
        front: Front::Open,
        deputies: false,
    },
    Ask { actions: &["s3:GetObject"], gives: Grip::Control, technique: "public-bucket", front: Front::Open, deputies: false },
];

/// What is done to the bucket: with its policy or its notifications in hand, the rest follows.
const BUCKET: [Ask; 1] = [Ask {
    actions: &["s3:PutBucketPolicy", "s3:PutBucketAcl"],
    gives: Grip::Control,
    technique: "public-bucket",
    front: Front::Open,
    deputies: false,
}];

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for bucket in survey.items(name, &region.buckets) {
            by_policy(survey, bucket);
            tells(survey, bucket);
        }
    }
}

fn by_policy(survey: &mut Survey<'_, '_>, bucket: &Bucket) {
    let text = match bucket.policy.known() {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(gap) => return survey.hide(&bucket.arn, gap),
    };
    let Some(document) = survey.document(&bucket.arn, text) else { return };
    let is_canonical = |statement: &Statement| statement.principals().iter().any(|one| matches!(one, Principal::CanonicalUser(_)));
    if document.statements.iter().any(|statement| statement.is_allow() && is_canonical(statement)) {
        survey.hide(&bucket.arn, Gap::unsupported("whose account a canonical user id stands for cannot be looked up"));
    }
    let objects = objects(bucket, document);
    let asked = OBJECTS.iter().flat_map(|ask| objects.iter().map(move |object| (ask, object)));
    let asked = asked.chain(BUCKET.iter().map(|ask| (ask, &bucket.arn)));
    let mut edges: Vec<Edge> = Vec::new();
    for (ask, resource) in asked {
        for edge in survey.admitted("bucket policy", document, resource, &bucket.arn, ask) {
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    if edges.is_empty() {
        return;
    }
    let is_public = bucket.policy_is_public.known().is_ok_and(|public| *public == Some(true));
    let opens = |edge: &Edge| matches!(edge.from, Node::Internet | Node::AnyAwsAccount) && !of_address(edge);
    if is_public || edges.iter().any(opens) {
        match restricted(survey, bucket) {
            // Of a public policy nothing is left but what it grants to the account itself and to services.
            Ok(true) => return,
            Ok(false) => {}
            Err(gap) => return survey.hide(&bucket.arn, gap),
        }
    }
    for edge in edges {
        let edge = called(edge);
        let sealed = edge.gives == Grip::Control && edge.actions.iter().any(|action| action == "s3:GetObject");
        survey.push(if sealed { past_encryption(bucket, edge) } else { edge });
    }
}

/// Objects of `bucket` for which its policy may say different things: one that no statement names, and one of each pattern.
fn objects(bucket: &Bucket, document: &Document) -> BTreeSet<Arn> {
    let prefix = format!("{}/", bucket.arn);
    let named = document.statements.iter().filter(|statement| statement.is_allow()).flat_map(|statement| statement.resources());
    let instances = named
        .filter(|pattern| pattern.starts_with(&prefix) && !pattern.contains('$'))
        .map(|pattern| Arn::new(pattern.replace('*', "palisade").replace('?', "p")));
    instances.chain([Arn::new(format!("{prefix}palisade"))]).collect()
}

/// Whether S3 leaves nothing of a public policy (`RestrictPublicBuckets`, of the bucket or of the account).
///
/// Blocking public policies only keeps new ones from being put.
fn restricted(survey: &Survey<'_, '_>, bucket: &Bucket) -> Result<bool, Gap> {
    let blocks = [&bucket.public_access_block, &survey.posture.governance.s3_public_access_block];
    let restricts = |block: &&&crate::model::Fact<Option<crate::model::PublicAccessBlock>>| matches!(block.known(), Ok(Some(block)) if block.restrict_public_buckets);
    if blocks.iter().any(|block| restricts(&block)) {
        return Ok(true);
    }
    blocks.iter().find_map(|block| block.gap()).map_or(Ok(false), |gap| Err(gap.clone()))
}

fn of_address(edge: &Edge) -> bool {
    edge.condition.as_ref().is_some_and(|words| words.to_ascii_lowercase().contains("aws:sourceip"))
}

/// The step by the name that fits: a named account is no public.
fn called(edge: Edge) -> Edge {
    if matches!(edge.from, Node::Internet | Node::AnyAwsAccount) { edge } else { Edge { technique: "bucket-policy", ..edge } }
}

/// What KMS encrypts S3 gives to nobody without a signature, and to nobody who may not use the key.
fn past_encryption(bucket: &Bucket, edge: Edge) -> Edge {
    let Ok(Some(encryption)) = bucket.encryption.known() else { return edge };
    if !encryption.algorithm.starts_with("aws:kms") {
        return edge;
    }
    let words = "only objects that are not encrypted with the bucket's KMS key".to_owned();
    Edge { condition: and(edge.condition, Some(words)), ..edge }
}

/// Functions, queues and topics that hear of what is done to objects.
fn tells<'a>(survey: &mut Survey<'_, 'a>, bucket: &'a Bucket) {
    let Some(notifications) = survey.known(&bucket.arn, &bucket.notifications) else { return };
    for target in &notifications.targets {
        // Whoever writes, deletes or tags objects causes these; others, such as the end of a restore, nobody outside does.
        let Some(event) = target.events.iter().find(|event| event.starts_with("s3:Object")) else { continue };
        survey.deliver(Trigger {
            from: (&bucket.arn).into(),
            by: As::Service("s3.amazonaws.com", &bucket.arn),
            target: &target.arn,
            technique: "s3-notification",
            proof: Proof::field("s3:GetBucketNotification", "Event", event.as_str()),
            condition: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Arn, Bucket, BucketEncryption, BucketNotifications, Fact, Gap, NotificationTarget, Posture, PublicAccessBlock},
        paths::entry::testing::{FUNCTION, entries, for_service, gaps, grant, policy, region, steps},
    };

    const BUCKET: &str = "arn:aws:s3:::uploads";
    const WRITE: &str = r#"{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::uploads/in/*"}"#;
    const READ: &str = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::uploads/*"}"#;

    fn block(restrict: bool) -> Option<PublicAccessBlock> {
        Some(PublicAccessBlock {
            block_public_acls: true,
            ignore_public_acls: true,
            block_public_policy: true,
            restrict_public_buckets: restrict,
        })
    }

    fn with(statements: &str, change: impl FnOnce(&mut Bucket)) -> Posture {
        let mut posture = with_function(|_| ());
        let mut bucket = Bucket::new("aws", "uploads".to_owned(), "eu-west-1");
        bucket.policy = Fact::Known(Some(policy(statements)));
        bucket.public_access_block = Fact::Known(None);
        bucket.notifications = Fact::Known(BucketNotifications::default());
        change(&mut bucket);
        posture.governance.s3_public_access_block = Fact::Known(None);
        region(&mut posture).buckets.items.push(bucket);
        posture
    }

    #[test]
    fn anyone_writes_and_reads_a_public_bucket() {
        assert_eq!(steps(&with(WRITE, |_| ())), [format!("internet -> {BUCKET} Send public-bucket")]);
        assert_eq!(steps(&with(READ, |_| ())), [format!("internet -> {BUCKET} Control public-bucket")]);
        let accounts = READ.replace(r#""*","Action""#, r#"{"AWS":"210987654321"},"Action""#);
        assert_eq!(steps(&with(&accounts, |_| ())), [format!("account:210987654321 -> {BUCKET} Control bucket-policy")]);
    }

    #[test]
    fn what_s3_restricts_is_not_public() {
        assert!(steps(&with(WRITE, |bucket| bucket.public_access_block = Fact::Known(block(true)))).is_empty());
        assert_eq!(steps(&with(WRITE, |bucket| bucket.public_access_block = Fact::Known(block(false)))).len(), 1);
        let mut posture = with(&format!("{WRITE},{READ}"), |_| ());
        posture.governance.s3_public_access_block = Fact::Known(block(true));
        assert!(steps(&posture).is_empty() && gaps(&posture).is_empty());
    }

    #[test]
    fn a_block_that_was_not_read_may_stand_in_the_way() {
        let mut posture = with(WRITE, |bucket| bucket.public_access_block = Gap::denied("s3:GetBucketPublicAccessBlock", "no").into());
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{BUCKET} s3:GetBucketPublicAccessBlock")]));
        posture.governance.s3_public_access_block = Fact::Known(block(true));
        assert!(gaps(&posture).is_empty());
        let unread = with(WRITE, |bucket| {
            bucket.policy = Gap::denied("s3:GetBucketPolicy", "no").into();
            bucket.notifications = Gap::denied("s3:GetBucketNotification", "no").into();
        });
        assert_eq!(gaps(&unread), [format!("{BUCKET} s3:GetBucketPolicy"), format!("{BUCKET} s3:GetBucketNotification")]);
    }

    #[test]
    fn a_canonical_id_may_be_anybodys() {
        let posture = with(&READ.replace(r#""*","Action""#, r#"{"CanonicalUser":"79a59d"},"Action""#), |_| ());
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{BUCKET} ")]));
    }

    #[test]
    fn an_address_and_a_key_are_conditions() {
        let office = READ.replace(r#""Resource""#, r#""Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}},"Resource""#);
        let found = steps(&with(&office, |bucket| bucket.public_access_block = Fact::Known(block(true))));
        assert_eq!(found, [format!("internet -> {BUCKET} Control public-bucket only if aws:SourceIp is in 203.0.113.7/32")]);
        let encrypted = with(READ, |bucket| {
            bucket.encryption = Fact::Known(Some(BucketEncryption { algorithm: "aws:kms".to_owned(), kms_key: None }));
        });
        assert!(steps(&encrypted)[0].ends_with("only objects that are not encrypted with the bucket's KMS key"));
    }

    fn notifying(event: &str) -> Posture {
        with("", |bucket| {
            let target = NotificationTarget { arn: Arn::new(FUNCTION), events: vec![event.to_owned()] };
            bucket.notifications = Fact::Known(BucketNotifications { targets: vec![target], event_bridge: false });
        })
    }

    #[test]
    fn an_object_starts_the_function_that_lets_s3_in() {
        let mut posture = notifying("s3:ObjectCreated:*");
        assert!(steps(&posture).is_empty());
        grant(&mut posture, &for_service("s3.amazonaws.com", "lambda:InvokeFunction"));
        assert_eq!(steps(&posture), [format!("{BUCKET} -> {FUNCTION} Send s3-notification")]);
        let proof = entries(&posture).edges.remove(0).proof;
        assert_eq!((proof[0].statement.as_str(), proof[1].pointer.as_str()), ("s3:ObjectCreated:*", "/Statement/0"));
        let mut restore = notifying("s3:LifecycleExpiration:*");
        grant(&mut restore, &for_service("s3.amazonaws.com", "lambda:InvokeFunction"));
        assert!(steps(&restore).is_empty());
    }
}
