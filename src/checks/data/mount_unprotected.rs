//! DP-018: a function mounts a file system in clear, or as its root.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{AccessPoint, Arn, FileSystem, FileSystemConfig, Function, Gap, Listing, Region, Resource, Source, find},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-018",
    slug: "mount-unprotected",
    title: "File systems that functions mount are encrypted, and mounted as nobody special",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "Whoever takes over a function that mounts a file system as root, or all of it, reads and writes what every other client has \
          there. Without encryption at rest the disks and their backups tell everything.",
    how: "The access points in a function's FileSystemConfigs, and their file systems: Encrypted is false, or Uid of PosixUser is 0. Low \
          when only Path of RootDirectory is the whole file system. An access point without PosixUser leaves functions their own user, who \
          is not root. File systems that no function mounts are left alone. Access points of S3 Files and of other accounts are not read: \
          what they are is unknown.",
    links: Links { security_hub: &["EFS.1", "EFS.3"], csf: &["PR.DS"], owasp: &["S3", "S6"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Efs],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "elasticfilesystem:DescribeAccessPoints", "elasticfilesystem:DescribeFileSystems"],
        provider: "AWS encrypts a file system at rest only if it was made so, and holds clients to the user and folder that the access \
                   point names",
        avoids: &[
            "A file system that no function mounts",
            "An access point without a user of its own, as Lambda's user is not root",
            "A whole file system that is encrypted and mounted as an ordinary user, as more than low",
        ],
        cli: "aws efs create-access-point --file-system-id <FILE_SYSTEM_ID> --posix-user Uid=1000,Gid=1000 --root-directory 'Path=/<FOLDER>,CreationInfo={OwnerUid=1000,OwnerGid=1000,Permissions=750}' --region <REGION>\n\
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --file-system-configs Arn=<ACCESS_POINT_ARN>,LocalMountPath=/mnt/<FOLDER> --region <REGION>",
        cloudformation: r#"FileSystem:
  Type: AWS::EFS::FileSystem
  Properties:
    Encrypted: true
AccessPoint:
  Type: AWS::EFS::AccessPoint
  Properties:
    FileSystemId: !Ref FileSystem
    PosixUser: {Uid: "1000", Gid: "1000"}
    RootDirectory:
      Path: /<FOLDER>
      CreationInfo: {OwnerUid: "1000", OwnerGid: "1000", Permissions: "750"}"#,
        terraform: r#"resource "aws_efs_file_system" "<NAME>" {
  encrypted = true
}

resource "aws_efs_access_point" "<NAME>" {
  file_system_id = aws_efs_file_system.<NAME>.id

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/<FOLDER>"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "750"
    }
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --file-system-configs Arn=<OLD_ACCESS_POINT_ARN>,LocalMountPath=/mnt/<FOLDER> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function))
}

/// What is wrong with one mount, and how bad it is.
struct Flaw {
    severity: Severity,
    said: String,
    evidence: Evidence,
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    if function.file_systems.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let (mut flaws, mut gap) = (Vec::new(), None);
    for mount in &function.file_systems {
        match of_mount(context, region, mount) {
            Ok((found, unknown)) => {
                flaws.extend(found);
                gap = gap.or(unknown);
            }
            Err(unknown) => gap = gap.or(Some(unknown)),
        }
    }
    flaws.sort_by_key(|flaw| flaw.severity);
    let Some(first) = flaws.first() else { return gap.map_or(Ok(Ruling::Pass), Err) };
    let message = format!("{} mounts {}", function.name, first.said);
    let severity = first.severity;
    let fault = Fault::new(message, flaws.into_iter().map(|flaw| flaw.evidence).collect());
    Ok(fault.severity(severity).into())
}

/// The item of `listing` that `found` picks.
///
/// # Errors
/// The gap, when it is not there and may be.
fn pick<'a, T: Resource>(listing: &'a Listing<T>, found: Option<&'a T>, name: &str) -> Result<&'a T, Gap> {
    found.ok_or_else(|| match &listing.gap {
        Some(gap) if gap.action.is_empty() => Gap { action: T::LISTED_BY.to_owned(), ..gap.clone() },
        Some(gap) => gap.clone(),
        None => Gap::failed(T::LISTED_BY, format!("{name} is not in the list")),
    })
}

fn of_mount(context: &Context<'_>, region: &Region, mount: &FileSystemConfig) -> Result<(Vec<Flaw>, Option<Gap>), Gap> {
    if mount.arn.service() != "elasticfilesystem" {
        return Err(Gap::unsupported(format!("{} of S3 Files is not read", mount.arn.name())));
    }
    if mount.arn.account() != context.posture.account {
        return Err(Gap::unsupported(format!("{} is of another account", mount.arn.name())));
    }
    let point: &AccessPoint = pick(&region.access_points, find(&region.access_points, &mount.arn), mount.arn.name())?;
    let mut flaws = Vec::new();
    let name = point.arn.name();
    if point.user == Some(0) {
        flaws.push(Flaw {
            severity: Severity::Medium,
            said: format!("{} as root, at {}", point.file_system, mount.mount_path),
            evidence: Evidence::field("elasticfilesystem:DescribeAccessPoints", format!("{name} PosixUser.Uid"), "0"),
        });
    } else if point.root == "/" {
        flaws.push(Flaw {
            severity: Severity::Low,
            said: format!("all of {}, at {}", point.file_system, mount.mount_path),
            evidence: Evidence::field("elasticfilesystem:DescribeAccessPoints", format!("{name} RootDirectory.Path"), "/"),
        });
    }
    let of_point = |system: &&FileSystem| system.id == point.file_system;
    let system = pick(&region.file_systems, region.file_systems.items.iter().find(of_point), &point.file_system);
    let gap = match system.map(|system| system.encrypted) {
        Ok(Some(true)) => None,
        Ok(Some(false)) => {
            flaws.push(Flaw {
                severity: Severity::Medium,
                said: format!("{}, which is not encrypted, at {}", point.file_system, mount.mount_path),
                evidence: Evidence::field("elasticfilesystem:DescribeFileSystems", format!("{} Encrypted", point.file_system), "false"),
            });
            None
        }
        Ok(None) => Some(Gap::failed(FileSystem::LISTED_BY, "the answer does not say Encrypted")),
        Err(gap) => Some(gap),
    };
    Ok((flaws, gap))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let points: Vec<&str> = function.file_systems.iter().map(|mount| Arn::name(&mount.arn)).collect();
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Mount an encrypted file system, in a folder and as a user of its own")
            .step("Neither encryption nor an access point can be changed once they are made: both are made anew")
            .step("Copy the data to an encrypted file system, for instance with AWS DataSync or by restoring a backup into one")
            .step(format!("Make an access point with PosixUser and RootDirectory of its own in place of {}", points.join(", ")))
            .step("Name it in FileSystemConfigs of the function, and delete the old one"),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{ACCOUNT, REGION, Says, cases, denied, with_function},
        },
        model::{AccessPoint, Arn, Fact, FileSystem, FileSystemConfig, Gap, Listing, Posture, Region},
    };

    fn posture(change: impl FnOnce(&mut AccessPoint, &mut FileSystem)) -> Posture {
        let arn = |resource: &str| Arn::build("aws", "elasticfilesystem", REGION, ACCOUNT, resource);
        let mut point = AccessPoint {
            arn: arn("access-point/fsap-1"),
            file_system: "fs-1".to_owned(),
            user: Some(1000),
            group: Some(1000),
            root: "/orders".to_owned(),
        };
        let mut system = FileSystem {
            arn: arn("file-system/fs-1"),
            id: "fs-1".to_owned(),
            name: None,
            encrypted: Some(true),
            kms_key: None,
            policy: Fact::Known(None),
        };
        change(&mut point, &mut system);
        let mount = FileSystemConfig { arn: arn("access-point/fsap-1"), mount_path: "/mnt/data".to_owned() };
        let mut posture = with_function(|function| function.file_systems.push(mount));
        let region = posture.regions.get_mut(REGION).unwrap();
        region.access_points.items.push(point);
        region.file_systems.items.push(system);
        posture
    }

    fn region(change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = posture(|_, _| ());
        change(posture.regions.get_mut(REGION).unwrap());
        posture
    }

    fn severity(posture: &Posture) -> Option<Severity> {
        let settings = Settings::default();
        let verdict = (CHECK.run)(&Context::new(posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        fault.severity
    }

    #[test]
    fn rules() {
        let mounting = |arn: &'static str| region(|it| it.functions.items[0].file_systems[0].arn = Arn::from(arn));
        let mut unmounted = posture(|_, system| system.encrypted = Some(false));
        unmounted.regions.get_mut(REGION).unwrap().functions.items[0].file_systems.clear();
        cases(
            &CHECK,
            [
                ("encrypted, in a folder, as a user", posture(|_, _| ()), Says::Pass),
                ("in clear", posture(|_, system| system.encrypted = Some(false)), Says::Fail),
                ("as root", posture(|point, _| point.user = Some(0)), Says::Fail),
                ("all of it", posture(|point, _| point.root = "/".to_owned()), Says::Fail),
                ("as its own user", posture(|point, _| point.user = None), Says::Pass),
                ("mounted by nobody", unmounted, Says::NotApplicable),
                ("encryption not said", posture(|_, system| system.encrypted = None), Says::Unknown),
                (
                    "file systems denied",
                    region(|it| it.file_systems = Listing::partial(vec![], Gap::denied("elasticfilesystem:DescribeFileSystems", "no"))),
                    Says::Unknown,
                ),
                ("access points unread", region(|it| it.access_points = Listing::default()), Says::Unknown),
                ("access point gone", region(|it| it.access_points.items.clear()), Says::Unknown),
                ("of another account", mounting("arn:aws:elasticfilesystem:eu-west-1:999999999999:access-point/fsap-1"), Says::Unknown),
                ("S3 Files", mounting("arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1/access-point/fsap-1"), Says::Unknown),
                ("functions denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_whole_file_system_is_less_than_root() {
        assert_eq!(severity(&posture(|point, _| point.root = "/".to_owned())), Some(Severity::Low));
        assert_eq!(severity(&posture(|point, _| (point.user, point.root) = (Some(0), "/".to_owned()))), Some(Severity::Medium));
    }
}
