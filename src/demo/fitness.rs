//! How fit the functions are: what CloudWatch counted and Inspector found, where failed events go, and the newer kinds of compute.

use crate::model::{
    Arn, Fact, Invocations, Microvm, MicrovmDetails, PackageType, Posture, Region, Repository, RepositoryImage, Vulnerability,
    VulnerablePackage, WebFunction, WebFunctionEndpoint, WebFunctionSettings,
};

use super::{ACCOUNT, EU, PARTITION};

/// Functions that lose what they fail on.
const FORGETFUL: [&str; 3] = ["thumbnailer", "legacy-etl", "notify-sms"];
/// A function that nobody has missed.
const UNUSED: &str = "legacy-etl";
/// A function with a package that is exploited at large.
const VULNERABLE: &str = "thumbnailer";
/// A function that anyone can hold for five minutes.
const HANGING: &str = "returns-label";
/// A function in a single subnet.
const SINGLE: &str = "key-rotator";

fn arn(service: &str, region: &str, resource: &str) -> Arn {
    Arn::build(PARTITION, service, region, ACCOUNT, resource)
}

/// Adds what is known of the fitness of the functions of `posture`.
pub(super) fn note(posture: &mut Posture) {
    let taken_at = posture.taken_at;
    for (name, region) in &mut posture.regions {
        let dead = arn("sqs", name, "failed-events");
        for function in &mut region.functions.items {
            let forgetful = FORGETFUL.contains(&function.name.as_str());
            function.dead_letter = (!forgetful).then(|| dead.clone());
            if function.name == HANGING {
                function.timeout_seconds = 300;
            }
            if let Some(metrics) = region.metrics.items.iter_mut().find(|metrics| metrics.arn == function.arn) {
                let slowest = if function.timeout_seconds > 60 { 900 } else { u64::from(function.timeout_seconds) * 400 };
                metrics.duration_p99 = Fact::Known(Some(slowest));
                if function.name == UNUSED {
                    metrics.invocations = Fact::Known(Invocations { count: 0, last: None });
                    metrics.errors = Fact::Known(0);
                    metrics.duration_p99 = Fact::Known(None);
                    metrics.concurrent_executions = Fact::Known(None);
                }
            }
            if function.name == SINGLE
                && let Some(vpc) = &mut function.vpc
            {
                vpc.subnets.truncate(1);
            }
        }
        for mapping in &mut region.event_source_mappings.items {
            let forgetful = FORGETFUL.contains(&mapping.function.unqualified().name());
            mapping.on_failure = (!forgetful).then(|| dead.clone());
        }
        for queue in &mut region.queues.items {
            if let Some(attributes) = queue.attributes.known_mut()
                && queue.arn.name() != "texts"
            {
                attributes.dead_letter_queue = Some(dead.clone());
            }
        }
        scanned(region);
        images(name, region, taken_at);
    }
    if let Some(region) = posture.regions.get_mut(EU) {
        compute(region);
    }
}

/// Story: the package that resizes pictures is exploited by a picture.
fn scanned(region: &mut Region) {
    region.vulnerabilities.gap = None;
    let vulnerable = region.functions.items.iter().filter(|function| function.name == VULNERABLE);
    region.vulnerabilities.items = vulnerable
        .map(|function| Vulnerability {
            arn: arn("inspector2", function.arn.region(), "finding/4a1e07c2"),
            function: function.arn.clone(),
            kind: "PACKAGE_VULNERABILITY".to_owned(),
            severity: "HIGH".to_owned(),
            id: Some("CVE-2023-4863".to_owned()),
            exploit_available: Some(true),
            fix_available: Some("YES".to_owned()),
            epss: Some(0.93),
            packages: vec![VulnerablePackage {
                name: "sharp".to_owned(),
                version: "0.32.4".to_owned(),
                fixed_in: Some("0.32.6".to_owned()),
                layer: None,
            }],
            code: None,
            updated: None,
        })
        .collect();
}

/// Every image is in a repository of its function's name, whose tags can be pushed over.
fn images(name: &str, region: &mut Region, taken_at: crate::model::Timestamp) {
    let host = format!("{ACCOUNT}.dkr.ecr.{name}.amazonaws.com");
    let digest = "sha256:6f1c2a9be0d34b7f8c5d1e0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b0c";
    region.repositories.items.clear();
    for function in region.functions.items.iter_mut().filter(|function| function.package_type == PackageType::Image) {
        let uri = format!("{host}/{}", function.name);
        if let Some(code) = function.code.known_mut() {
            code.image = Some(format!("{uri}:live"));
            code.resolved_image = Some(format!("{uri}@{digest}"));
        }
        region.repositories.items.push(Repository {
            arn: arn("ecr", name, &format!("repository/{}", function.name)),
            name: function.name.clone(),
            uri,
            tag_mutability: Some("MUTABLE".to_owned()),
            scan_on_push: Some(true),
            encryption: Some("AES256".to_owned()),
            kms_key: None,
            policy: Fact::Known(None),
            newest_image: Fact::Known(Some(RepositoryImage {
                digest: digest.to_owned(),
                pushed: taken_at,
                scan_status: Some("COMPLETE".to_owned()),
                scanned: Some(taken_at),
            })),
        });
    }
}

/// A Web Function that knows no bound, and a MicroVM with a shell.
fn compute(region: &mut Region) {
    region.web_functions.gap = None;
    region.web_functions.items = vec![WebFunction {
        arn: arn("lambda", EU, "web-function/track-page"),
        name: "track-page".to_owned(),
        state: "Active".to_owned(),
        policy: Fact::Known(None),
        endpoints: Fact::Known(vec![WebFunctionEndpoint {
            arn: arn("lambda", EU, "web-function/track-page/endpoint/live"),
            name: "live".to_owned(),
            kind: "HomeRegion".to_owned(),
            regions: vec![EU.to_owned()],
            settings: WebFunctionSettings {
                domain: None,
                auth: "IamAuth".to_owned(),
                rate_limit: Some(200),
                max_environments: None,
                state: "Active".to_owned(),
            },
            regional: Fact::Known([].into()),
        }]),
    }];
    let connector = |kind: &str| Arn::from(format!("arn:aws:lambda:{EU}:aws:network-connector:{kind}"));
    region.microvms.gap = None;
    region.microvms.items = vec![Microvm {
        arn: arn("lambda", EU, "microvm:mvm-4b0c"),
        id: "mvm-4b0c".to_owned(),
        state: "RUNNING".to_owned(),
        image: Arn::from(format!("arn:aws:lambda:{EU}:aws:microvm-image:al2023")),
        image_version: "3".to_owned(),
        details: Fact::Known(MicrovmDetails {
            ingress: vec![connector("HTTP_INGRESS"), connector("SHELL_INGRESS")],
            ..MicrovmDetails::default()
        }),
    }];
}
