//! Tags of what holds or carries data, as the Resource Groups Tagging API lists them.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::{Arn, Gap, GapKind, Listing, Posture, Region, Resource, find};

/// A resource that has tags, or had some. One that is missing from a list that was read whole has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaggedResource {
    /// The resource's own ARN.
    pub arn: Arn,
    /// The Region that lists it: a bucket's ARN names none.
    pub region: String,
    /// Its tags; none where all were taken off again.
    pub tags: BTreeMap<String, String>,
}

impl TaggedResource {
    /// The types that are asked for, as `ResourceTypeFilters` writes them: what an ARN has before and after its account.
    pub const TYPES: &[&str] = &[
        "apigateway",
        "dynamodb:table",
        "elasticfilesystem:file-system",
        "events:event-bus",
        "kinesis:stream",
        "kms:key",
        "logs:log-group",
        "s3",
        "secretsmanager:secret",
        "sns",
        "sqs",
        "ssm:parameter",
        "states:stateMachine",
    ];

    /// Whether `resource` is of a type that is asked for.
    pub fn covers(resource: &Arn) -> bool {
        let is_of = |kind: &str| match kind.split_once(':') {
            None => resource.service() == kind,
            Some((service, kind)) => {
                let rest = resource.resource().strip_prefix(kind).filter(|_| resource.service() == service);
                rest.is_some_and(|rest| rest.starts_with(['/', ':']))
            }
        };
        Self::TYPES.iter().any(|kind| is_of(kind))
    }
}

/// Nobody asked.
static UNREAD: LazyLock<Gap> = LazyLock::new(|| Gap::unread(TaggedResource::LISTED_BY));

/// What has no tags.
static NONE: BTreeMap<String, String> = BTreeMap::new();

impl Posture {
    /// The tags of something that holds or carries data; empty where it is known to have none.
    ///
    /// # Errors
    /// The gap, when its tags were not read: nobody asked for its type, or the list is not whole and it is not on it.
    pub fn tags(&self, resource: &Arn) -> Result<&BTreeMap<String, String>, &Gap> {
        if !TaggedResource::covers(resource) {
            return Err(&UNREAD);
        }
        if !resource.region().is_empty() {
            return self.regions.get(resource.region()).ok_or(&*UNREAD)?.tags(resource);
        }
        // A bucket: its own Region lists it, and where nobody says which one that is, every Region may.
        let listed = self.regions.values().find_map(|region| find(&region.tagged, resource));
        if let Some(listed) = listed {
            return Ok(&listed.tags);
        }
        let home = |region: &&Region| find(&region.buckets, resource).is_some_and(|bucket| bucket.region_stated);
        self.regions.values().find(home).ok_or(&*UNREAD)?.tags(resource)
    }
}

impl Region {
    fn tags(&self, resource: &Arn) -> Result<&BTreeMap<String, String>, &Gap> {
        match (find(&self.tagged, resource), &self.tagged) {
            (Some(listed), _) => Ok(&listed.tags),
            (None, Listing { gap: None, .. }) => Ok(&NONE),
            // Nobody asked, as in a snapshot from before there was such a list.
            (None, Listing { gap: Some(gap), .. }) if gap.kind == GapKind::Unread && gap.action.is_empty() => Err(&UNREAD),
            (None, Listing { gap: Some(gap), .. }) => Err(gap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{ACCOUNT, REGION, bucket, empty};

    fn arn(service: &str, resource: &str) -> Arn {
        Arn::build("aws", service, REGION, ACCOUNT, resource)
    }

    fn listed(arn: &Arn) -> TaggedResource {
        TaggedResource { arn: arn.clone(), region: REGION.to_owned(), tags: [("data-class".to_owned(), "pii".to_owned())].into() }
    }

    /// Two tables of which one is listed, in a list with `gap`.
    fn with(gap: Option<Gap>) -> Posture {
        let mut posture = empty();
        let region = posture.regions.get_mut(REGION).unwrap();
        region.tagged = Listing { items: vec![listed(&arn("dynamodb", "table/orders"))], gap };
        posture
    }

    #[test]
    fn a_resource_that_a_whole_list_lacks_has_no_tags() {
        let posture = with(None);
        assert_eq!(posture.tags(&arn("dynamodb", "table/orders")).unwrap()["data-class"], "pii");
        assert_eq!(posture.tags(&arn("dynamodb", "table/other")), Ok(&NONE));
    }

    #[test]
    fn a_list_that_is_not_whole_says_nothing_of_what_it_lacks() {
        let posture = with(Some(Gap::denied("tag:GetResources", "no")));
        assert_eq!(posture.tags(&arn("dynamodb", "table/orders")).unwrap()["data-class"], "pii");
        assert_eq!(posture.tags(&arn("dynamodb", "table/other")), Err(&Gap::denied("tag:GetResources", "no")));
        // A snapshot from before there was such a list.
        let older = with(Some(Gap::unread("")));
        let unread = older.tags(&arn("sqs", "jobs")).unwrap_err();
        assert_eq!((unread.kind, unread.action.as_str()), (GapKind::Unread, "tag:GetResources"));
        assert!(posture.tags(&Arn::build("aws", "sqs", "eu-north-1", ACCOUNT, "jobs")).is_err(), "the Region was not read");
    }

    #[test]
    fn a_bucket_is_listed_where_it_is() {
        let mut posture = with(None);
        let shares = Arn::build("aws", "s3", "", "", "shares");
        assert!(posture.tags(&shares).is_err(), "a bucket that nobody knows");
        posture.regions.get_mut(REGION).unwrap().buckets.items.push(bucket("shares"));
        posture.regions.insert("us-east-1".to_owned(), Region::default());
        assert_eq!(posture.tags(&shares), Ok(&NONE), "the list of another Region does not matter");
        posture.regions.get_mut(REGION).unwrap().buckets.items[0].region_stated = false;
        assert!(posture.tags(&shares).is_err(), "it may be in the other Region");
        posture.regions.get_mut(REGION).unwrap().tagged.items = vec![listed(&shares)];
        assert_eq!(posture.tags(&shares).unwrap()["data-class"], "pii");
    }

    #[test]
    fn types_are_told_by_their_arns() {
        for (service, resource, covered) in [
            ("dynamodb", "table/orders", true),
            ("dynamodb", "tables", false),
            ("logs", "log-group:/aws/lambda/orders", true),
            ("states", "stateMachine:ship", true),
            ("states", "activity:ship", false),
            ("sqs", "jobs", true),
            ("apigateway", "/restapis/a1", true),
            ("events", "event-bus/default", true),
            ("events", "rule/nightly", false),
            ("ecr", "repository/orders", false),
        ] {
            assert_eq!(TaggedResource::covers(&arn(service, resource)), covered, "{service}:{resource}");
        }
    }
}
