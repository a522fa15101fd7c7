//! FN-027: a MicroVM lets people in by a shell or on any port, or stands on a withdrawn base image.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Arn, Gap, Microvm, Region, Source, find},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-027",
    slug: "microvm-exposed",
    title: "MicroVMs are entered on their own port only and stand on a supported base image",
    layer: Layer::Function,
    severity: Severity::High,
    why: "A shell in a MicroVM runs as its execution role, with everything in its memory at hand; a connector for all ports opens \
          debuggers and databases that were never meant to be reached. A base image that AWS has withdrawn gets no more patches.",
    how: "GetMicrovm lists AWS's connector SHELL_INGRESS or ALL_INGRESS, or ListManagedMicrovmImageVersions says DEPRECATED or RECALLED \
          of the base of the image version that runs. Connectors of the account's own are not judged by their name, and a MicroVM that \
          is being terminated is left alone.",
    links: Links { csf: &["PR.AA", "PR.PS"], owasp: &["S6"], attack: &["T1059.009", "T1525"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &[
            "lambda:ListMicrovms",
            "lambda:GetMicrovm",
            "lambda:ListMicrovmImages",
            "lambda:GetMicrovmImageVersion",
            "lambda:ListManagedMicrovmImageVersions",
        ],
        provider: "AWS patches its base images and marks the versions that it withdraws; a MicroVM runs on with the image and the \
                  connectors it was started with",
        avoids: &[
            "Connectors of the account's own, whatever they are called",
            "A MicroVM that is being terminated",
            "An image on no base that AWS manages",
        ],
        cli: "aws lambda-microvms run-microvm --image-identifier <IMAGE_ARN> --image-version <NEW_IMAGE_VERSION> --ingress-network-connectors arn:aws:lambda:<REGION>:aws:network-connector:aws-network-connector:HTTP_INGRESS --execution-role-arn <ROLE_ARN> --region <REGION>
aws lambda-microvms terminate-microvm --microvm-identifier <MICROVM_ID> --region <REGION>",
        cloudformation: "# There is no resource for a running MicroVM; its image can be built again on a base that is available.
Type: AWS::Lambda::MicrovmImage
Properties:
  BaseImageArn: <BASE_IMAGE_ARN>
  BaseImageVersion: <AVAILABLE_VERSION>",
        terraform: r#"# There is no resource for a running MicroVM; its image can be built again on a base that is available.
resource "awscc_lambda_microvm_image" "<NAME>" {
  base_image_arn     = "<BASE_IMAGE_ARN>"
  base_image_version = "<AVAILABLE_VERSION>"
}"#,
        undo: "Cannot be taken back: the memory of a terminated MicroVM is gone, and another one is started from the image",
    },
};

/// What AWS's own connectors for more than HTTP end with.
const WIDE: [(&str, &str); 2] = [(":SHELL_INGRESS", "by a shell"), (":ALL_INGRESS", "on every port")];

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.microvms, judge)
}

fn judge(region: &Region, microvm: &Microvm) -> Result<Ruling, Gap> {
    if microvm.state == "TERMINATING" {
        return Ok(Ruling::NotApplicable);
    }
    let mut gap = None;
    let mut evidence = Vec::new();
    let mut faults = Vec::new();
    match microvm.details.known() {
        Ok(details) => {
            for (ending, how) in WIDE {
                if let Some(connector) = details.ingress.iter().find(|connector| connector.as_str().ends_with(ending)) {
                    evidence.push(Evidence::field("lambda:GetMicrovm", "ingressNetworkConnectors", connector.as_str()));
                    faults.push(format!("can be entered {how}"));
                }
            }
        }
        Err(found) => gap = Some(found.clone()),
    }
    match base(region, &microvm.image, &microvm.image_version) {
        Ok(Some(status)) if matches!(status, "DEPRECATED" | "RECALLED") => {
            evidence.push(Evidence::field("lambda:ListManagedMicrovmImageVersions", "status", status));
            faults.push(format!("stands on a base image that is {}", status.to_ascii_lowercase()));
        }
        Ok(_) => {}
        Err(found) => gap = gap.or(Some(found)),
    }
    if faults.is_empty() {
        return gap.map_or(Ok(Ruling::Pass), Err);
    }
    Ok(Fault::new(format!("The MicroVM {} {}", microvm.id, faults.join(" and ")), evidence).into())
}

/// The status of the managed base of an image version; none where AWS manages no such base.
fn base<'a>(region: &'a Region, image: &Arn, version: &str) -> Result<Option<&'a str>, Gap> {
    let Some(found) = find(&region.microvm_images, image) else {
        return match region.microvm_images.all() {
            // AWS's own images are in no list of the account.
            Ok(_) => Err(Gap::unsupported(format!("{image} is no image of the account: its base is not read"))),
            Err(gap) if gap.action.is_empty() => Err(Gap { action: "lambda:ListMicrovmImages".to_owned(), ..gap.clone() }),
            Err(gap) => Err(gap.clone()),
        };
    };
    match found.versions.get(version) {
        Some(version) => Ok(version.known()?.base_status.known()?.as_deref()),
        None => Err(Gap::unread("lambda:GetMicrovmImageVersion")),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let microvm = find(&context.posture.regions.get(&*verdict.region)?.microvms, &verdict.resource)?;
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Start another MicroVM in its place, and end this one")
            .step("Start the new one with HTTP_INGRESS only, from an image on a base that is available")
            .step(Call::new("lambda-microvms", "terminate-microvm", &*verdict.region).with("microvm-identifier", &*microvm.id)),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{ACCOUNT, REGION, Says, cases, denied, empty},
        model::{Arn, Fact, Gap, Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion, Posture, Region},
    };

    fn connectors(kinds: &[&str]) -> Fact<MicrovmDetails> {
        let ingress = kinds.iter().map(|kind| Arn::from(format!("arn:aws:lambda:{REGION}:aws:network-connector:{kind}"))).collect();
        Fact::Known(MicrovmDetails { ingress, ..MicrovmDetails::default() })
    }

    fn with(status: Fact<Option<String>>, details: Fact<MicrovmDetails>, change: impl FnOnce(&mut Region)) -> Posture {
        let mut posture = empty();
        let region = posture.regions.get_mut(REGION).unwrap();
        let image = Arn::build("aws", "lambda", REGION, ACCOUNT, "microvm-image:sandbox");
        let version = MicrovmImageVersion {
            status: "ACTIVE".to_owned(),
            base_image: Arn::from("arn:aws:lambda:eu-west-1:aws:microvm-image:al2023"),
            base_version: Some("3".to_owned()),
            base_status: status,
            build_role: None,
            log_group: None,
            logging_disabled: false,
            capabilities: vec![],
        };
        region.microvm_images.items.push(MicrovmImage {
            arn: image.clone(),
            name: "sandbox".to_owned(),
            state: "CREATED".to_owned(),
            latest_version: Some("1.0".to_owned()),
            versions: [("1.0".to_owned(), Fact::Known(version))].into(),
        });
        region.microvms.items.push(Microvm {
            arn: Arn::build("aws", "lambda", REGION, ACCOUNT, "microvm:m-1"),
            id: "m-1".to_owned(),
            state: "RUNNING".to_owned(),
            image,
            image_version: "1.0".to_owned(),
            details,
        });
        change(region);
        posture
    }

    fn base(status: &str) -> Fact<Option<String>> {
        Fact::Known(Some(status.to_owned()))
    }

    #[test]
    fn rules() {
        let http = || connectors(&["HTTP_INGRESS"]);
        cases(
            &CHECK,
            [
                ("HTTP", with(base("AVAILABLE"), http(), |_| ()), Says::Pass),
                ("no way in", with(base("AVAILABLE"), connectors(&[]), |_| ()), Says::Pass),
                ("shell", with(base("AVAILABLE"), connectors(&["HTTP_INGRESS", "SHELL_INGRESS"]), |_| ()), Says::Fail),
                ("all ports", with(base("AVAILABLE"), connectors(&["ALL_INGRESS"]), |_| ()), Says::Fail),
                ("a connector of that name of its own", with(base("AVAILABLE"), connectors(&["my-shell_ingress"]), |_| ()), Says::Pass),
                ("base deprecated", with(base("DEPRECATED"), http(), |_| ()), Says::Fail),
                ("base recalled", with(base("RECALLED"), http(), |_| ()), Says::Fail),
                ("no managed base", with(Fact::Known(None), http(), |_| ()), Says::Pass),
                (
                    "shell, on its way out",
                    with(base("AVAILABLE"), connectors(&["SHELL_INGRESS"]), |region| {
                        region.microvms.items[0].state = "TERMINATING".to_owned();
                    }),
                    Says::NotApplicable,
                ),
                ("shell, base denied", with(Gap::denied("x:Y", "no").into(), connectors(&["SHELL_INGRESS"]), |_| ()), Says::Fail),
                ("base denied", with(Gap::denied("x:Y", "no").into(), http(), |_| ()), Says::Unknown),
                ("denied", with(base("AVAILABLE"), Gap::denied("lambda:GetMicrovm", "no").into(), |_| ()), Says::Unknown),
                ("unread", with(base("AVAILABLE"), Fact::unread("lambda:GetMicrovm"), |_| ()), Says::Unknown),
                ("another's image", with(base("AVAILABLE"), http(), |region| region.microvm_images.items.clear()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
