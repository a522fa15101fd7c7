//! FN-018: a public function may scale without a ceiling.

use crate::{
    checks::{Check, Context, Evidence, Fault, Layer, Links, Ruling, Severity, Verdict, permission},
    iam::url_reach,
    model::{Function, Gap, Region, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-018",
    slug: "no-concurrency-ceiling",
    title: "Functions that anyone can invoke have a ceiling of concurrency",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "A stranger's loop scales the function to the limit of the account: the bill grows with it, and every other function of the \
          Region is throttled meanwhile.",
    how: "The function can be invoked by everyone, by its policy or by a URL, and GetFunction names no ReservedConcurrentExecutions. \
          Functions that only named callers can invoke are left alone. Throttles of gateways in front are not read.",
    links: Links { csf: &["PR.PS"], csa: &["SAS-8"], attack: &["T1499.003", "T1496"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |region, function| judge(context, region, function))
}

fn judge(context: &Context<'_>, region: &Region, function: &Function) -> Result<Ruling, Gap> {
    if !context.is_public(&function.arn) {
        return match unread(context, function) {
            // Whether it is public is not known, but a ceiling would answer both.
            Some(gap) => match function.reserved_concurrency.known() {
                Ok(Some(_)) => Ok(Ruling::Pass),
                Ok(None) | Err(_) => Err(gap),
            },
            None => Ok(Ruling::NotApplicable),
        };
    }
    if function.reserved_concurrency.known()?.is_some() {
        return Ok(Ruling::Pass);
    }
    let mut evidence = vec![Evidence::field("lambda:GetFunction", "Concurrency.ReservedConcurrentExecutions", "none")];
    if let Ok(settings) = region.lambda_settings.known() {
        let limit = settings.concurrent_executions.to_string();
        evidence.push(Evidence::field("lambda:GetAccountSettings", "AccountLimit.ConcurrentExecutions", limit));
    }
    let opened = context.public.get(&function.arn).into_iter().flatten();
    evidence.extend(opened.map(|reach| Evidence::statement("lambda:GetPolicy", &permission::policy_of(reach), &reach.statement)));
    Ok(Fault::new(format!("Anyone can invoke {} as often as the account's limit allows", function.name), evidence).into())
}

/// Why it is not known whether `function` is public.
fn unread(context: &Context<'_>, function: &Function) -> Option<Gap> {
    if let Some(gap) = permission::unread(&context.library, function) {
        return Some(gap);
    }
    match function.urls.known() {
        Ok(urls) => urls.iter().find_map(|url| url_reach(&context.library, function, url).err()),
        Err(gap) => Some(gap.clone()),
    }
}

fn fix(_: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call = |operation| Call::new("lambda", operation, &*verdict.region).with("function-name", verdict.resource.as_str());
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Reserve as much concurrency as the function needs, and no more")
            .step(call("put-function-concurrency").ask("reserved-concurrent-executions", "most executions at a time"))
            .undo(call("delete-function-concurrency")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{Says, cases, denied, with_function},
        model::{Fact, Function, FunctionUrl, Gap, PolicyText, Posture},
    };

    const OPEN: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:Invoke*","Resource":"*"}}"#;

    fn with(policy: Fact<Option<PolicyText>>, ceiling: Fact<Option<u32>>) -> Posture {
        with_function(|function| {
            function.policies.insert(Function::UNQUALIFIED.to_owned(), policy);
            function.reserved_concurrency = ceiling;
        })
    }

    fn open(ceiling: Fact<Option<u32>>) -> Posture {
        with(Fact::Known(Some(PolicyText::from(OPEN))), ceiling)
    }

    fn by_url(ceiling: Option<u32>) -> Posture {
        let policy = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"*"},{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}]}"#;
        with_function(|function| {
            let qualifier = Function::UNQUALIFIED.to_owned();
            function.policies.insert(qualifier.clone(), Fact::Known(Some(PolicyText::from(policy))));
            function.urls = Fact::Known(vec![FunctionUrl { qualifier, url: "https://abc/".to_owned(), auth_none: true, cors: None }]);
            function.reserved_concurrency = Fact::Known(ceiling);
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("not public", with_function(|_| ()), Says::NotApplicable),
                ("public", open(Fact::Known(None)), Says::Fail),
                ("public by URL", by_url(None), Says::Fail),
                ("public by URL, with a ceiling", by_url(Some(10)), Says::Pass),
                ("public, with a ceiling", open(Fact::Known(Some(10))), Says::Pass),
                ("public, and stopped", open(Fact::Known(Some(0))), Says::Pass),
                ("denied", open(Gap::denied("lambda:GetFunction", "no").into()), Says::Unknown),
                ("unread", open(Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("policy denied", with(Gap::denied("lambda:GetPolicy", "no").into(), Fact::Known(None)), Says::Unknown),
                ("policy denied, with a ceiling", with(Gap::denied("lambda:GetPolicy", "no").into(), Fact::Known(Some(5))), Says::Pass),
                ("URLs unread", with_function(|function| function.urls = Fact::unread("")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }
}
