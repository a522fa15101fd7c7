//! ECR: private repositories, their policies and the image that was pushed last.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Extent, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Epoch, Protocol, Service, Wire},
};
use crate::model::{Arn, Fact, Gap, Learnt, PolicyText, Repository, RepositoryImage, Source};

static SERVICE: Service = Service::new("ECR", "api.ecr", Protocol::Json { version: "1.1", target: "AmazonEC2ContainerRegistry_V20150921" })
    .signing("ecr")
    .dual_stack("ecr");

/// ECR publishes quotas for pushing and pulling only; this many a second is modest.
static QUOTA: Quota = Quota::new("ecr", 10);

static DESCRIBE: Operation =
    Operation::new("ecr:DescribeRepositories", &QUOTA).of(&SERVICE).calls(|at| at.pages(at.region.repositories.items.len(), 1000));
static GET_POLICY: Operation = Operation::new("ecr:GetRepositoryPolicy", &QUOTA).of(&SERVICE).calls(each_repository);
static DESCRIBE_IMAGES: Operation = Operation::new("ecr:DescribeImages", &QUOTA).of(&SERVICE).calls(each_repository);

fn each_repository(at: &Extent<'_>) -> u64 {
    at.region.repositories.items.len() as u64
}

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Ecr, scope: Scope::Regional, operations: &[&DESCRIBE, &GET_POLICY, &DESCRIBE_IMAGES], run };

/// Repositories that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repositories {
    repositories: Vec<Said>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    repository_arn: Option<Arn>,
    repository_name: Option<String>,
    repository_uri: Option<String>,
    image_tag_mutability: Option<String>,
    image_scanning_configuration: Option<Scanning>,
    encryption_configuration: Option<Encryption>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scanning {
    scan_on_push: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encryption {
    encryption_type: String,
    kms_key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    policy_text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Images {
    image_details: Vec<Image>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    image_digest: String,
    image_pushed_at: Epoch,
    image_scan_status: Option<ScanStatus>,
    image_scan_findings_summary: Option<ScanSummary>,
}

#[derive(Debug, Deserialize)]
struct ScanStatus {
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ScanSummary {
    image_scan_completed_at: Option<Epoch>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let repositories = reader
            .pages(&DESCRIBE, |token| async move {
                let answer: Repositories = wire.ask(&DESCRIBE, json!({ "maxResults": 1000, "nextToken": token })).await?;
                Ok(Page::new(Some(answer.repositories), answer.next_token))
            })
            .await;
        let repositories = reader.converted(&DESCRIBE, repositories, repository);
        let items = repositories.items.clone();
        reader.expect(items.len());
        reader.post(vec![Learnt::Repositories(repositories)]).await;
        if reader.depth() == Depth::Full {
            let details = stream::iter(items).map(|repository| detail(reader, wire, repository));
            let mut batches = details.buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch.into_iter().map(|repository| Learnt::Repository(Box::new(repository))).collect()).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

fn repository(said: Said) -> Option<Repository> {
    let (encryption, kms_key) = match said.encryption_configuration {
        Some(encryption) => (Some(encryption.encryption_type), encryption.kms_key),
        None => (None, None),
    };
    Some(Repository {
        arn: said.repository_arn?,
        name: said.repository_name?,
        uri: said.repository_uri?,
        tag_mutability: said.image_tag_mutability,
        scan_on_push: said.image_scanning_configuration.and_then(|scanning| scanning.scan_on_push),
        encryption,
        kms_key,
        policy: Fact::unread(GET_POLICY.action),
        newest_image: Fact::unread(DESCRIBE_IMAGES.action),
    })
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut repository: Repository) -> Repository {
    let policy = wire.ask(&GET_POLICY, json!({ "repositoryName": repository.name }));
    // One call and no more: a repository may have ten thousand images.
    let images = wire.ask(&DESCRIBE_IMAGES, json!({ "repositoryName": repository.name, "maxResults": 1000 }));
    let (policy, images): (Result<Policy, Failure>, Result<Images, Failure>) = tokio::join!(policy, images);
    repository.policy = reader.fact(match policy {
        Ok(answer) => Ok(Some(PolicyText::new(answer.policy_text))),
        Err(failure) if failure.is("RepositoryPolicyNotFoundException") => Ok(None),
        Err(failure) => Err(failure),
    });
    repository.newest_image = match images {
        // No fault of the reading, so not in its ledger.
        Ok(answer) if answer.next_token.is_some() => {
            Gap::unsupported("there are more than a thousand images, which ECR gives in no order: the newest is not looked for").into()
        }
        images => reader.fact(images.and_then(|answer| newest(answer.image_details))),
    };
    repository
}

fn newest(images: Vec<Image>) -> Result<Option<RepositoryImage>, Failure> {
    let mut newest: Option<RepositoryImage> = None;
    for image in images {
        let pushed = image.image_pushed_at.time().ok_or_else(|| DESCRIBE_IMAGES.broken("imagePushedAt is no time"))?;
        if newest.as_ref().is_none_or(|newest| (newest.pushed, &newest.digest) < (pushed, &image.image_digest)) {
            newest = Some(RepositoryImage {
                digest: image.image_digest,
                pushed,
                scan_status: image.image_scan_status.and_then(|scan| scan.status),
                scanned: image.image_scan_findings_summary.and_then(|scan| scan.image_scan_completed_at).and_then(Epoch::time),
            });
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_image_is_the_one_pushed_last() {
        let read = |said| newest(serde_json::from_value::<Images>(said).unwrap().image_details);
        let image = read(json!({ "imageDetails": [
            { "imageDigest": "sha256:b", "imagePushedAt": 1_767_225_600, "imageScanStatus": { "status": "COMPLETE" } },
            { "imageDigest": "sha256:a", "imagePushedAt": 1_767_000_000 },
        ]}));
        let image = image.unwrap().unwrap();
        assert_eq!((image.digest.as_str(), image.scan_status.as_deref()), ("sha256:b", Some("COMPLETE")));
        assert_eq!(read(json!({ "imageDetails": [] })), Ok(None));
        assert!(read(json!({ "imageDetails": [{ "imageDigest": "a", "imagePushedAt": 1e300 }] })).is_err());
    }
}
