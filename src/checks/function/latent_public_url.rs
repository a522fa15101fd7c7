//! FN-003: a function URL is one permission away from everyone.

use crate::{
    checks::{Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict, permission},
    iam::{UrlReach, url_reach},
    model::{Function, FunctionUrl, Gap, Source},
    remedy::Plan,
};

use super::urls;

pub(super) static CHECK: Check = Check {
    id: "FN-003",
    slug: "latent-public-url",
    title: "No function URL is one permission away from the internet",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "The address answers everyone with a refusal, and a single AddPermission turns the refusal into an answer. Nobody who reviews \
          that permission sees that the URL was waiting for it.",
    how: "AuthType is NONE, and the policy of the same qualifier grants everyone neither or only one of lambda:InvokeFunctionUrl and \
          lambda:InvokeFunction. Nothing is reachable now. The exception for older URLs, for which the first of them was enough, ended \
          on 1 November 2026.",
    links: Links { csf: &["PR.PS"], owasp: &["S6"], csa: &["SAS-3"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let urls = function.urls.known()?;
            if urls.is_empty() {
                return Ok(Ruling::NotApplicable);
            }
            let mut evidence = Vec::new();
            let mut message = None;
            let mut gap: Option<Gap> = None;
            for url in urls.iter().filter(|url| url.auth_none) {
                let lacks = match url_reach(&context.library, function, url) {
                    Ok(UrlReach::Public(_)) => continue,
                    Ok(UrlReach::Closed) => "its policy lets nobody in yet".to_owned(),
                    Ok(UrlReach::OneActionOnly { granted, missing }) => {
                        evidence.extend(
                            granted
                                .iter()
                                .map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)),
                        );
                        format!("only {missing} is missing from its policy")
                    }
                    Err(found) => {
                        gap = Some(found);
                        continue;
                    }
                };
                evidence.push(urls::auth_type(url));
                message.get_or_insert_with(|| format!("The URL of {} asks for no authentication; {lacks}", function.name));
            }
            match (message, gap) {
                (Some(message), _) => Ok(Fault::new(message, evidence).into()),
                (None, Some(gap)) => Err(gap),
                (None, None) => Ok(Ruling::Pass),
            }
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let is_latent = |function: &Function, url: &FunctionUrl| {
        url.auth_none && matches!(url_reach(&context.library, function, url), Ok(UrlReach::Closed | UrlReach::OneActionOnly { .. }))
    };
    let latent = function.urls.known().ok()?.iter().filter(|url| is_latent(function, url));
    Some(urls::ask_for_signatures(function, &verdict.region, latent))
}
