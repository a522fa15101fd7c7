//! FN-001: anyone can invoke the function.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, INVOKE},
    },
    iam::{Audience, Reach},
    model::Source,
    remedy::{Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "FN-001",
    slug: "publicly-invocable",
    title: "Only named accounts, organizations and services can invoke the function",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Anyone with any AWS account can start the function with an input of their own: they reach whatever the function reaches, and \
          the bill is yours. A grant on an alias or a version opens the same code and is what reviews overlook.",
    how: "The resource policies of the function and of each alias and version are evaluated: an Allow of lambda:InvokeFunction or \
          lambda:InvokeAsync for everyone that is left after the Deny statements, with no condition that fixes an account, an \
          organization or a network. Grants that hold through a function URL only are judged by FN-002 and FN-003.",
    links: Links {
        security_hub: &["Lambda.1"],
        cis: &["2.21"],
        csf: &["PR.PS"],
        owasp: &["S5"],
        csa: &["SAS-3"],
        attack: &["T1190", "T1648"],
    },
    reads: &[Source::Lambda],
    run,
    fix,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let grants = permission::grants(&context.library, function, INVOKE);
            let open: Vec<&Reach> = grants.reaches.iter().filter(|reach| is_open(reach)).collect();
            let Some(first) = open.first() else {
                return match grants.gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            };
            let whom = if first.audience == Audience::Anyone { "Anyone" } else { "Any AWS account" };
            let evidence =
                open.iter().map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)).collect();
            Ok(Fault::new(format!("{whom} can invoke {}{}", function.name, permission::through(&first.qualifier)), evidence).into())
        },
    )
}

fn is_open(reach: &Reach) -> bool {
    matches!(reach.audience, Audience::Anyone | Audience::AnyAccount) && !permission::only_by_url(reach)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let mut reaches = permission::grants(&context.library, function, INVOKE).reaches;
    reaches.retain(is_open);
    let summary = format!("Take the open statements out of the policy of {}", function.name);
    Some(permission::revoke(context, function, &verdict.region, &reaches, Effort::OneKey, summary))
}
