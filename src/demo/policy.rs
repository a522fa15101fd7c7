//! Policy documents, written the way AWS stores them.

use crate::model::{Arn, PolicyText};

use super::{ACCOUNT, PARTITION};

/// A document of `statements`, each a JSON object.
pub(super) fn document(statements: &[String]) -> PolicyText {
    PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

/// A statement of an identity policy. `resources` are whole ARNs, `*`, or what stands behind the account in
/// an ARN of the service that the first action belongs to.
pub(super) fn allow(region: &str, actions: &[&str], resources: &[&str]) -> String {
    format!(r#"{{"Effect":"Allow","Action":{},"Resource":{}}}"#, texts(actions), resource_texts(region, actions, resources))
}

/// Like [`allow`], with a condition, a JSON object.
pub(super) fn allow_if(region: &str, actions: &[&str], resources: &[&str], condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Action":{},"Resource":{},"Condition":{condition}}}"#,
        texts(actions),
        resource_texts(region, actions, resources)
    )
}

/// A statement of a resource or trust policy without `Resource`.
pub(super) fn trust(principal: &str, action: &str, condition: Option<&str>) -> String {
    let condition = condition.map(|condition| format!(r#","Condition":{condition}"#)).unwrap_or_default();
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}"{condition}}}"#)
}

/// A condition with one operator, one key and one value.
pub(super) fn when(operator: &str, key: &str, value: &str) -> String {
    format!(r#"{{"{operator}":{{"{key}":"{value}"}}}}"#)
}

/// One JSON string, or an array of several.
pub(super) fn texts(texts: &[&str]) -> String {
    match texts {
        [one] => format!("\"{one}\""),
        many => format!("[{}]", many.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(",")),
    }
}

fn resource_texts(region: &str, actions: &[&str], resources: &[&str]) -> String {
    let service = actions.first().and_then(|action| action.split(':').next()).unwrap_or_default();
    let arns: Vec<String> = resources.iter().map(|resource| expand(region, service, resource)).collect();
    texts(&arns.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The ARN of `resource` as the statement of `service` in `region` means it.
pub(super) fn expand(region: &str, service: &str, resource: &str) -> String {
    if resource == "*" || resource.starts_with("arn:") {
        return resource.to_owned();
    }
    let (region, account) = match service {
        "s3" => ("", ""),
        "iam" => ("", ACCOUNT),
        _ => (region, ACCOUNT),
    };
    Arn::build(PARTITION, service, region, account, resource).as_str().to_owned()
}
