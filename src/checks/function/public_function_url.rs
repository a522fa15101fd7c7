//! FN-002: a function URL is open to everyone.

use crate::{
    checks::{Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict, permission},
    iam::{UrlReach, url_reach},
    model::{Gap, Source},
    remedy::Plan,
};

use super::urls;

pub(super) static CHECK: Check = Check {
    id: "FN-002",
    slug: "public-function-url",
    title: "Function URLs ask for signed requests",
    layer: Layer::Function,
    severity: Severity::Critical,
    why: "Whoever finds the address can send the function anything, without credentials and without a gateway, a firewall or a quota in \
          between. Addresses of functions are found in front ends, in logs and by guessing.",
    how: "AuthType of the URL, of the function or of an alias, is NONE, and the policy of the same qualifier lets everyone do both \
          lambda:InvokeFunctionUrl and lambda:InvokeFunction. A URL with NONE that the policy keeps shut is FN-003.",
    links: Links { cis: &["2.21"], csf: &["PR.PS"], owasp: &["S2"], csa: &["SAS-2"], attack: &["T1190"], ..Links::NONE },
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
            let mut open = Vec::new();
            let mut gap: Option<Gap> = None;
            for url in urls {
                match url_reach(&context.library, function, url) {
                    Ok(UrlReach::Public(reaches)) => {
                        evidence.push(urls::auth_type(url));
                        evidence.extend(
                            reaches
                                .iter()
                                .map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)),
                        );
                        open.push(url);
                    }
                    Ok(UrlReach::OneActionOnly { .. } | UrlReach::Closed) => {}
                    Err(found) => gap = Some(found),
                }
            }
            match (open.first(), gap) {
                (Some(url), _) => {
                    Ok(Fault::new(format!("Anyone on the internet can call {} at {}", function.name, url.url), evidence).into())
                }
                (None, Some(gap)) => Err(gap),
                (None, None) => Ok(Ruling::Pass),
            }
        },
    )
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let function = context.posture.function(&verdict.resource)?;
    let is_public = |reach| matches!(reach, Ok(UrlReach::Public(_)));
    let open = function.urls.known().ok()?.iter().filter(|url| is_public(url_reach(&context.library, function, url)));
    Some(urls::ask_for_signatures(function, &verdict.region, open))
}
