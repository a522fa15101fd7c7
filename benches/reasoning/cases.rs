//! The cases of `tests/iam`, read for measuring; whether they come out right is tested elsewhere.

use std::sync::Arc;

use palisade::iam::{Caller, Document, Keyring, Named, PolicySet, Request, Value};
use serde_json::Value as Json;

/// Requests with the policies that bear on them; a case that cannot be read is left out.
pub(crate) fn read(packed: &[u8]) -> Vec<(Request, PolicySet)> {
    let text = zstd::decode_all(packed).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().filter_map(|line| case(&serde_json::from_str(line).ok()?)).collect()
}

fn case(given: &Json) -> Option<(Request, PolicySet)> {
    let asked = &given["request"];
    let caller = match asked["principal"].as_str() {
        Some(arn) if arn.starts_with("arn:") => Caller::Principal(arn.to_owned()),
        Some(service) => Caller::Service(service.to_owned()),
        None => Caller::Anonymous,
    };
    let mut context = Keyring::complete();
    for (key, value) in asked["context"].as_object()? {
        let value = match value {
            Json::Array(values) => Value::Many(values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()),
            value => Value::One(value.as_str()?.to_owned()),
        };
        context.set(key, value);
    }
    let request = Request {
        resource_account: asked["resourceAccount"].as_str().map(str::to_owned),
        context,
        ..Request::new(caller, asked["action"].as_str()?, asked["resource"].as_str()?)
    };
    let named = |text: &Json| Some(Named::new("policy", Arc::new(Document::parse(&text.to_string()).ok()?)));
    let list = |texts: &Json| texts.as_array().map(|texts| texts.iter().filter_map(named).collect::<Vec<_>>());
    let levels = |levels: &Json| levels.as_array().into_iter().flatten().filter_map(list).collect::<Vec<_>>();
    let policies = PolicySet {
        identity: list(&given["identity"]).unwrap_or_default(),
        boundary: list(&given["boundary"]),
        session: named(&given["session"]),
        resource: named(&given["resourcePolicy"]),
        scp: levels(&given["scp"]),
        rcp: levels(&given["rcp"]),
        endpoint: list(&given["vpce"]),
        ..PolicySet::default()
    };
    Some((request, policies))
}
