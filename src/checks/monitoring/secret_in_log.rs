//! MV-006: secrets stand in the logs of functions. Log events are not read, so it is never decided.

use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "MV-006",
    slug: "secret-in-log",
    title: "No secrets stand in the logs of functions",
    layer: Layer::Monitoring,
    severity: Severity::High,
    why: "A function that logs its event or its environment once has put passwords and tokens before everyone who may read logs, for as \
          long as the log group keeps them.",
    how: "Only events would tell, and Palisade reads none: logs:FilterLogEvents would have to see the data of the account's customers. So \
          the check is not applicable to any account, and never fails or passes. MV-005 says which sensitive functions have no data \
          protection policy, which masks secrets as they arrive; MV-014 tells of APIs that log whole requests, DP-017 of executions.",
    links: Links { csf: &["PR.DS"], owasp: &["S3", "S10"], csa: &["SAS-10"], ..Links::NONE },
    reads: &[Source::Logs],
    run,
    fix,
    guide: Guide::NONE,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    vec![context.one(&CHECK, context.posture.root(), "", Ok(Ruling::NotApplicable))]
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::checks::testing::{Says, cases, denied, with_function};

    #[test]
    fn it_never_says_that_there_is_none() {
        cases(&CHECK, [("a function", with_function(|_| ()), Says::NotApplicable), ("denied", denied(), Says::NotApplicable)]);
    }
}
