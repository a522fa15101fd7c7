//! Lambda MicroVMs, which are signed for as Lambda: one with a shell, one that is gone, and an image on an old base.

use super::{Ask, Reply, account::ACCOUNT};

pub(super) const ROUTES: &[(&str, &str)] = &[
    ("GET /2025-09-09/microvms", "ListMicrovms"),
    ("GET /2025-09-09/microvms/{}", "GetMicrovm"),
    ("GET /2025-09-09/microvm-images", "ListMicrovmImages"),
    ("GET /2025-09-09/microvm-images/{}/versions/*", "GetMicrovmImageVersion"),
    ("GET /2025-09-09/managed-microvm-images/{}/versions", "ListManagedMicrovmImageVersions"),
];

pub(super) fn answer(ask: &Ask) -> Option<Reply> {
    let image = format!("arn:aws:lambda:{}:{ACCOUNT}:microvm-image:sandbox", ask.region);
    let base = format!("arn:aws:lambda:{}:aws:microvm-image:al2023-1", ask.region);
    let connector = |name: &str| format!("arn:aws:lambda:{}:aws:network-connector:aws-network-connector:{name}", ask.region);
    let microvm = |id: &str, state: &str| {
        format!(r#"{{"microvmId":"{id}","state":"{state}","imageArn":"{image}","imageVersion":"1.0","startedAt":1790000000}}"#)
    };
    Some(Reply::ok(match ask.operation.as_str() {
        "ListMicrovms" => format!(r#"{{"items":[{},{}]}}"#, microvm("microvm-1", "RUNNING"), microvm("microvm-0", "TERMINATED")),
        "GetMicrovm" if ask.name == "microvm-1" => format!(
            r#"{{"microvmId":"microvm-1","state":"RUNNING","endpoint":"x.lambda-microvm.example","imageArn":"{image}","imageVersion":"1.0",
            "executionRoleArn":"arn:aws:iam::{ACCOUNT}:role/worker","maximumDurationInSeconds":28800,"startedAt":1790000000,
            "ingressNetworkConnectors":["{}","{}"],"egressNetworkConnectors":["{}"]}}"#,
            connector("HTTP_INGRESS"),
            connector("SHELL_INGRESS"),
            connector("INTERNET_EGRESS")
        ),
        "GetMicrovm" => return Some(Reply::error(404, "ResourceNotFoundException")),
        "ListMicrovmImages" => format!(
            r#"{{"items":[{{"imageArn":"{image}","name":"sandbox","state":"UPDATED","latestActiveImageVersion":"2.0","createdAt":1790000000}}]}}"#
        ),
        "GetMicrovmImageVersion" => {
            let (version, base_version) = if ask.text.contains("/versions/2.0") { ("2.0", "3") } else { ("1.0", "1") };
            format!(
                r#"{{"imageArn":"{image}","imageVersion":"{version}","state":"SUCCESSFUL","status":"ACTIVE","baseImageArn":"{base}",
                "baseImageVersion":"{base_version}","buildRoleArn":"arn:aws:iam::{ACCOUNT}:role/builder","codeArtifact":{{"uri":"s3://box/code.zip"}},
                "logging":{{"cloudWatch":{{"logGroup":"/aws/lambda/microvm/sandbox"}}}},"additionalOsCapabilities":["ALL"],
                "environmentVariables":{{"TOKEN":"do-not-keep-me"}},"createdAt":1790000000}}"#
            )
        }
        "ListManagedMicrovmImageVersions" => format!(
            r#"{{"items":[{{"imageArn":"{base}","imageVersion":"1","status":"DEPRECATED","createdAt":1790000000}},
            {{"imageArn":"{base}","imageVersion":"3","status":"AVAILABLE","createdAt":1790000000}}]}}"#
        ),
        _ => return None,
    }))
}
