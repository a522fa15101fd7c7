//! What goes over the wire against AWS's own service models, which botocore brings along.

use std::{collections::BTreeMap, process::Command};

use palisade::collect::{Collector, Protocol, Request};
use serde::Deserialize;

use crate::emulator::python;

/// Prints the models of the services whose ids are its arguments, without their shapes.
const SCRIPT: &str = r#"
import gzip, json, pathlib, sys, botocore
root, found = pathlib.Path(botocore.__file__).parent / "data", {}
for file in sorted(root.glob("*/*/service-2.json*")):
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt") as text:
        model = json.load(text)
    if model["metadata"]["serviceId"] in sys.argv[1:]:
        found[model["metadata"]["serviceId"]] = {"metadata": model["metadata"], "operations": {
            name: {"http": operation["http"]} for name, operation in model["operations"].items()}}
print(json.dumps(found))
"#;

#[derive(Debug, Deserialize)]
struct Model {
    metadata: Metadata,
    operations: BTreeMap<String, Operation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    protocol: String,
    #[serde(default)]
    protocols: Vec<String>,
    endpoint_prefix: String,
    signing_name: Option<String>,
    target_prefix: Option<String>,
    json_version: Option<String>,
    api_version: String,
}

#[derive(Debug, Deserialize)]
struct Operation {
    http: Http,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    request_uri: String,
}

/// Services that botocore does not have yet.
const UNKNOWN: &[&str] = &["Lambda Web"];

#[test]
fn what_is_asked_is_what_the_models_of_aws_say() {
    let asked: Vec<_> = Collector::ALL.iter().flat_map(|collector| collector.operations.iter().copied()).collect();
    let ids = asked.iter().filter_map(|operation| operation.wire()).map(|(service, _)| service.id);
    let output = Command::new(python()).args(["-c", SCRIPT]).args(ids).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let models: BTreeMap<String, Model> = serde_json::from_slice(&output.stdout).unwrap();
    for operation in asked {
        let Some((service, request)) = operation.wire() else { continue };
        let Some(Model { metadata, operations }) = models.get(service.id) else {
            assert!(UNKNOWN.contains(&service.id), "botocore has no service {:?}", service.id);
            continue;
        };
        let spoken = |protocol: &str| metadata.protocol == protocol || metadata.protocols.iter().any(|known| known == protocol);
        let id = service.id;
        match service.protocol {
            Protocol::Json { version, target } => {
                assert!(spoken("json"), "{id}");
                assert_eq!((metadata.json_version.as_deref(), metadata.target_prefix.as_deref()), (Some(version), Some(target)), "{id}");
            }
            Protocol::RestJson => assert!(spoken("rest-json"), "{id}"),
            Protocol::Query { version } => assert!(spoken("query") && metadata.api_version == version, "{id}"),
            Protocol::RestXml => assert!(spoken("rest-xml"), "{id}"),
        }
        let signing = metadata.signing_name.as_deref().unwrap_or(&metadata.endpoint_prefix);
        assert_eq!((service.endpoint, service.signing), (metadata.endpoint_prefix.as_str(), signing), "{id}");
        let http = &operations.get(operation.name).unwrap_or_else(|| panic!("{id} has no operation {}", operation.name)).http;
        let (method, path) = match request {
            Request::Named => ("POST", "/"),
            Request::Get(path) => ("GET", path),
            Request::Post(path) => ("POST", path),
        };
        // A fixed query of ours stands where the model has none or the same.
        let ours = if http.request_uri.contains('?') { path } else { path.split('?').next().unwrap() };
        assert_eq!((method, ours), (http.method.as_str(), http.request_uri.as_str()), "{id} {}", operation.name);
    }
}
