//! Tags of what holds and carries data. Most teams tag nothing but their functions.

use crate::model::{Arn, Learnt, Listing, Part, Posture, Source, TaggedResource};

use super::{ACCOUNT, EU, PARTITION, US, sources};

/// Region, service, resource, and one tag beside `team`.
const TAGGED: &[(&str, &str, &str, &str, &str, &str)] = &[
    (EU, "dynamodb", "table/accounts", "identity", "data-class", "pii"),
    (EU, "dynamodb", "table/consent", "identity", "data-class", "restricted"),
    (EU, "dynamodb", "table/ledger", "billing", "data-class", "confidential"),
    (EU, "dynamodb", "table/tariffs", "billing", "data-class", "internal"),
    (US, "dynamodb", "table/flags", "platform", "data-class", "internal"),
    // Story: whoever wrote the policy of this bucket could have read on the bucket itself what is in it.
    (EU, "s3", "larkspur-account-exports", "identity", "data-class", "pii"),
    (EU, "s3", "larkspur-payroll", "people", "data-class", "restricted"),
    (EU, "s3", "larkspur-thumbnails", "shop", "data-class", "public"),
    (EU, "s3", "larkspur-workshop", "people", "env", "sandbox"),
    (US, "s3", "larkspur-lake", "data", "data-class", "confidential"),
    (EU, "secretsmanager", "secret:payments/webhook-a1B2c3", "billing", "data-class", "confidential"),
    (EU, "sqs", "texts", "notifications", "data-class", "internal"),
    (EU, "ssm", "parameter/tracking/carriers/signing-key", "tracking", "data-class", "restricted"),
];

/// Notes what the Resource Groups Tagging API says of both Regions.
pub(super) fn note(posture: &mut Posture) {
    for region in [EU, US] {
        let here = TAGGED.iter().filter(|(home, ..)| *home == region);
        let tagged = here.map(|&(_, service, resource, team, key, value)| TaggedResource {
            arn: match service {
                "s3" => Arn::build(PARTITION, service, "", "", resource),
                _ => Arn::build(PARTITION, service, region, ACCOUNT, resource),
            },
            region: region.to_owned(),
            tags: [("team", team), (key, value)].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        });
        let learnt = vec![Learnt::TaggedResources(Listing::complete(tagged.collect()))];
        posture.absorb(Part { run: sources::run(Source::Tag, region), learnt });
    }
}

#[cfg(test)]
mod tests {
    use super::super::posture;
    use crate::model::Arn;

    #[test]
    fn what_is_tagged_is_there() {
        let posture = posture();
        let mut tagged = 0;
        for region in posture.regions.values() {
            for item in &region.tagged.items {
                let stores: Vec<&Arn> = (region.tables.items.iter().map(|table| &table.arn))
                    .chain(region.buckets.items.iter().map(|bucket| &bucket.arn))
                    .chain(region.secrets.items.iter().map(|secret| &secret.arn))
                    .chain(region.queues.items.iter().map(|queue| &queue.arn))
                    .chain(region.parameters.items.iter().map(|parameter| &parameter.arn))
                    .collect();
                let found = stores.contains(&&item.arn);
                assert!(found, "{}", item.arn);
                assert_eq!(posture.tags(&item.arn), Ok(&item.tags));
                tagged += 1;
            }
        }
        assert_eq!(tagged, super::TAGGED.len());
    }
}
