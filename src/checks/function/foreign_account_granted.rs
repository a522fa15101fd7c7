//! FN-006: an account that nobody named as trusted may invoke or change the function.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, INVOKE, Stranger},
    },
    iam::{Audience, Reach},
    model::Source,
    remedy::{Effort, Plan},
};

/// What a resource policy of a function can grant besides starting it, as far as it harms.
const MANAGE: &[&str] = &[
    "lambda:AddPermission",
    "lambda:CreateAlias",
    "lambda:CreateFunctionUrlConfig",
    "lambda:DeleteFunction",
    "lambda:DeleteFunctionConcurrency",
    "lambda:GetFunction",
    "lambda:GetFunctionConfiguration",
    "lambda:PublishVersion",
    "lambda:PutFunctionConcurrency",
    "lambda:PutFunctionEventInvokeConfig",
    "lambda:PutResourcePolicy",
    "lambda:RemovePermission",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:UpdateFunctionUrlConfig",
];

pub(super) static CHECK: Check = Check {
    id: "FN-006",
    slug: "foreign-account-granted",
    title: "Only trusted accounts may invoke or manage the function",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "Whoever takes over that account takes over the grant with it, and nothing in this account shows how well it is kept. Grants to \
          vendors and former partners outlive the contract.",
    how: "A policy of the function, of an alias or of a version grants an account, user, role or organization that is neither this \
          account nor named as trusted in the configuration. A grant that lets everyone change or read the function, beyond invoking \
          it, is critical. Without a list of trusted organizations it is unknown whether an organization is the account's own.",
    links: Links { csf: &["PR.PS"], owasp: &["S5"], attack: &["T1199", "T1078.004"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
};

fn actions() -> Vec<&'static str> {
    [INVOKE, &["lambda:InvokeFunctionUrl"], MANAGE].concat()
}

/// Whom a grant lets in that should not be: what to call them, and whether it is everyone.
fn foreign(context: &Context<'_>, reach: &Reach) -> Result<Option<(String, bool)>, String> {
    if matches!(reach.audience, Audience::Anyone | Audience::AnyAccount) {
        let manages = reach.actions.iter().any(|action| MANAGE.iter().any(|manage| manage.eq_ignore_ascii_case(action)));
        return Ok(manages.then(|| ("everyone".to_owned(), true)));
    }
    match permission::stranger(context, &reach.audience) {
        Stranger::No => Ok(None),
        Stranger::Yes(who) => Ok(Some((who, false))),
        Stranger::MaybeOwn(id) => Err(id),
    }
}

fn run(context: &Context<'_>) -> Vec<Verdict> {
    let actions = actions();
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let grants = permission::grants(&context.library, function, &actions);
            let mut gap = grants.gap;
            let mut named: Vec<String> = Vec::new();
            let mut evidence = Vec::new();
            let mut everyone = false;
            for reach in &grants.reaches {
                match foreign(context, reach) {
                    Ok(None) => {}
                    Ok(Some((who, all))) => {
                        everyone |= all;
                        if !named.contains(&who) {
                            named.push(who);
                        }
                        let statement = Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement);
                        if !evidence.contains(&statement) {
                            evidence.push(statement);
                        }
                    }
                    Err(organization) => gap = Some(permission::maybe_own(&organization)),
                }
            }
            if named.is_empty() {
                return match gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            }
            let fault = Fault::new(format!("The policy of {} lets in {}", function.name, named.join(", ")), evidence);
            Ok(if everyone { fault.severity(Severity::Critical) } else { fault }.into())
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let mut reaches = permission::grants(&context.library, function, &actions()).reaches;
    reaches.retain(|reach| matches!(foreign(context, reach), Ok(Some(_))));
    let summary = format!("Take the grants to strangers out of the policy of {}", function.name);
    Some(permission::revoke(context, function, &verdict.region, &reaches, Effort::OneKey, summary))
}
