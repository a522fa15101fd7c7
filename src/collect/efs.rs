//! EFS: file systems, their policies, and the access points through which functions mount them.

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    gap::Failure,
    pacer::Quota,
    pages::Page,
    reader::Reader,
    wire::{Protocol, Service, Wire},
};
use crate::model::{AccessPoint, Arn, Fact, FileSystem, Learnt, PolicyText, Source};

static SERVICE: Service = Service::new("EFS", "elasticfilesystem", Protocol::RestJson).dual_stack("efs");

/// EFS publishes no quota for its API; this many a second is modest.
static QUOTA: Quota = Quota::new("elasticfilesystem", 10);

static DESCRIBE_SYSTEMS: Operation = Operation::new("elasticfilesystem:DescribeFileSystems", &QUOTA)
    .of(&SERVICE)
    .get("/2015-02-01/file-systems")
    .calls(|at| at.pages(at.region.file_systems.items.len(), 100));
static DESCRIBE_POINTS: Operation = Operation::new("elasticfilesystem:DescribeAccessPoints", &QUOTA)
    .of(&SERVICE)
    .get("/2015-02-01/access-points")
    .calls(|at| at.pages(at.region.access_points.items.len(), 100));
static DESCRIBE_POLICY: Operation = Operation::new("elasticfilesystem:DescribeFileSystemPolicy", &QUOTA)
    .of(&SERVICE)
    .get("/2015-02-01/file-systems/{FileSystemId}/policy")
    .calls(|at| at.region.file_systems.items.len() as u64);

pub(super) static COLLECTOR: Collector =
    Collector { source: Source::Efs, scope: Scope::Regional, operations: &[&DESCRIBE_SYSTEMS, &DESCRIBE_POINTS, &DESCRIBE_POLICY], run };

/// File systems that are read at the same time; the pacers bound the calls.
const AT_ONCE: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Systems {
    file_systems: Vec<System>,
    next_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct System {
    file_system_id: Option<String>,
    file_system_arn: Option<Arn>,
    name: Option<String>,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Points {
    access_points: Vec<Point>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    access_point_arn: Option<Arn>,
    file_system_id: Option<String>,
    posix_user: Option<User>,
    root_directory: Option<Root>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    uid: u32,
    gid: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Root {
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let systems = reader.pages(&DESCRIBE_SYSTEMS, |token| async move {
            let answer: Systems = wire.ask(&DESCRIBE_SYSTEMS, json!({ "MaxItems": 100, "Marker": token })).await?;
            Ok(Page::new(Some(answer.file_systems), answer.next_marker))
        });
        let points = reader.pages(&DESCRIBE_POINTS, |token| async move {
            let answer: Points = wire.ask(&DESCRIBE_POINTS, json!({ "MaxResults": 100, "NextToken": token })).await?;
            Ok(Page::new(Some(answer.access_points), answer.next_token))
        });
        let (systems, points) = tokio::join!(systems, points);
        let built = |id: &str| {
            let resource = format!("file-system/{id}");
            Arn::build(reader.partition(), "elasticfilesystem", reader.region(), reader.account(), &resource)
        };
        let systems = reader.converted(&DESCRIBE_SYSTEMS, systems, |said| system(said, built));
        let points = reader.converted(&DESCRIBE_POINTS, points, point);
        let items = systems.items.clone();
        reader.expect(items.len() + points.items.len());
        reader.done(points.items.len());
        reader.post(vec![Learnt::FileSystems(systems), Learnt::AccessPoints(points)]).await;
        if reader.depth() == Depth::Full {
            let mut batches =
                stream::iter(items).map(|system| detail(reader, wire, system)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
            while let Some(batch) = batches.next().await {
                reader.done(batch.len());
                reader.post(batch.into_iter().map(|system| Learnt::FileSystem(Box::new(system))).collect()).await;
            }
        }
        Vec::new()
    }
    .boxed()
}

/// `built` makes an ARN of an id: AWS's own model does not promise one.
fn system(said: System, built: impl Fn(&str) -> Arn) -> Option<FileSystem> {
    let id = said.file_system_id?;
    Some(FileSystem {
        arn: said.file_system_arn.unwrap_or_else(|| built(&id)),
        id,
        name: said.name.filter(|name| !name.is_empty()),
        encrypted: said.encrypted,
        kms_key: said.kms_key_id.filter(|key| !key.is_empty()),
        policy: Fact::unread(DESCRIBE_POLICY.action),
    })
}

fn point(said: Point) -> Option<AccessPoint> {
    Some(AccessPoint {
        arn: said.access_point_arn?,
        file_system: said.file_system_id?,
        user: said.posix_user.as_ref().map(|user| user.uid),
        group: said.posix_user.as_ref().map(|user| user.gid),
        // AWS's default, which it gives back as well.
        root: said.root_directory.and_then(|root| root.path).unwrap_or_else(|| "/".to_owned()),
    })
}

async fn detail(reader: &Reader, wire: &Wire<'_>, mut system: FileSystem) -> FileSystem {
    let answer: Result<Policy, Failure> = wire.ask(&DESCRIBE_POLICY, json!({ "FileSystemId": system.id })).await;
    system.policy = reader.fact(match answer {
        Ok(answer) => Ok(Some(PolicyText::new(answer.policy))),
        Err(failure) if failure.is("PolicyNotFound") => Ok(None),
        Err(failure) => Err(failure),
    });
    system
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_point_without_a_user_leaves_it_to_the_client() {
        let read = |said| point(serde_json::from_value(said).unwrap()).unwrap();
        let root = read(json!({ "AccessPointArn": "a", "FileSystemId": "fs-1", "PosixUser": { "Uid": 0, "Gid": 0 } }));
        assert_eq!((root.user, root.group, root.root.as_str()), (Some(0), Some(0), "/"));
        let open = read(json!({ "AccessPointArn": "a", "FileSystemId": "fs-1", "RootDirectory": { "Path": "/data" } }));
        assert_eq!((open.user, open.root.as_str()), (None, "/data"));
    }

    #[test]
    fn a_file_system_is_known_by_its_id() {
        let read = |said| system(serde_json::from_value(said).unwrap(), |id| Arn::from(format!("built:{id}")));
        assert_eq!(read(json!({ "FileSystemId": "fs-1", "Encrypted": false })).unwrap().arn.as_str(), "built:fs-1");
        assert_eq!(read(json!({ "Encrypted": false })), None);
    }
}
