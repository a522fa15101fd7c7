//! What the checks on function URLs share.

use crate::{
    checks::Evidence,
    model::{Function, FunctionUrl},
    remedy::{Call, Effort, Plan, Risk},
};

/// The call that changes `url`.
pub(super) fn update(function: &Function, url: &FunctionUrl, region: &str) -> Call {
    let call = Call::new("lambda", "update-function-url-config", region).with("function-name", function.arn.as_str());
    if url.qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", url.qualifier.as_str()) }
}

/// How it authenticates, as evidence.
pub(super) fn auth_type(url: &FunctionUrl) -> Evidence {
    Evidence::field("lambda:ListFunctionUrlConfigs", pointer(url, "AuthType"), if url.auth_none { "NONE" } else { "AWS_IAM" })
}

/// The name of a field of `url`: with its qualifier, unless it is the function's own.
pub(super) fn pointer(url: &FunctionUrl, field: &str) -> String {
    if url.qualifier == Function::UNQUALIFIED { field.to_owned() } else { format!("{} {field}", url.qualifier) }
}

/// A plan after which `urls` take signed requests only.
pub(super) fn ask_for_signatures<'a>(function: &Function, region: &str, urls: impl Iterator<Item = &'a FunctionUrl>) -> Plan {
    let plan = Plan::new(Effort::OneKey, Risk::Careful, format!("Let the URL of {} take signed requests only", function.name));
    urls.fold(plan, |plan, url| {
        plan.step(update(function, url, region).with("auth-type", "AWS_IAM")).undo(update(function, url, region).with("auth-type", "NONE"))
    })
}
