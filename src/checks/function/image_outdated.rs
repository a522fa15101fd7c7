//! FN-010: the image of a function may change under its tag, was never scanned, or is old.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict, context::listed},
    model::{CodeLocation, Function, Gap, PackageType, Region, Repository, RepositoryImage, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-010",
    slug: "image-outdated",
    title: "Images of functions are pinned, scanned and recent",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "AWS patches the runtimes of packages, and no image: what was in it on the day it was built is in it until somebody builds it \
          again. Where a tag can be pushed over, whoever may push decides what the next deployment runs.",
    how: "The repository is joined to the function by its ImageUri. It is named by a tag in a repository whose imageTagMutability is MUTABLE; \
          or DescribeImages says that nobody scanned the image that runs; or that image, or the newest of its repository, was pushed \
          more than 180 days ago (thresholds.image_age_days). An image that is named by its digest cannot change, so its tags do not matter. Palisade reads the newest \
          image of a repository only: of an older one it is unknown when it was pushed and whether it was scanned. Unknown are also \
          tags where a repository makes exceptions, and repositories of other accounts.",
    links: Links {
        security_hub: &["ECR.1", "ECR.2"],
        csf: &["PR.PS", "ID.RA"],
        owasp: &["S9"],
        attack: &["T1525"],
        pci: &["6.2.3", "6.2.4"],
        ..Links::NONE
    },
    reads: &[Source::Lambda, Source::Ecr],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction", "ecr:DescribeRepositories", "ecr:DescribeImages"],
        provider: "Lambda pins the digest that a tag had at the deployment and patches nothing in an image; ECR scans where you switched \
                  it on, and building the image again is yours",
        avoids: &[
            "Functions that are packages, whose runtime AWS patches",
            "Tags that can be pushed over, where the function names its image by the digest",
            "An image that Inspector watches, although it bears no date of a scan",
            "A repository whose name only begins like that of the image",
        ],
        cli: "# Let the registry scan what is pushed, build the image again on a patched base, and deploy it by its digest.
aws ecr put-image-tag-mutability --repository-name <REPOSITORY_NAME> --image-tag-mutability IMMUTABLE --region <REGION>
aws ecr put-image-scanning-configuration --repository-name <REPOSITORY_NAME> --image-scanning-configuration scanOnPush=true --region <REGION>
aws lambda update-function-code --function-name <FUNCTION_NAME> --image-uri <REPOSITORY_URI>@<DIGEST> --region <REGION>",
        cloudformation: "Repository:
  Type: AWS::ECR::Repository
  Properties:
    ImageTagMutability: IMMUTABLE
    ImageScanningConfiguration:
      ScanOnPush: true
Function:
  Type: AWS::Lambda::Function
  Properties:
    PackageType: Image
    Code:
      ImageUri: <REPOSITORY_URI>@<DIGEST>",
        terraform: r#"resource "aws_ecr_repository" "<NAME>" {
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_lambda_function" "<NAME>" {
  package_type = "Image"
  image_uri    = "${aws_ecr_repository.<NAME>.repository_url}@<DIGEST>"
}"#,
        undo: "aws ecr put-image-tag-mutability --repository-name <REPOSITORY_NAME> --image-tag-mutability MUTABLE --region <REGION>
aws lambda update-function-code --function-name <FUNCTION_NAME> --image-uri <OLD_IMAGE_URI> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    if function.package_type != PackageType::Image {
        return Ok(Ruling::NotApplicable);
    }
    let code = function.code.known()?;
    let repository = repository(context, region, function, code)?;
    let mut gap = None;
    let mut evidence = Vec::new();
    let mut faults = Vec::new();
    let by_digest = code.image.as_deref().map(|image| image.contains("@sha256:"));
    match (by_digest, repository.tag_mutability.as_deref()) {
        (Some(true), _) | (_, Some("IMMUTABLE")) => {}
        (Some(false), Some("MUTABLE")) => {
            evidence.push(Evidence::field("ecr:DescribeRepositories", "imageTagMutability", "MUTABLE"));
            faults.push("can be replaced under its tag".to_owned());
        }
        (None, Some(_)) => gap = Some(Gap::unsupported("Lambda does not say by what the image was named")),
        (_, Some(_)) => gap = Some(Gap::unsupported("for which tags its repository makes an exception is not read")),
        (_, None) => gap = Some(Gap::unsupported("the registry does not say whether tags can be pushed over")),
    }
    match repository.newest_image.known() {
        Ok(Some(newest)) => {
            let days = context.now().days_since(newest.pushed);
            if days > i64::from(context.settings.thresholds.image_age_days) {
                evidence.push(Evidence::field("ecr:DescribeImages", "imagePushedAt", newest.pushed.date().to_string()));
                faults.push(format!("is at least {days} days old"));
            }
            if runs(code, newest) {
                match is_scanned(newest) {
                    Some(true) => {}
                    Some(false) => {
                        let status = newest.scan_status.as_deref().unwrap_or("none");
                        evidence.push(Evidence::field("ecr:DescribeImages", "imageScanStatus", status));
                        faults.push("was never scanned".to_owned());
                    }
                    None => gap = gap.or_else(|| Some(Gap::unsupported("whether its image was scanned is not said yet"))),
                }
            } else {
                gap = gap.or_else(|| Some(Gap::unsupported("of its repository only the newest image is read, and it runs another one")));
            }
        }
        Ok(None) => gap = gap.or_else(|| Some(Gap::unsupported("its repository is empty"))),
        Err(found) => gap = gap.or_else(|| Some(found.clone())),
    }
    if faults.is_empty() {
        return gap.map_or(Ok(Ruling::Pass), Err);
    }
    if let Some(image) = &code.image {
        evidence.push(Evidence::field("lambda:GetFunction", "Code.ImageUri", image));
    }
    Ok(Fault::new(format!("The image of {} {}", function.name, faults.join(" and ")), evidence).into())
}

/// Whether the function is known to run `image`.
fn runs(code: &CodeLocation, image: &RepositoryImage) -> bool {
    let runs = code.resolved_image.as_deref().or(code.image.as_deref()).and_then(|image| image.split_once('@'));
    runs.is_some_and(|(_, digest)| digest == image.digest)
}

/// Whether `image` was scanned; none while that is open.
fn is_scanned(image: &RepositoryImage) -> Option<bool> {
    if image.scanned.is_some() {
        return Some(true);
    }
    match image.scan_status.as_deref() {
        Some("COMPLETE" | "ACTIVE" | "SCAN_ELIGIBILITY_EXPIRED") => Some(true),
        None | Some("FAILED" | "UNSUPPORTED_IMAGE" | "LIMIT_EXCEEDED" | "IMAGE_SIZE_EXCEEDED") => Some(false),
        Some(_) => None,
    }
}

/// The repository that the image of `function` comes from.
fn repository<'a>(context: &Context<'_>, region: &'a Region, function: &Function, code: &CodeLocation) -> Result<&'a Repository, Gap> {
    let image = code.image.as_deref().or(code.resolved_image.as_deref());
    let image = image.ok_or_else(|| Gap::unsupported("Lambda does not say from which image it was made"))?;
    let ours = context.posture.account.as_str();
    let place = format!("{ours}.dkr.ecr.{}.", function.arn.region());
    let is_it = |repository: &&Repository| image.strip_prefix(repository.uri.as_str()).is_some_and(|rest| rest.starts_with([':', '@']));
    match region.repositories.items.iter().find(is_it) {
        Some(repository) => Ok(repository),
        None if !image.starts_with(&place) => Err(Gap::unsupported("its image is in a repository elsewhere, which is not read")),
        None => Err(listed(&region.repositories).err().unwrap_or_else(|| Gap::unsupported("the repository of its image is gone"))),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let region = context.posture.regions.get(&*verdict.region)?;
    let repository = repository(context, region, function, function.code.known().ok()?).ok()?;
    let set = |to: &str| {
        Call::new("ecr", "put-image-tag-mutability", &*verdict.region)
            .with("repository-name", &*repository.name)
            .with("image-tag-mutability", to)
    };
    let plan = Plan::new(Effort::Guided, Risk::Careful, "Pin the tags of the repository, and build the image again on a patched base");
    let plan =
        if repository.tag_mutability.as_deref() == Some("MUTABLE") { plan.step(set("IMMUTABLE")).undo(set("MUTABLE")) } else { plan };
    Some(plan.step("Let the registry scan what is pushed, build the image again, and deploy it by its digest"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            testing::{ACCOUNT, REGION, Says, cases, denied, now, with_function},
        },
        model::{Arn, Fact, Gap, PackageType, Posture, Region, Repository, RepositoryImage},
    };

    const URI: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders";

    /// A function on the image that `image` names, whose digest is `sha256:aa`.
    fn on(image: &str, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = with_function(|function| {
            function.package_type = PackageType::Image;
            function.runtime = None;
            let code = function.code.known_mut().unwrap();
            code.image = Some(image.to_owned());
            code.resolved_image = Some(format!("{URI}@sha256:aa"));
        });
        let region = posture.regions.get_mut(REGION).unwrap();
        region.repositories.items.push(Repository {
            arn: Arn::build("aws", "ecr", REGION, ACCOUNT, "repository/orders"),
            name: "orders".to_owned(),
            uri: URI.to_owned(),
            tag_mutability: Some("IMMUTABLE".to_owned()),
            scan_on_push: Some(false),
            encryption: None,
            kms_key: None,
            policy: Fact::Known(None),
            newest_image: Fact::Known(Some(RepositoryImage {
                digest: "sha256:aa".to_owned(),
                pushed: now(),
                scan_status: Some("COMPLETE".to_owned()),
                scanned: Some(now()),
            })),
        });
        change(region);
        posture
    }

    fn tagged(change: impl FnOnce(&mut Repository)) -> Posture {
        on(&format!("{URI}:live"), |region| change(&mut region.repositories.items[0]))
    }

    fn newest(repository: &mut Repository) -> &mut RepositoryImage {
        repository.newest_image.known_mut().unwrap().as_mut().unwrap()
    }

    fn mutable(repository: &mut Repository) {
        repository.tag_mutability = Some("MUTABLE".to_owned());
    }

    /// An image whose scan came to this.
    fn scan(status: &str) -> Posture {
        tagged(|repository| {
            newest(repository).scan_status = Some(status.to_owned());
            newest(repository).scanned = None;
        })
    }

    #[test]
    fn rules() {
        let gap = || Gap::denied("ecr:DescribeImages", "no");
        cases(
            &CHECK,
            [
                ("a package", with_function(|_| ()), Says::NotApplicable),
                ("sound", tagged(|_| ()), Says::Pass),
                ("the tag can be pushed over", tagged(mutable), Says::Fail),
                (
                    "some tags can be pushed over",
                    tagged(|repository| repository.tag_mutability = Some("IMMUTABLE_WITH_EXCLUSION".to_owned())),
                    Says::Unknown,
                ),
                (
                    "all tags can be pushed over but some",
                    tagged(|repository| repository.tag_mutability = Some("MUTABLE_WITH_EXCLUSION".to_owned())),
                    Says::Unknown,
                ),
                ("nobody says of tags", tagged(|repository| repository.tag_mutability = None), Says::Unknown),
                (
                    "nobody says by what it was named",
                    on("", |region| {
                        region.functions.items[0].code.known_mut().unwrap().image = None;
                        mutable(&mut region.repositories.items[0]);
                    }),
                    Says::Unknown,
                ),
                (
                    "by digest, where tags can be pushed over",
                    on(&format!("{URI}@sha256:aa"), |region| mutable(&mut region.repositories.items[0])),
                    Says::Pass,
                ),
                (
                    "never scanned",
                    tagged(|repository| {
                        newest(repository).scan_status = None;
                        newest(repository).scanned = None;
                    }),
                    Says::Fail,
                ),
                ("an image that cannot be scanned", scan("UNSUPPORTED_IMAGE"), Says::Fail),
                ("a scan that has yet to end", scan("IN_PROGRESS"), Says::Unknown),
                ("watched by Inspector", scan("ACTIVE"), Says::Pass),
                ("old", tagged(|repository| newest(repository).pushed = "2026-01-01T00:00:00Z".parse().unwrap()), Says::Fail),
                ("an older image than the newest", tagged(|repository| newest(repository).digest = "sha256:bb".to_owned()), Says::Unknown),
                (
                    "an image of unknown age, scanned on push",
                    tagged(|repository| {
                        newest(repository).digest = "sha256:bb".to_owned();
                        repository.scan_on_push = Some(true);
                    }),
                    Says::Unknown,
                ),
                (
                    "a repository whose name begins alike",
                    on(&format!("{URI}-eu:live"), |region| mutable(&mut region.repositories.items[0])),
                    Says::Unknown,
                ),
                ("a repository elsewhere", on("999999999999.dkr.ecr.eu-west-1.amazonaws.com/x:1", |_| ()), Says::Unknown),
                ("images denied", tagged(|repository| repository.newest_image = gap().into()), Says::Unknown),
                (
                    "images denied, the tag can be pushed over",
                    tagged(|repository| {
                        repository.newest_image = gap().into();
                        mutable(repository);
                    }),
                    Says::Fail,
                ),
                (
                    "repositories denied",
                    on(&format!("{URI}:live"), |region| {
                        region.repositories.items.clear();
                        region.repositories.gap = Some(Gap::denied("ecr:DescribeRepositories", "no"));
                    }),
                    Says::Unknown,
                ),
                ("unread", on("", |region| region.functions.items[0].code = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_tags_are_pinned_and_can_be_let_go() {
        let (posture, settings) = (tagged(mutable), Settings::default());
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert!(plan.commands()[0].contains("--image-tag-mutability IMMUTABLE"), "{:?}", plan.commands());
        assert!(plan.undo_commands()[0].contains("--image-tag-mutability MUTABLE"), "{:?}", plan.undo_commands());
    }
}
