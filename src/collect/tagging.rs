//! Resource Groups Tagging API: tags of everything that holds or carries data, a hundred resources an answer.
//!
//! The services' own calls would be one a resource. Resources that never had a tag are not listed.

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Operation, Scope,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{Arn, Learnt, Source, TaggedResource};

static SERVICE: Service =
    Service::new("Resource Groups Tagging API", "tagging", Protocol::Json { version: "1.1", target: "ResourceGroupsTaggingAPI_20170126" });

/// AWS publishes none; it is known to throttle, and five a second make 500 resources.
static QUOTA: Quota = Quota::new("tag", 5);

/// The largest page.
const PAGE: usize = 100;

static GET_RESOURCES: Operation =
    Operation::new("tag:GetResources", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.tagged.items.len(), PAGE));

pub(super) static COLLECTOR: Collector = Collector { source: Source::Tag, scope: Scope::Regional, operations: &[&GET_RESOURCES], run };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    resource_tag_mapping_list: Vec<Said>,
    /// Empty on the last page.
    pagination_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    #[serde(rename = "ResourceARN")]
    arn: Option<Arn>,
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let said = reader
            .pages(&GET_RESOURCES, |token| async move {
                let params = json!({ "ResourceTypeFilters": TaggedResource::TYPES, "ResourcesPerPage": PAGE, "PaginationToken": token });
                let answer: Resources = wire.ask(&GET_RESOURCES, params).await?;
                reader.done(answer.resource_tag_mapping_list.len());
                Ok(Page::new(Some(answer.resource_tag_mapping_list), answer.pagination_token))
            })
            .await;
        let tagged = reader.converted(&GET_RESOURCES, said, |said| tagged(said, reader.region()));
        vec![Learnt::TaggedResources(tagged)]
    }
    .boxed()
}

/// What `region` lists.
fn tagged(said: Said, region: &str) -> Option<TaggedResource> {
    let arn = said.arn.filter(|arn| !arn.service().is_empty())?;
    // CloudWatch Logs itself writes the ARN of a group in two ways.
    let arn = if arn.service() == "logs" { Arn::new(arn.as_str().trim_end_matches(":*")) } else { arn };
    let region = Some(arn.region()).filter(|region| !region.is_empty()).unwrap_or(region).to_owned();
    Some(TaggedResource { region, tags: said.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(), arn })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(said: serde_json::Value) -> Option<TaggedResource> {
        tagged(serde_json::from_value(said).ok()?, "eu-west-1")
    }

    #[test]
    fn a_bucket_is_of_the_region_that_lists_it() {
        let tags = json!([{ "Key": "data-class", "Value": "pii" }, { "Key": "note", "Value": "" }]);
        let bucket = read(json!({ "ResourceARN": "arn:aws:s3:::shares", "Tags": tags })).unwrap();
        assert_eq!((bucket.region.as_str(), bucket.tags.len(), bucket.tags["data-class"].as_str()), ("eu-west-1", 2, "pii"));
        let group = read(json!({ "ResourceARN": "arn:aws:logs:us-east-1:1:log-group:/x:*", "Tags": [] })).unwrap();
        assert_eq!((group.arn.as_str(), group.region.as_str()), ("arn:aws:logs:us-east-1:1:log-group:/x", "us-east-1"));
    }

    #[test]
    fn what_has_no_arn_or_no_list_of_tags_is_not_told() {
        assert_eq!(read(json!({ "Tags": [] })), None);
        assert_eq!(read(json!({ "ResourceARN": "shares", "Tags": [] })), None);
        assert_eq!(read(json!({ "ResourceARN": "arn:aws:s3:::shares" })), None);
    }
}
