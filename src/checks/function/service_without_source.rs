//! FN-005: an AWS service may invoke the function on behalf of any account.

use crate::{
    checks::{
        Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict,
        permission::{self, INVOKE},
    },
    iam::{Audience, Reach},
    model::{Function, Source},
    remedy::{Call, Effort, Plan},
};

pub(super) static CHECK: Check = Check {
    id: "FN-005",
    slug: "service-without-source",
    title: "Services may invoke the function for named sources only",
    layer: Layer::Function,
    severity: Severity::High,
    why: "The service is asked by its customer, and anyone can be its customer: a bucket, topic or rule in a stranger's account makes the \
          service invoke your function with the stranger's event. This is the confused deputy.",
    how: "A policy lets a service principal invoke the function, an alias or a version, and no condition fixes the account, the ARN or \
          the organization for which it acts. Medium when a condition names a source without an account in its ARN, as S3 buckets \
          are: whoever gets the name after its deletion gets the grant. Left alone: Secrets Manager, which names no source, and Alexa \
          with an event source token.",
    links: Links { security_hub: &["Lambda.1"], csf: &["PR.PS"], owasp: &["S5"], csa: &["SAS-3"], attack: &["T1199"], ..Links::NONE },
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
            let unbound: Vec<(&Reach, &str)> = grants.reaches.iter().filter_map(unbound).collect();
            let Some((first, service)) = unbound.first() else {
                return match grants.gap {
                    Some(gap) => Err(gap),
                    None => Ok(Ruling::Pass),
                };
            };
            let evidence = unbound
                .iter()
                .map(|(reach, _)| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement))
                .collect();
            let message = format!("{service} may invoke {} for any account{}", function.name, permission::through(&first.qualifier));
            let fault = Fault::new(message, evidence);
            let half_bound = unbound.iter().all(|(reach, _)| permission::names_source(reach));
            Ok(if half_bound { fault.severity(Severity::Medium) } else { fault }.into())
        },
    )
}

/// The service, when it may act for anyone.
fn unbound(reach: &Reach) -> Option<(&Reach, &str)> {
    let Audience::Service { name, bound: false } = &reach.audience else { return None };
    let exempt = match name.as_str() {
        "secretsmanager.amazonaws.com" => true,
        "alexa-appkit.amazon.com" | "alexa-connectedhome.amazon.com" => permission::asks_for_token(reach),
        _ => false,
    };
    (!exempt).then_some((reach, name))
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let grants = permission::grants(&context.library, function, INVOKE);
    let unbound: Vec<(&Reach, &str)> = grants.reaches.iter().filter_map(unbound).collect();
    let reaches: Vec<Reach> = unbound.iter().map(|(reach, _)| (*reach).clone()).collect();
    let summary = format!("Name the source for which a service may invoke {}", function.name);
    let mut plan = permission::revoke(context, function, &verdict.region, &reaches, Effort::Prompt, summary);
    let mut undo = Vec::new();
    for (index, (reach, service)) in unbound.iter().enumerate() {
        let sid = format!("{}-from-source-{}", service.split('.').next().unwrap_or("service"), index + 1);
        let at = |operation| {
            let call = Call::new("lambda", operation, &*verdict.region).with("function-name", function.arn.as_str());
            let call = if reach.qualifier == Function::UNQUALIFIED { call } else { call.with("qualifier", reach.qualifier.as_str()) };
            call.with("statement-id", sid.as_str())
        };
        let add = at("add-permission")
            .with("action", "lambda:InvokeFunction")
            .with("principal", *service)
            .ask("source-arn", "ARN of what may start it")
            .with("source-account", context.posture.account.as_str());
        plan = plan.step(add);
        undo.push(at("remove-permission").into());
    }
    undo.append(&mut plan.undo);
    plan.undo = undo;
    Some(plan)
}
